package web

import (
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"pingyi/models"
)

func TestRoutes_eachHasItsPolicy(t *testing.T) {
	h := newHookRig(t, say("x"), nil)
	want := map[string]policyKind{
		"GET /healthz":                                forAll,
		"GET /readyz":                                 forAll,
		"GET /wechat":                                 forPlatform,
		"POST /wechat":                                forPlatform,
		"GET /wechat/:account":                        forPlatform,
		"POST /wechat/:account":                       forPlatform,
		"GET /api/v1/openapi.json":                    forAll,
		"GET /api/v1/campaigns":                       forRoles,
		"GET /api/v1/campaigns/:campaign/scores":      forRoles,
		"GET /api/v1/campaigns/:campaign/scores.csv":  forRoles,
		"GET /api/v1/campaigns/:campaign/scores.xlsx": forRoles,
		"GET /api/v1/complaints":                      forRoles,
		"GET /api/v1/social/status":                   forRoles,
		"GET /api/v1/social/texts":                    forRoles,

		"GET /api/v1/campaigns/:campaign/social/figures": forRoles,
		"GET /api/v1/campaigns/:campaign/poll-results":   forRoles,
		"POST /api/v1/campaigns/:campaign/poll-results":  forRoles,
	}
	for r, kind := range maps.Clone(want) {
		if path, ok := strings.CutPrefix(r, "GET "); ok && kind != forPlatform {
			want["HEAD "+path] = kind
		}
	}
	for _, r := range h.engine.Routes() {
		p, ok := h.policies[routeKey{r.Method, r.Path}]
		kind, known := want[r.Method+" "+r.Path]
		if !ok || !known || p.kind != kind || p.kind == refuseAll {
			t.Errorf("%s %s: policy %v, in this table %v", r.Method, r.Path, p, known)
		}
		delete(want, r.Method+" "+r.Path)
	}
	for r := range want {
		t.Errorf("no route %s", r)
	}
}

func TestHEAD_isAnsweredAsGETWithoutItsBody(t *testing.T) {
	r := newRig(t, nil)
	r.start(t)
	for name, c := range map[string]struct {
		path, key string
		status    int
		media     string
	}{
		"live":             {"/healthz", "", http.StatusOK, "application/json"},
		"ready":            {"/readyz", "", http.StatusOK, "application/json"},
		"description":      {apiRoot + "/openapi.json", "", http.StatusOK, "application/json"},
		"list":             {apiRoot + "/campaigns", keyFor(models.RoleReader), http.StatusOK, "application/json"},
		"without a key":    {apiRoot + "/campaigns", "", http.StatusUnauthorized, problemType},
		"of another role":  {apiRoot + "/complaints", keyFor(models.RoleReader), http.StatusForbidden, problemType},
		"no such":          {"/nothing", "", http.StatusNotFound, problemType},
		"a push's address": {"/wechat", "", http.StatusNotFound, problemType},
	} {
		t.Run(name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodHead, "http://"+r.Addr()+c.path, http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			if c.key != "" {
				req.Header.Set("Authorization", "Bearer "+c.key)
			}
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = res.Body.Close() }()
			body, err := io.ReadAll(res.Body)
			if err != nil || len(body) > 0 || res.StatusCode != c.status || res.Header.Get("Content-Type") != c.media {
				t.Errorf("%d %q %q, %v", res.StatusCode, res.Header.Get("Content-Type"), body, err)
			}
		})
	}
}

func TestNew_routeWithoutPolicy_isRefused(t *testing.T) {
	ok := http.HandlerFunc(func(http.ResponseWriter, *http.Request) {})
	for name, c := range map[string]struct {
		policy Policy
		demo   bool
		fails  bool
	}{
		"none":                    {Policy{}, true, true},
		"no role":                 {API(), true, true},
		"demo outside the demo":   {Demo(), false, true},
		"demo in the demo":        {Demo(), true, false},
		"public":                  {Public(), false, false},
		"a key of a certain role": {API(models.RoleOffice), false, false},
	} {
		o, _ := testOptions(t)
		o.Demo, o.Routes = c.demo, []Route{{Method: http.MethodGet, Path: "/extra", Policy: c.policy, Handler: ok}}
		_, err := New(o)
		if (err != nil) != c.fails {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && !strings.Contains(err.Error(), "/extra") {
			t.Errorf("%s: %v does not name the route", name, err)
		}
	}
}

func TestGuard_routeAddedBehindItsBack_isRefused(t *testing.T) {
	r := newRig(t, nil)
	r.engine.GET("/smuggled", func(c *gin.Context) { c.String(http.StatusOK, "in") })
	wantProblem(t, r.get(t, models.RoleOffice, "/smuggled"), http.StatusForbidden, "forbidden")
	if err := r.checkPolicies(); err == nil {
		t.Error("the table does not miss it")
	}
}

func TestRoutes_ofOthers_getTheirPolicyAndHeaders(t *testing.T) {
	r := newRig(t, func(o *Options) {
		o.Demo, o.DemoHosts, o.HTTPS = true, []string{"example.com"}, true
		page := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("page")) })
		o.Routes = []Route{
			{Method: http.MethodGet, Path: "/simulator/*rest", Policy: Demo(), Handler: page},
			{Method: http.MethodGet, Path: "/staff", Policy: API(models.RoleOffice), Handler: page},
		}
	})
	w := r.call(t, http.MethodGet, "/simulator/phone", nil)
	if w.Code != http.StatusOK || w.Body.String() != "page" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	for name, part := range map[string]string{
		"Content-Security-Policy": "script-src 'self'", "X-Frame-Options": "DENY", "Referrer-Policy": "no-referrer",
		"X-Content-Type-Options": "nosniff", "Strict-Transport-Security": "max-age=31536000",
	} {
		if got := w.Header().Get(name); !strings.Contains(got, part) || strings.Contains(got, "unsafe") {
			t.Errorf("%s: %q", name, got)
		}
	}
	if got := r.get(t, models.RoleOffice, apiRoot+"/campaigns").Header().Get("Content-Security-Policy"); !strings.HasPrefix(got, "default-src 'none'; frame-ancestors") {
		t.Errorf("of the API: %q", got)
	}
	wantProblem(t, r.call(t, http.MethodGet, "/staff", nil), http.StatusUnauthorized, "unauthorised")
	wantProblem(t, r.get(t, models.RoleReader, "/staff"), http.StatusForbidden, "forbidden")
	if w := r.get(t, models.RoleOffice, "/staff"); w.Code != http.StatusOK {
		t.Errorf("office: %d", w.Code)
	}
}

func TestHTTPS_off_sendsNoHSTS(t *testing.T) {
	r := newRig(t, nil)
	if got := r.call(t, http.MethodGet, "/healthz", nil).Header().Get("Strict-Transport-Security"); got != "" {
		t.Errorf("HSTS %q", got)
	}
}

func TestAccessLog_namesRouteStatusAndKey_neverQueryKeyOrPath(t *testing.T) {
	r := newRig(t, nil)
	r.get(t, models.RoleOffice, apiRoot+"/complaints?limit=3&cursor=secretcursor")
	r.call(t, http.MethodGet, "/secretpath/x?secretquery=1", nil)
	r.call(t, "SECRETVERB", "/healthz", nil)
	log := r.log.String()
	for _, want := range []string{"route=/api/v1/complaints", "status=400", "key=id-office", "method=GET", "method=other", "took="} {
		if !strings.Contains(log, want) {
			t.Errorf("no %s in %s", want, log)
		}
	}
	for _, secret := range []string{"secretcursor", "limit=3", "secretpath", "secretquery", "SECRETVERB", keyFor(models.RoleOffice)} {
		if strings.Contains(log, secret) {
			t.Errorf("%s in %s", secret, log)
		}
	}
}

func TestPanic_inARoute_isAProblemAndNamesNobody(t *testing.T) {
	r := newRig(t, func(o *Options) {
		o.Routes = []Route{
			{Method: http.MethodGet, Path: "/panic", Policy: Public(), Handler: http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("13800001234") })},
			{Method: http.MethodGet, Path: "/half", Policy: Public(), Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				_, _ = w.Write([]byte("half"))
				panic("13800001234")
			})},
		}
	})
	wantProblem(t, r.call(t, http.MethodGet, "/panic", nil), http.StatusInternalServerError, "internal")
	if w := r.call(t, http.MethodGet, "/half", nil); w.Body.String() != "half" {
		t.Errorf("a second document after the first bytes: %s", w.Body)
	}
	if log := r.log.String(); strings.Contains(log, "13800001234") || !strings.Contains(log, "route=/panic") || !strings.Contains(log, "status=500") {
		t.Errorf("log: %s", log)
	}
}
