package intake

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"pingyi/bot"
	"pingyi/bot/codec"
	"pingyi/models"
	"pingyi/seal"
)

// Limits of one citizen.
const (
	// PushesPerMinute is how many pushes of a citizen are served in a minute;
	// the next one is told so, those after it get a bare success.
	PushesPerMinute = 120
	// reserve is kept of Budget for storing the short answer of a turn that was
	// not finished in time.
	reserve = 600 * time.Millisecond
	// pollEvery is how often a repeat looks whether the first delivery is done.
	pollEvery = 20 * time.Millisecond
)

// Options wires a desk.
type Options struct {
	Engine    *bot.Engine
	Sessions  Sessions
	Actions   Actions
	Worlds    Worlds
	Keys      *seal.Ring
	Observer  Observer
	Followers Followers // nil: who follows is not noted
	Log       *slog.Logger
	Now       func() time.Time
	InFlight  int // turns at once before the lowest class is refused; see gate
	Hints     int // sessions remembered in the process
}

// Desk handles pushes. It is safe for concurrent use; several desks on one
// database and one Redis act as one.
type Desk struct {
	Options
	gate  *gate
	hints *hints
	late  atomic.Int64 // late answers that are waited for
}

// NewDesk makes a desk.
func NewDesk(o Options) *Desk {
	return &Desk{Options: o, gate: newGate(o.InFlight), hints: newHints(o.Hints)}
}

// turn is the state of one push on its way.
type turn struct {
	Turn
	// What names the session and the push in Redis: hashes other than those of SQL.
	sessionName, pushName models.ID
	old                   bool // the session stands under its name of the earlier release yet

	keys  *seal.Tenant
	box   seal.SessionBox
	token []byte // of our claim, made when first needed
	kind  string // outcome label

	tried     bool // its effect may have been had by this delivery
	elsewhere bool // another delivery had the claim
}

// current is a citizen's session as it was last seen: its version and content.
type current struct {
	version []byte // nil: there is no session
	session bot.Session
}

// Handle answers a push by the deadline that ctx carries, which need not end by
// itself (see Until). It never fails: what cannot be finished in time is answered with a
// short text, which then is the push's first answer.
func (d *Desk) Handle(ctx context.Context, p Push) Answer {
	class := d.Engine.ClassOf(p.Input)
	if !d.gate.enter(class, d.Now().Sub(p.Input.Now)) {
		d.Observer.Shed(class)
		return d.turnAway(p)
	}
	start, took := d.Now(), none
	defer func() { d.gate.leave(took) }()
	t, a, err := d.handle(ctx, p)
	if err != nil {
		d.Log.Warn("turn not finished", "platform_kind", p.Input.Kind, "err", err)
		t.kind = "busy"
		a = d.busy(ctx, t)
	}
	if t.kind != "repeat" {
		took = d.Now().Sub(start)
	}
	d.Observer.Turn(p.Input.Kind.String(), t.kind, d.Now().Sub(start))
	return a
}

// turnAway is the answer to a push that gets no turn: a short text as long as the
// platform waits for it. It is no first answer, for nothing is stored: another
// delivery of the push may have its turn, and the text is true then as well.
func (d *Desk) turnAway(p Push) Answer {
	a := Answer{At: d.Now().Unix(), Shed: true}
	if p.Input.Kind != bot.Unfollow && d.Now().Sub(p.Input.Now) < Budget {
		a.Text = p.Account.Face.Render(d.Engine.Unfinished())
	}
	return a
}

func (d *Desk) handle(ctx context.Context, p Push) (*turn, Answer, error) {
	t := &turn{Turn: Turn{Push: p}, kind: "step"}
	ctx, cancel := by(ctx, reserve)
	defer cancel()
	keys, err := d.Keys.Tenant(ctx, p.Account.Tenant)
	if err != nil {
		return t, Answer{}, err
	}
	t.keys = keys
	t.CitizenID = keys.Citizen(p.Account.ID, p.Citizen)
	t.PushID = keys.Push(p.Account.ID, p.Key)
	t.sessionName, t.pushName = keys.CitizenName(p.Account.ID, p.Citizen), keys.PushName(p.Account.ID, p.Key)
	if t.box, err = keys.Session(t.CitizenID); err != nil {
		return t, Answer{}, err
	}
	a, err := d.run(ctx, t)
	return t, a, err
}

// run advances the dialogue until one advance could be saved: the session may
// have been moved on by another push of the citizen, then the engine runs again
// on what is there.
func (d *Desk) run(ctx context.Context, t *turn) (Answer, error) {
	cur, known := d.hints.get(t.CitizenID)
	for {
		if err := ctx.Err(); err != nil {
			return Answer{}, err
		}
		var st SessionState
		var a Answer
		var err error
		if known {
			st, a, err = d.step(ctx, t, cur)
		} else {
			st, err = d.Sessions.Load(ctx, t.sessionName, t.pushName)
			if st.Status == Saved { // the push is unknown
				st.Status = Stale
			}
		}
		if err != nil {
			return Answer{}, err
		}
		switch st.Status {
		case Saved:
			return a, nil
		case Answered:
			t.kind = "repeat"
			return d.openAnswer(ctx, t, st.Answer)
		case Running:
			t.elsewhere = true
			if err = wait(ctx, pollEvery); err != nil {
				return Answer{}, err
			}
			known = false
		default: // Stale: run on what is there
			var first Answer
			var found bool
			if cur, first, found, err = d.present(ctx, t, st); err != nil || found {
				return first, err
			}
			known = true
		}
	}
}

// present is the session that a step found, or what there is elsewhere where it found
// none.
func (d *Desk) present(ctx context.Context, t *turn, st SessionState) (cur current, first Answer, found bool, err error) {
	if st.Session == nil {
		return d.unseen(ctx, t)
	}
	cur, err = d.open(ctx, t, st.Session)
	return cur, first, false, err
}

// unseen looks elsewhere where Redis has no session: for the answer of the push, or
// else what the release before keeps of the citizen.
func (d *Desk) unseen(ctx context.Context, t *turn) (cur current, first Answer, found bool, err error) {
	if first, found, err = d.finished(ctx, t); err != nil || found {
		return cur, first, found, err
	}
	for {
		before, first, err := d.earlier(ctx, t)
		switch {
		case err != nil || before.Status == Answered:
			return cur, first, true, err
		case before.Status != Running:
			cur, err = d.open(ctx, t, before.Session)
			cur.version = nil // under the present name there is none
			return cur, first, false, err
		}
	}
}

// finished looks in SQL for the answer that an effect of this push committed
// before Redis was lost or the server died, and makes it the first answer.
func (d *Desk) finished(ctx context.Context, t *turn) (Answer, bool, error) {
	sealed, err := d.Actions.Finished(ctx, &t.Turn)
	if err != nil || sealed == nil {
		return Answer{}, false, err
	}
	t.kind = "repeat"
	a, err := d.first(ctx, t, sealed)
	return a, true, err
}

// first makes the answer committed in SQL the push's answer in Redis, where
// another may stand already. That Redis cannot take it is no fault: SQL has it.
func (d *Desk) first(ctx context.Context, t *turn, sealed []byte) (Answer, error) {
	a, err := d.openFinished(ctx, t, sealed)
	if err != nil {
		return Answer{}, err
	}
	st, err := d.Sessions.Answer(ctx, t.sessionName, t.pushName, t.sealAnswer(a))
	if err == nil && st.Status == Answered {
		return d.openAnswer(ctx, t, st.Answer)
	}
	return a, nil
}

// step advances the dialogue once and saves it.
func (d *Desk) step(ctx context.Context, t *turn, cur current) (SessionState, Answer, error) {
	s, over := meter(cur.session, t.Input.Now)
	if t.Input.Kind == bot.Unfollow {
		over = 0 // who leaves is forgotten, however much they sent
	}
	if over > 1 {
		return d.refuse(ctx, t)
	}
	if over == 1 {
		t.kind = "limited"
		return d.save(ctx, t, cur, s, d.answer(t, d.Engine.TooFast()))
	}
	if len(s.Rest) > 0 && t.Input.Kind == bot.Text && d.Engine.AsksMore(t.Input.Text) {
		return d.nextPage(ctx, t, cur, s)
	}
	w := d.world(t)
	d.recordFollower(ctx, t)
	next, out := d.Engine.Advance(w, s, t.Input)
	action := d.Engine.Action(out.Action)
	if (action == nil || !action.Effect) && d.Engine.MayAct(t.Input) {
		if st, first, done, err := d.settled(ctx, t, cur); done || err != nil {
			return st, first, err
		}
	}
	switch {
	case out.Action == nil:
		t.kind = "step"
		return d.saveSaying(ctx, t, cur, next, out.Say)
	case action == nil:
		return SessionState{}, Answer{}, fmt.Errorf("the action %s is not registered", out.Action.ActionName())
	case action.Effect:
		t.kind = "effect"
		return d.effect(ctx, t, w, cur, next, out.Action)
	}
	t.kind = "read"
	r, err := d.Actions.Read(ctx, &t.Turn, out.Action)
	if err != nil {
		return SessionState{}, Answer{}, err
	}
	next, say := d.Engine.Finish(w, next, t.Input, out.Action, r)
	return d.saveSaying(ctx, t, cur, next, say)
}

// save stores the advanced session and the answer in one step.
func (d *Desk) save(ctx context.Context, t *turn, cur current, next bot.Session, a Answer) (SessionState, Answer, error) {
	plain, err := codec.Marshal(next)
	if err != nil {
		return SessionState{}, Answer{}, fmt.Errorf("session: %w", err)
	}
	sealed := t.box.Seal(plain, sessionUse)
	st, err := d.Sessions.Swap(ctx, t.sessionName, t.pushName, t.token, cur.version, sealed, t.sealAnswer(a))
	if err == nil && st.Status == Saved {
		d.dropEarlier(ctx, t)
		d.hints.put(t.CitizenID, current{version: sealed[:VersionSize:VersionSize], session: next})
	}
	return st, a, err
}

// refuse answers what goes beyond the limit with a bare success, unless it
// repeats a push that was answered before.
func (d *Desk) refuse(ctx context.Context, t *turn) (SessionState, Answer, error) {
	st, err := d.Sessions.Load(ctx, t.sessionName, t.pushName)
	if err == nil && st.Status == Answered {
		return st, Answer{}, nil
	}
	t.kind = "limited"
	return SessionState{Status: Saved}, Answer{}, err
}

func (d *Desk) answer(t *turn, m bot.Message) Answer {
	a := Answer{At: d.Now().Unix()}
	if !m.Empty() {
		a.Text = t.Account.Face.Render(m)
	}
	return a
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// meter counts a push in the session's minute; over is 0 within the limit, 1 for
// the first push beyond it, more for those after.
func meter(s bot.Session, now time.Time) (bot.Session, int) {
	minute := uint16(now.Unix() / 60 % bot.RateMinutes) //nolint:gosec // cut on purpose
	if s.RateMinute != minute {
		s.RateMinute, s.RateCount = minute, 0
	}
	if s.RateCount > PushesPerMinute {
		return s, 2
	}
	s.RateCount++
	if s.RateCount > PushesPerMinute {
		return s, 1
	}
	return s, 0
}

func sameVersion(version, sealed []byte) bool {
	if len(sealed) < VersionSize {
		return version == nil
	}
	return string(version) == string(sealed[:VersionSize])
}
