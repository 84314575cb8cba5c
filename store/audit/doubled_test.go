package audit_test

import (
	"testing"

	"pingyi/internal/dbtest"
	"pingyi/scoring"
	"pingyi/store/record"
)

// withoutKeys makes a table anew that forbids no row to stand twice, as its owner may.
func withoutKeys(t *testing.T, db *dbtest.DB, table string) {
	t.Helper()
	for _, s := range []string{"CREATE TABLE copied AS SELECT * FROM " + table, "DROP TABLE " + table, "ALTER TABLE copied RENAME TO " + table} {
		dbtest.Tamper(t, db, s)
	}
}

// Rows that stand twice count once. The owner of the schema could otherwise count a true
// rating many times, or lend its effect to a rating that nobody gave.
func TestRecount_rowsThatStandTwice_areFound(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 3)
		w := dbtest.WriterOn(t, db, record.WriterOptions{})
		dbtest.Submit(t, w, dbtest.Rating(t, "A01", "5"), scoring.Counted)
		dbtest.Submit(t, w, dbtest.Rating(t, "A02", "4"), scoring.Counted)
		dbtest.WantSound(t, db)
		withoutKeys(t, db, "live_ratings")
		dbtest.Tamper(t, db, "INSERT INTO live_ratings SELECT * FROM live_ratings WHERE unit = 'A01'")
		dbtest.Tamper(t, db, "UPDATE tallies SET received = 2, live = 2, ratings = 2, d1_l5 = 2 WHERE unit = 'A01'")
		if got, want := dbtest.Differences(t, db), "received A01,live A01,ratings A01,d1_l5 A01,live_rows A01,live_mismatches A01"; got != want {
			t.Errorf("a live row that stands twice: differences %q, want %q", got, want)
		}
		if err := db.Repair(t.Context(), dbtest.Tenant, dbtest.Campaign); err != nil {
			t.Fatal(err)
		}
		dbtest.WantSound(t, db)

		withoutKeys(t, db, "effects")
		dbtest.Tamper(t, db, "INSERT INTO effects SELECT * FROM effects WHERE ref = (SELECT rating FROM live_ratings WHERE unit = 'A01')")
		dbtest.Tamper(t, db, "INSERT INTO ratings ("+columnsOfRatings+") SELECT tenant,campaign,X'0102',channel,account,unit,'','',X'0304','5','R',platform_at,received_at FROM ratings WHERE unit = 'A01'")
		if got, want := dbtest.EvidenceDifferences(t, db, true), "effects_doubled  1,ratings_without_effect A01 1"; got != want {
			t.Errorf("an effect that stands twice: differences %q, want %q", got, want)
		}
	})
}
