package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"pingyi/jobs"
	"pingyi/service/keys"
	"pingyi/service/opinion"
)

// How often what a server does by itself is done.
const (
	reloadEvery = 500 * time.Millisecond // one row is read
	sealEvery   = 5 * time.Second
	socialEvery = time.Minute // the budget of calls decides what is done
	keysEvery   = time.Minute
	upkeepEvery = time.Hour
)

// jobs is the list of what a server does by itself. What many processes may do at once
// and is cheap where nothing is due, each of them does; what walks through the
// database, the cluster does once.
func (s *server) jobs() []jobs.Job {
	list := []jobs.Job{
		{Name: "reload_register", Every: reloadEvery, Timeout: time.Minute, Run: s.worlds.Reload},
		{Name: "seal_campaigns", Every: sealEvery, Timeout: time.Minute, AtStart: true, Run: s.sealer().Seal},
		{Name: "watch_person_keys", Every: keysEvery, Timeout: time.Minute, AtStart: true, Run: s.keys.Check},
		{Name: "refresh_sealing_keys", Every: sealingEvery, Timeout: time.Minute, Run: s.ring.Refresh},
		{Name: "renew_provers", Every: upkeepEvery, Timeout: time.Minute, AtStart: true, Run: func(ctx context.Context) error {
			if err := s.proofs.BindAttested(ctx); err != nil {
				return fmt.Errorf("bind attested tenants: %w", err)
			}
			return s.proofs.Refresh(ctx)
		}},
		{Name: "sweep_counters", Every: upkeepEvery, Timeout: 10 * time.Minute, Once: true, Run: func(ctx context.Context) error {
			return s.db.Sweep(ctx, s.now())
		}},
		{Name: "sweep_answers", Every: upkeepEvery, Timeout: 30 * time.Minute, Once: true, Run: func(ctx context.Context) error {
			return s.db.SweepAnswers(ctx, s.now())
		}},
		{Name: opinion.RehashJob, Every: 24 * time.Hour, Timeout: 2 * time.Hour, Once: true, Run: (&opinion.Rehashing{Record: s.db, Ring: s.ring, Log: s.log}).Run},
	}
	if s.opts.SecretPrevious != "" {
		list = append(list, jobs.Job{Name: "rewrap_keys", Every: upkeepEvery, AtStart: true, Run: (&keys.Rewrapping{Keys: s.db, Wrapper: s.ring.Wrapper(), Log: s.log}).Run})
	}
	if s.public != nil {
		list = append(list, jobs.Job{
			Name: "public_opinions", Every: socialEvery, Timeout: 5 * time.Minute, AtStart: true, Wake: s.public.Wake(), Run: s.public.Work,
		})
	}
	return list
}

// newRunner makes the runner of the server's jobs, with its metric.
func (s *server) newRunner() (*jobs.Runner, error) {
	runs := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "pingyi_job_runs_total", Help: "Runs of what the server does by itself, by outcome.",
	}, []string{"job", "outcome"})
	if err := s.registry.Register(runs); err != nil {
		return nil, fmt.Errorf("register metrics: %w", err)
	}
	list := s.jobs()
	for i := range list {
		for _, outcome := range []string{jobs.Done, jobs.Failed} {
			runs.WithLabelValues(list[i].Name, outcome)
		}
	}
	return jobs.New(jobs.Options{
		Claims: s.db, Log: s.log, Random: rand.Reader,
		Ended: func(job, outcome string, _ time.Duration) { runs.WithLabelValues(job, outcome).Inc() },
	}, list...)
}
