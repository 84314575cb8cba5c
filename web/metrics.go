package web

import (
	"fmt"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"pingyi/bot"
)

// Metrics counts what the operators watch. Every label value comes from a
// closed list; a value outside its list is counted as "other". It is an
// intake.Observer.
type Metrics struct {
	pushes   map[pushLabels]prometheus.Counter
	refusals map[[2]string]prometheus.Counter // platform, reason
	handled  map[string]prometheus.Observer   // platform
	turns    map[[2]string]prometheus.Observer
	commits  map[string]prometheus.Observer
	repeats  prometheus.Counter
	shed     map[string]prometheus.Counter
	clock    prometheus.Gauge
	stale    prometheus.Gauge
	bodies   map[string]prometheus.Counter // platform
	requests *prometheus.HistogramVec
}

type pushLabels struct{ platform, kind, outcome string }

const other = "other"

// The closed lists of label values.
func platforms() []string { return []string{wechatName, weiboName} }

func kinds() []string {
	var all []string
	for k := bot.Other; k <= bot.Link; k++ {
		all = append(all, k.String())
	}
	return all
}

func pushOutcomes() []string {
	return []string{outAnswered, outSilent, outShed, outIgnored, outUnusable, outPanicked, outUnsealed, outPublic, outUnsaved}
}

func turnOutcomes() []string {
	return []string{other, "step", "effect", "read", "repeat", "limited", "busy"}
}

func classes() []string {
	var all []string
	for c := bot.ClassMenu; c <= bot.ClassConfirm; c++ {
		all = append(all, c.String())
	}
	return all
}

// NewMetrics registers everything in reg, which must not have it yet. The effects are the
// names of the dialogue's actions that change something.
func NewMetrics(reg prometheus.Registerer, effects []string) (*Metrics, error) {
	m := &Metrics{}
	seconds := []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2, 4, 5}
	pushes := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "pingyi_pushes_total", Help: "Authentic pushes by platform, kind and what they were answered.",
	}, []string{"platform", "kind", "outcome"})
	refusals := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "pingyi_refusals_total", Help: "Calls of a webhook that were refused, by reason.",
	}, []string{"platform", "reason"})
	handled := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "pingyi_push_seconds", Help: "From the receipt of an authentic push to its answer.", Buckets: seconds,
	}, []string{"platform"})
	turns := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "pingyi_turn_seconds", Help: "A citizen's turn by kind and outcome.", Buckets: seconds,
	}, []string{"kind", "outcome"})
	commits := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "pingyi_commit_seconds", Help: "From an action to its commit.", Buckets: seconds,
	}, []string{"action"})
	shed := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "pingyi_shed_total", Help: "Turns refused under overload, by class.",
	}, []string{"class"})
	m.repeats = prometheus.NewCounter(prometheus.CounterOpts{
		Name: "pingyi_repeats_total", Help: "Repeats of a push, answered with its first answer.",
	})
	m.clock = prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "pingyi_clock_suspect", Help: "1 while this machine's clock is more than a minute off the database's, whose time is used.",
	})
	m.stale = prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "pingyi_pushes_stale", Help: "1 while many pushes with different signatures are stale, and refused, and none is fresh.",
	})
	bodies := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "pingyi_signatures_again_total", Help: "Pushes with another body than the first that came under their signature.",
	}, []string{"platform"})
	m.requests = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "pingyi_http_request_seconds", Help: "Requests that are no pushes, by route and class of status.", Buckets: seconds,
	}, []string{"route", "status"})
	for _, c := range []prometheus.Collector{
		pushes, refusals, handled, turns, commits, shed, m.repeats, m.clock, m.stale, bodies, m.requests,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	} {
		if err := reg.Register(c); err != nil {
			return nil, fmt.Errorf("register metrics: %w", err)
		}
	}
	m.resolvePushes(pushes, refusals, handled)
	m.bodies = map[string]prometheus.Counter{weiboName: bodies.WithLabelValues(weiboName)}
	m.resolveTurns(turns, commits, shed, append([]string{other}, effects...))
	return m, nil
}

// resolvePushes makes every series beforehand: they show as 0 before they
// happen, and the way of a push looks up a map of ours instead of hashing labels.
func (m *Metrics) resolvePushes(pushes, refusals *prometheus.CounterVec, handled *prometheus.HistogramVec) {
	m.pushes = map[pushLabels]prometheus.Counter{}
	m.refusals = map[[2]string]prometheus.Counter{}
	m.handled = map[string]prometheus.Observer{}
	for _, p := range platforms() {
		m.handled[p] = handled.WithLabelValues(p)
		for _, r := range refusalReasons() {
			m.refusals[[2]string{p, r}] = refusals.WithLabelValues(p, r)
		}
		for _, k := range kinds() {
			for _, o := range pushOutcomes() {
				m.pushes[pushLabels{p, k, o}] = pushes.WithLabelValues(p, k, o)
			}
		}
	}
}

func (m *Metrics) resolveTurns(turns, commits *prometheus.HistogramVec, shed *prometheus.CounterVec, actions []string) {
	m.turns = map[[2]string]prometheus.Observer{}
	m.commits = map[string]prometheus.Observer{}
	m.shed = map[string]prometheus.Counter{}
	for _, k := range kinds() {
		for _, o := range turnOutcomes() {
			m.turns[[2]string{k, o}] = turns.WithLabelValues(k, o)
		}
	}
	for _, a := range actions {
		m.commits[a] = commits.WithLabelValues(a)
	}
	for _, c := range classes() {
		m.shed[c] = shed.WithLabelValues(c)
	}
}

// Turn counts a citizen's turn; an outcome of "repeat" is a repeat of a push.
func (m *Metrics) Turn(kind, outcome string, took time.Duration) {
	o, ok := m.turns[[2]string{kind, outcome}]
	if !ok {
		o = m.turns[[2]string{other, other}]
	}
	o.Observe(took.Seconds())
	if outcome == "repeat" {
		m.repeats.Inc()
	}
}

// Commit counts an action that took effect.
func (m *Metrics) Commit(action string, took time.Duration) {
	o, ok := m.commits[action]
	if !ok {
		o = m.commits[other]
	}
	o.Observe(took.Seconds())
}

// Shed counts a turn refused under overload.
func (m *Metrics) Shed(class bot.Class) {
	if c, ok := m.shed[class.String()]; ok {
		c.Inc()
	}
}

// push counts an authentic push and how long it took.
func (m *Metrics) push(platform string, kind bot.InputKind, outcome string, took time.Duration) {
	if c, ok := m.pushes[pushLabels{platform, kind.String(), outcome}]; ok {
		c.Inc()
	}
	if o, ok := m.handled[platform]; ok {
		o.Observe(took.Seconds())
	}
}

// refused counts a call of a webhook that was turned away.
func (m *Metrics) refused(platform, reason string) {
	c, ok := m.refusals[[2]string{platform, reason}]
	if !ok {
		c, ok = m.refusals[[2]string{platform, other}]
	}
	if ok {
		c.Inc()
	}
}

// again counts a push with another body than the first under its signature.
func (m *Metrics) again(platform string) {
	if c, ok := m.bodies[platform]; ok {
		c.Inc()
	}
}

// ClockSuspect shows whether the database's clock is used in place of ours.
func (m *Metrics) ClockSuspect(on bool) { m.clock.Set(oneIf(on)) }

// PushesStale shows whether every push is stale: the alarm of
// wechat.NewFreshness.
func (m *Metrics) PushesStale(on bool) { m.stale.Set(oneIf(on)) }

func oneIf(on bool) float64 {
	if on {
		return 1
	}
	return 0
}

// request counts a request that is no push. The route is one of the table, or
// "" where there is none.
func (m *Metrics) request(route string, status int, took time.Duration) {
	m.requests.WithLabelValues(route, strconv.Itoa(status/100)+"xx").Observe(took.Seconds())
}
