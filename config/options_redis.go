package config

import (
	"errors"
	"net"
	"net/url"
	"strconv"
	"strings"
)

// RedisServers is what PINGYI_REDIS says. More than one address means a
// cluster.
type RedisServers struct {
	Addrs    []string // host:port
	Username string
	Password Secret
	DB       int // always 0 in a cluster
	TLS      bool
}

// Cluster reports whether the addresses are nodes of a cluster.
func (r *RedisServers) Cluster() bool { return len(r.Addrs) > 1 }

// errRedis says nothing of the value, which may hold a password.
var errRedis = errors.New("not a Redis URL: expected redis://[user:password@]host[:port][,host[:port]...][/db]")

// ParseRedis reads redis:// or rediss:// (TLS), a user and a password with
// %-escapes, one host or several separated by commas, and the number of a
// database, which a cluster does not have. The port is 6379 where none is
// given.
func ParseRedis(s string) (RedisServers, error) {
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok || scheme != "redis" && scheme != "rediss" || strings.ContainsAny(rest, "?# ") {
		return RedisServers{}, errRedis
	}
	r := RedisServers{TLS: scheme == "rediss"}
	authority, db, _ := strings.Cut(rest, "/")
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		user, password, _ := strings.Cut(authority[:at], ":")
		authority = authority[at+1:]
		var err, err2 error
		r.Username, err = url.PathUnescape(user)
		password, err2 = url.PathUnescape(password)
		if err != nil || err2 != nil {
			return RedisServers{}, errRedis
		}
		r.Password = Secret(password)
	}
	for host := range strings.SplitSeq(authority, ",") {
		addr, ok := redisAddr(host)
		if !ok {
			return RedisServers{}, errRedis
		}
		r.Addrs = append(r.Addrs, addr)
	}
	if db != "" {
		n, err := strconv.ParseUint(db, 10, 16)
		if err != nil || n > 0 && r.Cluster() {
			return RedisServers{}, errRedis
		}
		r.DB = int(n)
	}
	return r, nil
}

// redisAddr adds the port where there is none.
func redisAddr(host string) (string, bool) {
	if host == "" || strings.HasPrefix(host, ":") {
		return "", false
	}
	if !strings.Contains(host, ":") || strings.HasSuffix(host, "]") {
		host += ":6379"
	}
	name, port, err := net.SplitHostPort(host)
	if err != nil || name == "" {
		return "", false
	}
	_, err = strconv.ParseUint(port, 10, 16)
	return net.JoinHostPort(name, port), err == nil
}

func isRedis(s string) bool {
	if s == EmbeddedRedis {
		return true
	}
	_, err := ParseRedis(s)
	return err == nil
}

func redactRedis(s string) string {
	if s == EmbeddedRedis {
		return s
	}
	r, err := ParseRedis(s)
	if err != nil {
		return setMark
	}
	scheme := "redis"
	if r.TLS {
		scheme = "rediss"
	}
	return scheme + "://" + strings.Join(r.Addrs, ",") + "/" + strconv.Itoa(r.DB)
}
