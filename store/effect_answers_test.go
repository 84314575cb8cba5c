package store

import (
	"testing"
	"time"

	"pingyi/complaints"
	"pingyi/scoring"
)

// swept deletes every finished answer, as a server does ten days later.
func swept(t *testing.T, db *DB) {
	t.Helper()
	if err := db.SweepAnswers(t.Context(), inside.Add(AnswersKept+time.Hour)); err != nil {
		t.Fatal(err)
	}
	wantRows(t, db, map[string]int{"effect_answers": 0})
}

func TestSweepAnswers_answersOfTenDaysAgo_goAndYoungerStay(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 1)
		if err := db.EnsureTenant(t.Context(), tenant, tenant, opens); err != nil {
			t.Fatal(err)
		}
		w := writerOn(t, db, WriterOptions{})
		for i := range 3 {
			s := rating(t, "A01", "5")
			s.ReceivedAt = inside.Add(time.Duration(i) * 24 * time.Hour)
			submit(t, w, s, scoring.Counted)
		}
		if err := db.SweepAnswers(t.Context(), inside.Add(AnswersKept+time.Hour)); err != nil {
			t.Fatal(err)
		}
		wantRows(t, db, map[string]int{"effects": 3, "effect_answers": 2})
		wantSound(t, db)
	})
}

// Whoever repeats a push whose answer was swept has no second effect, and is told
// what the first one was.
func TestRepeat_answerWasSwept_hasNoSecondEffect(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 2)
		if err := db.EnsureTenant(t.Context(), tenant, tenant, opens); err != nil {
			t.Fatal(err)
		}
		w := writerOn(t, db, WriterOptions{})
		s, gone := rating(t, "A01", "54321"), rating(t, "A02", "5")
		submit(t, w, s, scoring.Counted)
		submit(t, w, gone, scoring.Counted)
		wd := withdrawal(t, gone)
		withdraw(t, db, wd, scoring.Counted)
		f := filing(t)
		no := file(t, db, f, complaints.Filed).No
		swept(t, db)

		if ack := submit(t, w, again(t, s), scoring.DraftDone); ack.Receipt != s.Receipt || ack.Unit != "A01" {
			t.Errorf("a repeated rating is answered %+v, want its receipt %s", ack, s.Receipt)
		}
		withdraw(t, db, wd, scoring.DraftDone)
		f.ID = newID(t)
		if ack := file(t, db, f, complaints.DraftDone); ack.No != no {
			t.Errorf("a repeated complaint has the number %s, want %s", ack.No, no)
		}
		if answer, found, err := db.FindEffect(t.Context(), tenant, s.Push); found || err != nil {
			t.Errorf("the answer %q is found, %v", answer, err)
		}
		wantRows(t, db, map[string]int{"effects": 4, "ratings": 2, "complaints": 1})
		wantSound(t, db)
	})
}

// A row of the version before this one has its answer in itself.
func TestRepeat_answerInTheEffectItself_isRead(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 1)
		w := writerOn(t, db, WriterOptions{})
		s := rating(t, "A01", "54321")
		submit(t, w, s, scoring.Counted)
		tamper(t, db, "UPDATE effects SET answer = X'616E73776572206F66206265666F7265', proof = NULL")
		tamper(t, db, "DELETE FROM effect_answers")
		if ack := submit(t, w, again(t, s), scoring.Repeat); string(ack.Answer) != "answer of before" {
			t.Errorf("answer %q", ack.Answer)
		}
		if answer, found, err := db.FindEffect(t.Context(), tenant, s.Push); !found || string(answer) != "answer of before" {
			t.Errorf("found %t %q, %v", found, answer, err)
		}
	})
}
