package store

import (
	"context"
	"strings"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

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
}

func (unitRow) TableName() string { return "units" }

func (r unitRow) unit() models.Unit {
	u := models.Unit{
		Code: r.Code, Name: r.Name, Class: r.Class, Type: r.Type,
		Superior: r.Superior, Parent: r.Parent, Phone: r.Phone, Promise: r.Promise,
	}
	if r.Aliases != "" {
		u.Aliases = strings.Split(r.Aliases, "|")
	}
	return u
}

// ImportUnits brings the register to what list says about its units, all or
// nothing. A unit that list does not name stays as it is: units never vanish,
// their ratings remain. Their order is that of list, new ones last.
func (db *DB) ImportUnits(ctx context.Context, tenant string, list []models.Unit, now time.Time) error {
	return db.write(ctx, "import units", func(tx *gorm.DB) error {
		if err := db.bump(tx, tenant); err != nil {
			return err
		}
		var known []unitRow
		if err := tx.Select("code", "seq").Where("tenant = ?", tenant).Find(&known).Error; err != nil {
			return err
		}
		seqs, next := make(map[string]int, len(known)), 0
		for _, k := range known {
			seqs[k.Code], next = k.Seq, max(next, k.Seq+1)
		}
		rows := make([]unitRow, len(list))
		for i, u := range list {
			seq, ok := seqs[u.Code]
			if !ok {
				seq, next = next, next+1
				seqs[u.Code] = seq
			}
			rows[i] = unitRow{
				Tenant: tenant, Code: u.Code, Seq: seq, Name: u.Name, Class: u.Class, Type: u.Type, Superior: u.Superior,
				Aliases: strings.Join(u.Aliases, "|"), Parent: u.Parent, Phone: u.Phone, Promise: u.Promise, UpdatedAt: at(now),
			}
		}
		if len(rows) == 0 {
			return nil
		}
		return tx.Clauses(clause.OnConflict{UpdateAll: true}).CreateInBatches(rows, 200).Error
	})
}

// Units is the register of a tenant in its order.
func (db *DB) Units(ctx context.Context, tenant string) ([]models.Unit, error) {
	var rows []unitRow
	if err := db.read.WithContext(ctx).Where("tenant = ?", tenant).Order("seq, code").Find(&rows).Error; err != nil {
		return nil, fail("units", err)
	}
	list := make([]models.Unit, len(rows))
	for i, r := range rows {
		list[i] = r.unit()
	}
	return list, nil
}
