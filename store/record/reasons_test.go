package record_test

import (
	"testing"

	"pingyi/internal/dbtest"
	"pingyi/scoring"
	"pingyi/store/record"
)

func TestAddReason_ownRating_once(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 3)
		w := dbtest.WriterOn(t, db, record.WriterOptions{})
		s := dbtest.Rating(t, "A01", "11111")
		dbtest.Submit(t, w, s, scoring.Counted)
		r := scoring.Reason{
			Tenant: dbtest.Tenant, Receipt: s.Receipt, Person: s.Person, Reason: "waiting", Push: dbtest.NewID(t), ReceivedAt: dbtest.Inside, Answer: []byte("noted"),
		}
		for i, want := range []scoring.Verdict{scoring.Counted, scoring.Repeat} {
			ack, err := db.AddReason(t.Context(), r)
			if err != nil || ack.Verdict != want {
				t.Errorf("call %d: %+v, %v", i+1, ack, err)
			}
		}
		r.Push = dbtest.NewID(t) // tapped a second time
		if ack, err := db.AddReason(t.Context(), r); err != nil || ack.Verdict != scoring.Counted {
			t.Errorf("second tap: %+v, %v", ack, err)
		}
		dbtest.WantRows(t, db, map[string]int{"rating_reasons": 1, "effects": 3})
		r.Push, r.Person = dbtest.NewID(t), dbtest.NewID(t)
		if ack, err := db.AddReason(t.Context(), r); err != nil || ack.Verdict != scoring.Missing {
			t.Errorf("somebody else's rating: %+v, %v", ack, err)
		}
		if _, err := db.Seal(t.Context(), dbtest.Tenant, dbtest.Campaign, dbtest.Inside); err != nil {
			t.Fatal(err)
		}
		r.Push, r.Person = dbtest.NewID(t), s.Person
		if ack, err := db.AddReason(t.Context(), r); err != nil || ack.Verdict != scoring.TooLate {
			t.Errorf("behind the seal: %+v, %v", ack, err)
		}
		dbtest.WantRows(t, db, map[string]int{"rating_reasons": 1, "effects": 3})
	})
}
