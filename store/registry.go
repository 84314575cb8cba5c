package store

import (
	"context"
	"slices"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"pingyi/folding"
	"pingyi/models"
)

type unitRow struct {
	Tenant    string `gorm:"primaryKey"`
	Code      string `gorm:"primaryKey"`
	Seq       int
	Name      string
	Class     string
	Type      models.UnitType
	Superior  string
	Aliases   string // joined by |
	Parent    string
	Phone     string
	Promise   string
	UpdatedAt stamp `gorm:"autoUpdateTime:false"`
	RetiredAt stamp
}

func (unitRow) TableName() string { return "units" }

func (r unitRow) unit() models.Unit {
	u := models.Unit{
		Code: r.Code, Name: r.Name, Class: r.Class, Type: r.Type,
		Superior: r.Superior, Parent: r.Parent, Phone: r.Phone, Promise: r.Promise, Retired: r.RetiredAt.Time,
	}
	if r.Aliases != "" {
		u.Aliases = strings.Split(r.Aliases, "|")
	}
	return u
}

// ImportUnits brings the register to what list says about its units, all or
// nothing. A unit that list does not name stays as it is, and so does whether one
// is retired.
func (db *DB) ImportUnits(ctx context.Context, tenant string, list []models.Unit, now time.Time) error {
	return db.ChangeUnits(ctx, tenant, now, func(known []models.Unit) ([]models.Unit, error) {
		retired := make(map[string]time.Time)
		for _, u := range known {
			retired[u.Code] = u.Retired
		}
		changed := slices.Clone(list)
		for i := range changed {
			changed[i].Retired = retired[changed[i].Code]
		}
		return changed, nil
	})
}

// ChangeUnits puts the units that change returns into the register, all or
// nothing; an error of change is returned as it is. change gets the register in its
// order and has it for itself until the commit; it may be called again. Units never
// vanish, and the first spelling of a code stays: one that differs from a known
// code by case alone is that one. New units come last, in their order.
func (db *DB) ChangeUnits(ctx context.Context, tenant string, now time.Time, change func(known []models.Unit) ([]models.Unit, error)) error {
	return db.write(ctx, "change units", func(tx *gorm.DB) error {
		if err := db.bump(tx, tenant); err != nil {
			return err
		}
		var known []unitRow
		if err := tx.Where("tenant = ?", tenant).Order("seq, code").Find(&known).Error; err != nil {
			return err
		}
		list, err := change(unitsOf(known))
		if err != nil || len(list) == 0 {
			return err
		}
		places, next := newPlaces(known), 0
		for _, k := range known {
			next = max(next, k.Seq+1)
		}
		rows := make([]unitRow, len(list))
		for i, u := range list {
			code, seq, found := places.of(u.Code)
			if !found {
				code, seq, next = u.Code, next, next+1
				places.add(code, seq)
			}
			if parent, _, known := places.of(u.Parent); known {
				u.Parent = parent
			}
			rows[i] = unitRow{
				Tenant: tenant, Code: code, Seq: seq, Name: u.Name, Class: u.Class, Type: u.Type, Superior: u.Superior,
				Aliases: strings.Join(u.Aliases, "|"), Parent: u.Parent, Phone: u.Phone, Promise: u.Promise, UpdatedAt: at(now), RetiredAt: at(u.Retired),
			}
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
func newPlaces(rows []unitRow) places {
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
func (db *DB) Units(ctx context.Context, tenant string) ([]models.Unit, error) {
	var rows []unitRow
	if err := db.read.WithContext(ctx).Where("tenant = ?", tenant).Order("seq, code").Find(&rows).Error; err != nil {
		return nil, fail("units", err)
	}
	return unitsOf(rows), nil
}

func unitsOf(rows []unitRow) []models.Unit {
	list := make([]models.Unit, len(rows))
	for i, r := range rows {
		list[i] = r.unit()
	}
	return list
}
