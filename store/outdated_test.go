package store

import (
	"sync"
	"testing"
	"time"

	"pingyi/models"
	"pingyi/scoring"
)

// dated is s with the platform's time so many seconds after the test's moment.
func dated(s scoring.Submission, seconds int) scoring.Submission {
	s.PlatformAt = inside.Add(time.Duration(seconds) * time.Second)
	return s
}

// wantStanding fails unless the unit A01 counts exactly the one rating.
func wantStanding(t *testing.T, db *DB, s scoring.Submission) {
	t.Helper()
	if n := count(t, db, "live_ratings", "rating = ? AND answers = ?", s.Rating[:], s.Answers.String()); n != 1 {
		t.Errorf("%d live rows of the rating %s, want one", n, s.Answers)
	}
	if n := count(t, db, "live_ratings", "person = ?", s.Person[:]); n != 1 {
		t.Errorf("%d live rows of the person", n)
	}
	wantSound(t, db)
}

func TestSubmit_confirmationOlderThanTheLiveRating_hasNoEffect(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 3)
		w := writerOn(t, db, WriterOptions{})
		first := dated(rating(t, "A01", "11111"), 10)
		submit(t, w, first, scoring.Counted)
		second := dated(change(t, first, "22222"), 20)
		submit(t, w, second, scoring.Counted)
		old := dated(change(t, first, "33333"), 19)
		submit(t, w, old, scoring.Outdated)
		submit(t, w, old, scoring.Outdated) // nothing of it stands, not even its push
		wantStanding(t, db, second)
		if n := count(t, db, "effects", "push = ?", old.Push[:]); n != 0 {
			t.Errorf("%d effects of the old confirmation", n)
		}
		withdrawn := withdrawal(t, second)
		withdrawn.PlatformAt = inside.Add(19 * time.Second)
		withdraw(t, db, withdrawn, scoring.Outdated)
		wantStanding(t, db, second)
		same := dated(change(t, first, "44444"), 20) // the platform's unit is the second: equal counts
		submit(t, w, same, scoring.Counted)
		wantStanding(t, db, same)
		again := withdrawal(t, same)
		again.PlatformAt = inside.Add(20 * time.Second)
		withdraw(t, db, again, scoring.Counted)
	})
}

func TestSubmit_confirmationOlderThanTheWithdrawal_hasNoEffect(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 3)
		w := writerOn(t, db, WriterOptions{})
		first := dated(rating(t, "A01", "11111"), 10)
		submit(t, w, first, scoring.Counted)
		taken := withdrawal(t, first)
		taken.PlatformAt = inside.Add(30 * time.Second)
		withdraw(t, db, taken, scoring.Counted)
		submit(t, w, dated(change(t, first, "55555"), 29), scoring.Outdated)
		if n := count(t, db, "live_ratings", "person = ?", first.Person[:]); n != 0 {
			t.Error("a rating that was taken back came back")
		}
		other := dated(rating(t, "A02", "33333"), 29) // of another unit it says nothing
		other.Person = first.Person
		submit(t, w, other, scoring.Counted)
		later := dated(change(t, first, "44444"), 30)
		submit(t, w, later, scoring.Counted)
		wantSound(t, db)
	})
}

// Within one group of a batch the old confirmation alone is refused.
func TestSubmit_oldConfirmationsAmongMany_othersCount(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 3)
		const people = 40
		first := make([]scoring.Submission, people)
		w := writerOn(t, db, WriterOptions{Writers: 1})
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
			first[i] = dated(rating(t, "A01", "55555"), 10)
			return first[i], scoring.Counted
		})
		for i := 0; i < people; i += 5 {
			taken := withdrawal(t, first[i])
			taken.PlatformAt = inside.Add(12 * time.Second)
			withdraw(t, db, taken, scoring.Counted)
		}
		all(func(i int) (scoring.Submission, scoring.Verdict) {
			s := dated(change(t, first[i], "11111"), 12)
			switch i % 5 {
			case 0:
				return dated(s, 11), scoring.Outdated
			case 1:
				return dated(s, 9), scoring.Outdated
			case 2: // a new person beside them
				s.Person = newID(t)
			}
			return s, scoring.Counted
		})
		for answers, want := range map[string]int{"55555": people / 5 * 2, "11111": people / 5 * 3} {
			if n := count(t, db, "live_ratings", "answers = ?", answers); n != want {
				t.Errorf("%d live ratings %s, want %d", n, answers, want)
			}
		}
		wantSound(t, db)
	})
}

// The rating of a public text is a live rating as any other: an older message does
// not replace it.
func TestSubmit_messageOlderThanTheLivePublicRating_hasNoEffect(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 3)
		w := writerOn(t, db, WriterOptions{})
		public := rating(t, "A01", "22222")
		public.Channel, public.Account, public.Source = models.Social, "wb_1", newID(t)
		submit(t, w, dated(public, 10), scoring.Counted)
		message := change(t, public, "11111")
		message.Channel, message.Account = models.Social, "wb_1"
		submit(t, w, dated(message, 9), scoring.Outdated)
		wantStanding(t, db, public)
		submit(t, w, dated(message, 10), scoring.Counted)
		wantStanding(t, db, message)
	})
}
