package web

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// fromElsewhere tells why a request to the demo's pages is refused, or "". The pages
// have no sign-in: what keeps other sites out of them is that a browser says by which
// name it asks, and from which page. A name that somebody lets point at this machine
// (DNS rebinding) is not ours; a page of another site that posts here (CSRF) has
// another origin. A client that is no browser sends no origin.
func (s *Server) fromElsewhere(r *http.Request) string {
	if !s.demoHost(r.Host) {
		return "the demo answers to 127.0.0.1, localhost and the host of PINGYI_PUBLIC_URL alone"
	}
	origins := r.Header.Values("Origin")
	if len(origins) > 1 || len(origins) == 1 && !s.sameOrigin(origins[0], r.Host) {
		return "a page of another site must not use the demo"
	}
	if err := http.NewCrossOriginProtection().Check(r); err != nil && len(origins) == 0 {
		return "a page of another site must not use the demo"
	}
	return ""
}

// demoHost reports whether a request's Host is one of the demo's own. Where it listens
// beyond this machine, any address is: no name stands behind it that could be moved.
func (s *Server) demoHost(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.ToLower(strings.TrimSuffix(strings.TrimPrefix(name, "["), "]"))
	if ip, err := netip.ParseAddr(name); err == nil {
		return s.opts.DemoPublic || ip.Unmap().IsLoopback()
	}
	return name == "localhost" || slices.Contains(s.opts.DemoHosts, name)
}

// sameOrigin reports whether an origin is the page's own: the host that was asked, or,
// where a proxy asks in a browser's stead, a host of the demo's with its own name.
func (s *Server) sameOrigin(origin, host string) bool {
	u, err := url.Parse(origin)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return false
	}
	return strings.EqualFold(u.Host, host) || slices.Contains(s.opts.DemoHosts, strings.ToLower(u.Hostname()))
}
