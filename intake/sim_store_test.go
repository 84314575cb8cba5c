package intake_test

import (
	"context"
	"fmt"
	"slices"
	"time"

	"pingyi/bot"
	"pingyi/bot/flow/complaint"
	"pingyi/bot/flow/rating"
	"pingyi/bot/flow/records"
	"pingyi/bot/flow/withdrawal"
	"pingyi/intake"
	"pingyi/models"
)

// effect is a row of the record: what was committed, in order.
type effect struct {
	push, draft models.ID
	citizen     string
	action      bot.Action
	answer      []byte // sealed
	receipt     string // or the ticket's number
	code        string
	before      string // receipt of the rating that it replaced or took back
	at          time.Time
	platformAt  time.Time
	done        time.Time // when it was committed
	late        bool      // the call that had it had given up, or Redis was lost while it ran
}

type unitOf struct{ citizen, unit string }

// counts are the tally of a unit, kept by each commit.
type counts struct{ received, live, superseded, withdrawn int }

// simStore does what the SQL store does, a call a transaction.
type simStore struct {
	sim     *sim
	byPush  map[models.ID]*effect
	byDraft map[models.ID]*effect
	live    map[unitOf]*effect
	tallies map[string]*counts
	journal []*effect
	filed   map[string]int
	serial  int
}

var _ intake.Actions = (*simStore)(nil)

func newSimStore(s *sim) *simStore {
	return &simStore{
		sim: s, byPush: map[models.ID]*effect{}, byDraft: map[models.ID]*effect{}, live: map[unitOf]*effect{},
		tallies: map[string]*counts{}, filed: map[string]int{},
	}
}

// transaction is what one call of Do found or did.
type transaction struct {
	result bot.Result
	first  []byte
	err    error
}

// Do implements intake.Actions. As in the real one the answer is made before
// the transaction, but for a complaint, whose number is given inside it.
func (q *simStore) Do(ctx context.Context, t *intake.Turn, a bot.Action, finish func(bot.Result) ([]byte, error)) (bot.Result, []byte, error) {
	e := &effect{push: t.PushID, citizen: t.Citizen, action: a, at: t.Input.Now, platformAt: t.Input.At}
	done := bot.Result{Status: bot.Done, At: t.Input.Now}
	q.serial++
	d, _ := ctx.Value(deliveryKey{}).(*delivery)
	d.tried = true
	switch a := a.(type) {
	case rating.Rate:
		e.draft, e.receipt = a.Draft, fmt.Sprintf("7K3M-Q9XA-2T4P-%04d", q.serial)
		done.Receipt, done.Unit = e.receipt, a.Unit
	case withdrawal.Withdraw:
		e.draft, done.Unit = a.Draft, a.Unit
	case rating.GiveReason:
		e.receipt, done.Unit, done.Receipt = a.Receipt, a.Unit, a.Receipt
	case complaint.File:
		e.draft, done.Unit = a.Draft, a.Unit
		e.receipt, e.code = fmt.Sprintf("20170510-%04d", q.serial), "H4T9K2"
		done.No, done.Code = e.receipt, e.code
	case bot.Erase:
		err := q.sim.call(ctx, "erase", func() {})
		return done, nil, err
	}
	var err error
	if e.answer, err = finish(done); err != nil {
		return bot.Result{}, nil, err
	}
	var tx transaction
	gone := false
	err = q.sim.call(ctx, "do", func() { tx = q.commit(e, done, gone || d.epoch != q.sim.redis.epoch) })
	if err != nil {
		gone = true // should the call still be carried out
		return bot.Result{}, nil, err
	}
	return tx.result, tx.first, tx.err
}

// commit is the transaction: unique keys first, then the rules.
func (q *simStore) commit(e *effect, done bot.Result, late bool) transaction {
	if had := q.byPush[e.push]; had != nil {
		return transaction{first: had.answer}
	}
	if had := q.byDraft[e.draft]; had != nil && !e.draft.IsZero() {
		done.Status, done.At = bot.AlreadyDone, had.at
		done.Receipt, done.No, done.Code = had.receipt, had.receipt, ""
		return transaction{result: done}
	}
	if status := q.check(e); status != bot.Done {
		return transaction{result: bot.Result{Status: status, Unit: done.Unit}}
	}
	e.late, e.done = late, q.sim.now()
	q.count(e)
	q.byPush[e.push] = e
	if !e.draft.IsZero() {
		q.byDraft[e.draft] = e
	}
	q.journal = append(q.journal, e)
	return transaction{result: done}
}

// check says whether an effect is allowed.
func (q *simStore) check(e *effect) bot.Status {
	switch a := e.action.(type) {
	case rating.Rate:
		return q.window(e)
	case withdrawal.Withdraw:
		if s := q.window(e); s != bot.Done {
			return s
		}
		if q.live[unitOf{e.citizen, a.Unit}] == nil {
			return bot.NotFound
		}
	case rating.GiveReason:
		if q.rating(e.citizen, a.Receipt) == nil {
			return bot.NotFound
		}
	case complaint.File:
		if q.filed[e.citizen] >= 10 {
			return bot.OverLimit
		}
	}
	return bot.Done
}

func (q *simStore) window(e *effect) bot.Status {
	c := q.sim.world.Campaigns[0]
	switch {
	case !e.platformAt.Before(c.To), e.at.After(c.To.Add(time.Minute)):
		return bot.TooLate
	case e.platformAt.Before(c.From):
		return bot.TooEarly
	}
	return bot.Done
}

// count keeps live ratings and tallies.
func (q *simStore) count(e *effect) {
	switch a := e.action.(type) {
	case rating.Rate:
		t := q.tally(a.Unit)
		t.received++
		t.live++
		at := unitOf{e.citizen, a.Unit}
		if had := q.live[at]; had != nil {
			e.before = had.receipt
			t.live--
			t.superseded++
		}
		q.live[at] = e
	case withdrawal.Withdraw:
		at := unitOf{e.citizen, a.Unit}
		e.before, e.receipt = q.live[at].receipt, q.live[at].receipt
		delete(q.live, at)
		t := q.tally(a.Unit)
		t.live--
		t.withdrawn++
	case complaint.File:
		q.filed[e.citizen]++
	}
}

func (q *simStore) tally(unit string) *counts {
	if q.tallies[unit] == nil {
		q.tallies[unit] = &counts{}
	}
	return q.tallies[unit]
}

// rating finds a rating of a citizen ("" for anybody's) by receipt.
func (q *simStore) rating(citizen, receipt string) *effect {
	for _, e := range q.journal {
		if _, ok := e.action.(rating.Rate); ok && e.receipt == receipt && (citizen == "" || e.citizen == citizen) {
			return e
		}
	}
	return nil
}

// Read implements intake.Actions.
func (q *simStore) Read(ctx context.Context, t *intake.Turn, a bot.Action) (r bot.Result, err error) {
	err = q.sim.call(ctx, "read", func() { r = q.read(t, a) })
	return r, err
}

func (q *simStore) read(t *intake.Turn, a bot.Action) bot.Result {
	switch a := a.(type) {
	case records.ListMine, withdrawal.ListOpen:
		return q.mine(t)
	case records.LookUpReceipt:
		if e := q.rating("", a.Receipt); e != nil {
			return bot.Result{Found: records.Found{Ratings: []records.MyRating{q.myRating(e, t.Input.Now)}}}
		}
		return bot.Result{Status: bot.NotFound}
	case complaint.MayComplain:
		if q.filed[t.Citizen] >= 10 {
			return bot.Result{Status: bot.OverLimit}
		}
		return bot.Result{}
	}
	return bot.Result{Status: bot.NotFound}
}

func (q *simStore) mine(t *intake.Turn) bot.Result {
	var r records.Found
	for _, e := range slices.Backward(q.journal) {
		if e.citizen != t.Citizen {
			continue
		}
		switch a := e.action.(type) {
		case rating.Rate:
			r.Ratings = append(r.Ratings, q.myRating(e, t.Input.Now))
		case complaint.File:
			r.Tickets = append(r.Tickets, records.Ticket{No: e.receipt, Unit: a.Unit, Kind: a.Kind, State: "received", At: e.at, Since: e.at})
		}
	}
	return bot.Result{Found: r}
}

func (q *simStore) myRating(e *effect, now time.Time) records.MyRating {
	a, _ := e.action.(rating.Rate)
	m := records.MyRating{Campaign: a.Campaign, Unit: a.Unit, At: e.at, Receipt: e.receipt, State: records.Superseded}
	if q.live[unitOf{e.citizen, a.Unit}] == e {
		m.State, m.Open = records.Live, q.sim.world.Campaigns[0].Open(now)
	}
	for _, w := range q.journal {
		if _, ok := w.action.(withdrawal.Withdraw); ok && w.before == e.receipt {
			m.State = records.Withdrawn
		}
	}
	return m
}

// Finished implements intake.Actions.
func (q *simStore) Finished(ctx context.Context, t *intake.Turn) (answer []byte, err error) {
	err = q.sim.call(ctx, "finished", func() {
		if e := q.byPush[t.PushID]; e != nil {
			answer = e.answer
		}
	})
	if err == nil && answer != nil {
		if d, ok := ctx.Value(deliveryKey{}).(*delivery); ok {
			d.elsewhere = true
		}
	}
	return answer, err
}
