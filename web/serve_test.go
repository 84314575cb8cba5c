package web

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pingyi/bot"
	"pingyi/intake"
	"pingyi/web/hook"
)

func fetch(t *testing.T, method, address, body string) (status int, answer string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

func TestMetrics_haveAListenerOfTheirOwn(t *testing.T) {
	h := newHookRig(t, say("您好"), nil)
	h.start(t)
	query, body := signed(t, text("好"))
	if status, _ := fetch(t, http.MethodPost, "http://"+h.Addr()+"/wechat"+query, body); status != http.StatusOK {
		t.Fatalf("push: %d", status)
	}
	status, page := fetch(t, http.MethodGet, "http://"+h.MetricsAddr()+"/metrics", "")
	for _, want := range []string{
		`pingyi_pushes_total{kind="text",outcome="answered",platform="wechat"} 1`, `pingyi_shed_total{class="confirm"} 0`,
		`pingyi_push_seconds_count{platform="wechat"} 1`, "go_goroutines",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("%d: no %s", status, want)
		}
	}
	if strings.Contains(page, testOpenID) {
		t.Error("a citizen in the metrics")
	}
	if status, _ := fetch(t, http.MethodGet, "http://"+h.Addr()+"/metrics", ""); status != http.StatusNotFound {
		t.Errorf("on the public listener: %d", status)
	}
	if status, _ := fetch(t, http.MethodPost, "http://"+h.MetricsAddr()+"/wechat"+query, body); status != http.StatusNotFound {
		t.Errorf("a push on the metrics listener: %d", status)
	}
}

func TestMetrics_off_bindsNothing(t *testing.T) {
	r := newRig(t, func(o *Options) { o.MetricsAddr = "" })
	r.start(t)
	if got := r.MetricsAddr(); got != "" {
		t.Errorf("metrics at %s", got)
	}
	if status, body := fetch(t, http.MethodGet, "http://"+r.Addr()+"/healthz", ""); status != http.StatusOK || body != `{"status":"ok"}` {
		t.Errorf("%d %s", status, body)
	}
}

func TestListen_takenAddress_isAnErrorAndLeavesNothingBound(t *testing.T) {
	first := newRig(t, nil)
	first.start(t)
	second := newRig(t, func(o *Options) { o.MetricsAddr = first.Addr() })
	if err := second.Listen(t.Context()); err == nil {
		t.Fatal("bound twice")
	}
	var d net.Dialer
	if c, err := d.DialContext(t.Context(), "tcp", second.Addr()); err == nil {
		_ = c.Close()
		t.Error("the public listener was left open")
	}
}

func TestRun_end_finishesWhatWasTaken(t *testing.T) {
	taken, release := make(chan struct{}), make(chan struct{})
	h := newHookRig(t, func(intake.Push) intake.Answer {
		close(taken)
		<-release
		return intake.Answer{At: 1, Text: "回执"}
	}, nil)
	stop := h.start(t)
	query, body := signed(t, text("确认"))
	type result struct {
		status int
		body   string
	}
	done := make(chan result, 1)
	go func() {
		status, body := fetch(t, http.MethodPost, "http://"+h.Addr()+"/wechat"+query, body)
		done <- result{status, body}
	}()
	<-taken
	ended := make(chan error, 1)
	go func() { ended <- stop() }()
	awaitRefused(t, h.Addr()) // the end has begun
	select {
	case err := <-ended:
		t.Fatalf("ended with a push in flight: %v", err)
	default:
	}
	close(release)
	if r := <-done; r.status != http.StatusOK || !strings.HasPrefix(r.body, "<xml>") {
		t.Errorf("%d %s", r.status, r.body)
	}
	if err := <-ended; err != nil {
		t.Errorf("end: %v", err)
	}
}

// awaitRefused waits until nobody listens at addr any more.
func awaitRefused(t *testing.T, addr string) {
	t.Helper()
	var d net.Dialer
	for {
		c, err := d.DialContext(t.Context(), "tcp", addr)
		if err != nil {
			return
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// A load balancer that asks /readyz takes the server out before it takes nothing
// more; until then what comes is answered.
func TestRun_endWithDrain_isSaidByReadyzAndStillAnswersPushes(t *testing.T) {
	h := newHookRig(t, say("您好"), func(o *Options) { o.Drain = time.Hour })
	if err := h.Listen(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- h.Run(ctx) }()
	base := "http://" + h.Addr()
	if status, body := fetch(t, http.MethodGet, base+"/readyz", ""); status != http.StatusOK || strings.Contains(body, "leaving") {
		t.Fatalf("before: %d %s", status, body)
	}
	end()
	for {
		status, body := fetch(t, http.MethodGet, base+"/readyz", "")
		if status == http.StatusServiceUnavailable && strings.Contains(body, `"server":"leaving"`) {
			break
		}
	}
	query, body := signed(t, text("好"))
	if status, answer := fetch(t, http.MethodPost, base+"/wechat"+query, body); status != http.StatusOK || answer == "" {
		t.Errorf("a push while the server leaves: %d %q", status, answer)
	}
	if status, _ := fetch(t, http.MethodGet, base+"/healthz", ""); status != http.StatusOK {
		t.Errorf("/healthz while the server leaves: %d", status)
	}
	if err := h.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestRun_end_cutsWhatOutlastsTheGrace(t *testing.T) {
	taken, release := make(chan struct{}), make(chan struct{})
	h := newHookRig(t, func(intake.Push) intake.Answer {
		close(taken)
		<-release
		return intake.Answer{}
	}, func(o *Options) { o.Limits.Grace = time.Millisecond })
	if err := h.Listen(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- h.Run(ctx) }()
	query, body := signed(t, text("确认"))
	var d net.Dialer
	c, err := d.DialContext(t.Context(), "tcp", h.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if _, err := fmt.Fprintf(c, "POST /wechat%s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", query, len(body), body); err != nil {
		t.Fatal(err)
	}
	<-taken
	cancel()
	if err := <-ended; !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("end: %v", err)
	}
	close(release)
}

func TestPush_cutConnection_doesNotEndTheTurn(t *testing.T) {
	taken, gone := make(chan struct{}), make(chan struct{})
	done := make(chan error, 1)
	var h *hookRig
	h = newHookRig(t, func(intake.Push) intake.Answer {
		close(taken)
		<-gone
		h.intake.mu.Lock()
		defer h.intake.mu.Unlock()
		done <- h.intake.ctxs[0].Err()
		return intake.Answer{}
	}, nil)
	h.start(t)
	query, body := signed(t, text("确认"))
	var d net.Dialer
	c, err := d.DialContext(t.Context(), "tcp", h.Addr())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintf(c, "POST /wechat%s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", query, len(body), body); err != nil {
		t.Fatal(err)
	}
	<-taken
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	close(gone)
	if err := <-done; err != nil {
		t.Errorf("the turn was ended: %v", err)
	}
}

// raw sends bytes and gives the status line of the answer, "" where the
// connection is cut without one.
func raw(t *testing.T, addr, request string) string {
	t.Helper()
	var d net.Dialer
	c, err := d.DialContext(t.Context(), "tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(c).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	return strings.TrimSpace(line)
}

func TestServer_slowAndOversizedRequests_areCutOff(t *testing.T) {
	h := newHookRig(t, say("x"), func(o *Options) {
		o.Limits = Limits{Header: 50 * time.Millisecond, Read: 100 * time.Millisecond, HeaderBytes: 1 << 10}
	})
	h.start(t)
	query, _ := signed(t, text("好"))
	for name, c := range map[string]struct{ request, status string }{
		"slow body": {"POST /wechat" + query + " HTTP/1.1\r\nHost: x\r\nContent-Length: 500\r\n\r\n<xml>", "HTTP/1.1 408 Request Timeout"},
		"slow head": {"GET /healthz HTTP/1.1\r\nHost:", ""},
		"big head":  {"GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: " + strings.Repeat("a", 8<<10) + "\r\n\r\n", "HTTP/1.1 431 Request Header Fields Too Large"},
		"big body":  {"POST /wechat HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n", "HTTP/1.1 413 Request Entity Too Large"},
		"sound":     {"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 200 OK"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := raw(t, h.Addr(), c.request); got != c.status {
				t.Errorf("%q, want %q", got, c.status)
			}
		})
	}
	if len(h.intake.taken()) != 0 {
		t.Error("half a push was taken")
	}
}

func TestReadyz_namesWhatIsReadyAndWhatIsNot(t *testing.T) {
	var failing error
	stuck := make(chan struct{})
	defer close(stuck)
	wait := false
	now := time.Now()
	r := newRig(t, func(o *Options) {
		o.Demo, o.Now = true, func() time.Time { return now }
		o.Checks = []Check{
			{"database", func(context.Context) error { return failing }},
			{"redis", func(ctx context.Context) error {
				if wait {
					<-stuck // heeds no context
				}
				if _, ok := ctx.Deadline(); !ok {
					return errors.New("no deadline")
				}
				return nil
			}},
			{"schema", func(context.Context) error { return nil }},
		}
	})
	ask := func() (int, map[string]string) {
		now = now.Add(checkEvery)
		w := r.call(t, http.MethodGet, "/readyz", nil)
		var got map[string]string
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
			t.Fatalf("%v: %s", err, w.Body)
		}
		return w.Code, got
	}
	status, got := ask()
	if status != http.StatusOK || len(got) != 4 || got["env"] != "demo" || got["database"] != "ok" || got["redis"] != "ok" || got["schema"] != "ok" {
		t.Errorf("%d %v", status, got)
	}
	failing = errors.New("dial 10.0.0.7")
	status, got = ask()
	if status != http.StatusServiceUnavailable || got["database"] != notReady || got["redis"] != "ok" {
		t.Errorf("%d %v", status, got)
	}
	failing, wait = nil, true
	if status, got = ask(); status != http.StatusServiceUnavailable || got["redis"] != notReady || got["database"] != "ok" {
		t.Errorf("%d %v", status, got)
	}
}

// However many ask, the checks run once a second and once at a time, and who leaves
// takes nobody's answer along.
func TestReadyz_manyAsk_checksRunOnceASecond(t *testing.T) {
	var runs atomic.Int64
	now := time.Now()
	release := make(chan struct{})
	r := newRig(t, func(o *Options) {
		o.Now = func() time.Time { return now }
		o.Checks = []Check{{"database", func(ctx context.Context) error {
			runs.Add(1)
			<-release
			return ctx.Err()
		}}}
	})
	var group sync.WaitGroup
	for i := range 50 {
		group.Go(func() {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if i%2 == 0 {
				cancel()
			}
			w := httptest.NewRecorder()
			r.engine.ServeHTTP(w, httptest.NewRequestWithContext(ctx, http.MethodGet, "/readyz", nil))
			if w.Code != http.StatusOK {
				t.Errorf("%d %s", w.Code, w.Body)
			}
		})
	}
	close(release)
	group.Wait()
	for range 10 {
		r.call(t, http.MethodGet, "/readyz", nil)
	}
	if n := runs.Load(); n != 1 {
		t.Errorf("the checks ran %d times within a second", n)
	}
	now = now.Add(checkEvery)
	r.call(t, http.MethodGet, "/readyz", nil)
	if runs.Load() != 2 {
		t.Errorf("the checks ran %d times within two seconds", runs.Load())
	}
}

func TestReadyz_production(t *testing.T) {
	r := newRig(t, nil)
	if w := r.call(t, http.MethodGet, "/readyz", nil); w.Code != http.StatusOK || w.Body.String() != `{"env":"production"}` {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestMetrics_labelsOutsideTheLists_countAsOther(t *testing.T) {
	r := newRig(t, nil)
	var _ intake.Observer = r.metrics
	r.metrics.Turn("o-an-openid", "anything", time.Second)
	r.metrics.Turn("text", "repeat", time.Second)
	r.metrics.Commit("o-an-openid", time.Second)
	r.metrics.Commit("rate", time.Second)
	r.metrics.Shed(bot.ClassConfirm)
	r.metrics.Shed(bot.Class(200))
	r.metrics.ClockSuspect(true)
	for _, c := range []struct {
		want   float64
		name   string
		labels []string
	}{
		{1, "pingyi_turn_seconds", []string{"kind", "other", "outcome", "other"}},
		{1, "pingyi_turn_seconds", []string{"kind", "text", "outcome", "repeat"}},
		{1, "pingyi_repeats_total", nil},
		{1, "pingyi_commit_seconds", []string{"action", "other"}},
		{1, "pingyi_commit_seconds", []string{"action", "rate"}},
		{1, "pingyi_shed_total", []string{"class", "confirm"}},
		{1, "pingyi_clock_suspect", nil},
		{-1, "pingyi_turn_seconds", []string{"kind", "o-an-openid"}},
	} {
		if got := r.metric(c.name, c.labels...); got != c.want {
			t.Errorf("%s %v = %v, want %v", c.name, c.labels, got, c.want)
		}
	}
	r.metrics.ClockSuspect(false)
	if got := r.metric("pingyi_clock_suspect"); got != 0 {
		t.Errorf("clock suspect %v", got)
	}
}

func TestNew_missingOptions_areAllNamed(t *testing.T) {
	_, err := New(Options{Hooks: hook.Options{WeChat: make([]hook.WeChat, 1)}})
	for _, name := range []string{"Log", "Now", "Registry", "Metrics", "Keys", "Campaigns", "Scores", "Complaints", "Intake", "Freshness", "Random"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s is not named: %v", name, err)
		}
	}
}
