package store

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

type tenantRow struct {
	Tenant    string `gorm:"primaryKey"`
	Title     string
	CreatedAt stamp
}

func (tenantRow) TableName() string { return "tenants" }

// Tenant is a city or a county.
type Tenant struct {
	ID, Title string
	CreatedAt time.Time
}

// EnsureTenant adds the tenant unless it is there.
func (db *DB) EnsureTenant(ctx context.Context, id, title string, now time.Time) error {
	return db.write(ctx, "ensure tenant", func(tx *gorm.DB) error {
		return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&tenantRow{id, title, at(now)}).Error
	})
}

// Tenants lists all of them by id.
func (db *DB) Tenants(ctx context.Context) ([]Tenant, error) {
	var rows []tenantRow
	if err := db.read.WithContext(ctx).Order("tenant").Find(&rows).Error; err != nil {
		return nil, fail("tenants", err)
	}
	list := make([]Tenant, len(rows))
	for i, r := range rows {
		list[i] = Tenant{r.Tenant, r.Title, r.CreatedAt.Time}
	}
	return list, nil
}

// Revision counts the changes of a tenant's register and campaigns, so that
// servers know when to read them again. 0: nothing was ever changed.
func (db *DB) Revision(ctx context.Context, tenant string) (int64, error) {
	var revisions []int64
	err := db.read.WithContext(ctx).Raw("SELECT revision FROM revisions WHERE tenant = ?", tenant).Scan(&revisions).Error
	if err != nil || len(revisions) == 0 {
		return 0, fail("revision", err)
	}
	return revisions[0], nil
}

// bump counts a change. It comes first in its transaction: its row lock makes
// changes of one tenant's register and campaigns wait for each other.
func (db *DB) bump(tx *gorm.DB, tenant string) error {
	return tx.Exec("INSERT INTO revisions (tenant, revision) VALUES (?, 1)"+
		db.dialect.onConflictAdd("revisions", "tenant", "revision"), tenant).Error
}
