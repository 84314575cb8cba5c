package audit_test

import (
	"testing"
	"time"

	"pingyi/complaints"
	"pingyi/internal/dbtest"
	"pingyi/scoring"
	"pingyi/store/record"
)

// A citizen who taps two reasons leaves two rows; each stands by the proof of its own
// effect, whatever their times.
func TestCheckEvidence_twoReasons_eachStandsByItsEffect(t *testing.T) {
	tests := map[string]struct{ want, before, statement string }{
		"as they were tapped":  {"", "", ""},
		"one removed":          {"proofs_wrong A01 1", "", "DELETE FROM rating_reasons WHERE reason = 'rude'"},
		"one altered":          {"proofs_wrong A01 1,reasons_without_effect A01 1", "", "UPDATE rating_reasons SET reason = 'lazy' WHERE reason = 'rude'"},
		"both altered":         {"proofs_wrong A01 2,reasons_without_effect A01 2", "", "UPDATE rating_reasons SET reason = CASE reason WHEN 'rude' THEN 'a' ELSE 'b' END"},
		"times exchanged":      {"reasons_without_effect A01 2", "", "UPDATE rating_reasons SET given_at = CASE reason WHEN 'rude' THEN '2026-11-22 08:00:00.000' ELSE '2026-11-22 08:01:00.000' END"},
		"a third at the first": {"reasons_without_effect A01 1", "reasons_without_effect A01 1", "INSERT INTO rating_reasons (tenant,rating,reason,given_at) SELECT tenant,rating,'lazy',given_at FROM rating_reasons WHERE reason = 'slow'"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
				dbtest.WithCampaign(t, db, 1)
				s := dbtest.Rating(t, "A01", "1")
				dbtest.Submit(t, dbtest.WriterOn(t, db, record.WriterOptions{}), s, scoring.Counted)
				for i, reason := range []string{"slow", "rude"} {
					at := dbtest.Inside.Add(time.Duration(i) * time.Minute)
					r := scoring.Reason{Tenant: dbtest.Tenant, Receipt: s.Receipt, Person: s.Person, Reason: reason, Push: dbtest.NewID(t), ReceivedAt: at, Answer: []byte("a")}
					if ack, err := db.AddReason(t.Context(), r); err != nil || ack.Verdict != scoring.Counted {
						t.Fatal(ack, err)
					}
				}
				if tt.statement != "" {
					dbtest.Tamper(t, db, tt.statement)
				}
				if got := dbtest.EvidenceDifferences(t, db, true); got != tt.want {
					t.Errorf("differences %s, want %s", got, tt.want)
				}
				ofBefore(t, db)
				if got := dbtest.EvidenceDifferences(t, db, false); got != tt.before {
					t.Errorf("of rows of before: %s, want %s", got, tt.before)
				}
			})
		})
	}
}

// Each step of a complaint that the program adds has a proof; what is altered of it, or
// taken from the middle, is named.
func TestCheckEvidence_stepsOfAComplaint_areProven(t *testing.T) {
	tests := map[string]struct{ want, statement string }{
		"as they were added":    {"", ""},
		"whether in time":       {"proofs_wrong A06 1", "UPDATE complaint_events SET on_time = 1 WHERE seq = 2"},
		"who did it":            {"proofs_wrong A06 1", "UPDATE complaint_events SET by_name = 'b' WHERE seq = 2"},
		"what the citizen said": {"proofs_wrong A06 1", "UPDATE complaint_events SET satisfied = 1 WHERE seq = 3"},
		"one from the middle":   {"events_out_of_order A06 1", "DELETE FROM complaint_events WHERE seq = 2"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
				dbtest.EveryKind(t, db)
				f := dbtest.Filing(t)
				f.Unit = "A06"
				dbtest.File(t, db, f, complaints.Filed)
				no := false
				for _, e := range []record.Event{{State: complaints.Answered, By: "a", OnTime: &no}, {State: complaints.Revisit, By: "c", Satisfied: &no}} {
					e.Tenant, e.Complaint, e.At = dbtest.Tenant, f.ID, dbtest.Inside
					if err := db.AddEvent(t.Context(), e); err != nil {
						t.Fatal(err)
					}
				}
				if tt.statement != "" {
					dbtest.Tamper(t, db, tt.statement)
				}
				if got := dbtest.EvidenceDifferences(t, db, true); got != tt.want {
					t.Errorf("differences %s, want %s", got, tt.want)
				}
			})
		})
	}
}
