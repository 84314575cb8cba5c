package wechat

import (
	"hash/maphash"
	"sync"
	"sync/atomic"
	"time"
)

// The rule: a push may be 300 s off our clock. When 20 pushes of 10 citizens
// within a minute are rightly signed and stale and none is fresh, the clock
// that is wrong is ours.
const (
	freshWindow   = 300 // seconds, either way
	stalePushes   = 20
	staleCitizens = 10
	staleWithin   = time.Minute
)

// Freshness decides whether a rightly signed push is recent enough. It is safe
// for concurrent use and of fixed size; while all is well it takes no lock.
type Freshness struct {
	now   func() time.Time
	alarm func(on bool)
	seed  maphash.Seed

	troubled atomic.Bool // something below is set

	mu       sync.Mutex
	alarmed  bool
	pushes   [stalePushes]time.Time // when the last stale ones came, a ring
	next     int                    // place of the oldest in pushes
	citizens [staleCitizens]seen    // who sent stale ones last, newest first
}

// seen is when a citizen was last seen; the hash is worthless outside of this
// process.
type seen struct {
	who uint64
	at  time.Time
}

// NewFreshness makes the rule with our clock, which must be monotonic as that
// of time.Now is. alarm(true) is called once when our clock is found wrong and
// alarm(false) with the first fresh push after that; it must not call back.
func NewFreshness(now func() time.Time, alarm func(on bool)) *Freshness {
	return &Freshness{now: now, alarm: alarm, seed: maphash.MakeSeed()}
}

// Accept reports whether a push of this citizen, signed with this time (unix
// seconds), is to be accepted. Ask only for pushes that Open authenticated.
func (f *Freshness) Accept(timestamp int64, citizen string) bool {
	now := f.now()
	if off := now.Unix() - timestamp; off >= -freshWindow && off <= freshWindow {
		if f.troubled.Load() {
			f.recover()
		}
		return true
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.troubled.Store(true)
	if f.alarmed {
		return true
	}
	f.pushes[f.next] = now
	f.next = (f.next + 1) % stalePushes
	f.note(maphash.String(f.seed, citizen), now)
	oldest, last := f.pushes[f.next], f.citizens[staleCitizens-1].at
	if oldest.IsZero() || last.IsZero() || now.Sub(oldest) > staleWithin || now.Sub(last) > staleWithin {
		return false
	}
	f.alarmed = true
	f.alarm(true)
	return true
}

// note moves a citizen to the front of those seen last.
func (f *Freshness) note(who uint64, now time.Time) {
	at := staleCitizens - 1
	for i, c := range f.citizens {
		if c.who == who && !c.at.IsZero() {
			at = i
			break
		}
	}
	copy(f.citizens[1:at+1], f.citizens[:at])
	f.citizens[0] = seen{who: who, at: now}
}

// recover forgets the stale ones: a fresh push came, so our clock is right.
func (f *Freshness) recover() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.pushes, f.citizens = [stalePushes]time.Time{}, [staleCitizens]seen{}
	f.troubled.Store(false)
	if f.alarmed {
		f.alarmed = false
		f.alarm(false)
	}
}
