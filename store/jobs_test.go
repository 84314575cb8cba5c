package store_test

import (
	"testing"
	"time"

	"pingyi/internal/dbtest"
	"pingyi/models"
)

func TestClaimJob_ofTwoHolders_oneHasTheRun(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		ctx := t.Context()
		now, err := db.Clock(ctx)
		if err != nil {
			t.Fatal(err)
		}
		due, a, b := now.Truncate(time.Hour), dbtest.NewID(t), dbtest.NewID(t)
		claim := func(what string, holder models.ID, until time.Time, want bool) {
			t.Helper()
			if mine, err := db.ClaimJob(ctx, "sweep", due, holder, until); err != nil || mine != want {
				t.Errorf("%s: %v %v, want %v", what, mine, err, want)
			}
		}
		end := func(holder models.ID, failed bool, again time.Time) {
			t.Helper()
			if err := db.EndJob(ctx, "sweep", due, holder, failed, again); err != nil {
				t.Error(err)
			}
		}
		until := now.Add(time.Hour)
		claim("the first", a, until, true)
		claim("the same claim again, its answer was lost", a, until, true)
		claim("while another has it", b, until.Add(time.Second), false)
		claim("anew while it has it", a, until.Add(time.Second), false)
		end(b, false, now) // of a run that it has not
		claim("after a stranger ended it", b, until, false)
		end(a, true, now.Add(time.Hour))
		claim("in the pause after a failure", a, until.Add(2*time.Second), false)
		end(a, true, now.Add(-time.Second))
		claim("after the pause", b, now.Add(-time.Millisecond), true)
		claim("after the time of one that was killed", a, until, true)
		end(b, false, now) // came back late
		end(a, false, now)
		claim("once it is done", b, until.Add(time.Hour), false)
		if err := db.SweepJobs(ctx, due); err != nil {
			t.Fatal(err)
		}
		claim("while its row stands", b, until, false)
		if err := db.SweepJobs(ctx, due.Add(time.Second)); err != nil {
			t.Fatal(err)
		}
		claim("after its row was deleted", b, until, true)
	})
}
