package web

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
	"golang.org/x/sync/singleflight"
)

// Check asks whether something the server depends on is there.
type Check struct {
	Name string // database, redis, schema: a field of /readyz
	// Ready is nil when it is there. The error is logged and never shown, and
	// carries no secret.
	Ready func(ctx context.Context) error
}

const (
	checkTimeout = time.Second
	checkEvery   = time.Second // at most, for all who ask
	ready        = "ok"
	notReady     = "unavailable"
	leaving      = "leaving"
)

func (s *Server) routeHealth() {
	s.handle(http.MethodGet, "/healthz", Public(), func(c *gin.Context) {
		c.Header("Cache-Control", "no-store")
		c.Data(http.StatusOK, "application/json", []byte(`{"status":"ok"}`))
	})
	s.handle(http.MethodGet, "/readyz", Public(), s.readyz)
}

// readyz names what is ready and what is not, 200 or 503.
func (s *Server) readyz(c *gin.Context) {
	env := "production"
	if s.opts.Demo {
		env = "demo"
	}
	answer, status := map[string]string{"env": env}, http.StatusOK
	for i, err := range s.readiness.ask(s.now, s.runChecks) {
		name := s.opts.Checks[i].Name
		answer[name] = ready
		if err != nil {
			answer[name], status = notReady, http.StatusServiceUnavailable
		}
	}
	if s.leaving.Load() {
		answer["server"], status = leaving, http.StatusServiceUnavailable
	}
	body, err := json.Marshal(answer)
	if err != nil {
		writeProblem(c, s.problemOf(c.Request.Context(), err))
		return
	}
	c.Header("Cache-Control", "no-store")
	c.Data(status, "application/json", body)
}

// readiness is what the checks found last. They write to the database and to Redis, and
// anybody may ask, so they run once at a time and once a second.
type readiness struct {
	group singleflight.Group
	mu    sync.Mutex
	at    time.Time // when they ended; zero: never
	errs  []error
}

// ask returns what the checks found, an error a check, at most checkEvery ago. Those
// who ask while they run wait for them.
func (r *readiness) ask(now func() time.Time, run func() []error) []error {
	last := func() []error {
		r.mu.Lock()
		defer r.mu.Unlock()
		if age := now().Sub(r.at); r.at.IsZero() || age < 0 || age >= checkEvery {
			return nil
		}
		return r.errs
	}
	if errs := last(); errs != nil {
		return errs
	}
	v, _, _ := r.group.Do("", func() (any, error) {
		if errs := last(); errs != nil { // they ended while this one came
			return errs, nil
		}
		errs := run()
		r.mu.Lock()
		defer r.mu.Unlock()
		r.at, r.errs = now(), errs
		return errs, nil
	})
	errs, _ := v.([]error)
	return errs
}

// runChecks runs all checks side by side; one that does not heed its context is
// given up, so that the answer comes in time. They run for no request of
// their own, so that a caller who leaves does not fail them for the others.
func (s *Server) runChecks() []error {
	ctx, cancel := context.WithTimeout(context.Background(), checkTimeout)
	defer cancel()
	errs := make([]error, len(s.opts.Checks))
	var wg sync.WaitGroup
	for i, check := range s.opts.Checks {
		wg.Go(func() {
			done := make(chan error, 1)
			go func() { done <- check.Ready(ctx) }()
			select {
			case errs[i] = <-done:
			case <-ctx.Done():
				errs[i] = ctx.Err()
			}
		})
	}
	wg.Wait()
	for i, err := range errs {
		if err != nil {
			s.log.LogAttrs(ctx, slog.LevelWarn, "not ready", slog.String("check", s.opts.Checks[i].Name), slog.Any("error", err))
		}
	}
	return errs
}
