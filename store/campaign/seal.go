package campaign

import (
	"context"
	"time"

	"gorm.io/gorm"

	"pingyi/models"
	"pingyi/scoring"
	"pingyi/store"
)

// Seal closes a campaign's record for good. It takes the campaign's row
// exclusively, so it waits for every rating's transaction that holds a share of
// it, and none commits behind it. It reports whether this call set the seal;
// false: it was set before. models.NotFound: no such campaign.
func (s *Store) Seal(ctx context.Context, tenant, campaign string, now time.Time) (bool, error) {
	return s.mark(ctx, "seal", tenant, campaign, map[string]any{"sealed_at": models.At(now)}, "sealed_at")
}

// Settle marks a campaign's results as settled, once.
func (s *Store) Settle(ctx context.Context, tenant, campaign string, now time.Time) (bool, error) {
	return s.mark(ctx, "settle", tenant, campaign, map[string]any{"settled_at": models.At(now)}, "settled_at")
}

// Publish marks a campaign's results as published, once.
func (s *Store) Publish(ctx context.Context, tenant, campaign string, now time.Time) (bool, error) {
	return s.mark(ctx, "publish", tenant, campaign, map[string]any{"published_at": models.At(now)}, "published_at")
}

// mark sets columns where the column once is still empty.
func (s *Store) mark(ctx context.Context, op, tenant, campaign string, set map[string]any, once string) (marked bool, err error) {
	err = s.db.Write(ctx, op, func(tx *gorm.DB) error {
		marked = false
		if err := s.Bump(tx, tenant); err != nil {
			return err
		}
		done := tx.Model(&models.Campaign{}).Where("tenant = ? AND id = ? AND "+once+" IS NULL", tenant, campaign).Updates(set)
		if done.Error != nil {
			return done.Error
		}
		if marked = done.RowsAffected == 1; marked {
			return nil
		}
		var n int64
		if err := tx.Model(&models.Campaign{}).Where("tenant = ? AND id = ?", tenant, campaign).Count(&n).Error; err != nil {
			return err
		}
		if n == 0 {
			return models.Errorf(models.NotFound, "unknown_campaign", "there is no campaign %s", campaign)
		}
		return nil
	})
	return marked, err
}

// DueForSeal lists the campaigns of all tenants that no rating can reach any
// more and that are not sealed.
func (s *Store) DueForSeal(ctx context.Context, now time.Time) ([]models.CampaignKey, error) {
	var list []models.CampaignKey
	err := s.db.Read(ctx).Raw("SELECT tenant, id AS campaign FROM campaigns WHERE closes_at < ? AND sealed_at IS NULL ORDER BY tenant, id",
		models.At(now.Add(-scoring.CloseGrace))).Scan(&list).Error
	return list, store.Fail("due for seal", err)
}
