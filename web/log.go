package web

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/gin-gonic/gin"
)

// account writes the access line of a request that is no push. The query
// string, headers and bodies stay out of it, and so does a path that no route
// has: anything may be in it. Who asks for what needs a key is named by address as
// well, so that it can be seen who tries keys; no other address is kept.
func (s *Server) account(c *gin.Context, p Policy, path, key string, start time.Time, quiet bool) {
	status, took := c.Writer.Status(), s.now().Sub(start)
	s.metrics.request(path, status, took)
	if quiet {
		return
	}
	level := slog.LevelInfo
	if path == "" || (key == "" && status < http.StatusBadRequest) {
		level = slog.LevelDebug // scanners and probes
	}
	line := []slog.Attr{
		slog.String("method", knownMethod(c.Request.Method)), slog.String("route", path),
		slog.Int("status", status), slog.Duration("took", took), slog.String("key", key),
	}
	if p.kind == forRoles {
		line = append(line, slog.String("from", s.caller(c.Request).String()))
	}
	s.log.LogAttrs(c.Request.Context(), level, "request", line...)
}

func knownMethod(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	}
	return "other"
}

// recoverRequest answers for a handler that panicked.
func (s *Server) recoverRequest(c *gin.Context) {
	v := recover()
	if v == nil {
		return
	}
	s.logPanic(c, v)
	if c.Writer.Written() {
		c.Abort()
		return
	}
	writeProblem(c, newProblem(http.StatusInternalServerError, "internal", "an internal error; it was logged"))
}

// logPanic says where, and of a run-time error what. The value of any other
// panic may quote a citizen's words or identity, so only its type is named; a
// stack holds addresses, no contents.
func (s *Server) logPanic(c *gin.Context, v any) {
	what := fmt.Sprintf("%T", v)
	if err, ok := v.(error); ok {
		var fault runtime.Error
		if errors.As(err, &fault) {
			what = fault.Error()
		}
	}
	s.log.LogAttrs(c.Request.Context(), slog.LevelError, "panic",
		slog.String("route", c.FullPath()), slog.String("what", what), slog.String("stack", string(debug.Stack())))
}
