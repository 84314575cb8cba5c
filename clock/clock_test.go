package clock

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// rig is a clock whose two sides a test moves. Time itself is synctest's.
type rig struct {
	*Clock
	mu            sync.Mutex    // held for the fields below where Run goes on beside the test
	own, database time.Duration // off the true time
	took          time.Duration // of the database's answer
	away          error
	asked         int
	told          []bool
}

func newRig() *rig {
	r := &rig{}
	start := time.Now()
	r.Clock = New(Options{
		Own: func() time.Time {
			defer r.lock()()
			return time.Now().Add(r.own)
		},
		Elapsed: func() time.Duration { return time.Since(start) },
		Ask: func(ctx context.Context) (time.Time, error) {
			unlock := r.lock()
			r.asked++
			said, took, away := time.Now().Round(0).Add(r.database).UTC(), r.took, r.away
			unlock()
			select {
			case <-ctx.Done():
				return time.Time{}, ctx.Err()
			case <-time.After(took):
			}
			return said, away
		},
		Told: func(wrong bool, own, database time.Time) {
			defer r.lock()()
			r.told = append(r.told, wrong)
			if off := own.Sub(database); (off > Tolerance || off < -Tolerance) != wrong {
				panic("told of clocks that do not say so")
			}
		},
	})
	return r
}

// lock locks the fields and returns what unlocks them.
func (r *rig) lock() (unlock func()) {
	r.mu.Lock()
	return r.mu.Unlock
}

// set moves the two sides while Run goes on.
func (r *rig) set(own, database time.Duration) {
	defer r.lock()()
	r.own, r.database = own, database
}

// seen is how often the database was asked, and what was told.
func (r *rig) seen() (asked int, told []bool) {
	defer r.lock()()
	return r.asked, slices.Clone(r.told)
}

// off is how far the time in use is from the true one, to the second.
func (r *rig) off() time.Duration {
	return r.Now().Round(0).Sub(time.Now().Round(0)).Round(time.Second)
}

func (r *rig) check(t *testing.T) {
	t.Helper()
	if err := r.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestNow_isOursUnlessTheDatabaseDiffersByMoreThanAMinute(t *testing.T) {
	for _, c := range []struct {
		own, database, want time.Duration
		wrong               bool
	}{
		{0, 0, 0, false},
		{59 * time.Second, 0, 59 * time.Second, false},
		{-59 * time.Second, 0, -59 * time.Second, false},
		{62 * time.Second, 0, 0, true},
		{-time.Hour, 0, 0, true},
		{0, 2 * time.Hour, 2 * time.Hour, true}, // the database's is for all servers
	} {
		synctest.Test(t, func(t *testing.T) {
			r := newRig()
			r.own, r.database = c.own, c.database
			if got := r.off(); got != c.own {
				t.Errorf("before any answer: off by %v, want ours, %v", got, c.own)
			}
			r.check(t)
			if got := r.off(); got != c.want || len(r.told) == 1 != c.wrong {
				t.Errorf("ours %v off, the database's %v: the time in use is %v off, told %v", c.own, c.database, got, r.told)
			}
			time.Sleep(time.Hour) // without an answer it goes on
			if got := r.off(); got != c.want {
				t.Errorf("an hour later the time in use is %v off, want %v", got, c.want)
			}
		})
	}
}

func TestCheck_answerOfASecondOrMore_tellsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		r.database, r.took = time.Hour, Prompt
		_ = r.Check(t.Context())
		if got := r.off(); got != 0 || len(r.told) != 0 {
			t.Errorf("off by %v after an answer that took %v", got, r.took)
		}
		r.took = 900 * time.Millisecond
		r.check(t)
		if got := r.off(); got != time.Hour {
			t.Errorf("off by %v after an answer that took %v", got, r.took)
		}
	})
}

func TestCheck_databaseAway_theLastAnswerHolds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		r.own = -time.Hour
		r.check(t)
		r.away = errors.New("away")
		for range 5 {
			time.Sleep(10 * time.Minute)
			if err := r.Check(t.Context()); !errors.Is(err, r.away) {
				t.Fatalf("error %v", err)
			}
			if got := r.off(); got != 0 {
				t.Fatalf("off by %v while the database is away", got)
			}
		}
		r.own = 0 // set right meanwhile: ours agrees with the last answer
		if got := r.off(); got != 0 {
			t.Errorf("off by %v once our clock is right", got)
		}
		if _ = r.Check(t.Context()); len(r.told) != 2 || r.told[1] {
			t.Errorf("told %v", r.told)
		}
	})
}

func TestRun_clockThatIsSet_isFoundOutAtOnceAndToldOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		r.check(t)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() { r.Run(ctx); close(done) }()
		time.Sleep(25 * time.Second)
		synctest.Wait()
		if asked, _ := r.seen(); asked != 3 {
			t.Errorf("asked %d times in 25 s, want at the start and every ten seconds", asked)
		}
		r.set(-time.Hour, 0)
		if got := r.off(); got != 0 {
			t.Errorf("off by %v right after our clock was set back", got)
		}
		synctest.Wait()
		if asked, _ := r.seen(); asked != 4 {
			t.Errorf("asked %d times: a clock that was set does not wait for the next round", asked)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if _, told := r.seen(); len(told) != 1 || !told[0] {
			t.Errorf("told %v", told)
		}
		stop()
		<-done
	})
}

// A machine that sleeps keeps the right time, and its elapsed time stands still.
func TestRun_machineThatSlept_isRightAgainWithTheNextAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		r.check(t)
		ctx, stop := context.WithCancel(t.Context())
		go r.Run(ctx)
		synctest.Wait()
		r.set(10*time.Minute, 10*time.Minute)
		r.Now() // wakes Run
		synctest.Wait()
		if _, told := r.seen(); r.off() != 10*time.Minute || len(told) != 0 {
			t.Errorf("off by %v, told %v", r.off(), told)
		}
		stop()
	})
}

func TestNow_withoutASecondOpinion_isOurs(t *testing.T) {
	own := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	c := New(Options{Own: func() time.Time { return own }})
	if err := c.Check(t.Context()); err != nil || !c.Now().Equal(own) {
		t.Errorf("%v, %v", c.Now(), err)
	}
	c.Run(t.Context()) // has nothing to do
}
