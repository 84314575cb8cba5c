package store

import (
	"context"
	"slices"
	"time"

	"gorm.io/gorm"

	"pingyi/models"
)

// MaxScene is the largest number that a permanent code of such a platform can
// carry; the smallest is 1.
const MaxScene = 100_000

// Scene is what a code with a number stands for: a neutral scene (u:<code>,
// w:<code>, c:<campaign>), on a platform whose codes carry nothing but numbers.
type Scene struct {
	ID     int
	Target string
}

// EnsureScenes gives every target that has none yet a number of the account, in
// the order of targets. Numbers are never changed and never given out again:
// printed codes stay true. models.Conflict: there are no numbers left, and none
// was given.
func (db *DB) EnsureScenes(ctx context.Context, tenant, account string, targets []string, now time.Time) error {
	known, err := db.Scenes(ctx, tenant, account)
	if err != nil || len(missingTargets(known, targets)) == 0 {
		return err
	}
	return db.write(ctx, "ensure scenes", func(tx *gorm.DB) error {
		// The tenant's revision comes first: it is locked until the commit, so
		// that two servers do not give out one number.
		if err := db.bump(tx, tenant); err != nil {
			return err
		}
		var known []Scene
		if err := tx.Raw(scenesSelect, tenant, account).Scan(&known).Error; err != nil {
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
			args := make([]any, 0, 5*len(part))
			for _, target := range part {
				args = append(args, tenant, account, next, target, text(now))
				next++
			}
			if err := tx.Exec("INSERT INTO scenes (tenant,account,id,target,created_at) VALUES "+tuples(len(part), 5), args...).Error; err != nil {
				return err
			}
		}
		return nil
	})
}

const scenesSelect = "SELECT id, target FROM scenes WHERE tenant=? AND account=? ORDER BY id"

// Scenes lists the numbers of an account's codes in their order.
func (db *DB) Scenes(ctx context.Context, tenant, account string) ([]Scene, error) {
	var list []Scene
	if err := db.read.WithContext(ctx).Raw(scenesSelect, tenant, account).Scan(&list).Error; err != nil {
		return nil, fail("scenes", err)
	}
	return list, nil
}

// missingTargets are those of targets that have no number, each once.
func missingTargets(known []Scene, targets []string) []string {
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
