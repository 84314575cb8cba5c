package session_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"pingyi/intake"
	"pingyi/models"
	"pingyi/session"
)

// stores runs a test on the embedded Redis and, where its address is set, on a
// real one. Keys are random, so a shared server is not disturbed.
func stores(t *testing.T, run func(t *testing.T, s *session.Store)) {
	t.Helper()
	t.Run("embedded", func(t *testing.T) {
		run(t, newStore(t, &redis.Options{Addr: miniredis.RunT(t).Addr()}))
	})
	t.Run("cluster", func(t *testing.T) { // of one node, by a cluster's client
		run(t, storeOf(t, redis.NewClusterClient(&redis.ClusterOptions{Addrs: []string{miniredis.RunT(t).Addr()}})))
	})
	if url := os.Getenv("PINGYI_TEST_REDIS_URL"); url != "" {
		t.Run("redis", func(t *testing.T) {
			o, err := redis.ParseURL(url)
			if err != nil {
				t.Fatal(err)
			}
			run(t, newStore(t, o))
		})
	}
}

func newStore(t *testing.T, o *redis.Options) *session.Store {
	t.Helper()
	return storeOf(t, redis.NewClient(o))
}

func storeOf(t testing.TB, c redis.UniversalClient) *session.Store {
	t.Helper()
	t.Cleanup(func() { _ = c.Close() })
	s, err := session.New(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func id(t *testing.T) models.ID {
	t.Helper()
	i, err := models.NewID(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func value(version byte, content string) []byte {
	return append(bytes.Repeat([]byte{version}, intake.VersionSize), content...)
}

func TestSwap_wrongVersion_changesNothing(t *testing.T) {
	stores(t, func(t *testing.T, s *session.Store) {
		ctx, citizen, push := context.Background(), id(t), id(t)
		first := value(1, "one")
		want(t, intake.Saved)(s.Swap(ctx, citizen, push, nil, nil, first, []byte("a1")))
		st := want(t, intake.Stale)(s.Swap(ctx, citizen, id(t), nil, nil, value(2, "two"), []byte("a2")))
		if !bytes.Equal(st.Session, first) {
			t.Fatalf("stale swap returned %q, want what is stored", st.Session)
		}
		st = want(t, intake.Stale)(s.Swap(ctx, citizen, id(t), nil, value(9, ""), value(2, "two"), []byte("a2")))
		if !bytes.Equal(st.Session, first) {
			t.Fatalf("stale swap returned %q, want what is stored", st.Session)
		}
		want(t, intake.Saved)(s.Swap(ctx, citizen, id(t), nil, first, value(2, "two"), []byte("a2")))
	})
}

func TestSwap_repeat_returnsFirstAnswerAndKeepsSession(t *testing.T) {
	stores(t, func(t *testing.T, s *session.Store) {
		ctx, citizen, push := context.Background(), id(t), id(t)
		first := value(1, "one")
		want(t, intake.Saved)(s.Swap(ctx, citizen, push, nil, nil, first, []byte("a1")))
		st := want(t, intake.Answered)(s.Swap(ctx, citizen, push, nil, first, value(2, "two"), []byte("a2")))
		if string(st.Answer) != "a1" {
			t.Fatalf("repeat got %q, want the first answer", st.Answer)
		}
		st = want(t, intake.Answered)(s.Load(ctx, citizen, push))
		if string(st.Answer) != "a1" || !bytes.Equal(st.Session, first) {
			t.Fatalf("loaded %q %q", st.Answer, st.Session)
		}
	})
}

func TestClaim_heldByOther_isRunningUntilAnswered(t *testing.T) {
	stores(t, func(t *testing.T, s *session.Store) {
		ctx, citizen, push := context.Background(), id(t), id(t)
		want(t, intake.Saved)(s.Swap(ctx, citizen, id(t), nil, nil, value(1, "x"), nil))
		st := want(t, intake.Taken)(s.Claim(ctx, citizen, push, []byte("mine")))
		if !bytes.Equal(st.Session, value(1, "x")) {
			t.Fatalf("claim returned session %q", st.Session)
		}
		want(t, intake.Taken)(s.Claim(ctx, citizen, push, []byte("mine")))
		want(t, intake.Running)(s.Claim(ctx, citizen, push, []byte("other")))
		want(t, intake.Running)(s.Load(ctx, citizen, push))
		want(t, intake.Running)(s.Swap(ctx, citizen, push, nil, value(1, ""), value(2, "y"), []byte("a")))
		want(t, intake.Saved)(s.Swap(ctx, citizen, push, []byte("mine"), value(1, ""), value(2, "y"), []byte("a")))
		if st = want(t, intake.Answered)(s.Claim(ctx, citizen, push, []byte("other"))); string(st.Answer) != "a" {
			t.Fatalf("claim of an answered push got %q", st.Answer)
		}
	})
}

func TestAnswer_overClaim_isFirstAndStays(t *testing.T) {
	stores(t, func(t *testing.T, s *session.Store) {
		ctx, citizen, push := context.Background(), id(t), id(t)
		want(t, intake.Taken)(s.Claim(ctx, citizen, push, []byte("mine")))
		want(t, intake.Saved)(s.Answer(ctx, citizen, push, []byte("busy")))
		st := want(t, intake.Answered)(s.Swap(ctx, citizen, push, []byte("mine"), nil, value(1, ""), []byte("late")))
		if string(st.Answer) != "busy" {
			t.Fatalf("late turn got %q, want the first answer", st.Answer)
		}
		if st = want(t, intake.Answered)(s.Answer(ctx, citizen, push, []byte("again"))); string(st.Answer) != "busy" {
			t.Fatalf("second answer got %q", st.Answer)
		}
	})
}

func TestAnswer_empty_isAnAnswer(t *testing.T) {
	stores(t, func(t *testing.T, s *session.Store) {
		ctx, citizen, push := context.Background(), id(t), id(t)
		want(t, intake.Saved)(s.Answer(ctx, citizen, push, nil))
		if st := want(t, intake.Answered)(s.Load(ctx, citizen, push)); len(st.Answer) != 0 {
			t.Fatalf("answer %q", st.Answer)
		}
	})
}

func TestDrop_deletesTheSessionAlone(t *testing.T) {
	stores(t, func(t *testing.T, s *session.Store) {
		ctx, citizen, push := context.Background(), id(t), id(t)
		want(t, intake.Saved)(s.Swap(ctx, citizen, push, nil, nil, value(1, "x"), []byte("a")))
		for range 2 { // also where there is none any more
			if err := s.Drop(ctx, citizen); err != nil {
				t.Fatal(err)
			}
		}
		if st := want(t, intake.Answered)(s.Load(ctx, citizen, push)); st.Session != nil || string(st.Answer) != "a" {
			t.Fatalf("after the drop there is %q with the answer %q", st.Session, st.Answer)
		}
	})
}

func TestForget_leavesTheCountAlone_forAMinute(t *testing.T) {
	stores(t, func(t *testing.T, s *session.Store) {
		ctx, citizen := context.Background(), id(t)
		want(t, intake.Saved)(s.Swap(ctx, citizen, id(t), nil, nil, value(1, "x"), nil))
		if err := s.Forget(ctx, citizen, value(7, "n")); err != nil {
			t.Fatal(err)
		}
		if st := want(t, intake.Stale)(s.Swap(ctx, citizen, id(t), nil, value(1, ""), value(2, "y"), nil)); string(st.Session) != string(value(7, "n")) {
			t.Fatalf("session %q after forget", st.Session)
		}
		if left := s.Life(ctx, t, citizen); left <= 0 || left > session.CountLife {
			t.Fatalf("the count lives %v", left)
		}
		want(t, intake.Saved)(s.Swap(ctx, citizen, id(t), nil, value(7, ""), value(2, "y"), nil))
		if left := s.Life(ctx, t, citizen); left <= session.CountLife {
			t.Fatalf("the session after it lives %v", left)
		}
		want(t, intake.Saved)(s.Swap(ctx, citizen, id(t), nil, value(2, ""), nil, nil))
		if st := want(t, intake.Saved)(s.Load(ctx, citizen, id(t))); st.Session != nil {
			t.Fatalf("session %q after a swap that deletes", st.Session)
		}
	})
}

func TestSwap_manyAtOnce_oneWins(t *testing.T) {
	stores(t, func(t *testing.T, s *session.Store) {
		ctx, citizen := context.Background(), id(t)
		var saved atomic.Int64
		var wg sync.WaitGroup
		for i := range 64 {
			push := id(t)
			wg.Go(func() {
				st, err := s.Swap(ctx, citizen, push, nil, nil, value(byte(i+1), ""), nil)
				if err != nil {
					t.Error(err)
				}
				if st.Status == intake.Saved {
					saved.Add(1)
				}
			})
		}
		wg.Wait()
		if saved.Load() != 1 {
			t.Fatalf("%d swaps from no session were saved, want 1", saved.Load())
		}
	})
}

func want(t *testing.T, status intake.SessionStatus) func(intake.SessionState, error) intake.SessionState {
	return func(st intake.SessionState, err error) intake.SessionState {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		if st.Status != status {
			t.Fatalf("status %d, want %d", st.Status, status)
		}
		return st
	}
}
