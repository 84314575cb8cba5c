package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"time"

	"gorm.io/gorm"
)

// Reruns of a transaction: until the caller's time is up, with waits that are drawn
// so that two that met do not meet again. The last one begins so long before that
// end that its outcome is told in time.
const (
	firstWait       = 5 * time.Millisecond
	longestWait     = 200 * time.Millisecond
	lastRerun       = 100 * time.Millisecond
	WithoutDeadline = 10 * time.Second // for a caller whose context has no deadline
)

// Tries counts the attempts at one transaction.
type Tries struct {
	Careful bool  // an earlier attempt came to its commit: what is there may be its own
	lost    bool  // an earlier attempt may have been committed
	cause   error // why the last attempt that did not end with its context lost its connection
	wait    time.Duration
}

// Again reports whether the transaction should be run once more after err, and
// waits as long as that needs. committing says that err may be that of the commit.
func (t *Tries) Again(ctx context.Context, err error, committing bool) bool {
	f := faultOf(err)
	if f != faultBusy && f != faultLost {
		return false
	}
	t.Careful = t.Careful || committing
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

// Outcome is what the caller is told when the attempts are over with err.
func (t *Tries) Outcome(op string, err error) error {
	f := faultOf(err)
	if f == faultLost && t.cause != nil {
		err = t.cause
	}
	if t.lost && f != faultAsked {
		return Unresolved(op, safe(err))
	}
	return Fail(op, err)
}

// bounded gives ctx a deadline where it has none.
func bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	if _, ok := ctx.Deadline(); ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, WithoutDeadline)
}

// ErrNothing ends a transaction that has decided to change nothing after all.
var ErrNothing = errors.New("nothing is to be changed")

// ErrChanged asks for a rerun: what was read without a lock had changed by the
// time the lock was held.
var ErrChanged = errors.New("a row changed before it was locked")

// Write runs fn in a transaction, and again where that can help. fn must be
// safe to run again after a commit whose answer was lost: its keys are chosen
// before, and it finds its own rows.
func (db *DB) Write(ctx context.Context, op string, fn func(tx *gorm.DB) error) error {
	ctx, cancel := bounded(ctx)
	defer cancel()
	var t Tries
	for {
		committing := false
		err := db.Gorm.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
			err := fn(tx)
			committing = err == nil
			return err
		})
		if err == nil || errors.Is(err, ErrNothing) {
			return nil
		}
		db.Leave(err)
		if !t.Again(ctx, err, committing) {
			return t.Outcome(op, err)
		}
	}
}

// ScanRow reads the one row of a query. sql.ErrNoRows: there is none. It takes the
// place of gorm's Row, which panics in Scan where the statement could not be prepared,
// as when the database is away.
func ScanRow(query *gorm.DB, into ...any) (err error) {
	rows, err := query.Rows()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	if !rows.Next() {
		return cmp.Or(rows.Err(), sql.ErrNoRows)
	}
	return rows.Scan(into...)
}
