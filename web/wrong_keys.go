package web

import (
	"log/slog"
	"net/netip"
	"sync"
	"time"
)

// Bounds of wrong keys. Each costs a look-up in the database and a line in the log, so
// an address that tries many has a few a second. Right keys are never counted.
const (
	wrongAtOnce    = 120 // of one address, after a pause
	wrongPerSecond = 2   // of one address
	wrongAllAtOnce = 600 // of all addresses
	wrongAllPer    = 20  // of all addresses, a second
	wrongAddresses = 4096
	wrongSummary   = 10 * time.Second
	wrongRetry     = 5 * time.Second // told with 429
)

// wrongKeys counts requests with a wrong key, or without one, by address and in all. What is beyond
// the bounds is told in one line every wrongSummary.
type wrongKeys struct {
	now  func() time.Time
	log  *slog.Logger
	what string // the summary's message

	mu      sync.Mutex
	all     bucket
	from    map[netip.Prefix]*bucket
	swept   time.Time // when quiet addresses made room last
	others  bucket    // of the addresses that came when from was full
	beyond  int64     // since the last summary
	most    int64
	worst   netip.Prefix // that was refused most
	pending *time.Timer  // of the next summary
}

func newWrongKeys(now func() time.Time, log *slog.Logger, what string) *wrongKeys {
	return &wrongKeys{now: now, log: log, what: what, from: map[netip.Prefix]*bucket{}}
}

// bucket holds what is left of a bound: it is full at first and after a pause.
type bucket struct {
	used    float64 // of the bound, at the time of last
	last    time.Time
	refused int64 // since the last summary
}

// fill gives back what the time since the last call has earned.
func (b *bucket) fill(now time.Time, perSecond float64) {
	b.used = max(0, b.used-now.Sub(b.last).Seconds()*perSecond)
	b.last = now
}

// allow counts a request and reports whether it is within the bounds.
func (w *wrongKeys) allow(from netip.Addr) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	now := w.now()
	network := networkOf(from)
	own := w.bucket(network, now)
	own.fill(now, wrongPerSecond)
	w.all.fill(now, wrongAllPer)
	if own.used+1 <= wrongAtOnce && w.all.used+1 <= wrongAllAtOnce {
		own.used++
		w.all.used++
		return true
	}
	w.beyond++
	own.refused++
	if own.refused > w.most {
		w.most, w.worst = own.refused, network
	}
	if w.pending == nil {
		w.pending = time.AfterFunc(wrongSummary, w.summarise)
	}
	return false
}

// bucket is an address's own. Where there are too many, those that have been quiet
// make room.
func (w *wrongKeys) bucket(network netip.Prefix, now time.Time) *bucket {
	if b := w.from[network]; b != nil {
		return b
	}
	if len(w.from) >= wrongAddresses && now.Sub(w.swept) >= time.Second {
		w.swept = now
		for of, b := range w.from {
			b.fill(now, wrongPerSecond)
			if b.used == 0 && b.refused == 0 {
				delete(w.from, of)
			}
		}
	}
	if len(w.from) >= wrongAddresses {
		return &w.others
	}
	b := &bucket{last: now}
	w.from[network] = b
	return b
}

// networkOf is what one caller has at least: an IPv4 address, an IPv6 network of 64
// bits.
func networkOf(a netip.Addr) netip.Prefix {
	bits := a.BitLen()
	if a.Is6() {
		bits = 64
	}
	p, err := a.Prefix(bits)
	if err != nil { // the zero address, whose caller is not known
		return netip.Prefix{}
	}
	return p
}

// summarise writes the line of what was refused since the last one, if anything was.
func (w *wrongKeys) summarise() {
	w.mu.Lock()
	beyond, most, worst := w.beyond, w.most, w.worst
	w.beyond, w.most, w.worst = 0, 0, netip.Prefix{}
	if w.pending != nil {
		w.pending.Stop()
		w.pending = nil
	}
	for _, b := range w.from {
		b.refused = 0
	}
	w.others.refused = 0
	w.mu.Unlock()
	if beyond > 0 {
		w.log.Warn(w.what, "refused", beyond, "most_from", worst.String(), "of_these", most)
	}
}
