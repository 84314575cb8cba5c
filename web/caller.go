package web

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
)

// parseTrusted reads addresses and networks. An IPv4 address that is written as
// an IPv6 one is the IPv4 one.
func parseTrusted(list []string) ([]netip.Prefix, error) {
	nets := make([]netip.Prefix, 0, len(list))
	for _, s := range list {
		if a, err := netip.ParseAddr(s); err == nil && a.Zone() == "" {
			a = a.Unmap()
			nets = append(nets, netip.PrefixFrom(a, a.BitLen()))
			continue
		}
		p, err := netip.ParsePrefix(s)
		if err != nil {
			return nil, fmt.Errorf("trusted proxy %q is neither an address nor a network", s)
		}
		if mapped := 96; p.Addr().Is4In6() && p.Bits() >= mapped {
			p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-mapped)
		}
		nets = append(nets, p)
	}
	return nets, nil
}

func (s *Server) trusts(a netip.Addr) bool {
	for _, p := range s.trusted {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

// caller is the address that a request was sent from, for the log alone: nothing is
// allowed, limited or linked by it. It is the connection's, unless that is a
// trusted proxy's: then X-Forwarded-For is read from its end, where the nearest
// proxy wrote, for as long as trusted ones wrote it. What stands before that
// anybody may have sent; where it is no address, the last proxy is named.
func (s *Server) caller(r *http.Request) netip.Addr {
	at := hop(r.RemoteAddr)
	// Some proxies add to what is there, some add a line of their own.
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && s.trusts(at); i-- {
		before := hop(hops[i])
		if !before.IsValid() {
			break
		}
		at = before
	}
	return at
}

// hop reads an address, with or without a port; the zero one where it is none.
// It keeps no zone, whose name anybody could choose.
func hop(s string) netip.Addr {
	s = strings.TrimSpace(s)
	a, err := netip.ParseAddr(s)
	if err != nil {
		p, err := netip.ParseAddrPort(s)
		if err != nil {
			return netip.Addr{}
		}
		a = p.Addr()
	}
	return a.Unmap().WithZone("")
}
