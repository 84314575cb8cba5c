// Package score has the use cases of figures: a channel's scores, and the results of
// polls that operators enter beside them.
//
// It imports models, folding, scoring, social and service/campaign. What it needs of
// the record are its ports, which package store implements.
package score

import (
	"context"
	"fmt"
	"time"

	"pingyi/models"
	"pingyi/scoring"
	"pingyi/service/campaign"
)

// Tallies are what scores are made of.
type Tallies interface {
	// Tallies are those of a channel of a campaign, at most one a unit.
	Tallies(ctx context.Context, tenant, campaign string, channel models.Channel) ([]scoring.Tally, error)
	// PublicSealed reports when the record of public texts was sealed; zero: it was not.
	PublicSealed(ctx context.Context, tenant, campaign string) (time.Time, error)
}

// Service is the use cases of figures.
type Service struct {
	Views   *campaign.Views
	Tallies Tallies
	Polls   Polls
	Now     func() time.Time
}

// Channel is a channel of a campaign with what makes points of its answers.
type Channel struct {
	*campaign.Campaign
	Method scoring.Method
	Marks  scoring.Marks // full marks
}

// ChannelOf finds a channel of a campaign. models.NotFound: unknown_channel.
func ChannelOf(c *campaign.Campaign, name models.Channel) (*Channel, error) {
	row, err := c.Channel(name)
	if err != nil {
		return nil, err
	}
	m, err := c.Defined.Method(row.Method)
	if err != nil {
		return nil, err
	}
	marks, err := scoring.ParseMarks(row.FullMarks)
	if err != nil {
		return nil, fmt.Errorf("full marks of %s: %w", name, err)
	}
	return &Channel{c, m, marks}, nil
}

// Compute makes the score of every unit of the campaign from tallies of the channel.
func (c *Channel) Compute(tallies []scoring.Tally) ([]scoring.UnitScore, error) {
	return scoring.Compute(c.Method, c.Marks, c.Defined.Dims(), c.Units, tallies)
}

// Scores is the present score of every unit of a campaign on a channel, and the phase
// that the campaign is in. models.NotFound: unknown_campaign, unknown_channel.
func (s *Service) Scores(ctx context.Context, tenant, id string, channel models.Channel) (scoring.Scores, models.Phase, error) {
	known, err := s.Views.Campaign(ctx, tenant, id)
	if err != nil {
		return scoring.Scores{}, "", err
	}
	ch, err := ChannelOf(known, channel)
	if err != nil {
		return scoring.Scores{}, "", err
	}
	// The seal is asked for first: what counts may still be committed, and sealed,
	// while the tallies are read, and a final document lacks nothing.
	final, err := s.final(ctx, ch)
	if err != nil {
		return scoring.Scores{}, "", err
	}
	now := s.Now()
	tallies, err := s.Tallies.Tallies(ctx, tenant, id, channel)
	if err != nil {
		return scoring.Scores{}, "", err
	}
	doc, err := scoring.Sheet{
		Campaign: id, Channel: channel, FullMarks: ch.Marks, Method: ch.Method, Dims: known.Defined.Dims(), Final: final, AsOf: now,
	}.Scores(known.Units, tallies)
	return doc, known.Phase(now), err
}

// final reports whether nothing that counts on a channel can arrive any more.
// Where public texts count, that takes until their own record is sealed.
func (s *Service) final(ctx context.Context, c *Channel) (bool, error) {
	if c.SealedAt.IsZero() || !c.Method.Public {
		return !c.SealedAt.IsZero(), nil
	}
	sealed, err := s.Tallies.PublicSealed(ctx, c.Tenant, c.ID)
	return !sealed.IsZero(), err
}
