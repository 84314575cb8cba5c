package record_test

import (
	"context"
	"testing"
	"time"

	"pingyi/internal/dbtest"
	"pingyi/models"
	"pingyi/scoring"
	"pingyi/store"
	"pingyi/store/record"
)

// full is a confirmed rating of the same person.
func full(t testing.TB, s scoring.Submission, answers string, at time.Time) scoring.Submission {
	t.Helper()
	f := dbtest.Change(t, s, answers)
	f.Channel, f.Account, f.PlatformAt, f.ReceivedAt = s.Channel, s.Account, at, at
	return f
}

func wantLive(t *testing.T, db *dbtest.DB, s scoring.Submission, received, superseded int64) {
	t.Helper()
	want := scoring.Tally{Unit: s.Unit, Received: received, Superseded: superseded}
	want.Add(s.Answers, 1)
	if got := dbtest.TallyOf(t, db, models.Social, s.Unit); got != want {
		t.Errorf("tally %+v, want %+v", got, want)
	}
	dbtest.WantSound(t, db)
}

func TestPublic_neverReplacesAFullRating(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 3)
		w := dbtest.WriterOn(t, db, record.WriterOptions{})
		text := dbtest.Public(t, "A01", "11111", dbtest.Inside.Add(time.Hour))
		mine := full(t, text, "55545", dbtest.Inside)
		dbtest.Submit(t, w, mine, scoring.Counted)
		dbtest.Submit(t, w, text, scoring.FullStands)
		wantLive(t, db, mine, 1, 0)
		dbtest.WantRows(t, db, map[string]int{"effects": 1, "public_ratings": 0})
	})
}

func TestPublic_isReplacedByAFullRating(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 3)
		w := dbtest.WriterOn(t, db, record.WriterOptions{})
		text := dbtest.Public(t, "A01", "11111", dbtest.Inside.Add(time.Hour))
		mine := full(t, text, "55545", dbtest.Inside.Add(time.Hour)) // within the same second
		dbtest.Submit(t, w, text, scoring.Counted)
		dbtest.Submit(t, w, dbtest.Again(t, text), scoring.Repeat)
		dbtest.Submit(t, w, mine, scoring.Counted)
		wantLive(t, db, mine, 2, 1)
		dbtest.WantRows(t, db, map[string]int{"effects": 2, "public_ratings": 1})
	})
}

func TestPublic_theLaterTextStands_whicheverComesFirst(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 3)
		w := dbtest.WriterOn(t, db, record.WriterOptions{})
		first := dbtest.Public(t, "A01", "11111", dbtest.Inside)
		second := dbtest.AnotherPublic(t, first, "44444", dbtest.Inside.Add(time.Second))
		dbtest.Submit(t, w, first, scoring.Counted)
		dbtest.Submit(t, w, second, scoring.Counted)
		wantLive(t, db, second, 2, 1)

		later := dbtest.Public(t, "A02", "44444", dbtest.Inside.Add(time.Second))
		earlier := dbtest.AnotherPublic(t, later, "11111", dbtest.Inside)
		dbtest.Submit(t, w, later, scoring.Counted)
		dbtest.Submit(t, w, earlier, scoring.LaterStands)
		wantLive(t, db, later, 1, 0)
	})
}

func TestPublic_twoInOneSecond_theSameStandsInEitherOrder(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 3)
		w := dbtest.WriterOn(t, db, record.WriterOptions{})
		one, other := dbtest.Public(t, "A01", "11111", dbtest.Inside), dbtest.Public(t, "A01", "44444", dbtest.Inside)
		other.Person = one.Person
		if !record.Later(&other, dbtest.Inside, one.Source) {
			one, other = other, one
		}
		dbtest.Submit(t, w, other, scoring.Counted)
		dbtest.Submit(t, w, one, scoring.LaterStands)
		wantLive(t, db, other, 1, 0)
	})
}

// In one batch with others, only the one that may not stand is refused.
func TestPublic_refusedInABatch_failsNobody(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 3)
		text := dbtest.Public(t, "A01", "11111", dbtest.Inside)
		early := dbtest.WriterOn(t, db, record.WriterOptions{})
		dbtest.Submit(t, early, full(t, text, "5", dbtest.Inside), scoring.Counted)
		w := record.NewWriter(db.RecordStore, record.WriterOptions{Writers: 1})
		acks := queued(t, w, []scoring.Submission{dbtest.Rating(t, "A01", "5"), text, dbtest.Public(t, "A01", "4", dbtest.Inside), dbtest.Rating(t, "A02", "3")})
		for i, want := range []scoring.Verdict{scoring.Counted, scoring.FullStands, scoring.Counted, scoring.Counted} {
			if acks[i].Verdict != want {
				t.Errorf("submission %d: verdict %d, want %d", i, acks[i].Verdict, want)
			}
		}
		dbtest.WantSound(t, db)
	})
}

func TestPublic_window(t *testing.T) {
	last := dbtest.Closes.Add(-time.Second)
	tests := map[string]struct {
		platform, fetched time.Time
		want              scoring.Verdict
	}{
		"before it opens":               {dbtest.Opens.Add(-time.Second), dbtest.Opens, scoring.TooEarly},
		"at the close":                  {dbtest.Closes, dbtest.Closes, scoring.TooLate},
		"fetched at the settlement":     {last, dbtest.Closes.Add(scoring.PublicGrace), scoring.Counted},
		"fetched after the settlement":  {last, dbtest.Closes.Add(scoring.PublicGrace + time.Millisecond), scoring.TooLate},
		"the seal of the others is set": {dbtest.Inside, dbtest.Closes.Add(time.Hour), scoring.Counted},
	}
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 3)
		if _, err := db.Seal(t.Context(), dbtest.Tenant, dbtest.Campaign, dbtest.Closes.Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		w := dbtest.WriterOn(t, db, record.WriterOptions{})
		for name, tt := range tests {
			s := dbtest.Public(t, "A01", "5", tt.platform)
			s.ReceivedAt = tt.fetched
			if ack, err := w.Submit(t.Context(), s); err != nil || ack.Verdict != tt.want {
				t.Errorf("%s: verdict %d, %v, want %d", name, ack.Verdict, err, tt.want)
			}
		}
		due, err := db.DueForPublicSeal(t.Context(), dbtest.Closes.Add(scoring.PublicGrace+time.Second))
		if err != nil || len(due) != 1 {
			t.Fatalf("due %v, %v", due, err)
		}
		if sealed, err := db.SealPublic(t.Context(), dbtest.Tenant, dbtest.Campaign, dbtest.Closes.Add(49*time.Hour)); err != nil || !sealed {
			t.Fatal(sealed, err)
		}
		dbtest.Submit(t, w, dbtest.Public(t, "A01", "5", dbtest.Inside), scoring.TooLate)
		dbtest.WantSound(t, db)
	})
}

func TestPublic_writtenBeforeAWithdrawal_doesNotComeBack(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 3)
		w := dbtest.WriterOn(t, db, record.WriterOptions{})
		text := dbtest.Public(t, "A01", "11111", dbtest.Inside)
		dbtest.Submit(t, w, full(t, text, "55555", dbtest.Inside), scoring.Counted)
		_, err := db.Withdraw(t.Context(), scoring.Withdrawal{
			Tenant: dbtest.Tenant, Campaign: dbtest.Campaign, Unit: "A01", Channel: models.Social, Person: text.Person, Push: dbtest.NewID(t), Draft: dbtest.NewID(t),
			PlatformAt: dbtest.Inside.Add(time.Minute), ReceivedAt: dbtest.Inside.Add(time.Minute),
		})
		if err != nil {
			t.Fatal(err)
		}
		dbtest.Submit(t, w, text, scoring.LaterStands)
		after := dbtest.AnotherPublic(t, text, "44444", dbtest.Inside.Add(time.Hour))
		dbtest.Submit(t, w, after, scoring.Counted)
		dbtest.WantSound(t, db)
	})
}

func TestRetract_withdrawsOnce_andOnlyWhatIsLive(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 3)
		w := dbtest.WriterOn(t, db, record.WriterOptions{})
		text := dbtest.Public(t, "A01", "11111", dbtest.Inside)
		dbtest.Submit(t, w, text, scoring.Counted)
		for i, want := range []bool{true, false} {
			got, err := db.Retract(t.Context(), dbtest.Tenant, "wb_1", dbtest.Campaign, text.Source, dbtest.Inside.Add(2*time.Hour))
			if err != nil || got != want {
				t.Errorf("retraction %d: %t, %v", i, got, err)
			}
		}
		if got := dbtest.TallyOf(t, db, models.Social, "A01"); got.Live != 0 || got.Withdrawn != 1 {
			t.Errorf("tally %+v", got)
		}
		// Another text, written before the deletion was noticed, counts.
		second := dbtest.AnotherPublic(t, text, "33333", dbtest.Inside.Add(time.Minute))
		dbtest.Submit(t, w, second, scoring.Counted)
		// One that was replaced stays what it became.
		dbtest.Submit(t, w, full(t, second, "55555", dbtest.Inside.Add(time.Hour)), scoring.Counted)
		if got, err := db.Retract(t.Context(), dbtest.Tenant, "wb_1", dbtest.Campaign, second.Source, dbtest.Inside.Add(2*time.Hour)); err != nil || got {
			t.Errorf("a replaced one: %t, %v", got, err)
		}
		if got := dbtest.TallyOf(t, db, models.Social, "A01"); got.Live != 1 || got.Superseded != 1 {
			t.Errorf("tally %+v", got)
		}
		dbtest.WantSound(t, db)
	})
}

func TestRetract_beforeItWasRead_itNeverCounts(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 3)
		w := dbtest.WriterOn(t, db, record.WriterOptions{})
		text := dbtest.Public(t, "A01", "11111", dbtest.Inside)
		if _, err := db.Retract(t.Context(), dbtest.Tenant, "wb_1", dbtest.Campaign, text.Source, dbtest.Inside); err != nil {
			t.Fatal(err)
		}
		dbtest.Submit(t, w, text, scoring.LaterStands)
		dbtest.WantRows(t, db, map[string]int{"ratings": 0, "effects": 0})
	})
}

// Two people exclude a public rating, its author deletes the text, the exclusion
// is taken back: the rating stays withdrawn, and is in neither figure.
func TestRetract_whileExcluded_staysWithdrawnWhenRestored(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 3)
		w := dbtest.WriterOn(t, db, record.WriterOptions{})
		text := dbtest.Public(t, "A01", "11111", dbtest.Inside)
		dbtest.Submit(t, w, text, scoring.Counted)
		change := func(do func(context.Context, string, string, models.ID, string, scoring.Act) (bool, error), at time.Time) {
			t.Helper()
			if done, err := do(t.Context(), dbtest.Tenant, dbtest.Campaign, text.Rating, "by_hand", scoring.Act{By: "甲", ApprovedBy: "乙", At: at}); err != nil || !done {
				t.Fatal(done, err)
			}
		}
		excluded := scoring.Tally{Unit: "A01", Received: 1, Excluded: 1}
		withdrawn := scoring.Tally{Unit: "A01", Received: 1, Withdrawn: 1}
		wants := func(want scoring.Tally, rawLive int64) {
			t.Helper()
			if got := dbtest.TallyOf(t, db, models.Social, "A01"); got != want {
				t.Errorf("tally %+v, want %+v", got, want)
			}
			raw, err := db.RawTallies(t.Context(), dbtest.Tenant, dbtest.Campaign, models.Social)
			if err != nil || raw[0].Live != rawLive {
				t.Errorf("raw %+v, %v, want %d live", raw[0], err, rawLive)
			}
			dbtest.WantSound(t, db)
		}
		change(db.Exclude, dbtest.Inside.Add(time.Hour))
		wants(excluded, 1)
		for i, want := range []bool{true, false} {
			if got, err := db.Retract(t.Context(), dbtest.Tenant, "wb_1", dbtest.Campaign, text.Source, dbtest.Inside.Add(2*time.Hour)); err != nil || got != want {
				t.Errorf("retraction %d: %t, %v", i, got, err)
			}
		}
		wants(withdrawn, 0)
		events, err := db.Exclusions(t.Context(), dbtest.Tenant, dbtest.Campaign, models.Social)
		if err != nil || len(events) != 1 || !events[0].Withdrawn {
			t.Errorf("events %+v, %v", events, err)
		}
		change(db.Restore, dbtest.Inside.Add(3*time.Hour))
		wants(withdrawn, 0)
		if done, err := db.Exclude(t.Context(), dbtest.Tenant, dbtest.Campaign, text.Rating, "by_hand", scoring.Act{By: "甲", ApprovedBy: "乙", At: dbtest.Inside.Add(4 * time.Hour)}); err != nil || done {
			t.Errorf("excluded again: %t, %v", done, err)
		}
	})
}

// A version before this one noted such a deletion and left the rating excluded.
func TestRestore_deletedBefore_isWithdrawn(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 3)
		w := dbtest.WriterOn(t, db, record.WriterOptions{})
		text := dbtest.Public(t, "A01", "11111", dbtest.Inside)
		dbtest.Submit(t, w, text, scoring.Counted)
		a := scoring.Act{By: "甲", ApprovedBy: "乙", At: dbtest.Inside.Add(time.Hour)}
		if done, err := db.Exclude(t.Context(), dbtest.Tenant, dbtest.Campaign, text.Rating, "by_hand", a); err != nil || !done {
			t.Fatal(done, err)
		}
		if err := db.Primary(context.Background()).Exec("INSERT INTO social_retractions (tenant,account,item,rating,noticed_at) VALUES "+store.Tuples(1, 5),
			dbtest.Tenant, "wb_1", text.Source, text.Rating, "2026-11-22 10:00:00.000").Error; err != nil {
			t.Fatal(err)
		}
		a.At = dbtest.Inside.Add(3 * time.Hour)
		if done, err := db.Restore(t.Context(), dbtest.Tenant, dbtest.Campaign, text.Rating, "by_hand", a); err != nil || !done {
			t.Fatal(done, err)
		}
		if got, want := dbtest.TallyOf(t, db, models.Social, "A01"), (scoring.Tally{Unit: "A01", Received: 1, Withdrawn: 1}); got != want {
			t.Errorf("tally %+v, want %+v", got, want)
		}
		dbtest.WantSound(t, db)
	})
}
