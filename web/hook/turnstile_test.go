package hook

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// slowFront opens slowly, and panics at every other push.
type slowFront struct {
	front[int]
	inside, most atomic.Int64
	calls        atomic.Int64
}

func (f *slowFront) open(string, []byte) (opened[int], fate, string) {
	defer f.inside.Add(-1)
	for n := f.inside.Add(1); ; {
		if most := f.most.Load(); n <= most || f.most.CompareAndSwap(most, n) {
			break
		}
	}
	time.Sleep(100 * time.Microsecond)
	if f.calls.Add(1)%2 == 0 {
		panic("a fault of ours")
	}
	return opened[int]{}, usable, ""
}

func TestTurnstile_fewAtATime_alsoAfterPanics(t *testing.T) {
	const pushes = 400
	stile, f := newTurnstile(), &slowFront{}
	var served, failed atomic.Int64
	var all sync.WaitGroup
	for range pushes {
		all.Go(func() {
			defer func() {
				if recover() != nil {
					failed.Add(1)
				}
			}()
			openInTurn(stile, f, "", nil)
			served.Add(1)
		})
	}
	all.Wait()
	if served.Load() != pushes/2 || failed.Load() != pushes/2 || len(stile) != 0 {
		t.Errorf("%d served, %d failed, %d left inside", served.Load(), failed.Load(), len(stile))
	}
	if most := f.most.Load(); most < 2 || most > int64(cap(stile)) {
		t.Errorf("%d inside at once, %d are let in", most, cap(stile))
	}
}
