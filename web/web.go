// Package web is the HTTP face: the platforms' webhooks, the admin API with its
// OpenAPI description, health, and metrics on a listener of their own. It
// bounds what comes in, decides who may call what, and turns domain errors
// into problem documents.
//
// It may import hook, bot, export, scoring, complaints, social and models; storage, keys and the dialogue are behind the ports
// of ports.go, which are wired in cmd. Gin and huma stay in here.
package web

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"

	"pingyi/web/hook"
)

// Options is what a Server is made of. Log, Now, Registry, Metrics, Keys,
// Campaigns, Scores, Complaints, Social and Polls are required.
type Options struct {
	Addr           string   // listen address, host:port; port 0 picks one
	MetricsAddr    string   // of /metrics; "" turns it off
	TrustedProxies []string // addresses and networks whose X-Forwarded-For is believed
	Demo           bool     // whether demo routes exist; /readyz tells it
	DemoHosts      []string // names, beside this machine's own, that a demo's pages are asked for by
	DemoPublic     bool     // the demo listens beyond this machine
	HTTPS          bool     // citizens and staff reach it by https: HSTS is sent

	// Drain is how long requests are answered after the end was asked for, while
	// /readyz already says 503.
	Drain time.Duration

	Log      *slog.Logger
	Now      func() time.Time     // this machine's clock: how long things take
	Clock    func() time.Time     // the time in use: when a push is received; nil means Now
	Registry *prometheus.Registry // what /metrics shows
	Metrics  *Metrics             // registered in Registry
	Limits   Limits               // zero fields mean DefaultLimits

	Checks     []Check
	Keys       Keys
	Campaigns  Campaigns
	Scores     Scores
	Complaints Complaints
	Social     Social
	Polls      Polls

	Hooks hook.Options // the webhooks

	// Routes are further ones, for instance the simulator's.
	Routes []Route
}

// Limits bounds what one request may cost.
type Limits struct {
	Header time.Duration // reading a request's head
	Read   time.Duration // reading a whole request
	Write  time.Duration // answering it
	Idle   time.Duration // a connection without a request
	API    time.Duration // an operation of the API
	Book   time.Duration // waiting for workbooks that others asked for
	Grace  time.Duration // finishing what was taken, at the end

	HeaderBytes int
}

// DefaultLimits are the bounds in force where Options.Limits says nothing. The
// platforms cut a push after 5 s, so a body that takes longer to arrive is of
// no use to anybody.
func DefaultLimits() Limits {
	return Limits{
		Header: 5 * time.Second, Read: 10 * time.Second, Write: 30 * time.Second, Idle: 75 * time.Second,
		API: 15 * time.Second, Book: 5 * time.Second, Grace: 10 * time.Second, HeaderBytes: 16 << 10,
	}
}

func (l Limits) orDefaults() Limits {
	d := DefaultLimits()
	pick := func(v *time.Duration, def time.Duration) {
		if *v <= 0 {
			*v = def
		}
	}
	pick(&l.Header, d.Header)
	pick(&l.Read, d.Read)
	pick(&l.Write, d.Write)
	pick(&l.Idle, d.Idle)
	pick(&l.API, d.API)
	pick(&l.Book, d.Book)
	pick(&l.Grace, d.Grace)
	if l.HeaderBytes <= 0 {
		l.HeaderBytes = d.HeaderBytes
	}
	return l
}

// Route is a route beside the built-in ones. Path is in Gin's form.
type Route struct {
	Method  string
	Path    string
	Policy  Policy
	Handler http.Handler
}

// Server answers HTTP. Make it with New, start it with Listen and Run.
type Server struct {
	opts     Options
	limits   Limits
	log      *slog.Logger
	now      func() time.Time
	clock    func() time.Time
	metrics  *Metrics
	engine   *gin.Engine
	policies map[routeKey]Policy
	trusted  []netip.Prefix // proxies
	openapi  []byte

	readiness readiness
	leaving   atomic.Bool // the end was asked for
	closing   sync.Once
	closed    chan struct{} // nothing new is taken
	wrong     *wrongKeys
	keyless   *wrongKeys
	workbooks chan struct{} // holds a value for each workbook that is being made

	public, private *listener
}

// New builds the routes and holds them against the policy table: a route
// without a policy, or a demo route outside the demo, is an error.
func New(o Options) (*Server, error) {
	if err := o.validate(); err != nil {
		return nil, err
	}
	// Gin's mode is the process's: its debug mode prints every route to stdout,
	// which belongs to the command's result.
	gin.SetMode(gin.ReleaseMode)
	s := &Server{
		opts: o, limits: o.Limits.orDefaults(), log: o.Log, now: o.Now, clock: o.Clock, metrics: o.Metrics,
		engine: gin.New(), policies: map[routeKey]Policy{},
		closed: make(chan struct{}), workbooks: make(chan struct{}, workbooksAtOnce()),
	}
	if s.clock == nil {
		s.clock = s.now
	}
	s.wrong = newWrongKeys(o.Now, o.Log, "wrong API keys were refused without a look-up and without a line each")
	s.keyless = newWrongKeys(o.Now, o.Log, "requests without an API key were refused without a line each")
	s.engine.RedirectTrailingSlash = false // a push is not redirected, it is refused
	s.engine.HandleMethodNotAllowed = true
	var err error
	if s.trusted, err = parseTrusted(o.TrustedProxies); err != nil {
		return nil, err
	}
	// Gin would believe X-Real-Ip as well, and take a mapped address for a
	// network; it is never asked, and believes no proxy.
	if err = s.engine.SetTrustedProxies(nil); err != nil {
		return nil, fmt.Errorf("trusted proxies: %w", err)
	}
	s.engine.Use(s.guard)
	s.engine.NoRoute(s.notFound)
	s.engine.NoMethod(s.wrongMethod)
	s.routeHealth()
	if err = s.routeHooks(); err != nil {
		return nil, err
	}
	if err = s.routeAPI(); err != nil {
		return nil, err
	}
	for _, r := range o.Routes {
		s.handle(r.Method, r.Path, r.Policy, gin.WrapH(r.Handler))
	}
	if err = s.checkPolicies(); err != nil {
		return nil, err
	}
	return s, nil
}

// routeHooks adds the webhooks of the platforms.
func (s *Server) routeHooks() error {
	routes, err := hook.New(s.opts.Hooks, hook.Server{
		Demo: s.opts.Demo, Log: s.log, Now: s.now, Clock: s.clock, Metrics: s.metrics.Hooks, Panicked: s.logPanic,
	})
	if err != nil {
		return err
	}
	for _, r := range routes {
		s.handle(r.Method, r.Path, Webhook(), r.Handle)
	}
	return nil
}

func (o *Options) validate() error {
	var errs []error
	need := func(missing bool, name string) {
		if missing {
			errs = append(errs, fmt.Errorf("web: option %s is missing", name))
		}
	}
	need(o.Log == nil, "Log")
	need(o.Now == nil, "Now")
	need(o.Registry == nil, "Registry")
	need(o.Metrics == nil, "Metrics")
	need(o.Keys == nil, "Keys")
	need(o.Campaigns == nil, "Campaigns")
	need(o.Scores == nil, "Scores")
	need(o.Complaints == nil, "Complaints")
	need(o.Social == nil, "Social")
	need(o.Polls == nil, "Polls")
	return errors.Join(append(errs, o.Hooks.Validate())...)
}

// Handler answers requests without a listener of its own.
func (s *Server) Handler() http.Handler { return s.engine }
