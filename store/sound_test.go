package store

import (
	"testing"

	"pingyi/models"
	"pingyi/scoring"
)

func tally(t *testing.T, db *DB, channel models.Channel, unit string) scoring.Tally {
	t.Helper()
	list, err := db.Tallies(t.Context(), tenant, campaign, channel)
	if err != nil {
		t.Fatal(err)
	}
	for _, tally := range list {
		if tally.Unit == unit {
			return tally
		}
	}
	t.Fatalf("no tally of %s", unit)
	return scoring.Tally{}
}

// wantSound fails where anything kept differs from a recount, a sum of I4, or a row
// of evidence from another.
func wantSound(t testing.TB, db *DB) {
	t.Helper()
	wantTallied(t, db)
	if got := evidenceDifferences(t, db, false); got != "" {
		t.Errorf("evidence differs: %s", got)
	}
}

// wantTallied fails where anything kept differs from a recount, or a sum of I4.
func wantTallied(t testing.TB, db *DB) {
	t.Helper()
	differences, err := db.Recount(t.Context(), tenant, campaign, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range differences {
		t.Error(d)
	}
	for _, channel := range []models.Channel{models.Mobile, models.Social} {
		list, err := db.Tallies(t.Context(), tenant, campaign, channel)
		if err != nil {
			t.Fatal(err)
		}
		for _, y := range list {
			if y.Received != y.Live+y.Superseded+y.Excluded+y.Withdrawn {
				t.Errorf("%s: received %d is not the sum of %d, %d, %d, %d", y.Unit, y.Received, y.Live, y.Superseded, y.Excluded, y.Withdrawn)
			}
		}
	}
}
