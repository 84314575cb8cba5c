package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"pingyi/models"
)

// Whoever tries keys reaches the database and the log a bounded number of times, and
// locks nobody out: neither who has a right key, nor who was given one just now.
func TestWrongKeys_thousandsAtOnce_lockNobodyOut(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		in := w.serve()
		reader := w.keyOf(models.RoleReader) // never used before the load
		var refused, wrong atomic.Int64
		var load sync.WaitGroup
		for worker := range 8 {
			load.Go(func() {
				for i := range 400 {
					switch status, _, _ := in.get("/api/v1/campaigns", fmt.Sprintf("%sguess-%d-%d", "pingyi_", worker, i)); status {
					case http.StatusTooManyRequests:
						refused.Add(1)
					case http.StatusUnauthorized:
						wrong.Add(1)
					default:
						t.Errorf("a wrong key: %d", status)
					}
				}
			})
		}
		eventually(t, "wrong keys are refused", func() bool { return refused.Load() > 0 })
		for _, key := range []string{in.key, reader} {
			if status, _, _ := in.get("/api/v1/campaigns", key); status != http.StatusOK {
				t.Errorf("a right key under load: %d", status)
			}
		}
		made := w.keyOf(models.RoleAuditor)
		eventually(t, "a key that was made under load is known", func() bool {
			status, _, _ := in.get("/api/v1/campaigns", made)
			return status == http.StatusOK
		})
		load.Wait()
		if status, head, _ := in.get("/api/v1/campaigns", "pingyi_guess"); status != http.StatusTooManyRequests || head.Get("Retry-After") == "" {
			t.Errorf("a wrong key after the load: %d, Retry-After %q", status, head.Get("Retry-After"))
		}
		if status, _, _ := in.get("/api/v1/campaigns", ""); status != http.StatusUnauthorized {
			t.Errorf("no key after the load: %d", status)
		}
		in.stop()
		if lines := int64(strings.Count(in.log.String(), "status=401")); lines > wrong.Load()+1 || refused.Load() < wrong.Load() {
			t.Errorf("%d lines, %d looked up, %d refused", lines, wrong.Load(), refused.Load())
		}
		if n := strings.Count(in.log.String(), "wrong API keys were refused"); n < 1 {
			t.Errorf("%d summaries", n)
		}
	})
}

// Many who ask for a workbook at once all get one, or are told when to come again.
func TestWorkbooks_manyAtOnce_areMadeInTurn(t *testing.T) {
	in := newWorld(t).serve()
	in.phone().rate("A03", "55454")
	var pulls sync.WaitGroup
	for range 16 {
		pulls.Go(func() {
			status, head, body := in.get("/api/v1/campaigns/2017/scores.xlsx?channel=mobile", in.key)
			switch {
			case status == http.StatusOK && strings.HasPrefix(string(body), "PK"):
			case status == http.StatusServiceUnavailable && head.Get("Retry-After") != "":
			default:
				t.Errorf("%d %.80q", status, body)
			}
		})
	}
	pulls.Wait()
}
