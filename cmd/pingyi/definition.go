package main

import (
	"encoding/json"
	"fmt"
	"time"

	"pingyi/config"
	"pingyi/models"
	"pingyi/scoring"
	"pingyi/store"
)

// definition is what a campaign freezes of its profile when it is created.
type definition struct {
	Sample     bool                                   `json:"sample"`
	Publicity  time.Time                              `json:"publicity"` // its start
	Classes    []string                               `json:"classes"`
	Dimensions map[models.UnitType][]models.Dimension `json:"dimensions"`
	Methods    []scoring.Method                       `json:"methods"`
	Contacts   config.Contacts                        `json:"contacts,omitzero"`
	Appealed   time.Time                              `json:"appealed,omitzero"` // the end of the appeal period
	Issued     config.Issued                          `json:"issued,omitzero"`   // empty: a sample
}

func parseDefinition(c *store.Campaign) (definition, error) {
	var d definition
	if err := json.Unmarshal(c.Definition, &d); err != nil {
		return d, fmt.Errorf("definition of campaign %s: %w", c.ID, err)
	}
	return d, nil
}

func (d *definition) method(id string) (scoring.Method, error) {
	for _, m := range d.Methods {
		if m.ID == id {
			return m, nil
		}
	}
	return scoring.Method{}, models.Errorf(models.NotFound, "unknown_method", "the campaign has no method %s", id)
}

// issued reports whether a paper issued the programme; else it is a sample.
func (d *definition) issued() bool { return d.Issued != config.Issued{} }

// dims is the length of the dimension sets, which is the same for all of them.
func (d *definition) dims() int {
	for _, set := range d.Dimensions {
		return len(set)
	}
	return 0
}

// knownCampaign is a campaign with what it froze.
type knownCampaign struct {
	store.Campaign
	defined definition
}

// phase is the campaign's phase at now. A campaign that nobody approved stays a
// draft whatever its dates say.
func (c *knownCampaign) phase(now time.Time) models.Phase {
	switch {
	case !c.PublishedAt.IsZero():
		return models.PhasePublished
	case !c.SettledAt.IsZero():
		return models.PhaseSettled
	case c.ApprovedAt.IsZero():
		return models.PhaseDraft
	case !c.SealedAt.IsZero(), !now.Before(c.To):
		return models.PhaseClosed
	case now.Before(c.defined.Publicity):
		return models.PhaseDraft
	case now.Before(c.From):
		return models.PhasePublicity
	default:
		return models.PhaseRating
	}
}

// freeze copies of a profile what the campaign keeps for ever. Only the channels
// that pingyi collects are the campaign's here; an account that is the operator's
// own is bound to its channel.
func freeze(p *config.Profile, o *opened, plan campaignPlan) (definition, []store.Channel) {
	d := definition{
		Sample: p.Sample, Publicity: p.Phases.Schedule(plan.from, plan.to).Publicity,
		Classes: p.Classes, Dimensions: p.Dimensions, Methods: p.Methods, Contacts: p.Contacts, Issued: p.Issued,
		Appealed: p.Phases.Schedule(plan.from, plan.to).Settled,
	}
	var channels []store.Channel
	for _, ch := range p.Channels {
		if !ch.Collected {
			continue
		}
		channels = append(channels, store.Channel{
			Channel: ch.Channel, FullMarks: ch.FullMarks.String(), Method: ch.Method, Account: boundAccount(o, ch.Channel),
		})
	}
	return d, channels
}

// boundAccount is the account that collects for a channel, or "" where the demo
// made one up: then whichever account the tenant has for the channel does. The
// main accounts are those of the tenant that the configuration names; another
// tenant's is its first among the further ones, and where there is none, whichever
// account it will have.
func boundAccount(o *opened, ch models.Channel) string {
	for i := range o.opts.Accounts {
		if a := &o.opts.Accounts[i]; ch == models.Mobile && o.tenant != o.home && a.Platform == config.PlatformWeChat && a.Tenant == o.tenant {
			return a.WeChat.AppID
		}
	}
	switch {
	case o.tenant != o.home:
		return ""
	case ch == models.Mobile && !o.opts.WeChat.Made:
		return o.opts.WeChat.AppID
	case ch == models.Social && !o.opts.Weibo.Made:
		return o.opts.Weibo.UID
	default:
		return ""
	}
}
