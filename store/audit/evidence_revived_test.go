package audit_test

import (
	"fmt"
	"testing"
	"time"

	"pingyi/internal/dbtest"
	"pingyi/scoring"
	"pingyi/store/record"
)

// life is what a person did with one unit, in the order of the letters: r rates, w takes
// back, x has the live rating excluded, X has the one restored that was excluded first.
// A digit is how many minutes pass before.
type life struct {
	t       *testing.T
	db      *dbtest.DB
	w       *record.Writer
	now     time.Time
	ratings []scoring.Submission
	live    scoring.Submission
	out     []scoring.Submission
}

func lived(t *testing.T, db *dbtest.DB, w *record.Writer, story string) *life {
	t.Helper()
	l := &life{t: t, db: db, w: w, now: dbtest.Inside}
	for _, letter := range story {
		l.step(letter)
	}
	return l
}

func (l *life) step(letter rune) {
	l.t.Helper()
	act := scoring.Act{By: "a", ApprovedBy: "b", Note: "n", At: l.now}
	switch letter {
	case 'r':
		s := dbtest.Rating(l.t, "A01", "54321")
		if len(l.ratings) > 0 {
			s.Person = l.ratings[0].Person
		}
		s.PlatformAt, s.ReceivedAt = l.now, l.now.Add(time.Second)
		dbtest.Submit(l.t, l.w, s, scoring.Counted)
		l.ratings, l.live = append(l.ratings, s), s
	case 'w':
		w := dbtest.Withdrawal(l.t, l.live)
		w.PlatformAt, w.ReceivedAt = l.now, l.now.Add(time.Second)
		dbtest.Withdraw(l.t, l.db, w, scoring.Counted)
	case 'x':
		l.out = append(l.out, l.live)
		if done, err := l.db.Exclude(l.t.Context(), dbtest.Tenant, dbtest.Campaign, l.live.Rating, "hand", act); err != nil || !done {
			l.t.Fatal(done, err)
		}
	case 'X':
		l.live, l.out = l.out[0], l.out[1:]
		if done, err := l.db.Restore(l.t.Context(), dbtest.Tenant, dbtest.Campaign, l.live.Rating, "hand", act); err != nil || !done {
			l.t.Fatal(done, err)
		}
	default:
		l.now = l.now.Add(time.Duration(letter-'0') * time.Minute)
	}
}

// revive removes the end of the n-th rating, and makes index and tally agree.
func (l *life) revive(n int) {
	l.t.Helper()
	of := fmt.Sprintf("rating = X'%X'", l.ratings[n].Rating[:])
	for _, s := range []string{
		"DELETE FROM effects WHERE kind = 'withdrawal' AND ref IN (SELECT rating FROM rating_ends WHERE how = 'withdrawn' AND " + of + ")",
		"DELETE FROM rating_ends WHERE " + of,
		"DELETE FROM rating_withdrawals WHERE " + of,
		"INSERT INTO live_ratings (tenant,campaign,channel,unit,person,rating,answers) SELECT tenant,campaign,channel,unit,person,id,answers FROM ratings WHERE id = " + of[len("rating = "):],
	} {
		dbtest.Tamper(l.t, l.db, s)
	}
	if err := l.db.Repair(l.t.Context(), dbtest.Tenant, dbtest.Campaign); err != nil {
		l.t.Fatal(err)
	}
	if diffs, err := l.db.Recount(l.t.Context(), dbtest.Tenant, dbtest.Campaign, nil); err != nil || len(diffs) > 0 {
		l.t.Fatalf("the tallies of what was tampered with: %v, %v", diffs, err)
	}
}

// asBefore gives the ends and exclusions the proofs that an earlier version made.
func (l *life) asBefore() {
	l.t.Helper()
	dbtest.Tamper(l.t, l.db, "UPDATE rating_ends SET proof = NULL")
	dbtest.Tamper(l.t, l.db, "UPDATE rating_exclusions SET proof = NULL")
}

// An end that is removed lets a replaced rating, or one that was taken back, count
// again. The index shows it only where another one lives.
func TestCheckEvidence_endRemoved_isNamed(t *testing.T) {
	for story, want := range map[string]struct {
		removed     int
		now, before string
	}{
		"r9r9w":     {0, "proofs_wrong A01 1,ratings_without_end A01 1", "ratings_without_end A01 1"},
		"r9r9x":     {0, "proofs_wrong A01 1,ratings_without_end A01 1", "ratings_without_end A01 1"},
		"r9r9r9w":   {0, "proofs_wrong A01 1,ratings_without_end A01 1", "ratings_without_end A01 1"},
		"r9r9r9x":   {1, "proofs_wrong A01 1,ratings_without_end A01 1", "ratings_without_end A01 1"},
		"r1r1w":     {0, "proofs_wrong A01 1", ""}, // within the slack of clocks the proof alone tells
		"r9w9r9w":   {0, "ratings_without_end A01 1", "ratings_without_end A01 1"},
		"r9x9X9r9w": {0, "proofs_wrong A01 1,ratings_without_end A01 1", "ratings_without_end A01 1"},
		"r9r9x9r9w": {0, "proofs_wrong A01 1,ratings_without_end A01 1", "ratings_without_end A01 1"},
	} {
		t.Run(story, func(t *testing.T) {
			dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
				dbtest.WithCampaign(t, db, 1)
				l := lived(t, db, dbtest.WriterOn(t, db, record.WriterOptions{}), story)
				if got := dbtest.EvidenceDifferences(t, db, true); got != "" {
					t.Fatalf("before anything was removed: %s", got)
				}
				l.revive(want.removed)
				if got := dbtest.EvidenceDifferences(t, db, true); got != want.now {
					t.Errorf("differences %s, want %s", got, want.now)
				}
				l.asBefore()
				if got := dbtest.EvidenceDifferences(t, db, false); got != want.before {
					t.Errorf("of rows of before: %s, want %s", got, want.before)
				}
			})
		})
	}
}

// Every order in which a person can rate, take back, and be excluded and restored is
// sound, also where receipts lie close together.
func TestCheckEvidence_livesAsTheyCome_areSound(t *testing.T) {
	db := dbtest.Migrated(t, dbtest.SQLiteURL(t))
	dbtest.WithCampaign(t, db, 1)
	w, stories := dbtest.WriterOn(t, db, record.WriterOptions{}), 0
	var tell func(story string, live bool, out int)
	tell = func(story string, live bool, out int) {
		stories++
		lived(t, db, w, story)
		if len(story) > 6 {
			return
		}
		for _, wait := range []string{"0", "9"} {
			if live {
				tell(story+wait+"w", false, out)
				tell(story+wait+"x", false, out+1)
			} else if out > 0 {
				tell(story+wait+"X", true, out-1)
			}
			if len(story) < 5 || wait == "9" {
				tell(story+wait+"r", true, out)
			}
		}
	}
	tell("r", true, 0)
	if got := dbtest.EvidenceDifferences(t, db, true); got != "" || stories < 50 {
		t.Errorf("%d stories: %s", stories, got)
	}
	dbtest.WantSound(t, db)
}
