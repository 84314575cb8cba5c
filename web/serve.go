package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/sync/errgroup"
)

// listener is a bound address with the HTTP server that answers on it.
type listener struct {
	net.Listener
	http *http.Server
}

// Listen binds both addresses. Until Run is called, connections wait.
func (s *Server) Listen(ctx context.Context) error {
	public, err := s.bind(ctx, s.opts.Addr, s.engine)
	if err != nil {
		return err
	}
	s.public = public
	if s.opts.MetricsAddr == "" {
		return nil
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(s.opts.Registry, promhttp.HandlerOpts{
		MaxRequestsInFlight: 4, Timeout: s.limits.API, ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}))
	if s.private, err = s.bind(ctx, s.opts.MetricsAddr, mux); err != nil {
		return errors.Join(err, public.Close())
	}
	return nil
}

func (s *Server) bind(ctx context.Context, addr string, h http.Handler) (*listener, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	return &listener{Listener: l, http: &http.Server{
		Handler:           h,
		ReadHeaderTimeout: s.limits.Header,
		ReadTimeout:       s.limits.Read,
		WriteTimeout:      s.limits.Write,
		IdleTimeout:       s.limits.Idle,
		MaxHeaderBytes:    s.limits.HeaderBytes,
		ErrorLog:          slog.NewLogLogger(s.log.Handler(), slog.LevelDebug),
	}}, nil
}

// Addr is the bound address of the public listener, after Listen.
func (s *Server) Addr() string { return s.public.Addr().String() }

// MetricsAddr is the bound address of /metrics, or "" where it is off.
func (s *Server) MetricsAddr() string {
	if s.private == nil {
		return ""
	}
	return s.private.Addr().String()
}

// Run answers until ctx ends and Options.Drain has passed, then closes within
// Limits.Grace what is left. It returns nil after an orderly end. Listen comes first.
func (s *Server) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, l := range s.listeners() {
		g.Go(func() error {
			if err := l.http.Serve(l.Listener); !errors.Is(err, http.ErrServerClosed) {
				return fmt.Errorf("serve %s: %w", l.Addr(), err)
			}
			return nil
		})
	}
	g.Go(func() error {
		<-ctx.Done()
		s.drain()
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.limits.Grace)
		defer cancel()
		return s.Close(grace)
	})
	return g.Wait()
}

// drain tells load balancers that ask /readyz to send no more, and has what they
// still send answered until they have asked. Close ends it.
func (s *Server) drain() {
	s.leaving.Store(true)
	if s.opts.Drain <= 0 {
		return
	}
	s.log.Info("leaving: /readyz says so, and requests are still answered", "for", s.opts.Drain.String())
	select {
	case <-time.After(s.opts.Drain):
	case <-s.closed:
	}
}

// Close takes nothing new and waits, as long as ctx lasts, for what was taken;
// what is then left is cut. The metrics go last, so that the end can be seen.
func (s *Server) Close(ctx context.Context) error {
	s.closing.Do(func() { close(s.closed) })
	var errs []error
	for _, l := range s.listeners() {
		if err := l.http.Shutdown(ctx); err != nil {
			errs = append(errs, fmt.Errorf("close %s: %w", l.Addr(), err), l.http.Close())
		}
	}
	s.wrong.summarise()
	s.keyless.summarise()
	return errors.Join(errs...)
}

func (s *Server) listeners() []*listener {
	var all []*listener
	for _, l := range []*listener{s.public, s.private} {
		if l != nil {
			all = append(all, l)
		}
	}
	return all
}
