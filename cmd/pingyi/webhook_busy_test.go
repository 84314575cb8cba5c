package main

import (
	"net/http"
	"strings"
	"testing"

	"pingyi/simulator"
)

// refusing are the ways in which a Redis answers and takes no write.
var refusing = map[string]struct{ on, off []string }{
	"at maxmemory":   {[]string{"CONFIG", "SET", "maxmemory", "1"}, []string{"CONFIG", "SET", "maxmemory", "0"}},
	"a replica":      {[]string{"REPLICAOF", "127.0.0.1", "1"}, []string{"REPLICAOF", "NO", "ONE"}},
	"lacks replicas": {[]string{"CONFIG", "SET", "min-replicas-to-write", "1"}, []string{"CONFIG", "SET", "min-replicas-to-write", "0"}},
}

// awaitRedis returns once /readyz says this of Redis, with the status that goes with it.
func (in *instance) awaitRedis(t *testing.T, said string) {
	t.Helper()
	status := http.StatusServiceUnavailable
	if said == "ok" {
		status = http.StatusOK
	}
	eventually(t, "/readyz says of Redis "+said, func() bool {
		got, _, body := in.get("/readyz", "")
		return got == status && strings.Contains(string(body), `"redis":"`+said+`"`) && strings.Contains(string(body), `"database":"ok"`)
	})
}

// A Redis that answers and takes no write makes a server unready.
func TestReadyz_redisRefusesWrites_isNotReady(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.withRedis(t)
	in := w.serve()
	for _, c := range refusing {
		in.awaitRedis(t, "ok")
		r.do(c.on)
		in.awaitRedis(t, "unavailable")
		r.do(c.off)
	}
	in.awaitRedis(t, "ok")
}

// A node of a cluster that lacks slots answers CLUSTERDOWN.
func TestReadyz_clusterDown_isNotReady(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.withRedis(t, "--cluster-enabled", "yes")
	in := w.serve()
	in.awaitRedis(t, "unavailable")
	r.do([]string{"CLUSTER", "ADDSLOTSRANGE", "0", "16383"})
	in.awaitRedis(t, "ok")
	r.do([]string{"CLUSTER", "DELSLOTSRANGE", "0", "100"})
	in.awaitRedis(t, "unavailable")
}

func (r *ownRedis) do(words []string) {
	r.t.Helper()
	c := r.client()
	defer func() { _ = c.Close() }()
	args := make([]any, len(words))
	for i, word := range words {
		args[i] = word
	}
	if err := c.Do(r.t.Context(), args...).Err(); err != nil {
		r.t.Fatal(err)
	}
}

// While Redis takes no write nothing of a confirmation is tried, so the citizen is told
// to send it again, not that it is being recorded; and then it counts.
func TestRedis_refusesWrites_confirmationIsToBeSentAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	r := w.withRedis(t)
	in := w.serve()
	n := int64(0)
	for name, c := range refusing {
		p := in.phone()
		p.scan("u:A01")
		p.say("44444")
		confirm := simulator.Tap(link(t, p.last, "确认"))
		first, err := in.Make(p.who, confirm)
		if err != nil {
			t.Fatal(err)
		}
		r.do(c.on)
		for range 2 { // the platform may deliver it twice
			said := deliver(t, in.Platform, first)
			contains(t, said.Text, "请再发一次")
			if strings.Contains(said.Text, "正在登记") {
				t.Errorf("%s: nothing was tried, and it is answered %q", name, said.Text)
			}
		}
		r.do(c.off)
		contains(t, p.do(confirm), "回执：")
		n++
		if got := in.scores()["A01"].Ratings; got != n {
			t.Errorf("%s: %d ratings count, want %d", name, got, n)
		}
	}
}
