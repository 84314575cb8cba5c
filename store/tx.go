package store

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"gorm.io/gorm"
)

// Reruns of a transaction: until the caller's time is up, with waits that are drawn
// so that two that met do not meet again. The last one begins so long before that
// end that its outcome is told in time.
const (
	firstWait     = 5 * time.Millisecond
	longestWait   = 200 * time.Millisecond
	lastRerun     = 100 * time.Millisecond
	withoutLimits = 10 * time.Second // for a caller whose context has no deadline
)

// tries counts the attempts at one transaction.
type tries struct {
	careful bool  // an earlier attempt came to its commit: what is there may be its own
	lost    bool  // an earlier attempt may have been committed
	cause   error // why the last attempt that did not end with its context lost its connection
	wait    time.Duration
}

// again reports whether the transaction should be run once more after err, and
// waits as long as that needs. committing says that err may be that of the commit.
func (t *tries) again(ctx context.Context, err error, committing bool) bool {
	f := faultOf(err)
	if f != faultBusy && f != faultLost {
		return false
	}
	t.careful = t.careful || committing
	if f == faultLost {
		// What the caller's time ended was under way, so it is not called refused.
		t.lost = t.lost || ctx.Err() != nil || committing && mayStand(err)
		if ctx.Err() == nil {
			t.cause = err
		}
	}
	t.wait = min(longestWait, max(firstWait, 2*t.wait))
	wait := t.wait/2 + rand.N(t.wait/2) //nolint:gosec // so that two writers do not meet again, no secret
	if end, ok := ctx.Deadline(); ok && time.Until(end) < wait+lastRerun {
		return false
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// outcome is what the caller is told when the attempts are over with err.
func (t *tries) outcome(op string, err error) error {
	f := faultOf(err)
	if f == faultLost && t.cause != nil {
		err = t.cause
	}
	if t.lost && f != faultAsked {
		return unresolved(op, safe(err))
	}
	return fail(op, err)
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

// Write runs fn in a transaction, and again where that can help. fn must be
// safe to run again after a commit whose answer was lost: its keys are chosen
// before, and it finds its own rows.
func (db *DB) Write(ctx context.Context, op string, fn func(tx *gorm.DB) error) error {
	ctx, cancel := bounded(ctx)
	defer cancel()
	var t tries
	for {
		committing := false
		err := db.gorm.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
			err := fn(tx)
			committing = err == nil
			return err
		})
		if err == nil || errors.Is(err, errNothing) {
			return nil
		}
		db.leave(err)
		if !t.again(ctx, err, committing) {
			return t.outcome(op, err)
		}
	}
}
