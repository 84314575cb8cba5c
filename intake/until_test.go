package intake

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestUntil_outlivesItsParentAndEndsInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		parent, leave := context.WithCancel(t.Context())
		whole := Until(parent, time.Now().Add(Budget))
		ctx, cancel := by(whole, reserve)
		defer cancel()
		leave() // the platform cut the connection
		start := time.Now()
		<-ctx.Done()
		if took := time.Since(start); took != Budget-reserve || !errors.Is(ctx.Err(), context.DeadlineExceeded) {
			t.Errorf("ended after %s with %v", took, ctx.Err())
		}
		last, cancel := by(whole, 0)
		defer cancel()
		<-last.Done()
		if took := time.Since(start); took != Budget {
			t.Errorf("what was kept back ended after %s", took)
		}
	})
}
