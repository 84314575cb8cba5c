// Package campaign has the use cases around one appraisal (一次评议): it is defined,
// created, approved, stopped or deleted; its units come from the register; its codes
// get their numbers; it is sealed when nothing that counts can arrive any more. View
// is the one present picture of a tenant's campaigns and register, for all who need
// it.
//
// It imports models, folding, register and scoring. What it needs of the record are
// its ports, which package store implements.
package campaign

import (
	"time"

	"pingyi/models"
)

// Campaign is a stored campaign with what it froze.
type Campaign struct {
	models.Campaign
	Defined Definition
}

// Phase is the campaign's phase at now. A campaign that was not approved stays a draft
// on any date.
func (c *Campaign) Phase(now time.Time) models.Phase {
	switch {
	case !c.PublishedAt.IsZero():
		return models.PhasePublished
	case !c.SettledAt.IsZero():
		return models.PhaseSettled
	case c.ApprovedAt.IsZero():
		return models.PhaseDraft
	case !c.SealedAt.IsZero(), !now.Before(c.ClosesAt.Time):
		return models.PhaseClosed
	case now.Before(c.Defined.Publicity):
		return models.PhaseDraft
	case now.Before(c.OpensAt.Time):
		return models.PhasePublicity
	default:
		return models.PhaseRating
	}
}

// Channel finds a channel on which the campaign collects. models.NotFound:
// unknown_channel.
func (c *Campaign) Channel(name models.Channel) (*models.CampaignChannel, error) {
	for i := range c.Channels {
		if c.Channels[i].Channel == name {
			return &c.Channels[i], nil
		}
	}
	return nil, models.Errorf(models.NotFound, "unknown_channel", "the campaign %s has no channel %q", c.ID, name)
}

// Collects reports whether an account collects for the campaign on its channel. One
// account does for one channel, so that no citizen has two openids in a campaign.
func (c *Campaign) Collects(channel models.Channel, account string) bool {
	for i := range c.Channels {
		if ch := &c.Channels[i]; ch.Channel == channel && (ch.Account == "" || ch.Account == account) {
			return true
		}
	}
	return false
}
