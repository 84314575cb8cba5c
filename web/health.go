package web

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
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
	for i, err := range s.runChecks(c.Request.Context()) {
		name := s.opts.Checks[i].Name
		answer[name] = ready
		if err != nil {
			answer[name], status = notReady, http.StatusServiceUnavailable
			s.log.LogAttrs(c.Request.Context(), slog.LevelWarn, "not ready", slog.String("check", name), slog.Any("error", err))
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

// runChecks runs all checks side by side; one that does not heed its context is
// given up, so that the answer comes in time.
func (s *Server) runChecks(ctx context.Context) []error {
	ctx, cancel := context.WithTimeout(ctx, checkTimeout)
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
	return errs
}
