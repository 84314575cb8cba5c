//go:build drill

package faults

import (
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestDrill_proxyCertificateExpiresAndIsReplaced_nothingIsLost: docs/drills/proxy.md.
func TestDrill_proxyCertificateExpiresAndIsReplaced_nothingIsLost(t *testing.T) {
	w := newProduction(t)
	w.open()
	w.open()
	f := newFront(t, newAuthority(t), w.bases...)
	w.fronts, w.weibos = nil, nil
	w.platforms(f.client("", true))  // keeps its connections
	w.platforms(f.client("", false)) // makes one a push
	const keeps, anew = 0, 1
	stop := make(chan struct{})
	var crowd sync.WaitGroup
	crowd.Go(func() { w.crowd(1, 6, 1<<40, 4, stop) })

	// Replaced in time: nobody notices.
	open := f.client("", true)
	mustReuse(f, open, false)
	time.Sleep(time.Second)
	f.show(2, time.Hour)
	mustReuse(f, open, true)
	time.Sleep(time.Second)
	if f.handshakes(2) == 0 {
		t.Error("new connections do not get the new certificate")
	}
	if n := w.record.so("none"); n != 0 {
		t.Errorf("%d pushes were not answered when a certificate was replaced in time", n)
	}

	// Not replaced in time.
	var waiting []pending
	for i := range 6 {
		c := w.citizen(uint64(i))
		c.turnTo(keeps)
		waiting = append(waiting, w.summarised(c, units[i%len(units)], "54321"))
	}
	w.epoch.Add(1)
	w.healthy.Store(false)
	until := f.show(3, 3*time.Second)
	last := f.client("", true)
	mustReuse(f, last, false)
	time.Sleep(time.Until(until) + 1500*time.Millisecond)
	if !f.expired() {
		t.Error("a platform takes a certificate whose time is over")
	}
	mustReuse(f, open, true)
	mustReuse(f, last, true) // it began with the certificate that is over now
	for _, p := range waiting {
		if e := p.deliver(anew); e.Status != 0 || e.Tries != 3 {
			t.Errorf("with an expired certificate a push got status %d after %d tries", e.Status, e.Tries)
		}
	}

	// Replaced at last: what comes again has its effect, and once.
	f.show(4, time.Hour)
	for _, p := range waiting {
		said := p.deliver(anew)
		if p.in.proof == "" || !fresh(said.Text) {
			t.Errorf("a confirmation that came again is answered %q", said.Shown())
		}
		if again := p.deliver(anew); again.Plain != said.Plain {
			t.Errorf("a confirmation that came once more is answered %q after %q", again.Shown(), said.Shown())
		}
	}
	w.epoch.Add(1)
	w.healthy.Store(true)
	before := w.record.so("proper")
	time.Sleep(time.Second)
	if n := w.record.so("proper"); n == before || f.handshakes(4) == 0 {
		t.Errorf("%d pushes were answered with the last certificate, which was shown %d times", n-before, f.handshakes(4))
	}
	close(stop)
	crowd.Wait()
	w.record.check(w)
}

// mustReuse asks for something and checks whether its connection was there before.
func mustReuse(f *front, c *http.Client, reused bool) {
	f.t.Helper()
	if a, err := f.do(c, http.MethodGet, "/healthz", nil, nil); err != nil || a.status != http.StatusOK || a.reused != reused {
		f.t.Errorf("status %d, %v; a connection of before: %t, want %t", a.status, err, a.reused, reused)
	}
}

// forged is what somebody says who wants to be taken for another, and for plain http.
func forged() http.Header {
	return http.Header{
		"X-Forwarded-For": {"198.51.100.7"}, "X-Real-Ip": {"198.51.100.7"}, "X-Forwarded-Proto": {"http"}, "X-Forwarded-Host": {"evil.example"},
		"X-Forwarded-Prefix": {"/evil.example"}, "Forwarded": {"for=198.51.100.7;proto=http;host=evil.example"},
	}
}

// with adds a key to a head.
func with(head http.Header, key string) http.Header {
	head.Set("Authorization", "Bearer "+key)
	return head
}

// TestDrill_proxyHeadersAreForged_areNotBelieved: docs/drills/proxy.md. Every case
// comes from an address of its own, by which it is found in the log.
func TestDrill_proxyHeadersAreForged_areNotBelieved(t *testing.T) {
	w := newProduction(t)
	w.open()
	w.open("PINGYI_TRUSTED_PROXIES=")
	trusting, wary := w.servers[0], w.servers[1]
	key := w.must(binary(t), "apikey", "create", "--name", "drill", "--role", "office")
	a := newAuthority(t)
	f, beforeWary := newFront(t, a, w.bases[0]), newFront(t, a, w.bases[1])
	const scores = "/api/v1/campaigns/2017/scores?channel=mobile"
	pull := func(f *front, from string, head http.Header) answer {
		t.Helper()
		got, err := f.do(f.client(from, false), http.MethodGet, scores, head, nil)
		if err != nil || got.status != http.StatusOK || got.head.Get("Strict-Transport-Security") == "" {
			t.Fatalf("an API pull through TLS: %v, status %d, %v, %s", err, got.status, got.head, got.body)
		}
		return got
	}
	plain := pull(f, "127.0.0.71", with(http.Header{}, key))
	trusting.mustLog(`"from":"127.0.0.71"`)
	told := pull(f, "127.0.0.72", with(forged(), key))
	trusting.mustLog(`"from":"127.0.0.72"`)
	f.adds.Store(true)
	added := pull(f, "127.0.0.73", with(forged(), key))
	trusting.mustLog(`"from":"127.0.0.73"`)
	for _, got := range []answer{told, added} {
		if got.body != plain.body || strings.Contains(got.body, "evil") || got.head.Get("Location")+got.head.Get("Set-Cookie") != "" {
			t.Errorf("forged headers change an answer: %v %s", got.head, got.body)
		}
	}
	got, err := f.do(f.client("127.0.0.74", false), http.MethodGet, scores, with(forged(), "guessed"), nil)
	if err != nil || got.status != http.StatusUnauthorized {
		t.Errorf("a guessed key: %v, status %d", err, got.status)
	}
	trusting.mustLog(`"status":401,`)
	trusting.mustLog(`"from":"127.0.0.74"`)

	// Past the proxy, and to a server that trusts none.
	direct := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: (&net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP("127.0.0.75")}}).DialContext}}
	if got, err = ask(t, direct, w.bases[0], http.MethodGet, scores, with(forged(), key), nil); err != nil || got.status != http.StatusOK || got.body != plain.body {
		t.Errorf("past the proxy: %v, status %d, %s", err, got.status, got.body)
	}
	trusting.mustLog(`"from":"127.0.0.75"`)
	pull(beforeWary, "127.0.0.76", with(forged(), key))
	wary.mustLog(`"from":"127.0.0.1"`)
	for _, s := range w.servers {
		if said := s.log.all(); strings.Contains(said, "198.51.100.7") || strings.Contains(said, "evil") || strings.Contains(said, "127.0.0.76") {
			t.Errorf("%s believes what was forged: %s", s.name, said)
		}
	}
}

// TestDrill_proxyPassesPushes_theLogSaysNothingOfThem: docs/drills/proxy.md.
func TestDrill_proxyPassesPushes_theLogSaysNothingOfThem(t *testing.T) {
	w := newProduction(t)
	w.open()
	f := newFront(t, newAuthority(t), w.bases...)
	w.fronts, w.weibos = nil, nil
	w.platforms(f.client("", true))
	secrets := []string{weiboPath}
	for i := range 12 {
		w.share = 100 * (i % 2) // each platform in turn
		p := w.summarised(w.citizen(1), "A01", "55445")
		p.deliver(0)
		secrets = append(secrets, p.c.who.OpenID)
		for pair := range strings.SplitSeq(p.e.URL[strings.Index(p.e.URL, "?")+1:], "&") {
			if name, value, _ := strings.Cut(pair, "="); strings.Contains(name, "signature") || name == "nonce" {
				secrets = append(secrets, name, value)
			}
		}
		forgery := strings.Replace(p.e.URL, "signature=", "signature=0", 1)
		if got, err := f.do(f.client("", false), http.MethodPost, forgery, nil, strings.NewReader(p.e.Envelope)); err != nil || got.status != http.StatusForbidden || got.body != "" {
			t.Errorf("a forged push: %v, status %d, %q", err, got.status, got.body)
		}
	}
	mustBound(f, w.must(binary(t), "apikey", "create", "--name", "drill", "--role", "office"))
	if got, err := f.do(f.client("", false), http.MethodGet, "/metrics", nil, nil); err != nil || got.status != http.StatusNotFound {
		t.Errorf("/metrics through the proxy: %v, status %d", err, got.status)
	}
	if got, err := ask(t, http.DefaultClient, "http://"+w.metrics[0], http.MethodGet, "/metrics", nil, nil); err != nil || !strings.Contains(got.body, "pingyi_pushes_total") {
		t.Errorf("/metrics on its own address: %v, status %d", err, got.status)
	}
	w.servers[0].stop() // it has said all it will say
	said := w.servers[0].log.all()
	if !strings.Contains(said, `"msg":"listening"`) || len(secrets) < 12*4 {
		t.Fatalf("of %d secrets none was looked for in %q", len(secrets), said)
	}
	for _, s := range secrets {
		if s != "" && strings.Contains(said, s) {
			t.Errorf("%q is in the log: %s", s, said)
		}
	}
	w.record.check(w)
}

// mustBound sends what is too large, with its length and without.
func mustBound(f *front, key string) {
	f.t.Helper()
	const most = 64 << 10
	polls := "/api/v1/campaigns/2017/poll-results"
	json := http.Header{"Content-Type": {"application/json"}}
	for name, c := range map[string]struct {
		path   string
		head   http.Header
		body   io.Reader
		status int
	}{
		"a head of 24 KiB":             {"/wechat", http.Header{"X-Wide": {wide(24 << 10)}}, strings.NewReader("x"), http.StatusRequestHeaderFieldsTooLarge},
		"an address of 24 KiB":         {"/wechat?signature=" + wide(24<<10), nil, strings.NewReader("x"), http.StatusRequestHeaderFieldsTooLarge},
		"a push of 64 KiB":             {"/wechat", nil, strings.NewReader(wide(most)), http.StatusForbidden},
		"a push of a byte more":        {"/wechat", nil, strings.NewReader(wide(most + 1)), http.StatusRequestEntityTooLarge},
		"the same without its length":  {"/wechat", nil, io.MultiReader(strings.NewReader(wide(most + 1))), http.StatusRequestEntityTooLarge},
		"a message of a byte more":     {"/weibo/" + weiboPath, nil, strings.NewReader(wide(most + 1)), http.StatusRequestEntityTooLarge},
		"poll results that are none":   {polls, with(json.Clone(), key), strings.NewReader(`{"title":"` + wide(most/2) + `"}`), http.StatusBadRequest},
		"poll results of over 64 KiB":  {polls, with(json.Clone(), key), strings.NewReader(`{"title":"` + wide(most) + `"}`), http.StatusRequestEntityTooLarge},
		"the same without a valid key": {polls, with(json.Clone(), "guessed"), strings.NewReader(`{"title":"` + wide(most) + `"}`), http.StatusUnauthorized},
	} {
		got, err := f.do(f.client("", false), http.MethodPost, c.path, c.head, c.body)
		if err != nil || got.status != c.status {
			f.t.Errorf("%s: %v, status %d, want %d", name, err, got.status, c.status)
		}
		if strings.HasPrefix(c.path, "/api") != strings.Contains(got.head.Get("Content-Type"), "problem+json") {
			f.t.Errorf("%s: the answer is %s %q", name, got.head.Get("Content-Type"), got.body)
		}
	}
}

// TestDrill_proxyMissing_plainHTTPIsRefusedAtTheStart: docs/drills/proxy.md.
func TestDrill_proxyMissing_plainHTTPIsRefusedAtTheStart(t *testing.T) {
	w := &town{t: t, dir: t.TempDir(), redisAt: freePort(t), dsn: "root@tcp(" + freePort(t) + ")/pingyi"}
	for says, options := range map[string][]string{
		"PINGYI_PUBLIC_URL: is not https, and production requires it": {"PINGYI_PUBLIC_URL=http://" + publicName},
		"PINGYI_PUBLIC_URL: is missing":                               {"PINGYI_PUBLIC_URL="},
		"PINGYI_TRUSTED_PROXIES: is malformed":                        {"PINGYI_PUBLIC_URL=https://" + publicName, "PINGYI_TRUSTED_PROXIES=the proxy"},
	} {
		w.more = append([]string{"PINGYI_ENV=production"}, options...)
		w.mustFail(2, says, binary(t), "serve")
	}
}
