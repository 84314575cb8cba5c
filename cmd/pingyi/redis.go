package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"

	"pingyi/config"
)

// Time limits of Redis, so that a turn still can tell the citizen in time.
const (
	redisDial = time.Second
	redisIO   = 1500 * time.Millisecond
)

// redisLink is the connection to Redis and, in the demo, the Redis behind it.
type redisLink struct {
	client redis.UniversalClient
	before func() // ends what uses the client
	stop   func()
}

// Close closes the connection and ends an embedded Redis.
func (l *redisLink) Close() error {
	if l.before != nil {
		l.before()
	}
	err := l.client.Close()
	if l.stop != nil {
		l.stop()
	}
	return err
}

// quietRedis keeps go-redis from writing to stderr past our log: a line for
// every failed dial. It keeps its logger in a variable of its package; what
// matters of it comes back as errors, which are logged.
var quietRedis = sync.OnceFunc(logging.Disable)

func openRedis(o *config.Options, log *slog.Logger) (*redisLink, error) {
	quietRedis()
	servers, external := o.RedisServers()
	if external {
		return &redisLink{client: redis.NewUniversalClient(redisOptions(servers))}, nil
	}
	if !o.Demo() {
		return nil, usageError{errors.New("PINGYI_REDIS: the Redis inside the process is for the demo only")}
	}
	log.Warn("using a Redis inside this process: unfinished dialogues are lost when it ends; set PINGYI_REDIS for anything but a demo")
	m := miniredis.NewMiniRedis()
	if err := m.StartAddr("127.0.0.1:0"); err != nil {
		return nil, fmt.Errorf("start the Redis inside the process: %w", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var ticking sync.WaitGroup
	ticking.Go(func() { expire(ctx, m) })
	return &redisLink{
		client: redis.NewUniversalClient(redisOptions(config.RedisServers{Addrs: []string{m.Addr()}})),
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

func redisOptions(s config.RedisServers) *redis.UniversalOptions {
	o := &redis.UniversalOptions{
		Addrs: s.Addrs, Username: s.Username, Password: string(s.Password), DB: s.DB,
		DialTimeout: redisDial, ReadTimeout: redisIO, WriteTimeout: redisIO,
		ContextTimeoutEnabled: true, MaxRetries: 1,
		PoolSize: 64, MinIdleConns: 2,
		DisableIdentity: true,
	}
	if s.TLS {
		o.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	return o
}
