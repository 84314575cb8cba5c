package hook

import (
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"pingyi/bot"
)

// Metrics counts pushes and refused calls. Every label value comes from a closed list.
type Metrics struct {
	pushes   map[pushLabels]prometheus.Counter
	refusals map[[2]string]prometheus.Counter // platform, reason
	handled  map[string]prometheus.Observer   // platform
	bodies   map[string]prometheus.Counter    // platform
}

type pushLabels struct{ platform, kind, outcome string }

// The closed lists of label values.
func platforms() []string { return []string{WeChatName, WeiboName} }

func kinds() []string {
	var all []string
	for k := bot.Other; k <= bot.Link; k++ {
		all = append(all, k.String())
	}
	return all
}

func outcomes() []string {
	return []string{outAnswered, outSilent, outShed, outIgnored, outUnusable, outPanicked, outUnsealed, outPublic, outUnsaved}
}

// NewMetrics registers the metrics in reg, which must not have them yet.
func NewMetrics(reg prometheus.Registerer) (*Metrics, error) {
	pushes := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "pingyi_pushes_total", Help: "Authentic pushes by platform, kind and what they were answered.",
	}, []string{"platform", "kind", "outcome"})
	refusals := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "pingyi_refusals_total", Help: "Calls of a webhook that were refused, by reason.",
	}, []string{"platform", "reason"})
	handled := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "pingyi_push_seconds", Help: "From the receipt of an authentic push to its answer.",
		Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2, 4, 5},
	}, []string{"platform"})
	bodies := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "pingyi_signatures_again_total", Help: "Pushes with another body than the first that came under their signature.",
	}, []string{"platform"})
	for _, c := range []prometheus.Collector{pushes, refusals, handled, bodies} {
		if err := reg.Register(c); err != nil {
			return nil, fmt.Errorf("webhooks: %w", err)
		}
	}
	m := &Metrics{bodies: map[string]prometheus.Counter{WeiboName: bodies.WithLabelValues(WeiboName)}}
	m.resolve(pushes, refusals, handled)
	return m, nil
}

// resolve makes every series beforehand: they show as 0 before they
// happen, and the way of a push looks up a map of ours instead of hashing labels.
func (m *Metrics) resolve(pushes, refusals *prometheus.CounterVec, handled *prometheus.HistogramVec) {
	m.pushes = map[pushLabels]prometheus.Counter{}
	m.refusals = map[[2]string]prometheus.Counter{}
	m.handled = map[string]prometheus.Observer{}
	for _, p := range platforms() {
		m.handled[p] = handled.WithLabelValues(p)
		for _, r := range refusalReasons() {
			m.refusals[[2]string{p, r}] = refusals.WithLabelValues(p, r)
		}
		for _, k := range kinds() {
			for _, o := range outcomes() {
				m.pushes[pushLabels{p, k, o}] = pushes.WithLabelValues(p, k, o)
			}
		}
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
