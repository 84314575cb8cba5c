package record

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"pingyi/scoring"
	"pingyi/store"
)

// swift is the way of a batch that brings nothing but first pushes into an open
// window: two packets, and no row is read. It is tried first, and reports
// false, with the transaction rolled back, where it finds anything else. After
// a commit that failed it is not tried: what is there may be our own.
func (b *batch) swift(ctx context.Context, conn *sql.Conn, known *CampaignUnits) (committed bool, err error) {
	jobs := b.undecided()
	for _, j := range jobs {
		// The window is frozen with the campaign; only the seal and a stop may
		// come between, and both are asked for under the lock.
		if isPublic(j.sub) || known.Window.verdict(j.sub.PlatformAt, j.sub.ReceivedAt) != scoring.Counted {
			return false, nil
		}
	}
	if b.again {
		return false, nil
	}
	b.in = jobs
	if len(jobs) == 1 {
		return b.alone(ctx, conn, known.Window.Closes)
	}
	d := b.db.Dialect()
	script := []store.Statement{{SQL: d.Begin}, b.claimFirst(jobs[0], known.Window.Closes)}
	if d.Begin == "" {
		script = script[1:]
	}
	first := len(script) - 1
	script = append(script, insertEffects(jobs[1:]))
	last := len(script)
	script = append(script, b.insert(d.OnConflictKeep("rating"))...)
	counts, err := d.ExecScript(ctx, conn, script...)
	if store.Refused(err) { // a key is taken, which one the careful way finds out
		b.in = nil
		return false, store.Rollback(ctx, conn)
	}
	if err != nil {
		return false, err
	}
	effects := int64(0)
	for _, n := range counts[first:last] {
		effects += n
	}
	if effects != int64(len(jobs)) {
		b.in = nil
		return false, store.Rollback(ctx, conn)
	}
	if lives := counts[len(counts)-1]; lives < int64(len(jobs)) {
		if err := d.RunScript(ctx, conn, b.readLives()); err != nil {
			return false, err
		}
	}
	if b.anyOutdated() {
		b.in = nil
		return false, store.Rollback(ctx, conn)
	}
	err = b.commit(ctx, conn)
	return err == nil, err
}

// claimFirst puts in the effect of one submission if the campaign is not sealed,
// closes when it is known to, and no person of the batch took a rating back later,
// and share-locks the campaign in the same statement.
func (b *batch) claimFirst(j *job, closes time.Time) store.Statement {
	e, later := j.effect(), b.takenBackLater()
	values := effectTable.Values(&e)
	return store.Statement{
		SQL: effectTable.Into() + " SELECT " + strings.Trim(store.Tuples(1, len(values)), "()") + " FROM campaigns WHERE campaigns.tenant=? AND campaigns.id=? AND campaigns.sealed_at IS NULL AND campaigns.closes_at=? AND NOT EXISTS (" +
			later.SQL + ")" + b.db.Dialect().Share,
		Args: append(append(values, j.sub.Tenant, j.sub.Campaign, store.TimeText(closes)), later.Args...),
	}
}

// alone is the swift way of a single submission: one packet, commit included.
// What is not as it should be is an error of a statement, which ends the
// packet before the commit: a key that is taken, or, by way of a time that is
// NULL, a campaign that is sealed or was stopped, or a rating that was taken back later.
func (b *batch) alone(ctx context.Context, conn *sql.Conn, closes time.Time) (committed bool, err error) {
	d, s := b.db.Dialect(), b.in[0].sub
	e, later := b.in[0].effect(), b.takenBackLater()
	p := effectTable.InsertThrough(&e, "recorded_at",
		"SELECT ? FROM campaigns WHERE tenant=? AND id=? AND sealed_at IS NULL AND closes_at=? AND NOT EXISTS ("+later.SQL+")"+d.Share,
		append([]any{s.Tenant, s.Campaign, store.TimeText(closes)}, later.Args...)...)
	script := append([]store.Statement{{SQL: d.Begin}, p}, b.insert("")...)
	b.committing = true
	err = d.RunScript(ctx, conn, append(script, b.finish()...)...)
	switch {
	case err == nil:
		b.counted()
		return true, nil
	case store.Refused(err):
		b.in, b.committing = nil, false
		return false, store.Rollback(ctx, conn)
	default:
		return false, err
	}
}
