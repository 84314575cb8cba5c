// Package clock says what time it is for this server: by this machine's clock,
// unless the database's clock proves it wrong. Servers share the database, so
// they agree on the time even where one machine's clock is off. Pushes are never
// asked: who sends them may choose what they say.
//
// It imports nothing of ours.
package clock

import (
	"context"
	"sync/atomic"
	"time"
)

// The rule of the time in use.
const (
	Tolerance = time.Minute      // the clocks may differ by so much
	Every     = 10 * time.Second // the database is asked so often
	Prompt    = time.Second      // an answer that took as long tells nothing
)

// Options are what a Clock is made of.
type Options struct {
	// Own is this machine's clock, which somebody may set at any moment, and
	// Elapsed the time since some beginning, which cannot be set.
	Own     func() time.Time
	Elapsed func() time.Duration
	// Ask reads the database's clock; nil where there is no second opinion.
	Ask func(ctx context.Context) (time.Time, error)
	// Told is called by Check when the database's clock begins to be used, and
	// again when this machine's does, with what both say.
	Told func(wrong bool, own, database time.Time)
}

// Clock is the time in use. It is safe for concurrent use.
type Clock struct {
	o    Options
	last atomic.Pointer[answer]
	wake chan struct{}

	wrong atomic.Bool // what Told was told last
}

// answer is what the database said, and the elapsed time at that moment.
type answer struct {
	database time.Time
	at       time.Duration
}

// New makes a clock that is this machine's until Check has an answer.
func New(o Options) *Clock { return &Clock{o: o, wake: make(chan struct{}, 1)} }

// Now is the time in use. Between two answers the database's clock goes on as
// this machine's elapsed time does, so it needs no database, and a machine whose
// time is set is found out at once.
func (c *Clock) Now() time.Time {
	own, database, wrong := c.read()
	if !wrong {
		return own
	}
	if !c.wrong.Load() {
		select { // the database is asked anew: a machine that slept has the right time
		case c.wake <- struct{}{}:
		default:
		}
	}
	return database
}

// read is what both clocks say, and whether this machine's is too far off.
func (c *Clock) read() (own, database time.Time, wrong bool) {
	own = c.o.Own()
	a := c.last.Load()
	if a == nil {
		return own, own, false
	}
	database = a.database.Add(c.o.Elapsed() - a.at)
	off := own.Sub(database)
	return own, database, off > Tolerance || off < -Tolerance
}

// Check asks the database. Where it does not answer in time, the last answer
// holds; the error says why.
func (c *Clock) Check(ctx context.Context) error {
	if c.o.Ask == nil {
		return nil
	}
	limited, cancel := context.WithTimeout(ctx, Prompt)
	defer cancel()
	before := c.o.Elapsed()
	said, err := c.o.Ask(limited)
	took := c.o.Elapsed() - before
	if err == nil && took < Prompt {
		c.last.Store(&answer{database: said.Round(0), at: before + took/2})
	}
	own, database, wrong := c.read()
	if c.wrong.Swap(wrong) != wrong {
		c.o.Told(wrong, own, database)
	}
	return err
}

// Run checks until ctx ends.
func (c *Clock) Run(ctx context.Context) {
	if c.o.Ask == nil {
		return
	}
	tick := time.NewTicker(Every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.wake:
		case <-tick.C:
		}
		_ = c.Check(ctx) // the last answer holds; readiness tells that the database is away
	}
}
