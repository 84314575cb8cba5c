package record

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"pingyi/models"
	"pingyi/scoring"
	"pingyi/store"
)

// batch is one attempt to commit a group of submissions to one campaign.
type batch struct {
	db       *store.DB
	jobs     []*job
	again    bool // an earlier attempt came to its commit: what is there may be its own
	verdicts []*scoring.Ack

	window     *window // nil: no such campaign
	public     publicWindow
	holders    map[models.ID]models.ID // by push: the effect that has it
	drafts     map[models.ID]bool      // those that an effect has
	earlier    map[models.ID]bool      // ratings that an earlier attempt committed: whether they replaced one
	committing bool                    // the packet that commits was sent
	in         []*job                  // those whose effect this attempt put in
	replaced   map[models.ID]liveRow
}

// window is what a rating is checked against, read under the share lock.
type window struct {
	Opens, Closes time.Time
	sealed        bool
}

// verdict says whether a push that the platform dated platformAt and we
// received at receivedAt counts (I11).
func (w *window) verdict(platformAt, receivedAt time.Time) scoring.Verdict {
	switch {
	case w == nil:
		return scoring.Missing
	case w.sealed, !platformAt.Before(w.Closes), receivedAt.After(w.Closes.Add(scoring.CloseGrace)):
		return scoring.TooLate
	case platformAt.Before(w.Opens):
		return scoring.TooEarly
	}
	return scoring.Counted
}

// liveRow is a row of live_ratings as a batch needs it.
type liveRow struct {
	rating     models.ID
	answers    models.Answers
	platformAt time.Time
	replaced   models.ID // the rating that this one had replaced, zero for none
}

// settle answers every waiter whose verdict is known and returns the rest.
func (b *batch) settle() []*job {
	var again []*job
	for i, j := range b.jobs {
		if b.verdicts[i] == nil {
			again = append(again, j)
			continue
		}
		j.answer(*b.verdicts[i], nil)
	}
	return again
}

// transact runs the transaction. Nothing is committed unless
// the error is nil and a verdict is Counted; with an error the outcome of the
// commit is what faultOf(err) says.
func (b *batch) transact(ctx context.Context, known *CampaignUnits) (err error) {
	b.dropUnknown(known)
	if len(b.undecided()) == 0 {
		return nil
	}
	conn, err := b.db.PacketConn(ctx)
	if err != nil {
		return err //nolint:wrapcheck // classified by the writer
	}
	defer func() {
		if cerr := conn.Close(); err == nil && cerr != nil {
			err = store.Fail("submit", cerr)
		}
	}()
	committed := false
	defer func() {
		if !committed {
			// What failed may be the connection itself; the transaction then
			// ends with it, and the first error says why.
			if rerr := store.Rollback(ctx, conn); err == nil {
				err = rerr
			}
		}
	}()
	if committed, err = b.swift(ctx, conn, known); committed || err != nil {
		return err
	}
	committed, err = b.careful(ctx, conn)
	return err
}

// careful is the way of every batch: it finds out what each submission is
// before it goes on.
func (b *batch) careful(ctx context.Context, conn *sql.Conn) (committed bool, err error) {
	d := b.db.Dialect()
	if err := b.claim(ctx, conn); err != nil {
		return false, err
	}
	whole, err := b.classify(ctx, conn)
	if err != nil || !whole {
		return false, err
	}
	if err := d.RunScript(ctx, conn, append(b.insert(d.OnConflictKeep("rating")), b.readLives())...); err != nil {
		return false, err
	}
	if refused, err := b.refusePublic(ctx, conn); err != nil || refused {
		return false, err
	}
	if refused, err := b.refuseOutdated(ctx, conn); err != nil || refused {
		return false, err
	}
	err = b.commit(ctx, conn)
	return err == nil, err
}

// commit sends the last packet. Where it fails, what became of the commit is
// for the writer to find out; the rollback that follows ends what is left.
func (b *batch) commit(ctx context.Context, conn *sql.Conn) error {
	b.committing = true
	if err := b.db.Dialect().RunScript(ctx, conn, b.finish()...); err != nil {
		return err
	}
	b.counted()
	return nil
}

// dropUnknown gives a verdict to submissions that name no unit of the campaign.
func (b *batch) dropUnknown(known *CampaignUnits) {
	for i, j := range b.jobs {
		if !known.Rates(j.sub.Channel, j.sub.Unit) {
			b.verdicts[i] = &scoring.Ack{Verdict: scoring.Missing}
		}
	}
}

// claim share-locks the campaign, puts in the effects whose push and draft are free
// and notes whose all of them are.
func (b *batch) claim(ctx context.Context, conn *sql.Conn) error {
	s, d, jobs := b.jobs[0].sub, b.db.Dialect(), b.undecided()
	parts := append([]store.Statement{{SQL: d.Begin}, lockCampaign(d.Share, s.Tenant, s.Campaign, &b.window)}, b.readPublicSeal(jobs)...)
	if err := d.RunScript(ctx, conn, append(parts, b.readHolders(jobs))...); err != nil {
		return err
	}
	for free := b.free(jobs); len(free) > 0; {
		taken := d.RunScript(ctx, conn, insertEffects(free))
		if taken == nil {
			for _, j := range free {
				b.holders[j.sub.Push] = j.sub.Rating
			}
			break
		}
		if !store.KeyTaken(taken) {
			return taken
		}
		// Another transaction took a key since it was read. The insert waited for
		// its end, so the key can be read now.
		if err := d.RunScript(ctx, conn, b.readHolders(free)); err != nil {
			return err
		}
		tried := len(free)
		if free = b.free(free); len(free) == tried {
			return taken
		}
	}
	if !b.again {
		return nil
	}
	b.earlier = map[models.ID]bool{}
	return d.RunScript(ctx, conn, b.committedBefore(jobs))
}

// readHolders reads which effects hold the pushes and drafts of jobs.
func (b *batch) readHolders(jobs []*job) store.Statement {
	if b.holders == nil {
		b.holders, b.drafts = make(map[models.ID]models.ID, len(jobs)), map[models.ID]bool{}
	}
	const from = "SELECT push, draft, id FROM effects WHERE tenant=? AND "
	args := append(pushes(jobs[0].sub.Tenant, jobs), jobs[0].sub.Tenant)
	for _, j := range jobs {
		args = append(args, store.IDBytes(j.sub.Draft))
	}
	in := " IN " + store.Tuples(1, len(jobs))
	return store.Statement{
		SQL: from + "push" + in + " UNION ALL " + from + "draft" + in, Args: args,
		Rows: func(r *sql.Rows) error {
			var push, draft, id models.ID
			if err := r.Scan(&push, &draft, &id); err != nil {
				return fmt.Errorf("scan effect: %w", err)
			}
			b.holders[push], b.drafts[draft] = id, true
			return nil
		},
	}
}

// free are those of jobs whose push and draft no effect holds, as far as was read.
func (b *batch) free(jobs []*job) []*job {
	return slices.DeleteFunc(slices.Clone(jobs), func(j *job) bool {
		_, held := b.holders[j.sub.Push]
		return held || b.drafts[j.sub.Draft]
	})
}

// committedBefore reads which of our ratings an attempt whose answer was lost
// has committed after all. The effects were put in just before: where that
// attempt was still alive, its keys made us wait for its end.
func (b *batch) committedBefore(jobs []*job) store.Statement {
	s := b.jobs[0].sub
	args := []any{s.Tenant, s.Campaign}
	for _, j := range jobs {
		args = append(args, store.IDBytes(j.sub.Rating))
	}
	return store.Statement{
		SQL: "SELECT r.id, EXISTS (SELECT 1 FROM rating_ends e WHERE e.tenant=r.tenant AND e.campaign=r.campaign AND e.by_rating=r.id)" +
			" FROM ratings r WHERE r.tenant=? AND r.campaign=? AND r.id IN " + store.Tuples(1, len(jobs)),
		Args: args,
		Rows: func(r *sql.Rows) error {
			var id models.ID
			var replaced bool
			if err := r.Scan(&id, &replaced); err != nil {
				return fmt.Errorf("scan rating: %w", err)
			}
			b.earlier[id] = replaced
			return nil
		},
	}
}

func (b *batch) undecided() []*job {
	jobs := make([]*job, 0, len(b.jobs))
	for i, j := range b.jobs {
		if b.verdicts[i] == nil {
			jobs = append(jobs, j)
		}
	}
	return jobs
}

// classify gives a verdict to every submission that put nothing in. It reports
// false where the transaction must not go on: some that put an effect in are
// out of the window, so all is rolled back and the others are run again; or
// none is left.
func (b *batch) classify(ctx context.Context, conn *sql.Conn) (whole bool, err error) {
	var repeats []*job
	whole = true
	for i, j := range b.jobs {
		if b.verdicts[i] != nil {
			continue
		}
		replaced, committed := b.earlier[j.sub.Rating]
		switch {
		case b.holders[j.sub.Push] != j.sub.Rating:
			repeats = append(repeats, j)
		case committed:
			b.verdicts[i] = &scoring.Ack{Verdict: scoring.Counted, Receipt: j.sub.Receipt, Replaced: replaced}
		default:
			if v := b.verdict(j.sub); v != scoring.Counted {
				b.verdicts[i] = &scoring.Ack{Verdict: v}
				whole = false
				continue
			}
			b.in = append(b.in, j)
		}
	}
	if err := b.recall(ctx, conn, repeats); err != nil {
		return false, err
	}
	return whole && len(b.in) > 0, nil
}

// recall gives their verdict to submissions whose push or draft had its effect
// before.
func (b *batch) recall(ctx context.Context, conn *sql.Conn, jobs []*job) error {
	if len(jobs) == 0 {
		return nil
	}
	found, err := priorEffects(ctx, b.db.Dialect(), conn, jobs)
	if err != nil {
		return err
	}
	for i, j := range b.jobs {
		if b.verdicts[i] != nil || b.holders[j.sub.Push] == j.sub.Rating {
			continue
		}
		p, ok := found.byPush[j.sub.Push]
		if ok && (len(p.answer) > 0 || isPublic(j.sub)) {
			b.verdicts[i] = &scoring.Ack{Verdict: scoring.Repeat, Answer: p.answer}
			continue
		}
		if !ok {
			p, ok = found.byDraft[j.sub.Draft]
		}
		if ok {
			b.verdicts[i] = &scoring.Ack{Verdict: scoring.DraftDone, Receipt: p.receipt, Unit: p.unit, At: p.at.Time}
		} else {
			return fmt.Errorf("an effect was refused, and nobody has its keys")
		}
	}
	return nil
}

// counted gives the verdict of those that were committed.
func (b *batch) counted() {
	for i, j := range b.jobs {
		if b.verdicts[i] == nil {
			_, replaced := b.replaced[j.sub.Rating]
			b.verdicts[i] = &scoring.Ack{Verdict: scoring.Counted, Receipt: j.sub.Receipt, Replaced: replaced}
		}
	}
}
