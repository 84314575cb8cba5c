package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"pingyi/jobs"
	"pingyi/models"
)

var _ jobs.Claims = (*DB)(nil)

// ClaimJob implements jobs.Claims. Of two processes the row's key lets one put it in;
// the other takes it over where the first one's time is over.
func (db *DB) ClaimJob(ctx context.Context, name string, due time.Time, holder models.ID, until time.Time) (mine bool, err error) {
	row := models.JobRun{Job: name, DueAt: models.At(due), Holder: holder, UntilAt: models.At(until)}
	err = db.Write(ctx, "claim a job", func(tx *gorm.DB) error {
		mine = false
		if mine, err = CreateOnce(tx, &row); mine || err != nil {
			return err
		}
		now, err := db.clock(tx)
		if err != nil {
			return err
		}
		of := tx.Model(&models.JobRun{}).Where("job = ? AND due_at = ?", row.Job, row.DueAt)
		if err := of.Session(&gorm.Session{}).Where("done_at IS NULL AND until_at <= ?", models.At(now)).
			Updates(map[string]any{"holder": holder, "until_at": row.UntilAt}).Error; err != nil {
			return err
		}
		// Not by the count of rows: a claim whose commit was made and its answer lost
		// changes none.
		var n int64
		err = of.Session(&gorm.Session{}).Where("done_at IS NULL AND holder = ? AND until_at = ?", holder, row.UntilAt).Count(&n).Error
		mine = n == 1
		return err
	})
	return mine && err == nil, err
}

// EndJob implements jobs.Claims.
func (db *DB) EndJob(ctx context.Context, name string, due time.Time, holder models.ID, failed bool, again time.Time) error {
	return db.Write(ctx, "end a job", func(tx *gorm.DB) error {
		set := map[string]any{"until_at": models.At(again)}
		if !failed {
			now, err := db.clock(tx)
			if err != nil {
				return err
			}
			set = map[string]any{"done_at": models.At(now)}
		}
		return tx.Model(&models.JobRun{}).Where("job = ? AND due_at = ? AND holder = ? AND done_at IS NULL", name, models.At(due), holder).Updates(set).Error
	})
}

// SweepJobs implements jobs.Claims.
func (db *DB) SweepJobs(ctx context.Context, before time.Time) error {
	return db.Write(ctx, "sweep jobs", func(tx *gorm.DB) error {
		return tx.Where("due_at < ?", models.At(before)).Delete(&models.JobRun{}).Error
	})
}

// FirstDue returns when the first run of a job was due that is still known: rows of runs
// are kept for seven days. It is the zero time where there is none.
func (db *DB) FirstDue(ctx context.Context, name string) (time.Time, error) {
	var rows []models.JobRun
	err := db.Read(ctx).Where("job = ?", name).Order("due_at").Limit(1).Find(&rows).Error
	if err != nil || len(rows) == 0 {
		return time.Time{}, Fail("first run", err)
	}
	return rows[0].DueAt.Time, nil
}
