package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"pingyi/models"
)

// demoApprover is who approves a demo's campaigns, in every release.
const demoApprover = "demo"

// Installation says what the database is for: as its one row says, or, where an older
// release filled it, a demo's if every campaign is approved by demo. Empty: nothing
// tells, for there is nothing in it.
func (db *DB) Installation(ctx context.Context) (models.InstallationKind, error) {
	exists, err := db.hasTable(ctx, "installation")
	if err != nil {
		return "", err
	}
	if exists {
		var kinds []models.InstallationKind
		if err = db.Read(ctx).Raw("SELECT kind FROM installation WHERE id=1").Scan(&kinds).Error; err != nil {
			return "", Fail("installation", err)
		}
		if len(kinds) > 0 {
			return kinds[0], nil
		}
	}
	return db.olderInstallation(ctx)
}

// olderInstallation tells by what is in a database that does not say it.
func (db *DB) olderInstallation(ctx context.Context) (models.InstallationKind, error) {
	if exists, err := db.hasTable(ctx, "campaigns"); err != nil || !exists {
		return "", err
	}
	var campaigns, others int64
	row := db.readSQL.QueryRowContext(ctx,
		"SELECT COUNT(*), COALESCE(SUM(CASE WHEN approved_by=? THEN 0 ELSE 1 END),0) FROM campaigns", demoApprover)
	if err := row.Scan(&campaigns, &others); err != nil {
		return "", Fail("installation", err)
	}
	switch {
	case others > 0:
		return models.ProductionInstallation, nil
	case campaigns > 0:
		return models.DemoInstallation, nil
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
			return "", Fail("installation", err)
		}
		if n > 0 {
			return models.ProductionInstallation, nil
		}
	}
	return "", nil
}

// RecordInstallation writes the row that says what the database is for, unless there is
// one.
func (db *DB) RecordInstallation(ctx context.Context, kind models.InstallationKind, now time.Time) error {
	var rows int64
	if err := db.readSQL.QueryRowContext(ctx, "SELECT COUNT(*) FROM installation").Scan(&rows); err != nil {
		return Fail("installation", err)
	}
	if rows > 0 {
		return nil
	}
	return db.Write(ctx, "record installation", func(tx *gorm.DB) error {
		_, err := CreateOnce(tx, &models.Installation{ID: 1, Kind: kind, MadeAt: models.At(now)})
		return err
	})
}
