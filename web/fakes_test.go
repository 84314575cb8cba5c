package web

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"pingyi/bot"
	"pingyi/complaints"
	"pingyi/intake"
	"pingyi/models"
	"pingyi/scoring"
	"pingyi/service/campaign"
	"pingyi/social"
	"pingyi/web/hook"
)

// keyFor is the key of a role; fakeKeys knows one for every role.
func keyFor(r models.Role) string { return "key-" + string(r) }

type fakeKeys struct{ err error }

func (k fakeKeys) Authenticate(_ context.Context, key string) (Principal, error) {
	if k.err != nil {
		return Principal{}, k.err
	}
	for _, r := range models.Roles() {
		if key == keyFor(r) {
			return Principal{Tenant: "default", KeyID: "id-" + string(r), Name: "test", Role: r}, nil
		}
	}
	return Principal{}, models.Errorf(models.Unauthorised, "unknown_key", "no such key")
}

func (k fakeKeys) Known(string) bool { return false }

func (k fakeKeys) Refresh(context.Context) error { return k.err }

// fakeCampaigns is a list in the order of the port.
type fakeCampaigns []campaign.Listed

func (f fakeCampaigns) Campaigns(_ context.Context, tenant string, scope models.Scope, after string, limit int) ([]campaign.Listed, error) {
	if tenant != "default" {
		return nil, errors.New("another tenant")
	}
	var out []campaign.Listed
	for _, c := range f {
		if (after == "" || c.ID < after) && !scope.Nothing() && scope.HasCampaign(c.ID) && len(out) < limit {
			out = append(out, c)
		}
	}
	return out, nil
}

// fakeScores knows the campaign 2017 and its channel mobile.
type fakeScores struct {
	doc   scoring.Scores
	phase models.Phase
	err   error
}

func (f *fakeScores) Scores(_ context.Context, _, of string, channel models.Channel) (scoring.Scores, models.Phase, error) {
	switch {
	case f.err != nil:
		return scoring.Scores{}, "", f.err
	case of != "2017":
		return scoring.Scores{}, "", models.Errorf(models.NotFound, "unknown_campaign", "there is no campaign %s", of)
	case channel != models.Mobile:
		return scoring.Scores{}, "", models.Errorf(models.NotFound, "unknown_channel", "the of has no channel %s", channel)
	}
	return f.doc, f.phase, nil
}

// fakeComplaints is a list in the order of the port.
type fakeComplaints []complaints.Record

func (f fakeComplaints) Complaints(_ context.Context, _ string, scope models.Scope, at time.Time, id models.ID, limit int) ([]complaints.Record, error) {
	var out []complaints.Record
	for _, r := range f {
		behind := id.IsZero() || r.At.Before(at) || r.At.Equal(at) && bytes.Compare(r.ID[:], id[:]) < 0
		if behind && scope.HasCampaign(r.Campaign) && scope.HasUnit(r.Unit) && len(out) < limit {
			out = append(out, r)
		}
	}
	return out, nil
}

// fakeSocial has an account for the tenant default unless none is set.
type fakeSocial struct {
	none    bool
	texts   []social.ListedText
	figures social.Figures
	phase   models.Phase
}

func (f *fakeSocial) account(tenant string) error {
	if f.none || tenant != "default" {
		return models.Errorf(models.NotFound, "no_weibo_account", "the tenant %s has no Weibo account here", tenant)
	}
	return nil
}

func (f *fakeSocial) Status(_ context.Context, tenant string) (social.AccountStatus, error) {
	return social.AccountStatus{
		Day: "20261122", Calls: map[string]social.Calls{"poll": {Spent: 3, Limit: 72}}, Counted: 7, Listed: map[social.Reason]int64{social.NoLevel: 2},
	}, f.account(tenant)
}

func (f *fakeSocial) Texts(_ context.Context, tenant string, scope models.Scope, reason social.Reason, at time.Time, id models.ID, limit int) ([]social.ListedText, error) {
	if reason != "" && !slices.Contains(social.Reasons(), reason) {
		return nil, models.Errorf(models.Invalid, "bad_reason", "no such reason")
	}
	var out []social.ListedText
	for _, t := range f.texts {
		behind := id.IsZero() || t.At.After(at) || t.At.Equal(at) && bytes.Compare(t.Item[:], id[:]) > 0
		if behind && scope.HasCampaign(t.Campaign) && scope.HasUnit(t.Unit) && (reason == "" || t.Reason == reason) && len(out) < limit {
			out = append(out, t)
		}
	}
	return out, f.account(tenant)
}

func (f *fakeSocial) Figures(_ context.Context, tenant, of string) (social.Figures, models.Phase, error) {
	if of != "2017" {
		return social.Figures{}, "", models.Errorf(models.NotFound, "unknown_campaign", "there is no campaign %s", of)
	}
	return f.figures, f.phase, f.account(tenant)
}

// fakePolls keeps records of campaign 2017, which rates A03.
type fakePolls struct{ kept []social.PollRecord }

func (f *fakePolls) PollResults(_ context.Context, _, of string, at time.Time, id models.ID, limit int) ([]social.PollRecord, error) {
	if of != "2017" {
		return nil, models.Errorf(models.NotFound, "unknown_campaign", "there is no campaign %s", of)
	}
	var out []social.PollRecord
	for _, r := range f.kept {
		if r.EnteredAt.After(at) || r.EnteredAt.Equal(at) && bytes.Compare(r.ID[:], id[:]) > 0 {
			out = append(out, r)
		}
	}
	return out[:min(limit, len(out))], nil
}

func (f *fakePolls) AddPollResults(_ context.Context, tenant, of string, p social.PollEntry, place func(string, int) string) (social.PollResults, bool, error) {
	if faults := p.Check(map[string]bool{"A03": true}, place); len(faults) > 0 {
		e := models.Errorf(models.Invalid, "bad_poll_results", "the poll results have faults")
		e.Faults = faults
		return social.PollResults{}, false, e
	}
	r, err := p.Record(tenant, of, time.Date(2026, 11, 22, 8, 0, 0, len(f.kept)*250e6, time.UTC))
	if err != nil {
		return social.PollResults{}, false, err
	}
	for i := range f.kept {
		if f.kept[i].ID == r.ID {
			return f.kept[i].Show(), false, nil
		}
	}
	f.kept = append(f.kept, r)
	return r.Show(), true, nil
}

// fakeIntake answers with reply and keeps what it was asked.
type fakeIntake struct {
	mu     sync.Mutex
	pushes []intake.Push
	ctxs   []context.Context
	reply  func(intake.Push) intake.Answer
}

func (f *fakeIntake) Handle(ctx context.Context, p intake.Push) intake.Answer {
	f.mu.Lock()
	f.pushes, f.ctxs = append(f.pushes, p), append(f.ctxs, ctx)
	f.mu.Unlock()
	return f.reply(p)
}

func (f *fakeIntake) taken() []intake.Push {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.pushes
}

type plainFace struct{}

func (plainFace) Platform() bot.Platform { return bot.Platform{Taps: true} }

func (plainFace) Render(m bot.Message) string {
	var b strings.Builder
	for _, l := range m.Lines {
		for _, s := range l {
			b.WriteString(s.Label)
		}
	}
	return b.String()
}

// rig is a server on fakes.
type rig struct {
	*Server
	opts Options
	log  *lockedBuffer
	reg  *prometheus.Registry
}

type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func testOptions(t testing.TB) (Options, *lockedBuffer) {
	t.Helper()
	reg := prometheus.NewRegistry()
	m, err := NewMetrics(reg, []string{"erase", "file", "rate", "reason", "withdraw"})
	if err != nil {
		t.Fatal(err)
	}
	log := &lockedBuffer{}
	return Options{
		Addr: "127.0.0.1:0", MetricsAddr: "127.0.0.1:0",
		Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Now: time.Now, Registry: reg, Metrics: m, Hooks: hook.Options{Random: rand.Reader},
		Keys: fakeKeys{}, Campaigns: fakeCampaigns{}, Scores: &fakeScores{}, Complaints: fakeComplaints{},
		Social: &fakeSocial{}, Polls: &fakePolls{},
	}, log
}

func newRig(t testing.TB, change func(*Options)) *rig {
	t.Helper()
	o, log := testOptions(t)
	if change != nil {
		change(&o)
	}
	s, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return &rig{Server: s, opts: o, log: log, reg: o.Registry}
}

// start serves the rig on real listeners until the test ends.
func (r *rig) start(t *testing.T) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	if err := r.Listen(ctx); err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- r.Run(ctx) }()
	stop = sync.OnceValue(func() error { cancel(); return <-done })
	t.Cleanup(func() {
		if err := stop(); err != nil {
			t.Errorf("end: %v", err)
		}
	})
	return stop
}

// call sends a request past the network; head is name, value, name, value...
func (r *rig) call(t *testing.T, method, target string, body io.Reader, head ...string) *httptest.ResponseRecorder {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), method, target, body)
	for i := 0; i+1 < len(head); i += 2 {
		req.Header.Add(head[i], head[i+1])
	}
	w := httptest.NewRecorder()
	r.engine.ServeHTTP(w, req)
	return w
}

// get asks the API with the key of a role.
func (r *rig) get(t *testing.T, role models.Role, target string, head ...string) *httptest.ResponseRecorder {
	t.Helper()
	return r.call(t, http.MethodGet, target, nil, append(head, "Authorization", "Bearer "+keyFor(role))...)
}

// wantProblem checks that an answer is a problem document with this code.
func wantProblem(t *testing.T, w *httptest.ResponseRecorder, status int, code string) {
	t.Helper()
	var p Problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
		t.Fatalf("no problem document: %v: %s", err, w.Body)
	}
	if w.Code != status || p.Status != status || p.Code != code || p.Type != "about:blank" || p.Title != http.StatusText(status) {
		t.Errorf("status %d, problem %+v; want %d %s", w.Code, p, status, code)
	}
	if ct := w.Header().Get("Content-Type"); ct != problemType {
		t.Errorf("Content-Type %q", ct)
	}
}

// metric is the present value of a series, a histogram's its count; -1 where
// there is no such series. labels are name, value, name, value...
func (r *rig) metric(name string, labels ...string) float64 {
	families, err := r.reg.Gather()
	if err != nil {
		return -1
	}
	for _, f := range families {
		if f.GetName() != name {
			continue
		}
		for _, m := range f.GetMetric() {
			fits := 0
			for _, l := range m.GetLabel() {
				for i := 0; i+1 < len(labels); i += 2 {
					if l.GetName() == labels[i] && l.GetValue() == labels[i+1] {
						fits++
					}
				}
			}
			if fits*2 == len(labels) {
				return m.GetCounter().GetValue() + m.GetGauge().GetValue() + float64(m.GetHistogram().GetSampleCount())
			}
		}
	}
	return -1
}
