package campaign

import (
	"context"
	"slices"
	"time"

	"gorm.io/gorm"

	"pingyi/models"
	"pingyi/store"
)

// MaxScene is the largest number that a permanent code of such a platform can
// carry; the smallest is 1.
const MaxScene = 100_000

// EnsureScenes gives every target that has none yet a number of the account, in
// the order of targets. Numbers are never changed and never given out again:
// printed codes stay true. models.Conflict: there are no numbers left, and none
// was given.
func (s *Store) EnsureScenes(ctx context.Context, tenant, account string, targets []string, now time.Time) error {
	known, err := s.Scenes(ctx, tenant, account)
	if err != nil || len(missingTargets(known, targets)) == 0 {
		return err
	}
	return s.db.Write(ctx, "ensure scenes", func(tx *gorm.DB) error {
		// The tenant's revision comes first: it is locked until the commit, so
		// that two servers do not give out one number.
		if err := s.Bump(tx, tenant); err != nil {
			return err
		}
		var known []models.Scene
		if err := tx.Where("tenant = ? AND account = ?", tenant, account).Order("id").Find(&known).Error; err != nil {
			return err
		}
		next := 1
		if n := len(known); n > 0 {
			next = known[n-1].ID + 1
		}
		for part := range slices.Chunk(missingTargets(known, targets), 200) {
			if next+len(part)-1 > MaxScene {
				return models.Errorf(models.Conflict, "no_scene_left", "the account has no number left for a code")
			}
			rows := make([]models.Scene, len(part))
			for i, target := range part {
				rows[i] = models.Scene{Tenant: tenant, Account: account, ID: next, Target: target, CreatedAt: models.At(now)}
				next++
			}
			if err := tx.Create(&rows).Error; err != nil {
				return err
			}
		}
		return nil
	})
}

// Scenes lists the numbers of an account's codes in their order.
func (s *Store) Scenes(ctx context.Context, tenant, account string) ([]models.Scene, error) {
	var list []models.Scene
	if err := s.db.Read(ctx).Where("tenant = ? AND account = ?", tenant, account).Order("id").Find(&list).Error; err != nil {
		return nil, store.Fail("scenes", err)
	}
	return list, nil
}

// missingTargets are those of targets that have no number, each once.
func missingTargets(known []models.Scene, targets []string) []string {
	have := make(map[string]bool, len(known)+len(targets))
	for _, s := range known {
		have[s.Target] = true
	}
	var missing []string
	for _, t := range targets {
		if !have[t] {
			have[t] = true
			missing = append(missing, t)
		}
	}
	return missing
}
