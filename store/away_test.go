package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"pingyi/internal/dbtest"
	"pingyi/models"
	"pingyi/scoring"
	"pingyi/social"
)

// Where a statement cannot be prepared, as when the database is away, there is an error
// and no panic: the clock is asked by a loop whose panic would end the server.
func TestRead_databaseAway_isAnError(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		defer cancel()
		account := social.Account{Tenant: dbtest.Tenant, ID: "1"}
		for name, ask := range map[string]func() error{
			"clock":         func() error { _, err := db.Clock(ctx); return err },
			"first reading": func() error { _, err := db.FirstReading(ctx, account, models.ID{1}); return err },
			"keep reading": func() error {
				_, err := db.KeepReading(ctx, account, models.ID{1}, models.ID{2}, time.Now())
				return err
			},
			"lease": func() error {
				_, err := db.Lease(ctx, account, "poll", models.ID{1}, time.Now(), time.Now())
				return err
			},
			"answer": func() error {
				_, err := db.MayAnswer(ctx, account, models.ID{1}, "20261129", "x", models.ID{2})
				return err
			},
			"job": func() error { _, err := db.ClaimJob(ctx, "x", time.Now(), models.ID{1}, time.Now()); return err },
			"exclude": func() error {
				_, err := db.Exclude(ctx, dbtest.Tenant, dbtest.Campaign, models.ID{1}, "x", scoring.Act{})
				return err
			},
			"tallies":  func() error { _, err := db.Tallies(ctx, dbtest.Tenant, dbtest.Campaign, models.Mobile); return err },
			"revision": func() error { _, err := db.Revision(ctx, dbtest.Tenant); return err },
		} {
			if err := ask(); err == nil || errors.Is(err, context.Canceled) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
