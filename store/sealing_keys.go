package store

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"gorm.io/gorm"

	"pingyi/models"
)

// SealingKeys lists the keys that renewals made, the newest first, with those that were
// destroyed.
func (db *DB) SealingKeys(ctx context.Context, tenant string) ([]models.SealingKey, error) {
	now, err := db.Clock(ctx) // first: a key is never taken for older than it is
	if err != nil {
		return nil, err
	}
	var rows []struct {
		Name                   string
		Wrapped                []byte
		CreatedAt, DestroyedAt stamp
	}
	if err := db.Read(ctx).Raw("SELECT name, wrapped, created_at, destroyed_at FROM wrapped_keys WHERE tenant=? AND name LIKE ?",
		tenant, models.SealingKeys+"%").Scan(&rows).Error; err != nil {
		return nil, fail("sealing keys", err)
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
func (db *DB) AddSealingKey(ctx context.Context, tenant string, number int, wrapped []byte) error {
	now, err := db.Clock(ctx)
	if err != nil {
		return err
	}
	return db.Write(ctx, "add sealing key", func(tx *gorm.DB) error {
		added, err := addOnce(tx, "INSERT INTO wrapped_keys (tenant,name,wrapped,created_at) VALUES "+tuples(1, 4),
			tenant, models.SealingName(number), wrapped, text(now))
		if err == nil && !added {
			return models.Errorf(models.Conflict, "renewed", "another call renews the sealing key of %s; run it again", tenant)
		}
		return err
	})
}
