package bounds

import (
	"testing"
	"time"
)

// recorder notes a failure instead of having one.
type recorder struct {
	testing.TB
	failed bool
}

func (r *recorder) Helper()               {}
func (r *recorder) Fatalf(string, ...any) { r.failed = true }

var kept []byte

func TestHold_whatIsWithinAndWhatIsNot(t *testing.T) {
	calls := 0
	for name, c := range map[string]struct {
		read   func()
		failed bool
	}{
		"nothing": {func() {}, false},
		"sleeps":  {func() { time.Sleep(2 * Push.Time) }, false},
		"spins": {func() {
			for end := threadTime() + 2*slower*Push.Time; threadTime() < end; {
				calls++
			}
		}, true},
		"allocates": {func() { kept = make([]byte, 2*slower*Push.Bytes) }, true},
		"slow once": {func() {
			calls++
			if calls%2 == 1 {
				kept = make([]byte, 2*slower*Push.Bytes)
			}
		}, false},
	} {
		calls = 0
		r := recorder{TB: t}
		Hold(&r, Push, c.read)
		if r.failed != c.failed {
			t.Errorf("%s: failed %t, want %t", name, r.failed, c.failed)
		}
	}
	kept = nil
}
