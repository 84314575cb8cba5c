package web

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"pingyi/models"
)

func TestCaller_whatATrustedProxyWroteIsBelievedAndNothingElse(t *testing.T) {
	const peer, spoofed = "192.0.2.1:1234", "198.51.100.7"
	for name, c := range map[string]struct {
		trusted []string
		peer    string
		lines   []string // of X-Forwarded-For
		want    string
	}{
		"no proxy is trusted":               {nil, peer, []string{spoofed}, "192.0.2.1"},
		"another proxy is trusted":          {[]string{"192.0.2.2"}, peer, []string{spoofed}, "192.0.2.1"},
		"no header":                         {[]string{"192.0.2.1"}, peer, nil, "192.0.2.1"},
		"an address":                        {[]string{"192.0.2.1"}, peer, []string{"203.0.113.9"}, "203.0.113.9"},
		"a network":                         {[]string{"192.0.2.0/24"}, peer, []string{"203.0.113.9"}, "203.0.113.9"},
		"a network, host bits set":          {[]string{"192.0.2.77/24"}, peer, []string{"203.0.113.9"}, "203.0.113.9"},
		"beside the network":                {[]string{"192.0.2.128/25"}, peer, []string{spoofed}, "192.0.2.1"},
		"added to what the client sent":     {[]string{"192.0.2.1"}, peer, []string{spoofed + ", 203.0.113.9"}, "203.0.113.9"},
		"a line of its own":                 {[]string{"192.0.2.1"}, peer, []string{spoofed, "203.0.113.9"}, "203.0.113.9"},
		"two hops":                          {[]string{"192.0.2.1", "10.0.0.0/8"}, peer, []string{spoofed + ",203.0.113.9 , 10.1.2.3"}, "203.0.113.9"},
		"two hops, one trusted":             {[]string{"192.0.2.1"}, peer, []string{spoofed + ", 10.1.2.3"}, "10.1.2.3"},
		"all hops are trusted":              {[]string{"192.0.2.1", "10.0.0.0/8"}, peer, []string{"10.9.9.9, 10.1.2.3"}, "10.9.9.9"},
		"junk":                              {[]string{"192.0.2.1"}, peer, []string{"\x1b[31m level=ERROR"}, "192.0.2.1"},
		"junk before a trusted hop":         {[]string{"192.0.2.1", "10.0.0.0/8"}, peer, []string{"unknown, 10.1.2.3"}, "10.1.2.3"},
		"junk before the client":            {[]string{"192.0.2.1"}, peer, []string{"a, b,, 203.0.113.9"}, "203.0.113.9"},
		"an empty header":                   {[]string{"192.0.2.1"}, peer, []string{""}, "192.0.2.1"},
		"with a port":                       {[]string{"192.0.2.1"}, peer, []string{"203.0.113.9:4711"}, "203.0.113.9"},
		"IPv6":                              {[]string{"2001:db8::1"}, "[2001:db8::1]:1234", []string{"2001:db8:1::9"}, "2001:db8:1::9"},
		"IPv6 with a port":                  {[]string{"2001:db8::/64"}, "[2001:db8::1]:1234", []string{"[2001:db8:1::9]:4711"}, "2001:db8:1::9"},
		"IPv6 with a zone":                  {[]string{"fe80::/10"}, "[fe80::1%eth0]:1234", []string{"2001:db8:1::9%a b"}, "2001:db8:1::9"},
		"a proxy in the other notation":     {[]string{"192.0.2.1"}, "[::ffff:192.0.2.1]:1234", []string{"::ffff:203.0.113.9"}, "203.0.113.9"},
		"an option in the other notation":   {[]string{"::ffff:192.0.2.1"}, peer, []string{"203.0.113.9"}, "203.0.113.9"},
		"a network in the other notation":   {[]string{"::ffff:192.0.2.0/120"}, peer, []string{"203.0.113.9"}, "203.0.113.9"},
		"the other notation trusts no more": {[]string{"::ffff:192.0.2.1"}, "[::1]:1234", []string{spoofed}, "::1"},
	} {
		r := newRig(t, func(o *Options) { o.TrustedProxies = c.trusted })
		req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody)
		req.RemoteAddr = c.peer
		req.Header["X-Forwarded-For"] = c.lines
		req.Header.Set("X-Real-Ip", spoofed)
		req.Header.Set("Forwarded", "for="+spoofed)
		if got := r.caller(req).String(); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// Whoever asks for what needs a key is named by address; nobody else is.
func TestAccessLog_namesTheCallerOfTheAPIAlone(t *testing.T) {
	const address = "203.0.113.9"
	h := newHookRig(t, say("您好"), func(o *Options) { o.TrustedProxies = []string{"192.0.2.0/24"} }) // httptest's requests come from there
	forwarded := []string{"X-Forwarded-For", "198.51.100.7, " + address}
	h.get(t, models.RoleOffice, apiRoot+"/campaigns", forwarded...)
	h.call(t, http.MethodGet, apiRoot+"/campaigns", nil, append(forwarded, "Authorization", "Bearer guessed")...)
	h.call(t, http.MethodGet, apiRoot+"/nothing", nil, forwarded...)
	if got := h.log.String(); strings.Count(got, "from="+address) != 3 || strings.Contains(got, "198.51.100.7") {
		t.Errorf("three callers of the API are logged as\n%s", got)
	}
	before := h.log.String()
	query, body := signed(t, text("好"))
	for _, c := range [][3]string{
		{http.MethodPost, "/wechat" + query, body}, {http.MethodPost, "/wechat?signature=x", "junk"}, {http.MethodGet, "/healthz", ""},
		{http.MethodGet, "/readyz", ""}, {http.MethodGet, "/elsewhere", ""}, {http.MethodGet, apiRoot + "/openapi.json", ""},
	} {
		h.call(t, c[0], c[1], strings.NewReader(c[2]), forwarded...)
	}
	if got := strings.TrimPrefix(h.log.String(), before); strings.Contains(got, address) || !strings.Contains(got, "route=/healthz") {
		t.Errorf("others are logged as\n%s", got)
	}
}

// What a proxy or anybody else says of scheme and host changes no answer: what
// citizens and staff use is PINGYI_PUBLIC_URL.
func TestAnswers_doNotDependOnForwardedSchemeAndHost(t *testing.T) {
	h := newHookRig(t, say("您好"), func(o *Options) { o.TrustedProxies, o.HTTPS = []string{"192.0.2.0/24"}, true })
	lie := []string{
		"X-Forwarded-Proto", "http", "X-Forwarded-Host", "evil.example", "X-Forwarded-Prefix", "/evil", "X-Forwarded-Port", "81",
		"Forwarded", "for=198.51.100.7;proto=http;host=evil.example", "X-Original-Url", "/api/v1/openapi.json", "X-Http-Method-Override", "POST",
	}
	for _, target := range []string{apiRoot + "/campaigns", apiRoot + "/openapi.json", apiRoot + "/complaints", "/healthz", "/healthz/", "/nothing", "//evil.example/", "/wechat/"} {
		plain, told := h.get(t, models.RoleOffice, target), h.get(t, models.RoleOffice, target, lie...)
		if plain.Code != told.Code || plain.Body.String() != told.Body.String() {
			t.Errorf("%s: %d %s, and with forged headers %d %s", target, plain.Code, plain.Body, told.Code, told.Body)
		}
		for name, values := range told.Header() {
			if strings.Contains(strings.Join(values, " "), "evil") || name == "Location" || name == "Set-Cookie" {
				t.Errorf("%s: %s %q", target, name, values)
			}
		}
		if told.Header().Get("Strict-Transport-Security") == "" {
			t.Errorf("%s: http was believed", target)
		}
	}
}

func TestNew_trustedProxyThatIsNone_isRefused(t *testing.T) {
	for _, s := range []string{"nonsense", "", "10.0.0.0/33", "10.0.0.1:80", "fe80::1%eth0", "fe80::%eth0/64"} {
		o, _ := testOptions(t)
		o.TrustedProxies = []string{s}
		if _, err := New(o); err == nil {
			t.Errorf("%q was taken", s)
		}
	}
}
