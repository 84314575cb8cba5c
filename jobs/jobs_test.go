package jobs_test

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pingyi/jobs"
	"pingyi/models"
)

// claims is a table of runs in memory, whose clock is synctest's and may be away.
type claims struct {
	mu   sync.Mutex
	rows map[string]*run
	away error
}

type run struct {
	holder models.ID
	until  time.Time
	done   bool
}

func newClaims() *claims { return &claims{rows: map[string]*run{}} }

func (c *claims) Clock(context.Context) (time.Time, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().UTC(), c.away
}

func (c *claims) ClaimJob(_ context.Context, name string, due time.Time, holder models.ID, until time.Time) (bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := name + due.String()
	r := c.rows[key]
	if r != nil && (r.done || time.Now().Before(r.until)) {
		return false, c.away
	}
	c.rows[key] = &run{holder: holder, until: until}
	return true, c.away
}

func (c *claims) EndJob(_ context.Context, name string, due time.Time, holder models.ID, failed bool, again time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if r := c.rows[name+due.String()]; r != nil && r.holder == holder {
		r.done, r.until = !failed, again
	}
	return c.away
}

func (c *claims) SweepJobs(context.Context, time.Time) error { return nil }

// counted is a job that notes when it ran.
type counted struct {
	mu   sync.Mutex
	runs []time.Duration // since the start
	fail func(n int) error
}

func (c *counted) job(name string, once bool) jobs.Job {
	start := time.Now()
	return jobs.Job{Name: name, Every: time.Hour, Once: once, Timeout: 10 * time.Minute, Run: func(context.Context) error {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.runs = append(c.runs, time.Since(start).Truncate(time.Minute))
		if c.fail != nil {
			return c.fail(len(c.runs))
		}
		return nil
	}}
}

func (c *counted) at() []time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.runs)
}

// start runs jobs on a process of their own; stop ends it and waits.
func start(t *testing.T, c jobs.Claims, list ...jobs.Job) (stop func()) {
	t.Helper()
	r, err := jobs.New(jobs.Options{Claims: c, Log: slog.New(slog.DiscardHandler), Random: rand.Reader}, list...)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { r.Run(ctx); close(done) }()
	return func() { cancel(); <-done }
}

func wantRuns(t *testing.T, c *counted, want ...time.Duration) {
	t.Helper()
	if got := c.at(); !slices.Equal(got, want) {
		t.Errorf("ran at %v, want %v", got, want)
	}
}

func TestRun_threeProcesses_doAJobOfTheClusterOnceEachTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, n := newClaims(), &counted{}
		job := n.job("sweep", true)
		defer start(t, c, job)()
		defer start(t, c, job)()
		defer start(t, c, job)()
		time.Sleep(2*time.Hour + 30*time.Minute)
		wantRuns(t, n, 0, time.Hour, 2*time.Hour)
	})
}

func TestRun_eachProcess_doesAJobOfItsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := &counted{}
		job, wake := n.job("reload", false), make(chan struct{})
		job.AtStart, job.Wake = true, wake
		defer start(t, newClaims(), job)()
		time.Sleep(90 * time.Minute)
		wake <- struct{}{}
		time.Sleep(time.Minute)
		wantRuns(t, n, 0, time.Hour, 90*time.Minute)
	})
}

func TestRun_aFailure_isTriedAgainByWhoComesNext(t *testing.T) {
	for name, fail := range map[string]func(n int) error{
		"error": func(n int) error {
			if n == 1 {
				return errors.New("away")
			}
			return nil
		},
		"panic": func(n int) error {
			if n == 1 {
				panic("out of range")
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := &counted{fail: fail}
				c, job := newClaims(), n.job("sweep", true)
				defer start(t, c, job)()
				defer start(t, c, job)()
				time.Sleep(59 * time.Minute)
				wantRuns(t, n, 0, 5*time.Minute)
			})
		})
	}
}

func TestRun_stoppedAmidAJob_anotherProcessGoesOnAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, c := &counted{}, newClaims()
		long := jobs.Job{Name: "sweep", Every: time.Hour, Timeout: 10 * time.Minute, Once: true, Run: func(ctx context.Context) error {
			<-ctx.Done()
			return ctx.Err()
		}}
		stop := start(t, c, long)
		time.Sleep(time.Minute)
		stop()
		defer start(t, c, n.job("sweep", true))()
		time.Sleep(time.Minute)
		wantRuns(t, n, 0)
	})
}

// A process that was killed leaves its claim behind.
func TestRun_claimOfAKilledProcess_isTakenOverAfterItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, c := &counted{}, newClaims()
		dead := models.ID{1}
		if mine, err := c.ClaimJob(t.Context(), "sweep", time.Now().UTC().Truncate(time.Hour), dead, time.Now().Add(10*time.Minute)); err != nil || !mine {
			t.Fatal(mine, err)
		}
		defer start(t, c, n.job("sweep", true))()
		time.Sleep(59 * time.Minute)
		wantRuns(t, n, 10*time.Minute)
	})
}

func TestRun_databaseAway_theJobRunsWhenItIsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n, c := &counted{}, newClaims()
		c.away = errors.New("away")
		defer start(t, c, n.job("sweep", true))()
		time.Sleep(20 * time.Minute)
		c.mu.Lock()
		c.away = nil
		c.mu.Unlock()
		time.Sleep(30 * time.Minute)
		if got := n.at(); len(got) != 1 || got[0] > 21*time.Minute {
			t.Errorf("ran at %v", got)
		}
	})
}

func TestNew_jobsThatCannotBe_areRefused(t *testing.T) {
	ok := (&counted{}).job("sweep", true)
	nameless, endless := ok, ok
	nameless.Name, endless.Timeout = "", 2*time.Hour
	for _, list := range [][]jobs.Job{{nameless}, {ok, ok}, {endless}} {
		if _, err := jobs.New(jobs.Options{Claims: newClaims(), Log: slog.New(slog.DiscardHandler), Random: rand.Reader}, list...); err == nil {
			t.Errorf("%+v is taken", list)
		}
	}
}
