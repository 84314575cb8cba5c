package audit_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pingyi/complaints"
	"pingyi/internal/dbtest"
	"pingyi/models"
	"pingyi/scoring"
	"pingyi/store/audit"
	"pingyi/store/record"
)

// evidence is a sealed campaign whose rows are the same whoever makes them.
func evidence(t *testing.T, db *dbtest.DB) models.ID {
	t.Helper()
	dbtest.WithCampaign(t, db, 3)
	w := dbtest.WriterOn(t, db, record.WriterOptions{})
	var first scoring.Submission
	for i, unit := range []string{"A01", "A02", "A01"} {
		s := dbtest.Rating(t, unit, "5-0")
		s.Rating, s.Person, s.Receipt = dbtest.Named(fmt.Sprint("rating", i)), dbtest.Named("person"), fmt.Sprint("receipt", i)
		dbtest.Submit(t, w, s, scoring.Counted)
		first = s
	}
	f := dbtest.Filing(t)
	f.ID = dbtest.Named("complaint")
	dbtest.File(t, db, f, complaints.Filed)
	act := scoring.Act{By: "a", ApprovedBy: "b", Note: "n", At: dbtest.Inside}
	if done, err := db.Exclude(t.Context(), dbtest.Tenant, dbtest.Campaign, first.Rating, "hand", act); err != nil || !done {
		t.Fatal(done, err)
	}
	if _, err := db.Seal(t.Context(), dbtest.Tenant, dbtest.Campaign, dbtest.Closes.Add(2*time.Minute)); err != nil {
		t.Fatal(err)
	}
	return f.ID
}

func TestFingerprints_sameEvidence_sameSumsOnEveryDatabase(t *testing.T) {
	var sums []audit.Fingerprints
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		evidence(t, db)
		sums = append(sums, dbtest.Fingerprints(t, db))
		if _, err := db.Fingerprints(t.Context(), dbtest.Tenant, "1999"); models.KindOf(err) != models.NotFound {
			t.Errorf("unknown campaign: %v", err)
		}
	})
	for _, f := range sums {
		if f != sums[0] {
			t.Errorf("sums %x, want %x", f, sums[0])
		}
	}
}

// Every alteration that leaves ratings, index and tallies in agreement changes a
// sum, and only the one that covers it.
func TestFingerprints_whatWasTamperedWith_changesItsSum(t *testing.T) {
	tests := []struct{ of, statement string }{
		{"campaign", `UPDATE campaigns SET definition = '{"methods":[]}'`},
		{"campaign", "UPDATE campaigns SET opens_at = '2026-11-01 00:00:00.001'"},
		{"campaign", "UPDATE campaigns SET closes_at = '2026-12-01 00:00:00.001'"},
		{"campaign", "UPDATE campaigns SET planned_close = closes_at, closes_at = '2026-12-31 00:00:00.000'"},
		{"campaign", "UPDATE campaigns SET planned_close = closes_at, closes_at = '2026-11-30 00:00:00.000'"},
		{"campaign acts", "UPDATE campaigns SET planned_close = closes_at, stopped_at = closes_at, stopped_by = 'x', stopped_via = 'x', stop_reason = 'x', closes_at = '2026-12-31 00:00:00.000'"},
		{"campaign", "UPDATE campaigns SET approved_by = 'x'"},
		{"campaign", "UPDATE campaign_channels SET full_marks = '9' WHERE channel = 'mobile'"},
		{"campaign", "UPDATE campaign_channels SET method = 'm/2' WHERE channel = 'mobile'"},
		{"campaign", "UPDATE campaign_units SET class = 'x' WHERE code = 'A03'"},
		{"campaign", "DELETE FROM campaign_units WHERE code = 'A03'"},
		{"ratings", "UPDATE campaigns SET sealed_at = NULL"},
		{"ratings", "UPDATE ratings SET answers = '4-0' WHERE unit = 'A02'"},
		{"ratings", "UPDATE ratings SET answers = '500' WHERE unit = 'A02'"},
		{"ratings", "UPDATE ratings SET window_code = 'A01W1' WHERE unit = 'A02'"},
		{"ratings", "UPDATE ratings SET platform_at = '2026-11-22 08:00:00.001' WHERE unit = 'A02'"},
		{"ratings", "UPDATE rating_ends SET how = 'withdrawn'"},
		{"ratings", "INSERT INTO rating_ends (tenant,campaign,rating,how,ended_at) SELECT tenant, campaign, id, 'withdrawn', received_at FROM ratings WHERE unit = 'A02'"},
		{"reasons", "INSERT INTO rating_reasons (tenant,rating,reason,given_at) SELECT tenant, id, 'slow', received_at FROM ratings WHERE unit = 'A01'"},
		{"reasons", "UPDATE rating_reasons SET reason = 'rude'"},
		{"reasons", "DELETE FROM rating_reasons"},
		{"acts", "UPDATE rating_exclusions SET approved_by = 'a'"},
		{"ratings", "DELETE FROM ratings WHERE unit = 'A02'"},
		{"acts", "UPDATE campaigns SET published_at = '2026-12-02 00:00:00.000'"},
		{"acts", "UPDATE complaint_events SET on_time = 0"},
		{"acts", "UPDATE complaints SET counted_unit = 'A02'"},
		{"acts", "DELETE FROM rating_exclusions"},
		{"acts", "DELETE FROM complaints"},
	}
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		evidence(t, db)
		before := dbtest.Fingerprints(t, db)
		for _, tt := range tests { // one after the other: each must change something that is there
			dbtest.Tamper(t, db, tt.statement)
			after := dbtest.Fingerprints(t, db)
			changed := map[string]bool{
				"campaign": before.Campaign != after.Campaign, "ratings": before.Ratings != after.Ratings, "acts": before.Acts != after.Acts,
				"reasons": before.Reasons != after.Reasons,
			}
			if (before.Exclusions != after.Exclusions) != strings.Contains(tt.statement, "rating_exclusions") {
				t.Errorf("%s: the sum of the exclusions changed: %v", tt.statement, before.Exclusions != after.Exclusions)
			}
			for of, c := range changed {
				if c != strings.Contains(tt.of, of) {
					t.Errorf("%s: the sum of the %s changed: %v", tt.statement, of, c)
				}
			}
			before = after
		}
	})
}

// Handling a complaint goes on after the seal and leaves the ratings' sum alone.
func TestFingerprints_complaintAnsweredAfterTheSeal_leavesTheRatingsAlone(t *testing.T) {
	db := dbtest.Migrated(t, dbtest.SQLiteURL(t))
	complaint := evidence(t, db)
	before := dbtest.Fingerprints(t, db)
	if err := db.AddEvent(t.Context(), record.Event{Tenant: dbtest.Tenant, Complaint: complaint, State: complaints.Answered, At: dbtest.Closes, By: "c"}); err != nil {
		t.Fatal(err)
	}
	after := dbtest.Fingerprints(t, db)
	if before.Campaign != after.Campaign || before.Ratings != after.Ratings || before.Acts == after.Acts {
		t.Errorf("sums %x became %x", before, after)
	}
}
