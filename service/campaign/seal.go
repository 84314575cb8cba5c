package campaign

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"pingyi/models"
)

// Seals close the records of campaigns for good.
type Seals interface {
	// Clock is the database's.
	Clock(ctx context.Context) (time.Time, error)
	// DueForSeal are the campaigns that no rating can reach any more and that are not
	// sealed; DueForPublicSeal the same of their public texts.
	DueForSeal(ctx context.Context, now time.Time) ([]models.CampaignKey, error)
	DueForPublicSeal(ctx context.Context, now time.Time) ([]models.CampaignKey, error)
	// Seal and SealPublic report whether this call set the seal.
	Seal(ctx context.Context, tenant, campaign string, now time.Time) (set bool, err error)
	SealPublic(ctx context.Context, tenant, campaign string, now time.Time) (set bool, err error)
}

// Sealer seals campaigns once nothing that counts can arrive any more.
type Sealer struct {
	Seals Seals
	Now   func() time.Time
	Log   *slog.Logger
}

// Seal seals what is due by the time in use and by the database's clock: a seal is for
// good and for everybody, so one clock that is fast must not set it.
func (s *Sealer) Seal(ctx context.Context) error {
	now := s.Now()
	if said, err := s.Seals.Clock(ctx); err != nil {
		return err
	} else if said.Before(now) {
		now = said
	}
	due, err := s.Seals.DueForSeal(ctx, now)
	for _, d := range due {
		set, failed := s.Seals.Seal(ctx, d.Tenant, d.Campaign, now)
		if set {
			s.Log.Info("campaign sealed", "tenant", d.Tenant, "campaign", d.Campaign)
		}
		err = errors.Join(err, failed)
	}
	if err != nil {
		return err
	}
	return s.public(ctx, now)
}

// public seals the record of public texts.
func (s *Sealer) public(ctx context.Context, now time.Time) error {
	due, err := s.Seals.DueForPublicSeal(ctx, now)
	if err != nil {
		return err
	}
	for _, d := range due {
		if _, err := s.Seals.SealPublic(ctx, d.Tenant, d.Campaign, now); err != nil {
			return fmt.Errorf("campaign %s: %w", d.Campaign, err)
		}
		s.Log.Info("public record sealed", "tenant", d.Tenant, "campaign", d.Campaign)
	}
	return nil
}
