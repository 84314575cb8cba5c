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

// send is a push of a citizen that is off seconds away from our clock.
func (w *watch) send(off int64, citizen int) bool {
	return w.Accept(w.now.Unix()+off, fmt.Sprint("citizen ", citizen))
}

func TestFreshness_window_is300SecondsEitherWay(t *testing.T) {
	for off, want := range map[int64]bool{0: true, -300: true, 300: true, -301: false, 301: false, -1714112445: false} {
		if got := newWatch().send(off, 1); got != want {
			t.Errorf("%d seconds off: accepted %v", off, got)
		}
	}
}

func TestFreshness_twentyStaleOfTenCitizens_ourClockIsWrong(t *testing.T) {
	w := newWatch()
	for i := range 19 {
		if w.send(-3600, i%10) {
			t.Fatalf("stale push %d was accepted", i+1)
		}
		w.now = w.now.Add(time.Second)
	}
	if !w.send(-3600, 9) || len(w.alarms) != 1 || !w.alarms[0] {
		t.Fatalf("the twentieth did not raise the alarm: %v", w.alarms)
	}
	w.now = w.now.Add(time.Hour)
	if !w.send(-3600, 1) || len(w.alarms) != 1 {
		t.Error("the alarm did not last")
	}
	if !w.send(0, 1) || len(w.alarms) != 2 || w.alarms[1] {
		t.Errorf("a fresh push did not end the alarm: %v", w.alarms)
	}
	if w.send(-3600, 1) {
		t.Error("a stale push was accepted after a fresh one")
	}
}

func TestFreshness_staleFromFewCitizens_staysRefused(t *testing.T) {
	w := newWatch()
	for i := range 1000 {
		if w.send(-3600, i%9) {
			t.Fatal("a replay of nine citizens' pushes was accepted")
		}
	}
}

func TestFreshness_staleSlowly_staysRefused(t *testing.T) {
	w := newWatch()
	for i := range 200 {
		if w.send(-3600, i) {
			t.Fatalf("push %d was accepted", i)
		}
		w.now = w.now.Add(4 * time.Second) // at most 16 a minute
	}
	w = newWatch()
	for i := range 200 { // ten citizens, but never within one minute
		if w.send(-3600, i/20) {
			t.Fatalf("push %d was accepted", i)
		}
		w.now = w.now.Add(time.Second)
	}
}

func TestFreshness_freshBetweenStale_staysRefused(t *testing.T) {
	w := newWatch()
	for i := range 200 {
		if i%19 == 0 {
			w.send(0, 1)
		}
		if w.send(-3600, i) {
			t.Fatalf("push %d was accepted", i)
		}
	}
	if len(w.alarms) != 0 {
		t.Errorf("alarms %v", w.alarms)
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
				f.Accept(now.Unix()-off, fmt.Sprint(g, i))
			}
		})
	}
	all.Wait()
	for i, on := range alarms {
		if on != (i%2 == 0) {
			t.Fatalf("alarm %d is %v", i, on)
		}
	}
	if len(alarms) == 0 {
		t.Error("no alarm")
	}
}

func TestFreshness_accept_allocatesNothing(t *testing.T) {
	w := newWatch()
	if n := testing.AllocsPerRun(100, func() { w.Accept(w.now.Unix(), "o"); w.Accept(1, "o") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
