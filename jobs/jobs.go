// Package jobs runs what a server does by itself. There are two kinds of job: one that
// each process runs at an interval (reading the register again), and one that the
// cluster runs once at each due time (deleting the counters of yesterday), whichever
// of its processes comes first.
//
// It may import models. Its store is a port.
package jobs

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"pingyi/models"
)

// Job is something that is to be done again and again.
type Job struct {
	Name    string        // of lower-case letters and _; it names the job's row, log lines and metric
	Every   time.Duration // a job of the cluster is due at each whole multiple of it, in UTC
	Timeout time.Duration // of one run; Every where it is zero
	Once    bool          // once in the cluster; otherwise once in each process
	AtStart bool          // of a job of a process: the first run does not wait for Every
	Wake    <-chan struct{}
	Run     func(ctx context.Context) error
}

// Claims are the due times of jobs of the cluster. They are kept by the database, and
// so is the time.
type Claims interface {
	// Clock returns the time by the database's clock.
	Clock(ctx context.Context) (time.Time, error)
	// ClaimJob gives the run of a job that is due to a holder until a time. It
	// reports false where the run is done, or another holder has it for longer.
	ClaimJob(ctx context.Context, name string, due time.Time, holder models.ID, until time.Time) (bool, error)
	// EndJob marks a run that the holder has as done. A run that failed is given
	// back at again: the next process to ask after it may claim it.
	EndJob(ctx context.Context, name string, due time.Time, holder models.ID, failed bool, again time.Time) error
	// SweepJobs deletes runs that were due before a time.
	SweepJobs(ctx context.Context, before time.Time) error
}

// Outcomes of a run, as the metric and the log name them.
const (
	Done   = "done"
	Failed = "failed"
)

// Options of a Runner.
type Options struct {
	Claims Claims
	Log    *slog.Logger
	Random io.Reader
	// Ended is told the outcome of each run.
	Ended func(job, outcome string, took time.Duration)
}

const (
	kept = 7 * 24 * time.Hour // rows of runs
	// A claim outlives the job's time-out, so that two processes never run it at once.
	margin = 10 * time.Second
	// A process asks this often after a run that is due, so that the run of one that
	// was killed is taken over.
	askEvery = 30 * time.Second
	retry    = 5 * time.Minute // between two runs for one due time, after the first failed
)

// Runner runs jobs until it is stopped.
type Runner struct {
	o      Options
	holder models.ID
	jobs   []Job
}

// New makes a runner of jobs. It adds the job that deletes rows of runs.
func New(o Options, list ...Job) (*Runner, error) {
	holder, err := models.NewID(o.Random)
	if err != nil {
		return nil, fmt.Errorf("holder of jobs: %w", err)
	}
	r := &Runner{o: o, holder: holder}
	sweep := Job{Name: "sweep_job_runs", Every: 24 * time.Hour, Timeout: time.Minute, Once: true, Run: r.sweep}
	names := map[string]bool{}
	for _, j := range append(list, sweep) {
		if j.Timeout == 0 {
			j.Timeout = j.Every
		}
		switch {
		case j.Name == "" || j.Every <= 0 || j.Run == nil:
			return nil, fmt.Errorf("the job %q lacks its name, its interval or what it does", j.Name)
		case names[j.Name]:
			return nil, fmt.Errorf("there are two jobs %q", j.Name)
		case j.Once && j.Timeout > j.Every:
			return nil, fmt.Errorf("the job %q may run for longer than until it is due again", j.Name)
		}
		names[j.Name] = true
		r.jobs = append(r.jobs, j)
	}
	return r, nil
}

// Run runs the jobs until ctx ends, and returns when the last run has ended.
func (r *Runner) Run(ctx context.Context) {
	var group sync.WaitGroup
	for i := range r.jobs {
		j := &r.jobs[i]
		group.Go(func() {
			if j.Once {
				r.cluster(ctx, j)
			} else {
				r.process(ctx, j)
			}
		})
	}
	group.Wait()
}

// process runs a job of this process.
func (r *Runner) process(ctx context.Context, j *Job) {
	tick := time.NewTicker(j.Every)
	defer tick.Stop()
	for first := true; ; first = false {
		if !first || j.AtStart {
			_ = r.once(ctx, j) // told there
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-j.Wake:
		}
	}
}

// cluster asks after a job of the cluster, and runs it where it is due and free.
func (r *Runner) cluster(ctx context.Context, j *Job) {
	tick := time.NewTicker(min(j.Every, askEvery))
	defer tick.Stop()
	var done time.Time // the due time that is known to be done
	for {
		if err := r.ask(ctx, j, &done); err != nil && ctx.Err() == nil {
			r.o.Log.WarnContext(ctx, "a job was not asked after", "job", j.Name, "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (r *Runner) ask(ctx context.Context, j *Job, done *time.Time) error {
	now, err := r.o.Claims.Clock(ctx)
	if err != nil {
		return fmt.Errorf("the database's clock: %w", err)
	}
	due := now.Truncate(j.Every)
	if !due.After(*done) {
		return nil
	}
	mine, err := r.o.Claims.ClaimJob(ctx, j.Name, due, r.holder, now.Add(j.Timeout+margin))
	if err != nil || !mine {
		return err
	}
	failed := r.once(ctx, j) != nil
	if !failed {
		*done = due
	}
	again := now.Add(retry)
	if ctx.Err() != nil { // the server was stopped amid the run: another one goes on at once
		again = now
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), margin)
	defer cancel()
	return r.o.Claims.EndJob(ctx, j.Name, due, r.holder, failed, again)
}

// once runs a job within its time-out. A panic is an error: it must not end the
// server, and the next run may well end.
func (r *Runner) once(ctx context.Context, j *Job) (err error) {
	limited, cancel := context.WithTimeout(ctx, j.Timeout)
	defer cancel()
	begin := time.Now()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v\n%s", p, debug.Stack())
		}
		outcome := Done
		if err != nil {
			outcome = Failed
		}
		if err != nil && ctx.Err() == nil {
			r.o.Log.WarnContext(ctx, "a job failed; it is tried again", "job", j.Name, "err", err)
		}
		if r.o.Ended != nil {
			r.o.Ended(j.Name, outcome, time.Since(begin))
		}
	}()
	return j.Run(limited)
}

func (r *Runner) sweep(ctx context.Context) error {
	now, err := r.o.Claims.Clock(ctx)
	if err != nil {
		return fmt.Errorf("the database's clock: %w", err)
	}
	return r.o.Claims.SweepJobs(ctx, now.Add(-kept))
}
