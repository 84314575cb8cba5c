package session

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

// Bounds of the shared pipelines.
const (
	mostCalls = 128  // of a pipeline
	mostQueue = 1024 // calls that are queued; later ones wait to be
)

var (
	errClosed = errors.New("the session store is closed")
	errReply  = errors.New("unknown reply of Redis")
)

// batcher runs the calls of concurrent turns in shared pipelines, one at a time and
// in order: each takes what has queued up during the one before. There is no timer,
// so a call alone goes out at once.
//
// A pipeline that fails fails its own calls alone. go-redis may send it a second
// time after a lost connection, as it does with single calls: every script finds
// what its first run left and says the same, or Answered with the very answer.
type batcher struct {
	client *redis.Client
	limit  time.Duration // of a pipeline, its second try included
	queue  chan *call
	free   sync.Pool

	stop   chan struct{}
	once   sync.Once
	closed atomic.Bool
	worker sync.WaitGroup
}

func newBatcher(client *redis.Client) *batcher {
	o := client.Options()
	b := &batcher{
		client: client, limit: max(0, o.DialTimeout) + max(0, o.WriteTimeout) + max(0, o.ReadTimeout),
		queue: make(chan *call, mostQueue), stop: make(chan struct{}),
	}
	b.free.New = func() any { return newCall() }
	b.worker.Go(b.work)
	return b
}

func (b *batcher) borrow() *call {
	if c, ok := b.free.Get().(*call); ok {
		return c
	}
	return newCall()
}

// do queues a call and waits for its reply, or until ctx ends. A call that was
// left may still take place, so it keeps its memory.
func (b *batcher) do(ctx context.Context, c *call) (any, error) {
	if b.closed.Load() {
		return nil, errClosed
	}
	select {
	case b.queue <- c:
	default:
		select {
		case b.queue <- c:
		case <-b.stop:
			return nil, errClosed
		case <-ctx.Done():
			return nil, ctx.Err() //nolint:wrapcheck // every caller says what it was doing
		}
	}
	if b.closed.Load() {
		b.drain() // the worker may be gone already
	}
	select {
	case <-c.done:
		reply, err := c.reply, c.err
		c.reset()
		b.free.Put(c)
		return reply, err
	case <-ctx.Done():
		c.left.Store(true)
		return nil, ctx.Err() //nolint:wrapcheck // as above
	}
}

// Close ends the worker after the pipeline that it has out. What is queued then,
// and what comes later, fails.
func (b *batcher) Close() {
	b.once.Do(func() {
		b.closed.Store(true)
		close(b.stop)
	})
	b.worker.Wait()
	b.drain()
}

func (b *batcher) drain() {
	for {
		select {
		case c := <-b.queue:
			c.finish(nil, errClosed)
		default:
			return
		}
	}
}

// work runs pipelines until Close.
func (b *batcher) work() {
	batch := make([]*call, 0, mostCalls)
	for {
		select {
		case <-b.stop:
			return
		case c := <-b.queue:
			batch = b.take(batch[:0], c)
		}
		b.run(batch)
		clear(batch)
	}
}

// take is the batch of c and what else is queued, but for calls whose caller has
// left: after Redis hung, it is not to answer the past.
func (b *batcher) take(batch []*call, c *call) []*call {
	for {
		if !c.left.Load() {
			batch = append(batch, c)
		}
		if len(batch) == mostCalls {
			return batch
		}
		select {
		case c = <-b.queue:
		default:
			return batch
		}
	}
}

// run sends a batch, and once more with their source the scripts that Redis does
// not have: it may have been restarted or emptied since.
func (b *batcher) run(batch []*call) {
	ctx, cancel := context.WithTimeout(context.Background(), b.limit)
	defer cancel()
	unknown := b.send(ctx, batch, true)
	for _, c := range unknown {
		c.args[0], c.args[1] = "eval", c.source
	}
	b.send(ctx, unknown, false)
}

// send runs one pipeline and tells every caller its reply, unless it is that the
// script is unknown and this matters.
func (b *batcher) send(ctx context.Context, batch []*call, first bool) (unknown []*call) {
	if len(batch) == 0 {
		return nil
	}
	p := b.client.Pipeline()
	for _, c := range batch {
		_ = p.Process(ctx, redis.NewCmd(ctx, c.args...)) // only queues
	}
	cmds, _ := p.Exec(ctx) // each command has its own error
	for i, c := range batch {
		cmd, ok := cmds[i].(*redis.Cmd)
		if !ok {
			c.finish(nil, errReply)
			continue
		}
		reply, err := cmd.Result()
		if first && err != nil && redis.HasErrorPrefix(err, "NOSCRIPT") {
			unknown = append(unknown, c)
			continue
		}
		c.finish(reply, err)
	}
	return unknown
}
