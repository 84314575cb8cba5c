// Package bounds is for tests: it holds what reads input from outside to a
// bound in processor time and in memory, so that no input costs the server more
// than it cost its sender. It imports nothing of ours.
package bounds

import (
	"runtime"
	"runtime/metrics"
	"testing"
	"time"
)

// Limit is what one reading may take.
type Limit struct {
	Time  time.Duration // of the processor, not of the clock: other processes do not count
	Bytes uint64        // allocated, whether or not they are kept
}

// Push is the limit for what anyone may send to a webhook.
var Push = Limit{Time: 5 * time.Millisecond, Bytes: 4 << 20}

// Per is a limit that grows with the input, for files that an operator hands
// in: what Push allows, and so much more for every KiB.
func (l Limit) Per(kib Limit, size int) Limit {
	n := uint64(size/1024 + 1)                                              //nolint:gosec // a length
	return Limit{l.Time + kib.Time*time.Duration(n), l.Bytes + kib.Bytes*n} //nolint:gosec // as above
}

// tries is how often an input may be read before it is held to be slow: a
// collection of garbage that fell into one reading is not the input's fault.
const tries = 3

// Hold calls read, which gives the same results when called again, and fails t
// where it took more than the limit each time. The race detector is given
// twenty times the limit.
func Hold(t testing.TB, l Limit, read func()) {
	t.Helper()
	l.Time *= slower
	l.Bytes *= slower
	var least Limit
	for i := range tries {
		took := measure(read)
		if i == 0 || took.Time < least.Time {
			least.Time = took.Time
		}
		if i == 0 || took.Bytes < least.Bytes {
			least.Bytes = took.Bytes
		}
		if least.Time <= l.Time && least.Bytes <= l.Bytes {
			return
		}
	}
	t.Fatalf("took %s and %d bytes, more than %s or %d bytes", least.Time, least.Bytes, l.Time, l.Bytes)
}

func measure(read func()) Limit {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	bytes, start := allocated(), threadTime()
	read()
	return Limit{threadTime() - start, allocated() - bytes}
}

func allocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
