package main

import (
	"context"
	"time"

	"pingyi/clock"
	"pingyi/web"
)

// newClock is the time in use, asked for once. SQLite's clock is this machine's,
// so there it is no second opinion.
func newClock(ctx context.Context, o *opened, metrics *web.Metrics) *clock.Clock {
	start := time.Now()
	options := clock.Options{
		Own: o.now, Elapsed: func() time.Duration { return time.Since(start) },
		Told: func(wrong bool, own, database time.Time) {
			metrics.ClockSuspect(wrong)
			said := []any{"own", own.UTC().Format(time.RFC3339), "database", database.UTC().Format(time.RFC3339)}
			if wrong {
				o.log.Error("this machine's clock and the database's differ by more than a minute; the database's is used", said...)
			} else {
				o.log.Info("this machine's clock and the database's agree again", said...)
			}
		},
	}
	if driver, _ := o.opts.SQL(); driver == "mysql" {
		options.Ask = o.db.Clock
	}
	c := clock.New(options)
	if err := c.Check(ctx); err != nil {
		o.log.Warn("the database's clock is not known yet", "err", err)
	}
	return c
}

// staleAlarm tells the engineer on call that every push is refused as stale.
func (s *server) staleAlarm(on bool) {
	s.metrics.PushesStale(on)
	if on {
		s.log.Error("many pushes are stale and none is fresh; they are refused: old ones are sent again, or this machine's clock is wrong",
			"now", s.now().UTC().Format(time.RFC3339))
	} else {
		s.log.Info("pushes are fresh again")
	}
}
