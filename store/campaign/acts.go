package campaign

import (
	"context"
	"time"

	"gorm.io/gorm"

	"pingyi/models"
	"pingyi/store"
)

// lockedCampaign reads a campaign and holds it until the commit, so that no rating's
// transaction is under way.
func (s *Store) lockedCampaign(tx *gorm.DB, tenant, id string) (models.Campaign, error) {
	if err := s.Bump(tx, tenant); err != nil {
		return models.Campaign{}, err
	}
	mode := ""
	if s.db.Dialect().IsMySQL() {
		mode = " FOR UPDATE"
	}
	var rows []models.Campaign
	if err := tx.Raw("SELECT * FROM campaigns WHERE tenant = ? AND id = ?"+mode, tenant, id).Scan(&rows).Error; err != nil {
		return models.Campaign{}, err
	}
	if len(rows) == 0 {
		return models.Campaign{}, models.Errorf(models.NotFound, "unknown_campaign", "there is no campaign %s", id)
	}
	return rows[0], nil
}

// ApproveCampaign marks a campaign as approved by a person, once; false: it was
// approved before. via is what entered it, see Act. models.Conflict: another approved campaign is open at some time
// of its window on one of its accounts and channels, so that citizens could not tell
// which of the two a rating is for. models.NotFound: no such campaign.
func (s *Store) ApproveCampaign(ctx context.Context, tenant, campaign, by, via string, now time.Time) (done bool, err error) {
	err = s.db.Write(ctx, "approve campaign", func(tx *gorm.DB) error {
		done = false
		row, err := s.lockedCampaign(tx, tenant, campaign)
		if err != nil || !row.ApprovedAt.IsZero() {
			return err
		}
		other, err := overlapping(tx, row)
		if err != nil {
			return err
		}
		if other != "" {
			return models.Errorf(models.Conflict, "campaign_overlaps", "the campaign %s collects on the same account and channel at the same time", other)
		}
		done = true
		return tx.Model(&models.Campaign{}).Where("tenant = ? AND id = ?", tenant, campaign).
			Updates(map[string]any{"approved_at": models.At(now), "approved_by": by, "approved_via": via}).Error
	})
	return done, err
}

// Overlapping is an approved campaign that collects on an account and channel of
// this one at some time of its window, or "".
func (s *Store) Overlapping(ctx context.Context, c *models.Campaign) (string, error) {
	other, err := overlapping(s.db.Read(ctx), *c)
	return other, store.Fail("overlapping campaigns", err)
}

// overlapping compares by channels that are stored. A channel without an account is
// collected by any that the tenant has.
func overlapping(tx *gorm.DB, row models.Campaign) (string, error) {
	var ids []string
	err := tx.Raw(`SELECT c.id FROM campaigns c JOIN campaign_channels h ON h.tenant = c.tenant AND h.campaign = c.id
 JOIN campaign_channels o ON o.tenant = h.tenant AND o.channel = h.channel AND (o.account = h.account OR o.account = '' OR h.account = '')
 WHERE c.tenant = ? AND o.campaign = ? AND c.id <> o.campaign AND c.approved_at IS NOT NULL AND c.opens_at < ? AND c.closes_at > ? ORDER BY c.id LIMIT 1`,
		row.Tenant, row.ID, row.ClosesAt, row.OpensAt).Scan(&ids).Error
	if err != nil || len(ids) == 0 {
		return "", err
	}
	return ids[0], nil
}

// CompleteCampaign sets what the definition of a campaign lacks, once; false: it was
// set before. models.NotFound: no such campaign.
func (s *Store) CompleteCampaign(ctx context.Context, tenant, campaign, programme string) (done bool, err error) {
	err = s.db.Write(ctx, "complete campaign", func(tx *gorm.DB) error {
		done = false
		row, err := s.lockedCampaign(tx, tenant, campaign)
		if err != nil || row.Programme != "" {
			return err
		}
		done = true
		return tx.Model(&models.Campaign{}).Where("tenant = ? AND id = ?", tenant, campaign).Update("programme", programme).Error
	})
	return done, err
}

// DeleteCampaign deletes a draft with all that it froze. models.Conflict: it is
// approved, so it may hold ratings. models.NotFound: no such campaign.
func (s *Store) DeleteCampaign(ctx context.Context, tenant, campaign string) error {
	return s.db.Write(ctx, "delete campaign", func(tx *gorm.DB) error {
		row, err := s.lockedCampaign(tx, tenant, campaign)
		if err != nil {
			return err
		}
		if !row.ApprovedAt.IsZero() {
			return models.Errorf(models.Conflict, "campaign_approved", "the campaign %s is approved; it can be stopped", campaign)
		}
		for _, table := range []any{&models.CampaignUnit{}, &models.CampaignChannel{}} {
			if err := tx.Where("tenant = ? AND campaign = ?", tenant, campaign).Delete(table).Error; err != nil {
				return err
			}
		}
		return tx.Where("tenant = ? AND id = ?", tenant, campaign).Delete(&models.Campaign{}).Error
	})
}

// lastRatings is how many of the newest ratings are asked for their platform time
// when a campaign is stopped: those within the few seconds that two clocks may differ.
const lastRatings = 20_000

// StopCampaign closes an approved campaign now and returns its close. What counts
// follows from that close as from any other: a rating that the platform took before
// it and that arrives at most 60 s after it; then the campaign is sealed. The close
// is a whole second, as the platforms count, and lies behind every rating that is
// recorded, so that none of them is outside of its window. models.Conflict: it is a
// draft, over, or stopped. models.NotFound: no such campaign.
func (s *Store) StopCampaign(ctx context.Context, tenant, campaign string, stop models.Stop) (closes time.Time, err error) {
	err = s.db.Write(ctx, "stop campaign", func(tx *gorm.DB) error {
		row, err := s.lockedCampaign(tx, tenant, campaign)
		if err != nil {
			return err
		}
		closes = stop.At.Truncate(time.Second).Add(time.Second)
		switch {
		case row.ApprovedAt.IsZero():
			return models.Errorf(models.Conflict, "campaign_draft", "the campaign %s is a draft; it can be deleted", campaign)
		case !row.StoppedAt.IsZero():
			return models.Errorf(models.Conflict, "campaign_stopped", "the campaign %s was stopped before", campaign)
		case !row.SealedAt.IsZero() || !closes.Before(row.ClosesAt.Time):
			return models.Errorf(models.Conflict, "campaign_over", "the campaign %s is over", campaign)
		}
		var newest []struct{ Last models.Time }
		if err := tx.Raw("SELECT MAX(platform_at) AS last FROM (SELECT platform_at FROM ratings WHERE tenant = ? AND campaign = ? ORDER BY id DESC LIMIT ?) newest",
			tenant, campaign, lastRatings).Scan(&newest).Error; err != nil {
			return err
		}
		if len(newest) == 1 && !newest[0].Last.Before(closes) {
			closes = newest[0].Last.Truncate(time.Second).Add(time.Second)
		}
		return tx.Model(&models.Campaign{}).Where("tenant = ? AND id = ?", tenant, campaign).Updates(map[string]any{
			"closes_at": models.At(closes), "planned_close": row.ClosesAt, "stopped_at": models.At(stop.At), "stopped_by": stop.By, "stopped_via": stop.Via, "stop_reason": stop.Reason,
		}).Error
	})
	return closes, err
}
