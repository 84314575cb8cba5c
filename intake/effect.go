package intake

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"pingyi/bot"
	"pingyi/bot/codec"
)

// settled looks for an effect of a push that could have had one, but would have
// none on this session: Redis may have been lost since, or the session may have
// moved on while another delivery has the effect right now. The claim keeps that
// other delivery from having it between the look and the answer. A bare number is
// only looked up: it is a level nearly always, and a reason counts once anyway.
func (d *Desk) settled(ctx context.Context, t *turn, cur current) (SessionState, Answer, bool, error) {
	if len(t.Input.Text) > 1 {
		if st, taken, err := d.claim(ctx, t, cur); !taken || err != nil {
			return st, Answer{}, true, err
		}
	}
	first, found, err := d.finished(ctx, t)
	return SessionState{Status: Saved}, first, found, err
}

// claim takes the push for a turn on cur; taken is false where it is answered,
// runs elsewhere, or the session is another one.
func (d *Desk) claim(ctx context.Context, t *turn, cur current) (st SessionState, taken bool, err error) {
	st, err = d.Sessions.Claim(ctx, t.sessionName, t.pushName, t.claimToken())
	if err != nil || st.Status != Taken {
		return st, false, err
	}
	if !sameVersion(cur.version, st.Session) {
		st.Status = Stale
		return st, false, nil
	}
	return st, true, nil
}

func (t *turn) claimToken() []byte {
	if t.token == nil {
		t.token = make([]byte, 8)
		_, _ = rand.Read(t.token) // never fails
	}
	return t.token
}

// effect claims the push, has the effect, and saves the dialogue after it.
func (d *Desk) effect(ctx context.Context, t *turn, w *bot.World, cur current, next bot.Session, a bot.Action) (SessionState, Answer, error) {
	if st, taken, err := d.claim(ctx, t, cur); !taken || err != nil {
		return st, Answer{}, err
	}
	before := next
	var say bot.Message
	var ans Answer
	start := d.Now()
	finish := func(r bot.Result) ([]byte, error) {
		next, say = d.Engine.Finish(w, before, t.Input, a, r)
		ans = d.say(t, &next, say)
		ans.At = start.Unix() // the same whichever call counts
		return t.keys.Answers().Seal(encodeAnswer(ans), t.PushID[:]), nil
	}
	r, first, err := d.Actions.Do(ctx, &t.Turn, a, finish)
	if err != nil {
		t.tried = !errors.Is(err, ErrNothingHad)
		return SessionState{}, Answer{}, err
	}
	if first != nil {
		t.kind = "repeat"
		ans, err = d.first(ctx, t, first)
		return SessionState{Status: Saved}, ans, err
	}
	if r.Status != bot.Done {
		// Nothing was committed, so SQL has no answer of this push: only what is
		// saved may be said.
		next, say = d.Engine.Finish(w, before, t.Input, a, r)
		return d.saveSaying(ctx, t, cur, next, say)
	}
	d.Observer.Commit(a.ActionName(), d.Now().Sub(start))
	return d.saveEffect(ctx, t, cur, next, a, ans)
}

// saveEffect saves the dialogue after an effect. The effect stands in
// any case: where the session moved on meanwhile, only the answer is kept,
// and where Redis is gone, SQL has the answer.
func (d *Desk) saveEffect(ctx context.Context, t *turn, cur current, next bot.Session, a bot.Action, ans Answer) (SessionState, Answer, error) {
	if _, erased := a.(bot.Erase); erased {
		d.hints.drop(t.CitizenID)
		count, err := codec.Marshal(bot.Session{RateMinute: next.RateMinute, RateCount: next.RateCount})
		if err != nil {
			return SessionState{}, Answer{}, fmt.Errorf("session: %w", err)
		}
		if err = d.Sessions.Forget(ctx, t.sessionName, t.box.Seal(count, sessionUse)); err != nil {
			return SessionState{}, Answer{}, err
		}
		if err = d.Sessions.Drop(ctx, t.CitizenID); err != nil { // of the release before
			return SessionState{}, Answer{}, err
		}
		st, err := d.Sessions.Answer(ctx, t.sessionName, t.pushName, t.sealAnswer(ans))
		return st, ans, err
	}
	st, saved, err := d.save(ctx, t, cur, next, ans)
	switch {
	case err != nil:
		d.Log.Warn("effect committed, session not saved", "err", err)
	case st.Status == Answered:
		return st, saved, nil
	case st.Status != Saved:
		if st, err = d.Sessions.Answer(ctx, t.sessionName, t.pushName, t.sealAnswer(ans)); err == nil && st.Status == Answered {
			return st, ans, nil
		}
	}
	return SessionState{Status: Saved}, ans, nil
}
