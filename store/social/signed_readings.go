package social

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"gorm.io/gorm"

	"pingyi/models"
	"pingyi/social"
	"pingyi/store"
)

// KeepReading keeps what a signature was read as until a time, unless it is kept
// already, and returns what it was first read as.
func (s *Store) KeepReading(ctx context.Context, a social.Account, signature, reading models.ID, until time.Time) (first models.ID, err error) {
	err = s.db.Write(ctx, "keep a reading", func(tx *gorm.DB) error {
		if _, err := store.CreateOnce(tx, &models.SignedReading{
			Tenant: a.Tenant, Account: a.ID, Signature: signature, Reading: reading, UntilDay: social.Day(until),
		}); err != nil {
			return err
		}
		return store.ScanRow(tx.Raw(readingQuery, a.Tenant, a.ID, signature), &first)
	})
	return first, err
}

const readingQuery = "SELECT reading FROM signed_readings WHERE tenant=? AND account=? AND signature=?"

// FirstReading returns what a signature was first read as. models.NotFound: none is
// kept.
func (s *Store) FirstReading(ctx context.Context, a social.Account, signature models.ID) (first models.ID, err error) {
	err = store.ScanRow(s.db.Gorm.WithContext(ctx).Raw(readingQuery, a.Tenant, a.ID, signature), &first)
	if errors.Is(err, sql.ErrNoRows) {
		return first, models.Errorf(models.NotFound, "no_reading", "the signature was not read")
	}
	return first, store.Fail("first reading", err)
}
