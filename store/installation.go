package store

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// Installation is what a database is for.
type Installation string

// The two kinds of installation.
const (
	DemoInstallation       Installation = "demo"
	ProductionInstallation Installation = "production"
)

// demoApprover is who approves a demo's campaigns, in every release.
const demoApprover = "demo"

// Installation says what the database is for: as its one row says, or, where an older
// release filled it, a demo's if every campaign is approved by demo. Empty: nothing
// tells, for there is nothing in it.
func (db *DB) Installation(ctx context.Context) (Installation, error) {
	exists, err := db.hasTable(ctx, "installation")
	if err != nil {
		return "", err
	}
	if exists {
		var kinds []Installation
		if err = db.read.WithContext(ctx).Raw("SELECT kind FROM installation WHERE id=1").Scan(&kinds).Error; err != nil {
			return "", fail("installation", err)
		}
		if len(kinds) > 0 {
			return kinds[0], nil
		}
	}
	return db.olderInstallation(ctx)
}

// olderInstallation tells by what is in a database that does not say it.
func (db *DB) olderInstallation(ctx context.Context) (Installation, error) {
	if exists, err := db.hasTable(ctx, "campaigns"); err != nil || !exists {
		return "", err
	}
	var campaigns, others int64
	row := db.readSQL.QueryRowContext(ctx,
		"SELECT COUNT(*), COALESCE(SUM(CASE WHEN approved_by=? THEN 0 ELSE 1 END),0) FROM campaigns", demoApprover)
	if err := row.Scan(&campaigns, &others); err != nil {
		return "", fail("installation", err)
	}
	switch {
	case others > 0:
		return ProductionInstallation, nil
	case campaigns > 0:
		return DemoInstallation, nil
	}
	// A demo has a campaign from its start on; complaints are open without one.
	for _, table := range []string{"units", "api_keys", "effects"} {
		exists, err := db.hasTable(ctx, table)
		if err != nil {
			return "", err
		}
		if !exists {
			continue
		}
		var n int64
		if err := db.readSQL.QueryRowContext(ctx, "SELECT COUNT(*) FROM (SELECT 1 FROM "+table+" LIMIT 1) AS t").Scan(&n); err != nil {
			return "", fail("installation", err)
		}
		if n > 0 {
			return ProductionInstallation, nil
		}
	}
	return "", nil
}

// RecordInstallation writes the row that says what the database is for, unless there is
// one.
func (db *DB) RecordInstallation(ctx context.Context, kind Installation, now time.Time) error {
	var rows int64
	if err := db.readSQL.QueryRowContext(ctx, "SELECT COUNT(*) FROM installation").Scan(&rows); err != nil {
		return fail("installation", err)
	}
	if rows > 0 {
		return nil
	}
	return db.write(ctx, "record installation", func(tx *gorm.DB) error {
		return tx.Exec("INSERT INTO installation (id,kind,made_at) VALUES "+tuples(1, 3)+db.dialect.onConflictKeep("id"), 1, kind, at(now)).Error
	})
}
