package session_test

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"pingyi/intake"
	"pingyi/session"
)

func TestCalls_manyAtOnce_getTheirOwnReplies(t *testing.T) {
	stores(t, func(t *testing.T, s *session.Store) {
		var wg sync.WaitGroup
		for i := range 64 {
			citizen := id(t)
			wg.Go(func() {
				var last []byte
				for j := range 40 {
					push, now := id(t), value(byte(j+1), string(citizen[:]))
					st, err := s.Swap(t.Context(), citizen, push, nil, last, now, citizen[:])
					if err != nil || st.Status != intake.Saved {
						t.Errorf("%d/%d: swap: %d, %v", i, j, st.Status, err)
						return
					}
					last = now
					st, err = s.Load(t.Context(), citizen, push)
					if err != nil || st.Status != intake.Answered || string(st.Answer) != string(citizen[:]) || string(st.Session) != string(now) {
						t.Errorf("%d/%d: loaded %d %x %x, %v", i, j, st.Status, st.Answer, st.Session, err)
						return
					}
				}
			})
		}
		wg.Wait()
	})
}

func TestCalls_redisForgotScripts_runAll(t *testing.T) {
	m := miniredis.RunT(t)
	s := newStore(t, &redis.Options{Addr: m.Addr()})
	admin := redis.NewClient(&redis.Options{Addr: m.Addr()})
	t.Cleanup(func() { _ = admin.Close() })
	for range 3 {
		if err := admin.ScriptFlush(t.Context()).Err(); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for range 32 {
			citizen, push := id(t), id(t)
			wg.Go(func() {
				want(t, intake.Taken)(s.Claim(t.Context(), citizen, push, []byte("mine")))
				want(t, intake.Saved)(s.Swap(t.Context(), citizen, push, []byte("mine"), nil, value(1, ""), []byte("a")))
				want(t, intake.Answered)(s.Answer(t.Context(), citizen, push, []byte("b")))
			})
		}
		wg.Wait()
	}
}

func TestCalls_redisHangs_laterOnesSucceed(t *testing.T) {
	door := newDoor(t, miniredis.RunT(t).Addr())
	s := newStore(t, &redis.Options{Addr: door.addr, ReadTimeout: 50 * time.Millisecond, MaxRetries: -1, ContextTimeoutEnabled: true})
	citizen, push := id(t), id(t)
	if _, err := s.Swap(t.Context(), citizen, push, nil, nil, value(1, ""), nil); err == nil {
		t.Fatal("a call was answered by a Redis that hangs")
	}
	door.open()
	want(t, intake.Saved)(s.Swap(t.Context(), citizen, id(t), nil, nil, value(2, ""), nil))
}

func TestCalls_contextEndsInQueue_leaves(t *testing.T) {
	door := newDoor(t, miniredis.RunT(t).Addr())
	s := newStore(t, &redis.Options{Addr: door.addr, ReadTimeout: time.Minute})
	first, second := id(t), id(t)
	sent := make(chan error, 1)
	go func() {
		_, err := s.Swap(t.Context(), first, first, nil, nil, value(1, "first"), nil)
		sent <- err
	}()
	door.wait() // the first is out, so the second stays in the queue
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if _, err := s.Swap(ctx, second, second, nil, nil, value(1, "second"), nil); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("left with %v", err)
	}
	door.open()
	if err := <-sent; err != nil {
		t.Fatal(err)
	}
	if st := want(t, intake.Saved)(s.Load(t.Context(), second, second)); st.Session != nil {
		t.Fatalf("a call that nobody waited for took place: %q", st.Session)
	}
}

func TestClose_callsFail(t *testing.T) {
	door := newDoor(t, miniredis.RunT(t).Addr())
	s := newStore(t, &redis.Options{Addr: door.addr, ReadTimeout: 100 * time.Millisecond, MaxRetries: -1})
	var wg sync.WaitGroup
	for range 200 { // more than a pipeline holds, so that some are queued
		citizen := id(t)
		wg.Go(func() {
			if _, err := s.Load(t.Context(), citizen, citizen); err == nil {
				t.Error("a call was answered by a Redis that hangs")
			}
		})
	}
	door.wait()
	s.Close()
	s.Close()
	wg.Wait()
	start := time.Now()
	if _, err := s.Load(t.Context(), id(t), id(t)); err == nil || time.Since(start) > 50*time.Millisecond {
		t.Fatalf("after Close: %v", err)
	}
}

// door stands before a Redis and lets nothing through until it is opened.
type door struct {
	addr   string
	came   chan struct{}
	opened chan struct{}
	once   sync.Once
}

func newDoor(t *testing.T, redisAddr string) *door {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d := &door{addr: l.Addr().String(), came: make(chan struct{}, 1), opened: make(chan struct{})}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go d.pass(c, redisAddr)
		}
	}()
	t.Cleanup(func() {
		_ = l.Close()
		d.open()
	})
	return d
}

func (d *door) pass(c net.Conn, redisAddr string) {
	defer func() { _ = c.Close() }()
	select {
	case d.came <- struct{}{}:
	default:
	}
	<-d.opened
	r, err := net.Dial("tcp", redisAddr)
	if err != nil {
		return
	}
	defer func() { _ = r.Close() }()
	go func() {
		_, _ = io.Copy(r, c)
		_ = r.Close()
	}()
	_, _ = io.Copy(c, r)
}

func (d *door) wait() { <-d.came }

func (d *door) open() { d.once.Do(func() { close(d.opened) }) }
