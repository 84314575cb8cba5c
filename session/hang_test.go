package session_test

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

func TestCalls_redisHangs_endWithTheirContext(t *testing.T) {
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0") // takes connections and says nothing
	if err != nil {
		t.Fatal(err)
	}
	conns := make(chan net.Conn, 16)
	go func() {
		defer close(conns)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			conns <- c
		}
	}()
	s := newStore(t, &redis.Options{Addr: l.Addr().String(), ReadTimeout: time.Hour, WriteTimeout: time.Hour, MaxRetries: -1, DialerRetries: 1})
	t.Cleanup(func() { // before the client is closed, which waits for what runs
		_ = l.Close()
		for c := range conns {
			_ = c.Close()
		}
	})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	citizen, push := id(t), id(t)
	_, load := s.Load(ctx, citizen, push)
	_, claim := s.Claim(ctx, citizen, push, []byte("token"))
	_, swap := s.Swap(ctx, citizen, push, nil, nil, value(1, "one"), []byte("a"))
	_, answer := s.Answer(ctx, citizen, push, []byte("a"))
	for name, err := range map[string]error{"load": load, "claim": claim, "swap": swap, "answer": answer, "forget": s.Forget(ctx, citizen, value(1, "")), "drop": s.Drop(ctx, citizen)} {
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
