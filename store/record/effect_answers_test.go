package record_test

import (
	"testing"
	"time"

	"pingyi/complaints"
	"pingyi/internal/dbtest"
	"pingyi/scoring"
	"pingyi/store/record"
)

// swept deletes every finished answer, as a server does ten days later.
func swept(t *testing.T, db *dbtest.DB) {
	t.Helper()
	if err := db.SweepAnswers(t.Context(), dbtest.Inside.Add(record.AnswersKept+time.Hour)); err != nil {
		t.Fatal(err)
	}
	dbtest.WantRows(t, db, map[string]int{"effect_answers": 0})
}

func TestSweepAnswers_answersOfTenDaysAgo_goAndYoungerStay(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 1)
		if err := db.EnsureTenant(t.Context(), dbtest.Tenant, dbtest.Tenant, dbtest.Opens); err != nil {
			t.Fatal(err)
		}
		w := dbtest.WriterOn(t, db, record.WriterOptions{})
		for i := range 3 {
			s := dbtest.Rating(t, "A01", "5")
			s.ReceivedAt = dbtest.Inside.Add(time.Duration(i) * 24 * time.Hour)
			dbtest.Submit(t, w, s, scoring.Counted)
		}
		if err := db.SweepAnswers(t.Context(), dbtest.Inside.Add(record.AnswersKept+time.Hour)); err != nil {
			t.Fatal(err)
		}
		dbtest.WantRows(t, db, map[string]int{"effects": 3, "effect_answers": 2})
		dbtest.WantSound(t, db)
	})
}

// Whoever repeats a push whose answer was swept has no second effect, and is told
// what the first one was.
func TestRepeat_answerWasSwept_hasNoSecondEffect(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 2)
		if err := db.EnsureTenant(t.Context(), dbtest.Tenant, dbtest.Tenant, dbtest.Opens); err != nil {
			t.Fatal(err)
		}
		w := dbtest.WriterOn(t, db, record.WriterOptions{})
		s, gone := dbtest.Rating(t, "A01", "54321"), dbtest.Rating(t, "A02", "5")
		dbtest.Submit(t, w, s, scoring.Counted)
		dbtest.Submit(t, w, gone, scoring.Counted)
		wd := dbtest.Withdrawal(t, gone)
		dbtest.Withdraw(t, db, wd, scoring.Counted)
		f := dbtest.Filing(t)
		no := dbtest.File(t, db, f, complaints.Filed).No
		swept(t, db)

		if ack := dbtest.Submit(t, w, dbtest.Again(t, s), scoring.DraftDone); ack.Receipt != s.Receipt || ack.Unit != "A01" {
			t.Errorf("a repeated rating is answered %+v, want its receipt %s", ack, s.Receipt)
		}
		dbtest.Withdraw(t, db, wd, scoring.DraftDone)
		f.ID = dbtest.NewID(t)
		if ack := dbtest.File(t, db, f, complaints.DraftDone); ack.No != no {
			t.Errorf("a repeated complaint has the number %s, want %s", ack.No, no)
		}
		if answer, found, err := db.FindEffect(t.Context(), dbtest.Tenant, s.Push); found || err != nil {
			t.Errorf("the answer %q is found, %v", answer, err)
		}
		dbtest.WantRows(t, db, map[string]int{"effects": 4, "ratings": 2, "complaints": 1})
		dbtest.WantSound(t, db)
	})
}

// A row of the version before this one has its answer in itself.
func TestRepeat_answerInTheEffectItself_isRead(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 1)
		w := dbtest.WriterOn(t, db, record.WriterOptions{})
		s := dbtest.Rating(t, "A01", "54321")
		dbtest.Submit(t, w, s, scoring.Counted)
		dbtest.Tamper(t, db, "UPDATE effects SET answer = X'616E73776572206F66206265666F7265', proof = NULL")
		dbtest.Tamper(t, db, "DELETE FROM effect_answers")
		if ack := dbtest.Submit(t, w, dbtest.Again(t, s), scoring.Repeat); string(ack.Answer) != "answer of before" {
			t.Errorf("answer %q", ack.Answer)
		}
		if answer, found, err := db.FindEffect(t.Context(), dbtest.Tenant, s.Push); !found || string(answer) != "answer of before" {
			t.Errorf("found %t %q, %v", found, answer, err)
		}
	})
}
