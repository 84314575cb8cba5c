package record_test

import (
	"testing"

	"pingyi/internal/dbtest"
	"pingyi/models"
	"pingyi/scoring"
	"pingyi/store/record"
)

func TestWithdraw_liveRating_isTakenBackAndStays(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 3)
		w := dbtest.WriterOn(t, db, record.WriterOptions{})
		s := dbtest.Rating(t, "A01", "54321")
		dbtest.Submit(t, w, s, scoring.Counted)
		take := dbtest.Withdrawal(t, s)
		if ack := dbtest.Withdraw(t, db, take, scoring.Counted); ack.Receipt != s.Receipt {
			t.Errorf("receipt %q, want %q", ack.Receipt, s.Receipt)
		}
		if got, want := dbtest.TallyOf(t, db, models.Mobile, "A01"), (scoring.Tally{Unit: "A01", Received: 1, Withdrawn: 1}); got != want {
			t.Errorf("tally %+v, want %+v", got, want)
		}
		if ack := dbtest.Withdraw(t, db, take, scoring.Repeat); string(ack.Answer) != "withdrawn" {
			t.Errorf("answer %q", ack.Answer)
		}
		otherPush := take
		otherPush.Push = dbtest.NewID(t)
		if ack := dbtest.Withdraw(t, db, otherPush, scoring.DraftDone); ack.Receipt != s.Receipt || ack.Unit != "A01" {
			t.Errorf("ack %+v", ack)
		}
		dbtest.Withdraw(t, db, dbtest.Withdrawal(t, s), scoring.Missing)
		// The person may rate the unit anew.
		dbtest.Submit(t, w, dbtest.Change(t, s, "11111"), scoring.Counted)
		dbtest.WantRows(t, db, map[string]int{"effects": 3, "ratings": 2, "live_ratings": 1, "rating_ends": 1})
		dbtest.WantSound(t, db)
	})
}

func TestWithdraw_outsideTheWindow_changesNothing(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 3)
		w := dbtest.WriterOn(t, db, record.WriterOptions{})
		s := dbtest.Rating(t, "A01", "54321")
		dbtest.Submit(t, w, s, scoring.Counted)
		late := dbtest.Withdrawal(t, s)
		late.PlatformAt, late.ReceivedAt = dbtest.Closes, dbtest.Closes
		dbtest.Withdraw(t, db, late, scoring.TooLate)
		elsewhere := dbtest.Withdrawal(t, s)
		elsewhere.Campaign = "1999"
		dbtest.Withdraw(t, db, elsewhere, scoring.Missing)
		dbtest.WantRows(t, db, map[string]int{"effects": 1, "live_ratings": 1, "rating_ends": 0})
	})
}
