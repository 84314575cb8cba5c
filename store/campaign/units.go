package campaign

import (
	"context"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"pingyi/folding"
	"pingyi/models"
	"pingyi/store"
)

// ImportUnits brings the register to what list says about its units, all or
// nothing. A unit that list does not name stays as it is, and so does whether one
// is retired.
func (s *Store) ImportUnits(ctx context.Context, tenant string, list []models.Unit, now time.Time) error {
	return s.ChangeUnits(ctx, tenant, now, func(known []models.Unit) ([]models.Unit, error) {
		retired := make(map[string]models.Time)
		for _, u := range known {
			retired[u.Code] = u.RetiredAt
		}
		changed := slices.Clone(list)
		for i := range changed {
			changed[i].RetiredAt = retired[changed[i].Code]
		}
		return changed, nil
	})
}

// ChangeUnits puts the units that change returns into the register, all or
// nothing; an error of change is returned as it is. change gets the register in its
// order and has it for itself until the commit; it may be called again. Units never
// vanish, and the first spelling of a code stays: one that differs from a known
// code by case alone is that one. New units come last, in their order.
func (s *Store) ChangeUnits(ctx context.Context, tenant string, now time.Time, change func(known []models.Unit) ([]models.Unit, error)) error {
	return s.db.Write(ctx, "change units", func(tx *gorm.DB) error {
		if err := s.Bump(tx, tenant); err != nil {
			return err
		}
		var known []models.Unit
		if err := tx.Where("tenant = ?", tenant).Order("seq, code").Find(&known).Error; err != nil {
			return err
		}
		list, err := change(slices.Clone(known))
		if err != nil || len(list) == 0 {
			return err
		}
		places, next := newPlaces(known), 0
		for _, k := range known {
			next = max(next, k.Seq+1)
		}
		rows := make([]models.Unit, len(list))
		for i, u := range list {
			code, seq, found := places.of(u.Code)
			if !found {
				code, seq, next = u.Code, next, next+1
				places.add(code, seq)
			}
			if parent, _, known := places.of(u.Parent); known {
				u.Parent = parent
			}
			u.Tenant, u.Code, u.Seq, u.UpdatedAt = tenant, code, seq, models.At(now)
			rows[i] = u
		}
		return tx.Clauses(clause.OnConflict{UpdateAll: true}).CreateInBatches(rows, 200).Error
	})
}

// places are the known codes and their order in the register.
type places struct {
	seqs map[string]int    // by code
	keys map[string]string // from folding.Code to the code
}

// newPlaces takes rows in their order. Of codes that differ by case alone, which
// registers of earlier versions may hold, one that is not retired has the key.
func newPlaces(rows []models.Unit) places {
	p := places{make(map[string]int, len(rows)), make(map[string]string, len(rows))}
	for _, r := range rows {
		if r.RetiredAt.IsZero() {
			p.add(r.Code, r.Seq)
		}
	}
	for _, r := range rows {
		p.add(r.Code, r.Seq)
	}
	return p
}

func (p places) add(code string, seq int) {
	p.seqs[code] = seq
	if key := folding.Code(code); p.keys[key] == "" {
		p.keys[key] = code
	}
}

// of is the code in its first spelling.
func (p places) of(code string) (spelt string, seq int, found bool) {
	seq, found = p.seqs[code]
	if found {
		return code, seq, true
	}
	spelt, found = p.keys[folding.Code(code)]
	return spelt, p.seqs[spelt], found
}

// Units is the register of a tenant in its order, retired units too.
func (s *Store) Units(ctx context.Context, tenant string) ([]models.Unit, error) {
	var list []models.Unit
	if err := s.db.Read(ctx).Where("tenant = ?", tenant).Order("seq, code").Find(&list).Error; err != nil {
		return nil, store.Fail("units", err)
	}
	return list, nil
}
