package intake

import (
	"context"
	"time"
)

// Until is a context for Handle that lives on when parent is cancelled and says
// when it ends, without a timer that would do it: Handle has its own, a little
// earlier, and starts another only where that one ran out.
func Until(parent context.Context, end time.Time) context.Context {
	return &until{context.WithoutCancel(parent), end}
}

type until struct {
	context.Context
	end time.Time
}

func (u *until) Deadline() (time.Time, bool) { return u.end, true }

// by ends ctx so long before its deadline, if it has one.
func by(ctx context.Context, before time.Duration) (context.Context, context.CancelFunc) {
	end, ok := ctx.Deadline()
	if !ok {
		return ctx, func() {}
	}
	return context.WithDeadline(ctx, end.Add(-before))
}
