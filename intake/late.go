package intake

import (
	"context"
	"time"
)

// Bounds of late answers.
const (
	// LateWithin is how long after a busy text the answer is looked for; a commit
	// that takes longer is found by 查询.
	LateWithin = time.Minute
	lateEvery  = 200 * time.Millisecond
	lateAtOnce = 256
)

// busy makes the short answer of an unfinished turn the push's first answer,
// unless it has one by now. The answer says that the push is being recorded where an
// effect of it may have been had, and else to send it again.
func (d *Desk) busy(ctx context.Context, t *turn) Answer {
	if t.keys == nil {
		return d.answer(t, d.Engine.Unfinished())
	}
	ctx, cancel := by(ctx, 0)
	defer cancel()
	first, held := d.hold(ctx, t)
	if first != nil {
		return *first
	}
	if sealed, err := d.Actions.Finished(ctx, &t.Turn); err == nil && sealed != nil {
		if first, err := d.first(ctx, t, sealed); err == nil {
			return first
		}
	}
	short := d.Engine.Unfinished()
	if t.tried || t.elsewhere {
		short = d.Engine.Busy()
	}
	a := d.answer(t, short)
	if !held {
		return a
	}
	st, err := d.Sessions.Answer(ctx, t.sessionName, t.pushName, t.sealAnswer(a))
	switch {
	case err != nil:
	case st.Status == Answered:
		if first, err := d.openAnswer(ctx, t, st.Answer); err == nil {
			return first
		}
	default: // of all deliveries this one made it the first answer
		d.tellLater(t)
	}
	return a
}

// hold claims a push that could have an effect and of which nothing was tried here,
// so that no other delivery has the effect behind an answer that says to send it
// again. It returns the first answer where there is one; held is false where Redis
// does not tell, and then the answer is only said: a later delivery may do better.
func (d *Desk) hold(ctx context.Context, t *turn) (first *Answer, held bool) {
	if t.tried || t.elsewhere || !d.Engine.MayAct(t.Input) {
		return nil, true
	}
	ctx, cancel := by(ctx, reserve/2) // a Redis that hangs leaves time to look in SQL
	defer cancel()
	st, err := d.Sessions.Claim(ctx, t.sessionName, t.pushName, t.claimToken())
	if err != nil {
		return nil, false
	}
	t.elsewhere = st.Status == Running
	if st.Status == Answered {
		if a, err := d.openAnswer(ctx, t, st.Answer); err == nil {
			return &a, true
		}
	}
	return nil, true
}

// tellLater looks for what became of an effect whose push was answered with the
// busy text, and sends its answer where the account has a way. What had no
// effect has no answer: the citizen repeats it.
func (d *Desk) tellLater(t *turn) {
	if t.Account.Late == nil || !t.tried {
		return
	}
	if d.late.Add(1) > lateAtOnce {
		d.late.Add(-1)
		return
	}
	go func() {
		defer d.late.Add(-1)
		ctx, cancel := context.WithTimeout(context.Background(), LateWithin)
		defer cancel()
		if err := d.sendLate(ctx, t); err != nil {
			d.Log.Warn("late answer not sent", "err", err)
		}
	}()
}

func (d *Desk) sendLate(ctx context.Context, t *turn) error {
	for {
		sealed, err := d.Actions.Finished(ctx, &t.Turn)
		if err == nil && sealed != nil {
			a, err := d.openFinished(ctx, t, sealed)
			if err != nil || a.Text == "" {
				return err
			}
			return t.Account.Late.Send(ctx, &t.Turn, a.Text)
		}
		if wait(ctx, lateEvery) != nil {
			return nil // it had no effect in time: there is nothing to tell
		}
	}
}
