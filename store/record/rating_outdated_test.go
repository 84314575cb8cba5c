package record_test

import (
	"sync"
	"testing"
	"time"

	"pingyi/internal/dbtest"
	"pingyi/models"
	"pingyi/scoring"
	"pingyi/store/record"
)

// dated is s with the platform's time so many seconds after the test's moment.
func dated(s scoring.Submission, seconds int) scoring.Submission {
	s.PlatformAt = dbtest.Inside.Add(time.Duration(seconds) * time.Second)
	return s
}

// wantStanding fails unless the unit A01 counts exactly the one rating.
func wantStanding(t *testing.T, db *dbtest.DB, s scoring.Submission) {
	t.Helper()
	if n := dbtest.Count(t, db, "live_ratings", "rating = ? AND answers = ?", s.Rating[:], s.Answers.String()); n != 1 {
		t.Errorf("%d live rows of the rating %s, want one", n, s.Answers)
	}
	if n := dbtest.Count(t, db, "live_ratings", "person = ?", s.Person[:]); n != 1 {
		t.Errorf("%d live rows of the person", n)
	}
	dbtest.WantSound(t, db)
}

func TestSubmit_confirmationOlderThanTheLiveRating_hasNoEffect(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 3)
		w := dbtest.WriterOn(t, db, record.WriterOptions{})
		first := dated(dbtest.Rating(t, "A01", "11111"), 10)
		dbtest.Submit(t, w, first, scoring.Counted)
		second := dated(dbtest.Change(t, first, "22222"), 20)
		dbtest.Submit(t, w, second, scoring.Counted)
		old := dated(dbtest.Change(t, first, "33333"), 19)
		dbtest.Submit(t, w, old, scoring.Outdated)
		dbtest.Submit(t, w, old, scoring.Outdated) // nothing of it stands, not even its push
		wantStanding(t, db, second)
		if n := dbtest.Count(t, db, "effects", "push = ?", old.Push[:]); n != 0 {
			t.Errorf("%d effects of the old confirmation", n)
		}
		withdrawn := dbtest.Withdrawal(t, second)
		withdrawn.PlatformAt = dbtest.Inside.Add(19 * time.Second)
		dbtest.Withdraw(t, db, withdrawn, scoring.Outdated)
		wantStanding(t, db, second)
		same := dated(dbtest.Change(t, first, "44444"), 20) // the platform's unit is the second: equal counts
		dbtest.Submit(t, w, same, scoring.Counted)
		wantStanding(t, db, same)
		again := dbtest.Withdrawal(t, same)
		again.PlatformAt = dbtest.Inside.Add(20 * time.Second)
		dbtest.Withdraw(t, db, again, scoring.Counted)
	})
}

func TestSubmit_confirmationOlderThanTheWithdrawal_hasNoEffect(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 3)
		w := dbtest.WriterOn(t, db, record.WriterOptions{})
		first := dated(dbtest.Rating(t, "A01", "11111"), 10)
		dbtest.Submit(t, w, first, scoring.Counted)
		taken := dbtest.Withdrawal(t, first)
		taken.PlatformAt = dbtest.Inside.Add(30 * time.Second)
		dbtest.Withdraw(t, db, taken, scoring.Counted)
		dbtest.Submit(t, w, dated(dbtest.Change(t, first, "55555"), 29), scoring.Outdated)
		if n := dbtest.Count(t, db, "live_ratings", "person = ?", first.Person[:]); n != 0 {
			t.Error("a rating that was taken back came back")
		}
		other := dated(dbtest.Rating(t, "A02", "33333"), 29) // of another unit it says nothing
		other.Person = first.Person
		dbtest.Submit(t, w, other, scoring.Counted)
		later := dated(dbtest.Change(t, first, "44444"), 30)
		dbtest.Submit(t, w, later, scoring.Counted)
		dbtest.WantSound(t, db)
	})
}

// Within one group of a batch the old confirmation alone is refused.
func TestSubmit_oldConfirmationsAmongMany_othersCount(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 3)
		const people = 40
		first := make([]scoring.Submission, people)
		w := dbtest.WriterOn(t, db, record.WriterOptions{Writers: 1})
		all := func(of func(i int) (scoring.Submission, scoring.Verdict)) {
			t.Helper()
			var group sync.WaitGroup
			for i := range people {
				s, want := of(i)
				group.Go(func() {
					if ack, err := w.Submit(t.Context(), s); err != nil || ack.Verdict != want {
						t.Errorf("submission %d: verdict %d, %v, want %d", i, ack.Verdict, err, want)
					}
				})
			}
			group.Wait()
		}
		all(func(i int) (scoring.Submission, scoring.Verdict) {
			first[i] = dated(dbtest.Rating(t, "A01", "55555"), 10)
			return first[i], scoring.Counted
		})
		for i := 0; i < people; i += 5 {
			taken := dbtest.Withdrawal(t, first[i])
			taken.PlatformAt = dbtest.Inside.Add(12 * time.Second)
			dbtest.Withdraw(t, db, taken, scoring.Counted)
		}
		all(func(i int) (scoring.Submission, scoring.Verdict) {
			s := dated(dbtest.Change(t, first[i], "11111"), 12)
			switch i % 5 {
			case 0:
				return dated(s, 11), scoring.Outdated
			case 1:
				return dated(s, 9), scoring.Outdated
			case 2: // a new person beside them
				s.Person = dbtest.NewID(t)
			}
			return s, scoring.Counted
		})
		for answers, want := range map[string]int{"55555": people / 5 * 2, "11111": people / 5 * 3} {
			if n := dbtest.Count(t, db, "live_ratings", "answers = ?", answers); n != want {
				t.Errorf("%d live ratings %s, want %d", n, answers, want)
			}
		}
		dbtest.WantSound(t, db)
	})
}

// The rating of a public text is a live rating as any other: an older message does
// not replace it.
func TestSubmit_messageOlderThanTheLivePublicRating_hasNoEffect(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 3)
		w := dbtest.WriterOn(t, db, record.WriterOptions{})
		public := dbtest.Rating(t, "A01", "22222")
		public.Channel, public.Account, public.Source = models.Social, "wb_1", dbtest.NewID(t)
		dbtest.Submit(t, w, dated(public, 10), scoring.Counted)
		message := dbtest.Change(t, public, "11111")
		message.Channel, message.Account = models.Social, "wb_1"
		dbtest.Submit(t, w, dated(message, 9), scoring.Outdated)
		wantStanding(t, db, public)
		dbtest.Submit(t, w, dated(message, 10), scoring.Counted)
		wantStanding(t, db, message)
	})
}
