package store

import (
	"context"
	"testing"
	"time"

	"pingyi/models"
	"pingyi/scoring"
)

// public is a public rating of a new person, fetched an hour after it was
// written.
func public(t testing.TB, unit, answers string, at time.Time) scoring.Submission {
	t.Helper()
	s := rating(t, unit, answers)
	s.Channel, s.Account, s.Source, s.Answer = models.Social, "wb_1", newID(t), nil
	s.PlatformAt, s.ReceivedAt = at, at.Add(time.Hour)
	return s
}

// full is a confirmed rating of the same person.
func full(t testing.TB, s scoring.Submission, answers string, at time.Time) scoring.Submission {
	t.Helper()
	f := change(t, s, answers)
	f.Channel, f.Account, f.PlatformAt, f.ReceivedAt = s.Channel, s.Account, at, at
	return f
}

// of is another public text of the same person.
func of(t testing.TB, s scoring.Submission, answers string, at time.Time) scoring.Submission {
	t.Helper()
	p := public(t, s.Unit, answers, at)
	p.Person = s.Person
	return p
}

func wantLive(t *testing.T, db *DB, s scoring.Submission, received, superseded int64) {
	t.Helper()
	want := scoring.Tally{Unit: s.Unit, Received: received, Superseded: superseded}
	want.Add(s.Answers, 1)
	if got := tally(t, db, models.Social, s.Unit); got != want {
		t.Errorf("tally %+v, want %+v", got, want)
	}
	wantSound(t, db)
}

func TestPublic_neverReplacesAFullRating(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 3)
		w := writerOn(t, db, WriterOptions{})
		text := public(t, "A01", "11111", inside.Add(time.Hour))
		mine := full(t, text, "55545", inside)
		submit(t, w, mine, scoring.Counted)
		submit(t, w, text, scoring.FullStands)
		wantLive(t, db, mine, 1, 0)
		wantRows(t, db, map[string]int{"effects": 1, "public_ratings": 0})
	})
}

func TestPublic_isReplacedByAFullRating(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 3)
		w := writerOn(t, db, WriterOptions{})
		text := public(t, "A01", "11111", inside.Add(time.Hour))
		mine := full(t, text, "55545", inside.Add(time.Hour)) // within the same second
		submit(t, w, text, scoring.Counted)
		submit(t, w, again(t, text), scoring.Repeat)
		submit(t, w, mine, scoring.Counted)
		wantLive(t, db, mine, 2, 1)
		wantRows(t, db, map[string]int{"effects": 2, "public_ratings": 1})
	})
}

func TestPublic_theLaterTextStands_whicheverComesFirst(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 3)
		w := writerOn(t, db, WriterOptions{})
		first := public(t, "A01", "11111", inside)
		second := of(t, first, "44444", inside.Add(time.Second))
		submit(t, w, first, scoring.Counted)
		submit(t, w, second, scoring.Counted)
		wantLive(t, db, second, 2, 1)

		later := public(t, "A02", "44444", inside.Add(time.Second))
		earlier := of(t, later, "11111", inside)
		submit(t, w, later, scoring.Counted)
		submit(t, w, earlier, scoring.LaterStands)
		wantLive(t, db, later, 1, 0)
	})
}

func TestPublic_twoInOneSecond_theSameStandsInEitherOrder(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 3)
		w := writerOn(t, db, WriterOptions{})
		one, other := public(t, "A01", "11111", inside), public(t, "A01", "44444", inside)
		other.Person = one.Person
		if !later(&other, inside, one.Source) {
			one, other = other, one
		}
		submit(t, w, other, scoring.Counted)
		submit(t, w, one, scoring.LaterStands)
		wantLive(t, db, other, 1, 0)
	})
}

// In one batch with others, only the one that may not stand is refused.
func TestPublic_refusedInABatch_failsNobody(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 3)
		text := public(t, "A01", "11111", inside)
		early := writerOn(t, db, WriterOptions{})
		submit(t, early, full(t, text, "5", inside), scoring.Counted)
		w := NewWriter(db, WriterOptions{Writers: 1})
		acks := queued(t, w, []scoring.Submission{rating(t, "A01", "5"), text, public(t, "A01", "4", inside), rating(t, "A02", "3")})
		for i, want := range []scoring.Verdict{scoring.Counted, scoring.FullStands, scoring.Counted, scoring.Counted} {
			if acks[i].Verdict != want {
				t.Errorf("submission %d: verdict %d, want %d", i, acks[i].Verdict, want)
			}
		}
		wantSound(t, db)
	})
}

func TestPublic_window(t *testing.T) {
	last := closes.Add(-time.Second)
	tests := map[string]struct {
		platform, fetched time.Time
		want              scoring.Verdict
	}{
		"before it opens":               {opens.Add(-time.Second), opens, scoring.TooEarly},
		"at the close":                  {closes, closes, scoring.TooLate},
		"fetched at the settlement":     {last, closes.Add(scoring.PublicGrace), scoring.Counted},
		"fetched after the settlement":  {last, closes.Add(scoring.PublicGrace + time.Millisecond), scoring.TooLate},
		"the seal of the others is set": {inside, closes.Add(time.Hour), scoring.Counted},
	}
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 3)
		if _, err := db.Seal(t.Context(), tenant, campaign, closes.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		w := writerOn(t, db, WriterOptions{})
		for name, tt := range tests {
			s := public(t, "A01", "5", tt.platform)
			s.ReceivedAt = tt.fetched
			if ack, err := w.Submit(t.Context(), s); err != nil || ack.Verdict != tt.want {
				t.Errorf("%s: verdict %d, %v, want %d", name, ack.Verdict, err, tt.want)
			}
		}
		due, err := db.DueForPublicSeal(t.Context(), closes.Add(scoring.PublicGrace+time.Second))
		if err != nil || len(due) != 1 {
			t.Fatalf("due %v, %v", due, err)
		}
		if sealed, err := db.SealPublic(t.Context(), tenant, campaign, closes.Add(49*time.Hour)); err != nil || !sealed {
			t.Fatal(sealed, err)
		}
		submit(t, w, public(t, "A01", "5", inside), scoring.TooLate)
		wantSound(t, db)
	})
}

func TestPublic_writtenBeforeAWithdrawal_doesNotComeBack(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 3)
		w := writerOn(t, db, WriterOptions{})
		text := public(t, "A01", "11111", inside)
		submit(t, w, full(t, text, "55555", inside), scoring.Counted)
		_, err := db.Withdraw(t.Context(), scoring.Withdrawal{
			Tenant: tenant, Campaign: campaign, Unit: "A01", Channel: models.Social, Person: text.Person, Push: newID(t), Draft: newID(t),
			PlatformAt: inside.Add(time.Minute), ReceivedAt: inside.Add(time.Minute),
		})
		if err != nil {
			t.Fatal(err)
		}
		submit(t, w, text, scoring.LaterStands)
		after := of(t, text, "44444", inside.Add(time.Hour))
		submit(t, w, after, scoring.Counted)
		wantSound(t, db)
	})
}

func TestRetract_withdrawsOnce_andOnlyWhatIsLive(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 3)
		w := writerOn(t, db, WriterOptions{})
		text := public(t, "A01", "11111", inside)
		submit(t, w, text, scoring.Counted)
		for i, want := range []bool{true, false} {
			got, err := db.Retract(t.Context(), tenant, "wb_1", campaign, text.Source, inside.Add(2*time.Hour))
			if err != nil || got != want {
				t.Errorf("retraction %d: %t, %v", i, got, err)
			}
		}
		if got := tally(t, db, models.Social, "A01"); got.Live != 0 || got.Withdrawn != 1 {
			t.Errorf("tally %+v", got)
		}
		// Another text, written before the deletion was noticed, counts.
		second := of(t, text, "33333", inside.Add(time.Minute))
		submit(t, w, second, scoring.Counted)
		// One that was replaced stays what it became.
		submit(t, w, full(t, second, "55555", inside.Add(time.Hour)), scoring.Counted)
		if got, err := db.Retract(t.Context(), tenant, "wb_1", campaign, second.Source, inside.Add(2*time.Hour)); err != nil || got {
			t.Errorf("a replaced one: %t, %v", got, err)
		}
		if got := tally(t, db, models.Social, "A01"); got.Live != 1 || got.Superseded != 1 {
			t.Errorf("tally %+v", got)
		}
		wantSound(t, db)
	})
}

func TestRetract_beforeItWasRead_itNeverCounts(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 3)
		w := writerOn(t, db, WriterOptions{})
		text := public(t, "A01", "11111", inside)
		if _, err := db.Retract(t.Context(), tenant, "wb_1", campaign, text.Source, inside); err != nil {
			t.Fatal(err)
		}
		submit(t, w, text, scoring.LaterStands)
		wantRows(t, db, map[string]int{"ratings": 0, "effects": 0})
	})
}

// Two people exclude a public rating, its author deletes the text, the exclusion
// is taken back: the rating stays withdrawn, and is in neither figure.
func TestRetract_whileExcluded_staysWithdrawnWhenRestored(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 3)
		w := writerOn(t, db, WriterOptions{})
		text := public(t, "A01", "11111", inside)
		submit(t, w, text, scoring.Counted)
		change := func(do func(context.Context, string, string, models.ID, string, scoring.Act) (bool, error), at time.Time) {
			t.Helper()
			if done, err := do(t.Context(), tenant, campaign, text.Rating, "by_hand", scoring.Act{By: "甲", ApprovedBy: "乙", At: at}); err != nil || !done {
				t.Fatal(done, err)
			}
		}
		excluded := scoring.Tally{Unit: "A01", Received: 1, Excluded: 1}
		withdrawn := scoring.Tally{Unit: "A01", Received: 1, Withdrawn: 1}
		wants := func(want scoring.Tally, rawLive int64) {
			t.Helper()
			if got := tally(t, db, models.Social, "A01"); got != want {
				t.Errorf("tally %+v, want %+v", got, want)
			}
			raw, err := db.RawTallies(t.Context(), tenant, campaign, models.Social)
			if err != nil || raw[0].Live != rawLive {
				t.Errorf("raw %+v, %v, want %d live", raw[0], err, rawLive)
			}
			wantSound(t, db)
		}
		change(db.Exclude, inside.Add(time.Hour))
		wants(excluded, 1)
		for i, want := range []bool{true, false} {
			if got, err := db.Retract(t.Context(), tenant, "wb_1", campaign, text.Source, inside.Add(2*time.Hour)); err != nil || got != want {
				t.Errorf("retraction %d: %t, %v", i, got, err)
			}
		}
		wants(withdrawn, 0)
		events, err := db.Exclusions(t.Context(), tenant, campaign, models.Social)
		if err != nil || len(events) != 1 || !events[0].Withdrawn {
			t.Errorf("events %+v, %v", events, err)
		}
		change(db.Restore, inside.Add(3*time.Hour))
		wants(withdrawn, 0)
		if done, err := db.Exclude(t.Context(), tenant, campaign, text.Rating, "by_hand", scoring.Act{By: "甲", ApprovedBy: "乙", At: inside.Add(4 * time.Hour)}); err != nil || done {
			t.Errorf("excluded again: %t, %v", done, err)
		}
	})
}

// A version before this one noted such a deletion and left the rating excluded.
func TestRestore_deletedBefore_isWithdrawn(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 3)
		w := writerOn(t, db, WriterOptions{})
		text := public(t, "A01", "11111", inside)
		submit(t, w, text, scoring.Counted)
		a := scoring.Act{By: "甲", ApprovedBy: "乙", At: inside.Add(time.Hour)}
		if done, err := db.Exclude(t.Context(), tenant, campaign, text.Rating, "by_hand", a); err != nil || !done {
			t.Fatal(done, err)
		}
		if err := db.Primary(context.Background()).Exec("INSERT INTO social_retractions (tenant,account,item,rating,noticed_at) VALUES "+tuples(1, 5),
			tenant, "wb_1", raw(text.Source), raw(text.Rating), "2026-11-22 10:00:00.000").Error; err != nil {
			t.Fatal(err)
		}
		a.At = inside.Add(3 * time.Hour)
		if done, err := db.Restore(t.Context(), tenant, campaign, text.Rating, "by_hand", a); err != nil || !done {
			t.Fatal(done, err)
		}
		if got, want := tally(t, db, models.Social, "A01"), (scoring.Tally{Unit: "A01", Received: 1, Withdrawn: 1}); got != want {
			t.Errorf("tally %+v, want %+v", got, want)
		}
		wantSound(t, db)
	})
}
