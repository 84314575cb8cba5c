package session

import (
	"context"
	"crypto/tls"
	"fmt"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
)

// Time limits of Redis, so that a turn still can tell the citizen in time.
const (
	dialTime = time.Second
	ioTime   = 1500 * time.Millisecond
)

// Link is the connection to Redis and, in the demo, the Redis behind it.
type Link struct {
	Client redis.UniversalClient
	Before func() // ends what uses the client
	stop   func()
}

// Close closes the connection and ends an embedded Redis.
func (l *Link) Close() error {
	if l.Before != nil {
		l.Before()
	}
	err := l.Client.Close()
	if l.stop != nil {
		l.stop()
	}
	return err
}

// quiet keeps go-redis from writing to stderr past our log: a line for
// every failed dial. It keeps its logger in a variable of its package; what
// matters of it comes back as errors, which are logged.
var quiet = sync.OnceFunc(logging.Disable)

// Servers say where Redis is. Several addresses mean a cluster.
type Servers struct {
	Addrs    []string // host:port
	Username string
	Password string
	DB       int // always 0 in a cluster
	TLS      bool
}

// Connect connects to servers. It asks nothing of them yet.
func Connect(s *Servers) *Link {
	quiet()
	return &Link{Client: redis.NewUniversalClient(options(s))}
}

// Embed starts a Redis inside this process: what it holds is lost with the process.
func Embed() (*Link, error) {
	quiet()
	m := miniredis.NewMiniRedis()
	if err := m.StartAddr("127.0.0.1:0"); err != nil {
		return nil, fmt.Errorf("start the Redis inside the process: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var ticking sync.WaitGroup
	ticking.Go(func() { expire(ctx, m) })
	return &Link{
		Client: redis.NewUniversalClient(options(&Servers{Addrs: []string{m.Addr()}})),
		stop: func() {
			cancel()
			ticking.Wait()
			m.Close()
		},
	}, nil
}

// expire lets time pass in the embedded Redis, which does not do so by itself.
func expire(ctx context.Context, m *miniredis.Miniredis) {
	const step = time.Second
	tick := time.NewTicker(step)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			m.FastForward(step)
		}
	}
}

func options(s *Servers) *redis.UniversalOptions {
	o := &redis.UniversalOptions{
		Addrs: s.Addrs, Username: s.Username, Password: s.Password, DB: s.DB,
		DialTimeout: dialTime, ReadTimeout: ioTime, WriteTimeout: ioTime,
		ContextTimeoutEnabled: true, MaxRetries: 1,
		PoolSize: 64, MinIdleConns: 2,
		DisableIdentity: true,
	}
	if s.TLS {
		o.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	return o
}
