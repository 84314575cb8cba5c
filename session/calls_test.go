package session_test

import (
	"bytes"
	"crypto/rand"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"pingyi/intake"
	"pingyi/models"
)

// BenchmarkCalls reports what a call costs this process when 64 citizens make them
// at once, Redis itself not counted: the least of b.N rounds, because other work on
// the machine only adds to it. It needs PINGYI_TEST_REDIS_URL.
func BenchmarkCalls(b *testing.B) {
	const citizens, each = 64, 64
	url := os.Getenv("PINGYI_TEST_REDIS_URL")
	if url == "" {
		b.Skip("PINGYI_TEST_REDIS_URL is not set")
	}
	o, err := redis.ParseURL(url)
	if err != nil {
		b.Fatal(err)
	}
	o.ContextTimeoutEnabled = true
	s := storeOf(b, redis.NewClient(o))
	answer := bytes.Repeat([]byte("a"), 700)
	var rounds []time.Duration
	var failed atomic.Int64
	b.ReportAllocs()
	for b.Loop() {
		before := processorTime(b)
		var wg sync.WaitGroup
		for range citizens {
			wg.Go(func() {
				var citizen, push models.ID
				_, _ = rand.Read(citizen[:]) // never fails
				last, next := []byte(nil), make([]byte, 150)
				for i := range each {
					_, _ = rand.Read(push[:])
					next = value(byte(i+1), string(next[intake.VersionSize:]))
					st, err := s.Swap(b.Context(), citizen, push, nil, last, next, answer)
					if err != nil || st.Status != intake.Saved {
						failed.Add(1)
					}
					last = next
				}
			})
		}
		wg.Wait()
		rounds = append(rounds, processorTime(b)-before)
	}
	if n := failed.Load(); n > 0 {
		b.Fatalf("%d calls failed", n)
	}
	b.ReportMetric(float64(slices.Min(rounds).Nanoseconds())/1000/(citizens*each), "cpu-µs/call")
}

// processorTime is what this process has used of the processors.
func processorTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
