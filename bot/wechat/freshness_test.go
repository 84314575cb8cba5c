package wechat

import (
	"fmt"
	"sync"
	"testing"
	"time"
)

// watch is a Freshness with a clock to turn and the alarms it raised.
type watch struct {
	*Freshness
	now    time.Time
	alarms []bool
}

func newWatch() *watch {
	w := &watch{now: time.Unix(1714112445, 0)}
	w.Freshness = NewFreshness(func() time.Time { return w.now }, func(on bool) { w.alarms = append(w.alarms, on) })
	return w
}

// send is a push with a signature of its own that is off seconds away from the
// time in use.
func (w *watch) send(off int64, signature int) bool {
	return w.Accept(Dated{Timestamp: w.now.Unix() + off, Signature: fmt.Sprint(signature)})
}

func TestFreshness_window_is300SecondsEitherWay(t *testing.T) {
	for off, want := range map[int64]bool{0: true, -300: true, 300: true, -301: false, 301: false, -1714112445: false} {
		if got := newWatch().send(off, 1); got != want {
			t.Errorf("%d seconds off: accepted %v", off, got)
		}
		w := newWatch()
		at := w.now.Unix()
		if got := w.Accept(Dated{Timestamp: at, Sealed: max(1, at+off), Signature: "s"}); got != want {
			t.Errorf("sealed %d seconds off: accepted %v", off, got)
		}
		if w.Accept(Dated{Timestamp: at + 301, Sealed: at, Signature: "s"}) {
			t.Error("a stale query was accepted for its sealed time")
		}
	}
}

func TestFreshness_staleNonceInThePlaceOfATime_givesTheSwapAway(t *testing.T) {
	const hour = 3600
	for ago, want := range map[int64]bool{
		0: true, 300: true, -300: true, -1200: true, // fresh either way, or no push of the past
		301: false, 1200: false, hour: false,
		hour + 1: true, 365 * 24 * hour: true,
	} {
		w := newWatch()
		at := w.now.Unix()
		if got := w.Accept(Dated{Timestamp: at, Swapped: at - ago, Reach: hour, Signature: "s"}); got != want {
			t.Errorf("a nonce that is %d s ago: accepted %v", ago, got)
		}
	}
	w := newWatch()
	if !w.Accept(Dated{Timestamp: w.now.Unix(), Reach: w.now.Unix() + 1, Signature: "s"}) {
		t.Error("a nonce that is no time was taken for one")
	}
}

// The rule that was: twenty stale pushes of ten citizens are believed.
func TestFreshness_manyStaleOfManyCitizens_stayRefusedForEver(t *testing.T) {
	w := newWatch()
	for i := range 1000 {
		if w.send(-3600, i) {
			t.Fatalf("stale push %d was accepted", i+1)
		}
		w.now = w.now.Add(10 * time.Millisecond)
	}
	if len(w.alarms) != 1 || !w.alarms[0] {
		t.Fatalf("alarms %v", w.alarms)
	}
	if !w.send(0, -1) || len(w.alarms) != 2 || w.alarms[1] {
		t.Errorf("a fresh push did not end the alarm: %v", w.alarms)
	}
	if w.send(-3600, -2) {
		t.Error("a stale push was accepted after a fresh one")
	}
}

func TestFreshness_alarm_isForTwentySignaturesWithinAMinuteAndNoneFresh(t *testing.T) {
	for name, c := range map[string]struct {
		send func(w *watch, i int)
		want int
	}{
		"twenty":                      {func(w *watch, i int) { w.send(-3600, min(i, 19)) }, 1},
		"nineteen, over and over":     {func(w *watch, i int) { w.send(-3600, i%19) }, 0},
		"one address again and again": {func(w *watch, _ int) { w.send(-3600, 1) }, 0},
		"slowly": {func(w *watch, i int) {
			w.send(-3600, i)
			w.now = w.now.Add(4 * time.Second) // at most 16 a minute
		}, 0},
		"a fresh one between": {func(w *watch, i int) {
			if i%19 == 0 {
				w.send(0, 1)
			}
			w.send(-3600, i)
		}, 0},
	} {
		w := newWatch()
		for i := range 200 {
			c.send(w, i)
		}
		if len(w.alarms) != c.want {
			t.Errorf("%s: alarms %v", name, w.alarms)
		}
	}
}

func TestFreshness_atOnce_alarmsInTurns(t *testing.T) {
	var mu sync.Mutex
	var alarms []bool
	now := time.Unix(1714112445, 0)
	f := NewFreshness(func() time.Time { return now }, func(on bool) {
		mu.Lock()
		defer mu.Unlock()
		alarms = append(alarms, on)
	})
	var all sync.WaitGroup
	for g := range 8 {
		all.Go(func() {
			for i := range 500 {
				off := int64(1000)
				if i%50 == 49 {
					off = 0
				}
				if f.Accept(Dated{Timestamp: now.Unix() - off, Signature: fmt.Sprint(g, i)}) != (off == 0) {
					t.Errorf("judged wrongly %d s off", off)
				}
			}
		})
	}
	all.Wait()
	for i, on := range alarms {
		if on != (i%2 == 0) {
			t.Fatalf("alarms %v", alarms)
		}
	}
	if len(alarms) == 0 {
		t.Error("no alarm though most were stale")
	}
}

func TestFreshness_accept_allocatesNothing(t *testing.T) {
	w := newWatch()
	fresh, stale := Dated{Timestamp: w.now.Unix(), Signature: "a"}, Dated{Timestamp: 1, Signature: "b"}
	if n := testing.AllocsPerRun(100, func() { w.Accept(fresh); w.Accept(stale) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
