package secret

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"gorm.io/gorm"

	"pingyi/models"
	"pingyi/store"
)

// SealingKeys lists the keys that renewals made, the newest first, with those that were
// destroyed.
func (s *Store) SealingKeys(ctx context.Context, tenant string) ([]models.SealingKey, error) {
	now, err := s.db.Clock(ctx) // first: a key is never taken for older than it is
	if err != nil {
		return nil, err
	}
	var rows []struct {
		Name                   string
		Wrapped                []byte
		CreatedAt, DestroyedAt models.Time
	}
	if err := s.db.Read(ctx).Raw("SELECT name, wrapped, created_at, destroyed_at FROM wrapped_keys WHERE tenant=? AND name LIKE ?",
		tenant, models.SealingKeys+"%").Scan(&rows).Error; err != nil {
		return nil, store.Fail("sealing keys", err)
	}
	list := make([]models.SealingKey, 0, len(rows))
	for _, r := range rows {
		n, err := strconv.Atoi(strings.TrimPrefix(r.Name, models.SealingKeys))
		if err != nil {
			continue // no name that a renewal gives
		}
		list = append(list, models.SealingKey{
			Number: n, Wrapped: r.Wrapped, CreatedAt: r.CreatedAt.Time, Age: now.Sub(r.CreatedAt.Time), DestroyedAt: r.DestroyedAt.Time,
		})
	}
	slices.SortFunc(list, func(a, b models.SealingKey) int { return b.Number - a.Number })
	return list, nil
}

// AddSealingKey stores the key of a renewal, dated by the database's clock.
// models.Conflict ("renewed"): another renewal made one of this number.
func (s *Store) AddSealingKey(ctx context.Context, tenant string, number int, wrapped []byte) error {
	now, err := s.db.Clock(ctx)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, "add sealing key", func(tx *gorm.DB) error {
		added, err := store.CreateOnce(tx, &models.WrappedKey{
			Tenant: tenant, Name: models.SealingName(number), Wrapped: wrapped, CreatedAt: models.At(now),
		})
		if err == nil && !added {
			return models.Errorf(models.Conflict, "renewed", "another call renews the sealing key of %s; run it again", tenant)
		}
		return err
	})
}
