package session

import (
	"context"

	"github.com/redis/go-redis/v9"
)

// routed is the way through a client that finds a key's node by itself.
type routed struct{ redis redis.Cmdable }

func (r *routed) borrow() *call { return newCall() }

func (r *routed) Close() {} // it has nothing of its own

// do makes the call beside the caller: the pipelines of a cluster's client know
// no deadline of one call.
func (r *routed) do(ctx context.Context, c *call) (any, error) {
	of := c.command
	keys, args := c.plain()
	go func() {
		reply, err := of.typed(ctx, r.redis, keys, args)
		c.finish(reply, err)
	}()
	select {
	case <-c.done:
		return c.reply, c.err
	case <-ctx.Done():
		return nil, ctx.Err() //nolint:wrapcheck // every caller says what it was doing
	}
}
