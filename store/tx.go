package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"
)

// Reruns of a transaction. A deadlock or a lock time-out is worth three; a lost
// connection is tried until the caller's time is up, for until the outcome is
// known nobody may be told that it failed.
const (
	maxReruns     = 3
	firstWait     = 5 * time.Millisecond
	longestWait   = 200 * time.Millisecond
	withoutLimits = 10 * time.Second // for a caller whose context has no deadline
)

// tries counts the attempts at one transaction.
type tries struct {
	reruns int
	lost   bool  // an earlier attempt may have been committed
	cause  error // why the last attempt that did not end with its context lost its connection
	wait   time.Duration
}

// again reports whether the transaction should be run once more after err, and
// waits as long as that needs.
func (t *tries) again(ctx context.Context, err error) bool {
	switch faultOf(err) {
	case faultBusy:
		t.reruns++
		return t.reruns <= maxReruns && ctx.Err() == nil
	case faultLost:
		t.lost = true
		if ctx.Err() == nil {
			t.cause = err
		}
		if t.wait = min(longestWait, max(firstWait, 2*t.wait)); ctx.Err() != nil {
			return false
		}
		timer := time.NewTimer(t.wait)
		defer timer.Stop()
		select {
		case <-ctx.Done():
			return false
		case <-timer.C:
			return true
		}
	default:
		return false
	}
}

// outcome is what the caller is told when the attempts are over with err.
func (t *tries) outcome(op string, err error) error {
	switch f := faultOf(err); {
	case f == faultLost, t.lost && f == faultBusy:
		if t.cause != nil {
			err = t.cause
		}
		return fmt.Errorf("store: %s: %w (%w)", op, errUnresolved, safe(err))
	default:
		return fail(op, err)
	}
}

// bounded gives ctx a deadline where it has none.
func bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, withoutLimits)
}

// errNothing ends a transaction that has decided to change nothing after all.
var errNothing = errors.New("nothing is to be changed")

// errChanged asks for a rerun: what was read without a lock had changed by the
// time the lock was held.
var errChanged = errors.New("a row changed before it was locked")

// write runs fn in a transaction, and again where that can help. fn must be
// safe to run again after a commit whose answer was lost: its keys are chosen
// before, and it finds its own rows.
func (db *DB) write(ctx context.Context, op string, fn func(tx *gorm.DB) error) error {
	ctx, cancel := bounded(ctx)
	defer cancel()
	var t tries
	for {
		err := db.gorm.WithContext(ctx).Transaction(fn)
		if err == nil || errors.Is(err, errNothing) {
			return nil
		}
		if !t.again(ctx, err) {
			return t.outcome(op, err)
		}
	}
}
