package main

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"pingyi/simulator"
)

const testWeiboPath = "path-of_the-tests-0123456789"

// weiboAt plays the platform towards an address.
func (in *instance) weiboAt(t testing.TB, path, secret string) *simulator.WeiboPlatform {
	t.Helper()
	p, err := simulator.NewWeiboPlatform(simulator.WeiboOptions{
		PlatformOptions: simulator.PlatformOptions{Target: in.base + path},
		Weibo:           simulator.WeiboAccount{UID: testUID, AppSecret: secret}, Scenes: in.w.scenes,
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// weiboQueryNow is a Weibo query of this moment, for another path than that of the demo.
func weiboQueryNow(path, nonce string) string {
	return path + strings.TrimPrefix(weiboQuery(strconv.FormatInt(time.Now().UnixMilli(), 10), nonce, false), "/weibo")
}

func TestWeibo_inProduction_hasNoAddressButTheOneNobodyGuesses(t *testing.T) {
	w := newWorld(t).withWeibo().withMetrics()
	w.production(t)
	_, errs, code := w.command("serve", "--migrate")
	if code != exitUsage {
		t.Fatalf("without a path: exit code %d", code)
	}
	contains(t, errs, "PINGYI_WEIBO_PATH")
	w.env["PINGYI_WEIBO_PATH_FILE"] = w.file("path", testWeiboPath+"\n")
	in := w.serveWith("--migrate")
	f := in.follower()
	f.p = in.weiboAt(t, "/weibo/"+testWeiboPath, testWeiboSecret)
	contains(t, f.say("帮助"), "评议")
	note := weiboNote(2000000001, "帮助")
	for path, want := range map[string]int{
		"/weibo": http.StatusNotFound, "/weibo/": http.StatusNotFound, "/weibo/" + testWeiboPath + "x": http.StatusForbidden,
		"/weibo/" + testWeiboPath: http.StatusOK,
	} {
		if status, _ := in.post(t, weiboQueryNow(path, "57155157"), strings.NewReader(note)); status != want {
			t.Errorf("a push to %s: %d, want %d", path, status, want)
		}
		if status, _, _ := in.get(weiboQueryNow(path, "57155157")+"&echostr=1", ""); status != want {
			t.Errorf("a handshake at %s: %d, want %d", path, status, want)
		}
	}
	for name, said := range map[string]string{"log": in.log.String(), "metrics": in.metricsJSON(t)} {
		if strings.Contains(said, testWeiboPath) {
			t.Errorf("the path is in the %s", name)
		}
	}
}

// metricsJSON is metricsText for a server whose log is JSON.
func (in *instance) metricsJSON(t testing.TB) string {
	t.Helper()
	_, rest, ok := strings.Cut(in.log.String(), `"metrics":"`)
	addr, _, _ := strings.Cut(rest, `"`)
	if !ok {
		t.Fatalf("the log names no address of /metrics\n%s", in.log)
	}
	return in.metricsAt(t, addr)
}

// Whoever sees an address within its five minutes writes what they like under it,
// unless one signature stands for one body.
func TestWeibo_anotherBodyUnderASignature_isCountedAndWithOneBodyRefused(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		for _, one := range []string{"0", "1"} {
			w.env["PINGYI_WEIBO_ONE_BODY"] = one
			in := w.withWeibo().withMetrics().serve()
			seen, first := weiboQueryNow("/weibo", "5715515"+one), weiboNote(2000000003, "教育局")
			status, answer := in.post(t, seen, strings.NewReader(first))
			if status != http.StatusOK || !strings.HasPrefix(answer, "{") {
				t.Fatalf("the push itself: %d %q", status, answer)
			}
			if status, again := in.post(t, seen, strings.NewReader(first)); status != http.StatusOK || again != answer {
				t.Errorf("one body %s: a repeat is answered %d %q", one, status, again)
			}
			want := map[string]int{"0": http.StatusOK, "1": http.StatusForbidden}[one]
			for i := range 3 {
				if status, _ := in.post(t, seen, strings.NewReader(weiboNote(2000000010+i, "查询"))); status != want {
					t.Errorf("one body %s: another body is answered %d, want %d", one, status, want)
				}
			}
			if n := in.metric(t, `pingyi_signatures_again_total{platform="weibo"}`); n != 3 {
				t.Errorf("one body %s: %v counted", one, n)
			}
			in.follower().rate("A01", "55555") // genuine pushes have a signature each
			in.stop()
		}
	})
}

func TestSecrets_previous_areTakenUntilTheyAreTakenAway(t *testing.T) {
	w := newWorld(t).withWeibo()
	old, oldSecret := w.env["PINGYI_WECHAT_TOKEN"], testWeiboSecret
	w.env["PINGYI_WECHAT_TOKEN"], w.env["PINGYI_WECHAT_TOKEN_PREVIOUS_FILE"] = "TheNewToken", w.file("token", old+"\n")
	w.env["PINGYI_WEIBO_APP_SECRET"], w.env["PINGYI_WEIBO_APP_SECRET_PREVIOUS_FILE"] = "TheNewSecret", w.file("secret", oldSecret+"\n")
	in := w.serve()
	greet := func(in *instance, path, secret string) int {
		t.Helper()
		stamp := strconv.FormatInt(time.Now().Unix(), 10)
		q := url.Values{"signature": {sign(secret, stamp, "1")}, "timestamp": {stamp}, "nonce": {"1"}, "echostr": {"42"}}
		status, _, body := in.get(path+"?"+q.Encode(), "")
		if status == http.StatusOK && string(body) != "42" {
			t.Errorf("%s: echo %q", path, body)
		}
		return status
	}
	try := func(in *instance, token, secret string, want int) {
		t.Helper()
		p := platformOf(t, in.base, testAppID, token, testAES, testGH)
		// The platform checks the signature of what it is answered with its own token.
		e, err := p.Push(t.Context(), &simulator.Citizen{OpenID: "o" + randomHex(t, 12)}, simulator.Follow())
		if err != nil || e.Status != want || want == http.StatusOK && (len(e.Faults) > 0 || e.Text == "") {
			t.Errorf("WeChat, token %s: %d %v %v", token, e.Status, e.Faults, err)
		}
		e, err = in.weiboAt(t, "/weibo", secret).Push(t.Context(), &simulator.Citizen{OpenID: "2000000004"}, simulator.Follow())
		if err != nil || e.Status != want || want == http.StatusOK && (len(e.Faults) > 0 || e.Text == "") {
			t.Errorf("Weibo, secret %s: %d %v %v", secret, e.Status, e.Faults, err)
		}
		if a, b := greet(in, "/wechat", token), greet(in, "/weibo", secret); a != want || b != want {
			t.Errorf("handshakes with %s and %s: %d, %d", token, secret, a, b)
		}
	}
	try(in, "TheNewToken", "TheNewSecret", http.StatusOK)
	try(in, old, oldSecret, http.StatusOK)
	try(in, "AnotherToken", "AnotherSecret", http.StatusForbidden)
	// Both signatures of a push are made with one token.
	l := in.letterOf(note(t, in.phone().who.OpenID, "帮助"))
	l.forge = func(q url.Values, body string) string {
		q.Set("signature", sign(old, q.Get("timestamp"), q.Get("nonce")))
		return body
	}
	if status, raw := in.send(t, l); status != http.StatusForbidden || raw != "" {
		t.Errorf("signed with two tokens: %d %q", status, raw)
	}
	in.stop()
	delete(w.env, "PINGYI_WECHAT_TOKEN_PREVIOUS_FILE")
	delete(w.env, "PINGYI_WEIBO_APP_SECRET_PREVIOUS_FILE")
	in = w.serve()
	try(in, old, oldSecret, http.StatusForbidden)
	try(in, "TheNewToken", "TheNewSecret", http.StatusOK)
}
