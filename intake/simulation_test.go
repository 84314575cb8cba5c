package intake_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"pingyi/bot"
	"pingyi/bot/flow"
	"pingyi/internal/long"
)

const (
	simSteps = 200
)

func simEngine(t testing.TB) *bot.Engine {
	t.Helper()
	e, err := flow.New("zh-Hans")
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// planOf draws what goes wrong in the run of a seed: nothing in some, much in
// others.
func planOf(seed uint64) (plan, int) {
	r := rand.New(rand.NewPCG(seed, 1))
	rate := func() float64 { return []float64{0, 0, 0.01, 0.05, 0.2}[r.IntN(5)] }
	p := plan{
		fault: [2]float64{rate(), rate()}, env: []float64{0, 0.02, 0.05, 0.1}[r.IntN(4)], impatient: []float64{0, 0.02, 0.2}[r.IntN(3)],
		copies: 1 + r.IntN(4), slow: r.IntN(3) == 0, inFlight: 512, hints: []int{0, 64, 6400}[r.IntN(3)],
	}
	if r.IntN(8) == 0 {
		p.inFlight = 3
	}
	if r.IntN(8) == 0 {
		p.closes = time.Duration(r.IntN(60)) * time.Second
	}
	return p, 1 + r.IntN(3)
}

// outcome is what a run came to.
type outcome struct {
	faults  []string
	trace   uint64
	counted map[string]int
}

// simulate is the run of a seed. It starts a bubble of its own.
func simulate(t *testing.T, engine *bot.Engine, seed uint64, log func(string, ...any)) (o outcome) {
	t.Helper()
	synctest.Test(t, func(*testing.T) {
		p, people := planOf(seed)
		s := newSim(engine, seed, p, people)
		s.log = log
		for range simSteps {
			s.step()
		}
		s.drain()
		s.model.unstuck()
		s.model.counted["calls"] = s.calls
		s.model.counted["ambiguous"] = s.model.ambiguous
		o = outcome{s.model.faults, s.trace.Sum64(), s.model.counted}
	})
	return o
}

// TestSimulation_seedAfterSeed_nothingWrong runs PINGYI_SIM_RUNS runs (300, in the
// long form 2,000) from PINGYI_SIM_SEED on; PINGYI_SIM_TRACE=1 with one run prints it.
func TestSimulation_seedAfterSeed_nothingWrong(t *testing.T) {
	runs, first := number(t, "PINGYI_SIM_RUNS", long.Count(300, 2000)), number(t, "PINGYI_SIM_SEED", 1)
	var log func(string, ...any)
	if os.Getenv("PINGYI_SIM_TRACE") != "" {
		log = t.Logf
	}
	engine := simEngine(t)
	var next, failed atomic.Uint64
	var mu sync.Mutex
	total := map[string]int{}
	t.Run("workers", func(t *testing.T) {
		for w := range runtime.GOMAXPROCS(0) {
			t.Run(fmt.Sprint(w), func(t *testing.T) {
				t.Parallel()
				sum := map[string]int{}
				for i := next.Add(1) - 1; i < uint64(runs) && failed.Load() < 5; i = next.Add(1) - 1 {
					seed := uint64(first) + i
					o := simulate(t, engine, seed, log)
					for k, n := range o.counted {
						sum[k] += n
					}
					if len(o.faults) > 0 {
						failed.Add(1)
						t.Errorf("seed %d: %q", seed, o.faults)
					}
				}
				mu.Lock()
				defer mu.Unlock()
				for k, n := range sum {
					total[k] += n
				}
			})
		}
	})
	t.Logf("%d runs of %d steps from seed %d: %v", runs, simSteps, first, total)
	exercised(t, runs, total)
}

// exercised: what a run is for happens in it; a simulation in which nothing
// happens finds nothing.
func exercised(t *testing.T, runs int, total map[string]int) {
	t.Helper()
	if runs < 200 {
		return
	}
	want := map[string]int{"rating.Rate": runs, "withdrawal.Withdraw": runs / 100, "rating.GiveReason": runs / 100, "complaint.File": runs / 100, "busy": runs, "late": runs / 100, "confirmed by link": runs}
	for k := range maps.Keys(want) {
		if total[k] < want[k] {
			t.Errorf("%s: %d in all, want at least %d", k, total[k], want[k])
		}
	}
	// Two drafts of one unit share their six digits once in 900,000 pairs.
	if total["ambiguous"] > 2+runs/5000 {
		t.Errorf("%d links stood under two summaries", total["ambiguous"])
	}
}

func number(t *testing.T, name string, otherwise int) int {
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

func TestSimulation_sameSeed_sameRun(t *testing.T) {
	engine := simEngine(t)
	for seed := range uint64(long.Count(10, 50)) {
		a, b := simulate(t, engine, seed, nil), simulate(t, engine, seed, nil)
		if a.trace != b.trace {
			t.Fatalf("seed %d ran in two ways", seed)
		}
	}
}
