package intake_test

import (
	"bytes"
	"context"
	"maps"
	"time"

	"pingyi/intake"
	"pingyi/models"
)

// memory is what a Redis holds of dialogues; it is copied for a roll-back, as
// a failover to a lagging copy is one.
type memory struct {
	sessions map[models.ID]held
	pushes   map[models.ID]held
}

type held struct {
	value  []byte
	claim  bool // of a push: a lease, not an answer
	expiry time.Time
}

func newMemory() memory {
	return memory{map[models.ID]held{}, map[models.ID]held{}}
}

func (m memory) clone() memory { return memory{maps.Clone(m.sessions), maps.Clone(m.pushes)} }

// simRedis does what session's scripts do, each call in one piece.
type simRedis struct {
	sim *sim
	memory
	old    memory // of some time ago
	epoch  int    // counts the losses
	lapses int    // how often leases ended early
}

var _ intake.Sessions = (*simRedis)(nil)

func (r *simRedis) get(m map[models.ID]held, id models.ID) (held, bool) {
	h, ok := m[id]
	if ok && !h.expiry.After(r.sim.now()) {
		delete(m, id)
		return held{}, false
	}
	return h, ok
}

func (r *simRedis) session(citizen models.ID) []byte {
	h, _ := r.get(r.sessions, citizen)
	return h.value
}

// seen is the state of a push that is answered, or claimed by another.
func (r *simRedis) seen(push models.ID, token []byte) (intake.SessionState, bool) {
	h, ok := r.get(r.pushes, push)
	switch {
	case !ok || h.claim && bytes.Equal(h.value, token):
		return intake.SessionState{}, false
	case h.claim:
		return intake.SessionState{Status: intake.Running}, true
	}
	return intake.SessionState{Status: intake.Answered, Answer: h.value}, true
}

func (r *simRedis) answered(push models.ID, answer []byte) {
	r.pushes[push] = held{value: answer, expiry: r.sim.now().Add(660 * time.Second)}
}

// Load implements intake.Sessions.
func (r *simRedis) Load(ctx context.Context, citizen, push models.ID) (st intake.SessionState, err error) {
	err = r.sim.call(ctx, "load", func() {
		if h, ok := r.get(r.pushes, push); ok {
			if st.Status = intake.Running; !h.claim {
				st.Status, st.Answer = intake.Answered, h.value
			}
		}
		st.Session = r.session(citizen)
	})
	return noted(ctx, st, err)
}

// noted remembers that a delivery was told that another one runs.
func noted(ctx context.Context, st intake.SessionState, err error) (intake.SessionState, error) {
	if d, ok := ctx.Value(deliveryKey{}).(*delivery); ok && err == nil && st.Status == intake.Running {
		d.elsewhere = true
	}
	return st, err
}

// Swap implements intake.Sessions.
func (r *simRedis) Swap(ctx context.Context, citizen, push models.ID, token, expect, next, answer []byte) (st intake.SessionState, err error) {
	err = r.sim.call(ctx, "swap", func() {
		var found bool
		if st, found = r.seen(push, token); found {
			return
		}
		s := r.session(citizen)
		if !bytes.Equal(version(s), version(expect)) {
			st = intake.SessionState{Status: intake.Stale, Session: s}
			return
		}
		delete(r.sessions, citizen)
		if next != nil {
			r.sessions[citizen] = held{value: next, expiry: r.sim.now().Add(24 * time.Hour)}
		}
		r.answered(push, answer)
		st = intake.SessionState{Status: intake.Saved}
	})
	return noted(ctx, st, err)
}

func version(sealed []byte) []byte { return sealed[:min(len(sealed), intake.VersionSize)] }

// Claim implements intake.Sessions.
func (r *simRedis) Claim(ctx context.Context, citizen, push models.ID, token []byte) (st intake.SessionState, err error) {
	err = r.sim.call(ctx, "claim", func() {
		var found bool
		if st, found = r.seen(push, token); found {
			return
		}
		r.pushes[push] = held{value: token, claim: true, expiry: r.sim.now().Add(4500 * time.Millisecond)}
		st = intake.SessionState{Status: intake.Taken, Session: r.session(citizen)}
	})
	return noted(ctx, st, err)
}

// Answer implements intake.Sessions.
func (r *simRedis) Answer(ctx context.Context, _, push models.ID, answer []byte) (st intake.SessionState, err error) {
	err = r.sim.call(ctx, "answer", func() {
		if h, ok := r.get(r.pushes, push); ok && !h.claim {
			st = intake.SessionState{Status: intake.Answered, Answer: h.value}
			return
		}
		r.answered(push, answer)
		st = intake.SessionState{Status: intake.Saved}
	})
	return st, err
}

// Forget implements intake.Sessions.
func (r *simRedis) Forget(ctx context.Context, citizen models.ID, count []byte) error {
	return r.sim.call(ctx, "forget", func() {
		r.sessions[citizen] = held{value: count, expiry: r.sim.now().Add(time.Minute)}
	})
}

// Drop implements intake.Sessions.
func (r *simRedis) Drop(ctx context.Context, citizen models.ID) error {
	return r.sim.call(ctx, "drop", func() { delete(r.sessions, citizen) })
}

// wipe loses everything.
func (r *simRedis) wipe() {
	r.epoch++
	r.memory, r.old = newMemory(), newMemory()
}

// fallBack loses what came after the last copy.
func (r *simRedis) fallBack() {
	r.epoch++
	r.memory = r.old.clone()
}

// forgetOne loses one citizen's session, as an eviction does.
func (r *simRedis) forgetOne(citizen models.ID) {
	r.epoch++
	delete(r.sessions, citizen)
}

// expireClaims ends every lease before its time.
func (r *simRedis) expireClaims() {
	r.lapses++
	for id, h := range r.pushes {
		if h.claim {
			delete(r.pushes, id)
		}
	}
}
