package faults

import (
	"math/rand/v2"
	"os"
	"strconv"
	"sync"
	"testing"
	"time"
)

// number reads a count that a longer run by hand sets.
func number(t testing.TB, name string, otherwise int) int {
	t.Helper()
	v := os.Getenv(name)
	if v == "" {
		return otherwise
	}
	n, err := strconv.Atoi(v)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestDeliveries_fourOverlappingOnTwoServers_oneEffectOneAnswer: PINGYI_FAULT_PUSHES
// pushes, each delivered four times.
func TestDeliveries_fourOverlappingOnTwoServers_oneEffectOneAnswer(t *testing.T) {
	w := newTown(t, 2)
	pushes, seed := number(t, "PINGYI_FAULT_PUSHES", 200), uint64(number(t, "PINGYI_FAULT_SEED", 1))
	start := time.Now()
	w.crowd(seed, 16, pushes, 4, nil)
	t.Logf("seed %d, %v", seed, time.Since(start).Round(time.Second))
	w.record.check(w)
}

// TestCommit_cutBeforeAndAfter_noWrongAnswerNoDoubleRow: PINGYI_FAULT_CUTS commits
// are cut before they reach the server and as many after it carried them out,
// some arrive late or slowly.
func TestCommit_cutBeforeAndAfter_noWrongAnswerNoDoubleRow(t *testing.T) {
	w := newTown(t, 2)
	cuts, seed := number(t, "PINGYI_FAULT_CUTS", 20), uint64(number(t, "PINGYI_FAULT_SEED", 1))
	start := time.Now()
	stop := make(chan struct{})
	var crowd sync.WaitGroup
	crowd.Go(func() { w.crowd(seed, 12, 1<<40, 0, stop) })
	r := rand.New(rand.NewPCG(seed, 3))
	done := func(c cut) (n int64) {
		for _, p := range w.sql {
			n += p.done[c].Load()
		}
		return n
	}
	want := int64(cuts)
	for done(cutBefore) < want || done(cutAfter) < want {
		if time.Since(start) > time.Hour || t.Failed() {
			break
		}
		p := w.sql[r.IntN(len(w.sql))]
		c := cut(r.IntN(int(numCuts)))
		if c <= cutAfter && done(c) >= want {
			c = 1 - c
		}
		p.armed[c].Store(1)
		time.Sleep(time.Duration(5+r.IntN(30)) * time.Millisecond)
	}
	close(stop)
	crowd.Wait()
	t.Logf("seed %d, %v; cut before the server %d, after it %d, late %d, slow %d", seed, time.Since(start).Round(time.Second),
		done(cutBefore), done(cutAfter), done(cutLate), done(cutSlow))
	w.record.check(w)
}

// TestKill_serverMariaDBRedis_everythingSaidIsRecorded: PINGYI_FAULT_KILLS times a
// process is killed while citizens rate, one time in five once more while it
// recovers; now and then the way to Redis or MariaDB is a black hole.
func TestKill_serverMariaDBRedis_everythingSaidIsRecorded(t *testing.T) {
	w := newTown(t, 2)
	w.record.lossy = true
	kills, seed := number(t, "PINGYI_FAULT_KILLS", 5), uint64(number(t, "PINGYI_FAULT_SEED", 1))
	start := time.Now()
	stop := make(chan struct{})
	var crowd sync.WaitGroup
	crowd.Go(func() { w.crowd(seed, 8, 1<<40, 0, stop) })
	r := rand.New(rand.NewPCG(seed, 5))
	twice, holes := 0, 0
	victims := append([]*process{w.mariadb, w.redis}, w.servers...)
	for i := range kills {
		time.Sleep(time.Duration(50+r.IntN(400)) * time.Millisecond)
		w.epoch.Add(1)
		w.healthy.Store(false)
		if i%10 == 7 {
			holes++
			w.swallow(r)
		}
		p := victims[i%len(victims)]
		p.kill()
		time.Sleep(time.Duration(r.IntN(200)) * time.Millisecond)
		p.start()
		if i%5 == 4 { // again, while it recovers
			twice++
			time.Sleep(time.Duration(r.IntN(300)) * time.Millisecond)
			p.kill()
			p.start()
		}
		p.await()
		for _, s := range w.servers {
			s.await()
		}
		w.epoch.Add(1)
		w.healthy.Store(true)
		// Long enough for somebody to be stuck in.
		time.Sleep(time.Duration(200+r.IntN(600)) * time.Millisecond)
		if t.Failed() {
			break
		}
	}
	close(stop)
	crowd.Wait()
	t.Logf("seed %d, %v; %d loops, %d killed twice, %d black holes", seed, time.Since(start).Round(time.Second), kills, twice, holes)
	w.record.check(w)
}

// swallow makes the way to Redis, or one server's to MariaDB, a black hole for a
// while, and cuts it then.
func (w *town) swallow(r *rand.Rand) {
	p := w.cache
	if r.IntN(2) == 0 {
		p = w.sql[r.IntN(len(w.sql))]
	}
	p.hole.Store(true)
	time.Sleep(time.Duration(200+r.IntN(1500)) * time.Millisecond)
	p.cutAll()
	p.hole.Store(false)
}
