package web

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// A demo's pages have no sign-in, so a page of another site must not reach them
// through the browser of whoever tries the demo.
func TestDemoPages_askedForByAnotherSite_areRefused(t *testing.T) {
	calls := 0
	page := http.HandlerFunc(func(http.ResponseWriter, *http.Request) { calls++ })
	demo := func(public bool) *rig {
		return newRig(t, func(o *Options) {
			o.Demo, o.DemoHosts, o.DemoPublic = true, []string{"demo.example"}, public
			o.Routes = []Route{
				{Method: http.MethodGet, Path: "/simulator/*rest", Policy: Demo(), Handler: page},
				{Method: http.MethodPost, Path: "/simulator/*rest", Policy: Demo(), Handler: page},
			}
		})
	}
	here, beyond := demo(false), demo(true)
	for name, c := range map[string]struct {
		method, host string
		head         map[string]string
		here, beyond int
	}{
		"this machine":                {"GET", "127.0.0.1:8080", nil, 200, 200},
		"localhost":                   {"GET", "localhost:8080", nil, 200, 200},
		"LOCALHOST":                   {"GET", "LocalHost", nil, 200, 200},
		"IPv6":                        {"GET", "[::1]:8080", nil, 200, 200},
		"its own name":                {"GET", "demo.example", nil, 200, 200},
		"a name that was moved":       {"GET", "rebound.example:8080", nil, 403, 403},
		"a name below localhost's":    {"GET", "localhost.evil.example", nil, 403, 403},
		"no name":                     {"GET", "", nil, 403, 403},
		"an address of a network":     {"GET", "192.0.2.7:8080", nil, 403, 200},
		"a post of a client":          {"POST", "127.0.0.1:8080", nil, 200, 200},
		"a post of the page":          {"POST", "127.0.0.1:8080", map[string]string{"Origin": "http://127.0.0.1:8080", "Sec-Fetch-Site": "same-origin"}, 200, 200},
		"a post behind a proxy":       {"POST", "127.0.0.1:8080", map[string]string{"Origin": "https://demo.example"}, 200, 200},
		"a post of another site":      {"POST", "127.0.0.1:8080", map[string]string{"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}, 403, 403},
		"a post of another port":      {"POST", "127.0.0.1:8080", map[string]string{"Origin": "http://127.0.0.1:3000"}, 403, 403},
		"a post from a file":          {"POST", "127.0.0.1:8080", map[string]string{"Origin": "null"}, 403, 403},
		"a post without an origin":    {"POST", "127.0.0.1:8080", map[string]string{"Sec-Fetch-Site": "cross-site"}, 403, 403},
		"a call of another site":      {"GET", "127.0.0.1:8080", map[string]string{"Origin": "https://evil.example"}, 403, 403},
		"a link on another site":      {"GET", "127.0.0.1:8080", map[string]string{"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 200, 200},
		"a moved name with its pages": {"POST", "rebound.example", map[string]string{"Origin": "http://rebound.example", "Sec-Fetch-Site": "same-origin"}, 403, 403},
	} {
		for _, at := range []struct {
			*rig
			want int
		}{{here, c.here}, {beyond, c.beyond}} {
			calls = 0
			r := httptest.NewRequest(c.method, "/simulator/api/say", http.NoBody)
			r.Host = c.host
			for k, v := range c.head {
				r.Header.Set(k, v)
			}
			w := httptest.NewRecorder()
			at.Handler().ServeHTTP(w, r)
			if w.Code != at.want || (calls > 0) != (at.want == http.StatusOK) {
				t.Errorf("%s: %d with %d calls, want %d", name, w.Code, calls, at.want)
			}
			if at.want == http.StatusForbidden {
				wantProblem(t, w, http.StatusForbidden, "foreign_site")
			}
		}
	}
}
