package store_test

import (
	"testing"
	"time"

	"pingyi/internal/dbtest"
)

// TestClock_isTheDatabasesInUTC: the databases of the tests are on this machine.
func TestClock_isTheDatabasesInUTC(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		before := time.Now()
		said, err := db.Clock(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if off := said.Sub(before); off < -time.Second || off > 10*time.Second || said.Location() != time.UTC {
			t.Errorf("the database's clock says %v at %v", said, before)
		}
	})
}
