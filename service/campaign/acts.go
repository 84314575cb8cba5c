package campaign

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"pingyi/models"
	"pingyi/scoring"
)

// Approve records who approved a campaign, once; done is false where it was approved
// before, and before says by whom. A sample is approved only where samples may be,
// which is in a demo.
func (s *Service) Approve(ctx context.Context, tenant, id, by, via string, samples bool) (before *Campaign, done bool, err error) {
	c, err := s.Views.Campaign(ctx, tenant, id)
	if err != nil {
		return nil, false, err
	}
	if !samples && !c.Defined.HasPaper() && c.ApprovedAt.IsZero() {
		return nil, false, fmt.Errorf("the campaign %s is a sample, as its profile names no paper that issued it (issued: {body, number, date}); "+
			"delete the draft and create it from the city's own copy of the profile", c.ID)
	}
	if done, err = s.Record.ApproveCampaign(ctx, tenant, id, by, via, s.Now()); err != nil || done {
		return c, done, err
	}
	before, err = s.Views.Campaign(ctx, tenant, id)
	return before, false, err
}

// Complete gives a campaign of an earlier version what its definition lacks, from the
// programme that it was created from; done is false where nothing lacks.
// models.Conflict: the programme is another one.
func (s *Service) Complete(ctx context.Context, tenant, id string, p *scoring.Programme) (done bool, err error) {
	c, err := s.Views.Campaign(ctx, tenant, id)
	if err != nil || c.Defined.Complete() {
		return false, err
	}
	closes := c.ClosesAt
	if !c.PlannedClose.IsZero() {
		closes = c.PlannedClose
	}
	whole := Define(p, c.OpensAt.Time, closes.Time)
	if err := c.sameAs(p, whole); err != nil {
		return false, err
	}
	body, err := json.Marshal(whole.Completion)
	if err != nil {
		return false, fmt.Errorf("campaign: %w", err)
	}
	return s.Record.CompleteCampaign(ctx, tenant, id, string(body))
}

// sameAs refuses a programme that would have frozen anything else than the campaign
// has: profile, definition or collected channels.
func (c *Campaign) sameAs(p *scoring.Programme, whole Definition) error {
	other := func(what string) error {
		return models.Errorf(models.Conflict, "other_programme", "the campaign %s was created from another profile: its %s differs", c.ID, what)
	}
	if p.ID != c.Profile {
		return other("profile's id")
	}
	if c.Defined.Appealed.IsZero() { // it was created before this was frozen
		whole.Appealed = time.Time{}
	}
	mine, err := c.Defined.withoutCompletion()
	if err != nil {
		return err
	}
	theirs, err := whole.withoutCompletion()
	if err != nil {
		return err
	}
	if !bytes.Equal(mine, theirs) {
		return other("definition")
	}
	n := 0
	for _, ch := range p.Channels {
		if !ch.Collected {
			continue
		}
		n++
		has, err := c.Channel(ch.Channel)
		if err != nil || has.FullMarks != ch.FullMarks.String() || has.Method != ch.Method {
			return other("channel " + string(ch.Channel))
		}
	}
	if n != len(c.Channels) {
		return other("number of channels")
	}
	return nil
}

// withoutCompletion is a definition as two of them are compared: a stored time may
// stand in another zone.
func (d Definition) withoutCompletion() ([]byte, error) {
	d.Completion, d.Publicity, d.Appealed = Completion{}, d.Publicity.UTC(), d.Appealed.UTC()
	body, err := json.Marshal(d)
	if err != nil {
		return nil, fmt.Errorf("campaign: %w", err)
	}
	return body, nil
}

// Uncollected are the channels of a campaign that no account here collects for.
func (s *Service) Uncollected(c *models.Campaign) []models.CampaignChannel {
	var list []models.CampaignChannel
	for i := range c.Channels {
		if !s.Accounts.Collected(c.Tenant, &c.Channels[i]) {
			list = append(list, c.Channels[i])
		}
	}
	return list
}

// Unserved are the approved campaigns of a tenant that are not over, with the channels
// that no account here collects for.
func (s *Service) Unserved(ctx context.Context, tenant string) ([]models.CampaignChannel, error) {
	view, err := s.Views.Of(ctx, tenant)
	if err != nil {
		return nil, err
	}
	var list []models.CampaignChannel
	for _, c := range view.Newest() {
		if !c.ApprovedAt.IsZero() && s.Now().Before(c.ClosesAt.Time) {
			list = append(list, s.Uncollected(&c.Campaign)...)
		}
	}
	return list, nil
}
