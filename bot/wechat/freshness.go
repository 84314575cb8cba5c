package wechat

import (
	"hash/maphash"
	"sync"
	"sync/atomic"
	"time"
)

// The bounds of freshness, and when its refusals are worth an alarm.
const (
	freshWindow = 300 // seconds, either way
	staleMany   = 20  // distinct signatures
	staleWithin = time.Minute
)

// Dated is what a rightly signed push says about its age. Times are unix seconds.
type Dated struct {
	Timestamp int64 // of the query
	Sealed    int64 // CreateTime of an encrypted message; 0 where there is none
	// Swapped is the time that the nonce would be in the place of the timestamp,
	// 0 where it could not stand there. The signature sorts the two, so it holds
	// for either order; a Swapped of at most Reach seconds ago that is not fresh
	// gives away a push whose two were swapped.
	Swapped, Reach int64
	Signature      string
}

// Freshness decides whether a rightly signed push is recent enough. A stale push
// is refused, however many there are: a signature of Weibo does not cover the
// body, so one address of any age would let its finder invent citizens. It is
// safe for concurrent use and of fixed size; while all is well it takes no lock.
type Freshness struct {
	now   func() time.Time
	alarm func(on bool)
	seed  maphash.Seed

	troubled atomic.Bool // something below is set

	mu      sync.Mutex
	alarmed bool
	stale   [staleMany]staleOne // a ring
	next    int                 // place of the oldest in stale
}

// staleOne is when a stale signature was first seen; its hash is worthless
// outside of this process.
type staleOne struct {
	signature uint64
	at        time.Time
}

// NewFreshness makes the rule with the time in use. alarm(true) is called once
// when 20 pushes with different signatures were stale within a minute and none
// was fresh: either old pushes are sent again, or the clock is wrong, and which
// of the two it is the pushes cannot tell. alarm(false) follows with the first
// fresh push. The alarm changes no judgement; it must not call back.
func NewFreshness(now func() time.Time, alarm func(on bool)) *Freshness {
	return &Freshness{now: now, alarm: alarm, seed: maphash.MakeSeed()}
}

// Accept reports whether a push is fresh. Ask only for pushes that Open
// authenticated.
func (f *Freshness) Accept(d Dated) bool {
	now := f.now()
	if d.fresh(now.Unix()) {
		if f.troubled.Load() {
			f.recover()
		}
		return true
	}
	f.note(maphash.String(f.seed, d.Signature), now)
	return false
}

func (d Dated) fresh(now int64) bool {
	within := func(at int64) bool { return at >= now-freshWindow && at <= now+freshWindow }
	swapped := d.Swapped != 0 && d.Swapped < now-freshWindow && d.Swapped >= now-d.Reach
	return within(d.Timestamp) && (d.Sealed == 0 || within(d.Sealed)) && !swapped
}

// note remembers a stale signature unless it is remembered, and raises the alarm
// where the last ones came close together.
func (f *Freshness) note(signature uint64, now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.troubled.Store(true)
	for _, s := range f.stale {
		if s.signature == signature && !s.at.IsZero() {
			return
		}
	}
	f.stale[f.next] = staleOne{signature, now}
	f.next = (f.next + 1) % staleMany
	if oldest := f.stale[f.next].at; f.alarmed || oldest.IsZero() || now.Sub(oldest) > staleWithin {
		return
	}
	f.alarmed = true
	f.alarm(true)
}

// recover forgets the stale ones: a fresh push came.
func (f *Freshness) recover() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stale = [staleMany]staleOne{}
	f.troubled.Store(false)
	if f.alarmed {
		f.alarmed = false
		f.alarm(false)
	}
}
