package web

import (
	"fmt"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"pingyi/bot"
	"pingyi/web/hook"
)

// Metrics counts what the operators watch. Every label value comes from a
// closed list; a value outside its list is counted as "other". It is an
// intake.Observer.
type Metrics struct {
	Hooks    *hook.Metrics
	turns    map[[2]string]prometheus.Observer
	commits  map[string]prometheus.Observer
	repeats  prometheus.Counter
	shed     map[string]prometheus.Counter
	clock    prometheus.Gauge
	stale    prometheus.Gauge
	requests *prometheus.HistogramVec
}

const other = "other"

// The closed lists of label values.
func kinds() []string {
	var all []string
	for k := bot.Other; k <= bot.Link; k++ {
		all = append(all, k.String())
	}
	return all
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
	m.requests = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "pingyi_http_request_seconds", Help: "Requests that are no pushes, by route and class of status.", Buckets: seconds,
	}, []string{"route", "status"})
	for _, c := range []prometheus.Collector{
		turns, commits, shed, m.repeats, m.clock, m.stale, m.requests,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	} {
		if err := reg.Register(c); err != nil {
			return nil, fmt.Errorf("register metrics: %w", err)
		}
	}
	var err error
	if m.Hooks, err = hook.NewMetrics(reg); err != nil {
		return nil, fmt.Errorf("register metrics: %w", err)
	}
	m.resolveTurns(turns, commits, shed, append([]string{other}, effects...))
	return m, nil
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
