package faults

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"pingyi/simulator"
)

// TestRush_freshServer_everyFirstMessageIsAnswered: PINGYI_FAULT_RUSH citizens scan at
// the same moment, and that is the first that a new server hears of.
func TestRush_freshServer_everyFirstMessageIsAnswered(t *testing.T) {
	w := newTown(t, 1)
	atOnce := number(t, "PINGYI_FAULT_RUSH", 256)
	w.direct()
	on, client := w.once(atOnce)
	defer client.CloseIdleConnections()
	m := &meter{}
	begin := make(chan struct{})
	var group sync.WaitGroup
	for i := range atOnce {
		group.Go(func() {
			<-begin
			who := &simulator.Citizen{OpenID: fmt.Sprintf("orush%d", i), Following: true}
			e, err := on[0].fronts[0].Push(context.Background(), who, simulator.Say("评议 市教育局"))
			if err != nil {
				t.Error(err)
				return
			}
			m.add(e)
		})
	}
	start := time.Now()
	close(begin)
	group.Wait()
	t.Logf("%d at once, %v: %v", atOnce, time.Since(start).Round(time.Millisecond), m)
	if n := len(m.shed) + int(m.faults.Load()); n > 0 {
		t.Errorf("%d of %d first messages were not answered with words: %v", n, atOnce, m.wrong)
	}
}
