package faults

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// span reads a duration that a longer run by hand sets.
func span(t testing.TB, name string, otherwise time.Duration) time.Duration {
	t.Helper()
	v := os.Getenv(name)
	if v == "" {
		return otherwise
	}
	d, err := time.ParseDuration(v)
	if err != nil || d <= 0 {
		t.Fatalf("%s: %q is no duration", name, v)
	}
	return d
}

// footprint is what a server holds while nobody asks anything.
type footprint struct {
	descriptors int
	goroutines  int
	live        int // KB that the last collection of garbage left
	resident    int // KB of memory that is no file's
}

func (f footprint) String() string {
	return fmt.Sprintf("%d descriptors, %d goroutines, %d KB live, %d KB resident", f.descriptors, f.goroutines, f.live, f.resident)
}

// How far a footprint at the end may be from the one after the warm-up. Pools keep
// a few connections more or less, each with a descriptor and two goroutines at
// either end. A server remembers each citizen's session (some 400 bytes, up to
// 200,000 of them); resident memory follows five times what is live (GOGC=400)
// and is given back slowly.
const (
	moreDescriptors = 24
	moreGoroutines  = 48
	moreLive        = 4 << 10  // KB, and 1 KB a citizen
	moreResident    = 32 << 10 // KB, and 5 KB a citizen
)

// footprints of all servers, once the crowd has hung up.
func (w *town) footprints(when string) (all []footprint) {
	w.t.Helper()
	w.client.CloseIdleConnections()
	time.Sleep(time.Second)
	for i, s := range w.servers {
		w.collected(i)
		f := w.footprint(i)
		w.t.Logf("%s %s: %v", s.name, when, f)
		all = append(all, f)
	}
	return all
}

// collected returns when a server has collected its garbage twice since nobody
// asks it anything; asking for metrics makes the garbage.
func (w *town) collected(i int) {
	w.t.Helper()
	first := w.metric(i, "go_gc_duration_seconds_count")[0]
	for range 3000 {
		if w.metric(i, "go_gc_duration_seconds_count")[0] >= first+2 {
			return
		}
	}
	w.t.Fatal("a server does not collect its garbage")
}

func (w *town) footprint(i int) (f footprint) {
	w.t.Helper()
	pid := w.servers[i].cmd.Process.Pid
	list, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	if err != nil {
		w.t.Fatal(err)
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		w.t.Fatal(err)
	}
	f.descriptors = len(list)
	if f.resident, err = strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(line(string(status), "RssAnon:")), " kB")); err != nil {
		w.t.Fatal(err)
	}
	values := w.metric(i, "go_goroutines", "go_memstats_next_gc_bytes", "go_gc_gogc_percent")
	f.goroutines = int(values[0])
	// The next collection is due when what the last one left has grown by GOGC.
	f.live = int(values[1]/(1+values[2]/100)) >> 10
	return f
}

// metric is what a server's metrics say now.
func (w *town) metric(i int, names ...string) []float64 {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), http.MethodGet, "http://"+w.metrics[i]+"/metrics", http.NoBody)
	if err != nil {
		w.t.Fatal(err)
	}
	res, err := w.client.Do(req)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	values := make([]float64, len(names))
	for k, name := range names {
		if values[k], err = strconv.ParseFloat(line(string(text), name+" "), 64); err != nil {
			w.t.Fatalf("metric %s: %v", name, err)
		}
	}
	return values
}

// TestSoak_busyEveningWithKills_nothingLostNothingKept: citizens rate and complain
// at a steady PINGYI_FAULT_RATE pushes a second for PINGYI_FAULT_SOAK; every
// PINGYI_FAULT_EVERY one of the first server, MariaDB, the second server and Redis
// is killed and comes back. A third server is never killed: it lives through all
// failures of the others, and what it kept of each would show.
func TestSoak_busyEveningWithKills_nothingLostNothingKept(t *testing.T) {
	w := newTown(t, 3)
	w.record.lossy = true
	seed := uint64(number(t, "PINGYI_FAULT_SEED", 1))
	soak := span(t, "PINGYI_FAULT_SOAK", 10*time.Second)
	every := span(t, "PINGYI_FAULT_EVERY", min(5*time.Minute, soak/5))
	rate := number(t, "PINGYI_FAULT_RATE", 40)
	pace := time.NewTicker(time.Second / time.Duration(rate))
	defer pace.Stop()
	w.ticks = pace.C

	w.evening(seed, min(soak/6, 3*time.Minute), 0)
	before := w.footprints("after the warm-up")
	start, pushes := time.Now(), w.record.pushes.Load()
	kills := w.evening(seed+1, soak, every)
	took := time.Since(start)
	w.ticks = nil
	t.Logf("seed %d, %v, %d kills, %.1f pushes a second", seed, took.Round(time.Second), kills, float64(w.record.pushes.Load()-pushes)/took.Seconds())
	citizens := int(w.serial.Load())
	for i, f := range w.footprints("at the end") {
		b := before[i]
		if f.descriptors > b.descriptors+moreDescriptors || f.goroutines > b.goroutines+moreGoroutines ||
			f.live > b.live+moreLive+citizens || f.resident > b.resident+moreResident+5*citizens {
			t.Errorf("%s held %v after the warm-up, and %v at the end, with %d citizens", w.servers[i].name, b, f, citizens)
		}
	}
	if kills < int(soak/every)/2 { // each takes its time on a slow machine
		t.Errorf("%d kills in %v", kills, took)
	}
	w.record.check(w)
}

// evening lets citizens act for so long; every so often somebody is killed, unless
// it is 0. It returns the number of kills.
func (w *town) evening(seed uint64, long, every time.Duration) (kills int) {
	ctx, cancel := context.WithTimeout(w.t.Context(), long)
	defer cancel()
	var crowd sync.WaitGroup
	crowd.Go(func() { w.crowd(seed, 24, 1<<40, 0, ctx.Done()) })
	r := rand.New(rand.NewPCG(seed, 7))
	victims := []*process{w.servers[0], w.mariadb, w.servers[1], w.redis}
	for every > 0 && !w.t.Failed() {
		select {
		case <-ctx.Done():
		case <-time.After(every):
			w.strike(victims[kills%len(victims)], time.Duration(r.IntN(int(min(every/4, 3*time.Second)))))
			kills++
			continue
		}
		break
	}
	crowd.Wait()
	return kills
}

// strike kills a process and starts it again after a while.
func (w *town) strike(p *process, down time.Duration) {
	w.t.Helper()
	w.epoch.Add(1)
	w.healthy.Store(false)
	p.kill()
	time.Sleep(down)
	p.start()
	p.await()
	for _, s := range w.servers {
		s.await()
	}
	w.epoch.Add(1)
	w.healthy.Store(true)
}
