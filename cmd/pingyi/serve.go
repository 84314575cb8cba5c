package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/urfave/cli/v3"

	"pingyi/bot"
	"pingyi/bot/flow"
	"pingyi/bot/wechat"
	"pingyi/clock"
	"pingyi/config"
	"pingyi/intake"
	"pingyi/jobs"
	"pingyi/service/chat"
	"pingyi/service/keys"
	"pingyi/service/opinion"
	"pingyi/session"
	"pingyi/store"
	"pingyi/store/record"
	"pingyi/web"
	"pingyi/web/hook"
)

// Bounds of a server.
const (
	turnsInFlight = 512     // see intake's gate
	sessionHints  = 200_000 // sessions remembered in the process, about 400 bytes each
)

func (e *env) serveCommand() *cli.Command {
	return &cli.Command{
		Name:  "serve",
		Usage: "run the server",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "migrate", Usage: "bring the database's schema up to date first (the demo always does)"},
			tenantFlag(),
		},
		Action: func(ctx context.Context, c *cli.Command) error {
			m := filling
			if c.Bool("migrate") {
				m = migrating
			}
			o, err := e.open(ctx, c, m)
			if err != nil {
				return err
			}
			o.home = o.tenant // the main accounts are those of whom it serves
			if err = o.warnOfRights(ctx, m); err != nil {
				return errors.Join(err, o.db.Close())
			}
			err = e.serve(ctx, o)
			return errors.Join(err, o.db.Close())
		},
	}
}

// server is a running pingyi: everything that has to be stopped in order.
type server struct {
	*opened
	engine   *bot.Engine
	registry *prometheus.Registry
	metrics  *web.Metrics
	clock    *clock.Clock
	web      *web.Server
	writer   *record.Writer
	worlds   *chat.Worlds
	redis    *session.Link
	demo     *demo
	public   *opinion.Opinions // nil without a Weibo account
	keys     *keys.PersonWatch
	runner   *jobs.Runner
	group    sync.WaitGroup
}

// gcPercent lets the heap grow to five times what is live before it is collected:
// what is live is small, and a turn's garbage is most of a server's work.
const gcPercent = 400

// serve runs until ctx ends, then finishes what it has taken.
func (e *env) serve(ctx context.Context, o *opened) error {
	if _, set := e.lookup("GOGC"); !set {
		debug.SetGCPercent(gcPercent)
	}
	s, err := newServer(ctx, o)
	if err != nil {
		return err
	}
	if err = s.web.Listen(ctx); err != nil {
		if errors.Is(err, syscall.EADDRINUSE) {
			err = fmt.Errorf("%w; PINGYI_ADDR and PINGYI_METRICS_ADDR can name other addresses", err)
		}
		return errors.Join(err, s.redis.Close())
	}
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	s.group.Go(func() { s.clock.Run(background) })
	s.group.Go(func() { s.runner.Run(background) })
	s.group.Go(func() {
		if err := s.writer.Run(); err != nil {
			s.log.Error("writer", "err", err)
		}
	})
	if s.demo != nil {
		s.demo.open(config.LocalURL(s.web.Addr()))
		s.demo.announce(e.out)
	}
	s.log.Info("listening", "addr", s.web.Addr(), "metrics", s.web.MetricsAddr(), "version", buildVersion())
	if e.started != nil {
		e.started(config.LocalURL(s.web.Addr()))
	}
	err = s.web.Run(ctx) // returns when ctx ends and the last request is answered
	stop()
	s.writer.Close()
	s.group.Wait()
	return errors.Join(err, s.redis.Close())
}

func newServer(ctx context.Context, o *opened) (*server, error) {
	s := &server{opened: o, registry: prometheus.NewRegistry()}
	var err error
	if s.engine, err = newEngine(); err != nil {
		return nil, err
	}
	if s.metrics, err = web.NewMetrics(s.registry, s.engine.Effects()); err != nil {
		return nil, err
	}
	s.clock = newClock(ctx, o, s.metrics)
	o.now = s.clock.Now
	accounts, err := wechatAccounts(&o.opts)
	if err != nil {
		return nil, err
	}
	if err = o.checkSecret(ctx, accounts); err != nil {
		return nil, err
	}
	if o.opts.Demo() {
		if s.demo, err = prepareDemo(ctx, o, accounts); err != nil {
			return nil, fmt.Errorf("prepare the demo: %w", err)
		}
	}
	if err = o.scenes().Ensure(ctx, o.tenant); err != nil {
		return nil, err
	}
	if err = o.warnOfAccounts(ctx); err != nil {
		return nil, err
	}
	if s.redis, err = openRedis(&o.opts, o.log); err != nil {
		return nil, err
	}
	if err = s.assemble(ctx, accounts); err != nil {
		return nil, errors.Join(err, s.redis.Close())
	}
	return s, nil
}

// assemble wires the packages that do not know each other.
func (s *server) assemble(ctx context.Context, accounts []wechatAccount) error {
	sessions, err := session.New(s.redis.Client)
	if err != nil {
		return err
	}
	s.redis.Before = sessions.Close
	engine := s.engine
	doors, err := openDoors(s.opened, accounts, engine)
	if err != nil {
		return err
	}
	s.worlds = chat.NewWorlds(s.db, s.known(), doors.accounts, s.opts.Demo(), time.Now)
	if err = s.worlds.Reload(ctx); err != nil {
		return err
	}
	s.writer = record.NewWriter(s.db.recordStore, record.WriterOptions{})
	follow := s.followers()
	if s.keys, err = s.personWatch(s.registry, doors.accounts); err != nil {
		return err
	}
	if s.public, err = s.opinions(engine, s.registry); err != nil {
		return err
	}
	desk := intake.NewDesk(intake.Options{
		Engine: engine, Sessions: sessions, Worlds: s.worlds, Keys: s.ring, Observer: s.metrics, Log: s.log, Followers: follow,
		Actions: &chat.Actions{
			Record: s.db, Ratings: s.writer, Ring: s.ring, Views: s.known(), Followers: follow, Persons: s.keys, Unresolved: store.IsUnresolved,
		},
		Now: s.now, InFlight: turnsInFlight, Hints: sessionHints,
	})
	o := web.Options{
		Addr: s.opts.Addr, MetricsAddr: s.opts.MetricsAddr, TrustedProxies: s.opts.TrustedProxies,
		Drain: s.opts.Leaves(), Demo: s.opts.Demo(), DemoHosts: demoHosts(&s.opts), DemoPublic: s.opts.DemoPublic == "1",
		HTTPS: strings.HasPrefix(s.opts.PublicURL, "https://"),
		Log:   s.log, Now: time.Now, Clock: s.now, Registry: s.registry, Metrics: s.metrics,
		Checks: s.checks(sessions),
		Keys:   s.callers(), Campaigns: campaignList{s.opened}, Scores: s.scores(), Complaints: complaintList{s.db},
		Social: s.office(), Polls: s.scores(),
		Hooks: hook.Options{
			Intake: desk, WeChat: doors.wechat, Weibo: doors.weibo, Busy: doors.busy, Unread: doors.unread, Random: rand.Reader,
			Freshness: wechat.NewFreshness(s.now, s.staleAlarm), Bodies: &chat.FirstBodies{Ring: s.ring, Kept: sessions}, OneBody: s.opts.Weibo.RefusesOtherBodies(),
			Readings: &chat.SignedReadings{Ring: s.ring, Kept: s.db, Now: s.now},
		},
	}
	if s.public != nil {
		o.Hooks.Mentions = s.public
	}
	if s.runner, err = s.newRunner(); err != nil {
		return err
	}
	if s.demo != nil {
		o.Routes = s.demo.routes()
	}
	s.web, err = web.New(o)
	return err
}

// newEngine is the dialogue in the one language that there is.
func newEngine() (*bot.Engine, error) { return flow.New("zh-Hans") }

func (s *server) checks(sessions *session.Store) []web.Check {
	return []web.Check{
		{Name: "database", Ready: s.db.Ready},
		{Name: "redis", Ready: sessions.Ready},
		{Name: "schema", Ready: func(ctx context.Context) error { return checkSchema(ctx, s.db) }},
	}
}

// late is a handler that is known only after the server listens.
type late struct{ h atomic.Pointer[http.Handler] }

func (l *late) set(h http.Handler) { l.h.Store(&h) }

func (l *late) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if h := l.h.Load(); h != nil {
		(*h).ServeHTTP(w, r)
		return
	}
	http.Error(w, "starting", http.StatusServiceUnavailable)
}
