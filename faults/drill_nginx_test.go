//go:build drill

package faults

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// newNginx starts the machine's nginx with the configuration of docs/drills/proxy.md,
// as the page has it but for addresses and files, before two servers.
func newNginx(t testing.TB, a *authority, bases []string) *front {
	t.Helper()
	if program("nginx") == "" {
		t.Fatal("nginx is not on this machine")
	}
	f := &front{t: t, authority: a, shown: map[int64]int{}, addr: freePort(t)}
	f.show(1, time.Hour)
	dir := t.TempDir()
	config := filepath.Join(dir, "nginx.conf")
	writePair(t, f.cert.Load(), filepath.Join(dir, "fullchain.pem"), filepath.Join(dir, "key.pem"))
	page := strings.NewReplacer(
		"127.0.0.1:8080", strings.TrimPrefix(bases[0], "http://"), "10.0.0.12:8080", strings.TrimPrefix(bases[1], "http://"),
		"listen 443 ssl", "listen "+f.addr+" ssl", "/etc/pingyi/tls", dir, "/var/log/nginx", dir,
		"error.log crit", "error.log error", // the drill's signatures are nobody's secret
	).Replace(nginxPage(t))
	temporary := ""
	for _, of := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		temporary += of + "_temp_path " + filepath.Join(dir, of) + ";\n"
	}
	whole := "daemon off; master_process off; pid " + filepath.Join(dir, "pid") + "; error_log stderr crit;\n" +
		"events { worker_connections 1024; }\nhttp {\n" + temporary + page + "}\n"
	if err := os.WriteFile(config, []byte(whole), 0o600); err != nil {
		t.Fatal(err)
	}
	p := &process{
		t: t, name: "nginx", log: &log{},
		make: func() *exec.Cmd { return exec.Command(program("nginx"), "-p", dir, "-c", config, "-e", "stderr") },
		up: func(ctx context.Context) error {
			c, err := (&net.Dialer{}).DialContext(ctx, "tcp", f.addr)
			if err != nil {
				return err
			}
			return c.Close()
		},
	}
	p.start()
	t.Cleanup(func() {
		p.kill()
		if said, err := os.ReadFile(filepath.Join(dir, "pingyi.error.log")); t.Failed() && err == nil {
			for l := range strings.Lines(string(said)) { // that a server is down for a moment is meant
				if !strings.Contains(l, "(111: Connection refused)") {
					t.Log("nginx: ", l)
				}
			}
		}
	})
	p.await()
	return f
}

// nginxPage is the configuration that docs/drills/proxy.md shows.
func nginxPage(t testing.TB) string {
	t.Helper()
	page, err := os.ReadFile("../docs/drills/proxy.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, found := strings.Cut(string(page), "```nginx\n")
	block, _, ends := strings.Cut(rest, "```")
	if !found || !ends {
		t.Fatal("docs/drills/proxy.md has no configuration of nginx")
	}
	return block
}

// writePair writes a certificate and its key as files.
func writePair(t testing.TB, c *tls.Certificate, certFile, keyFile string) {
	t.Helper()
	key, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	for file, block := range map[string]*pem.Block{certFile: {Type: "CERTIFICATE", Bytes: c.Certificate[0]}, keyFile: {Type: "PRIVATE KEY", Bytes: key}} {
		if err := os.WriteFile(file, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestDrill_rollingRestartBehindNginx_losesNoPush: docs/drills/upgrade.md. Each push
// is sent once: whatever nginx answers in a server's place is a push that was lost.
func TestDrill_rollingRestartBehindNginx_losesNoPush(t *testing.T) {
	w := newProduction(t)
	w.open()
	w.open()
	f := newNginx(t, newAuthority(t), w.bases)
	w.fronts, w.weibos = nil, nil
	w.platforms(f.client("", true))
	stop := make(chan struct{})
	var crowd sync.WaitGroup
	crowd.Go(func() { w.crowd(1, 8, 1<<40, 1, stop) })
	time.Sleep(500 * time.Millisecond)
	before := w.record.pushes.Load()
	for range 3 { // the second server right after the first, and again
		for _, s := range w.servers {
			s.replace(binary(t))
		}
	}
	during := w.record.pushes.Load() - before
	// A server that is gone without a word, a while after the other one came back.
	w.sent(50)
	w.servers[0].kill()
	w.sent(50)
	w.servers[0].start()
	w.servers[0].await()
	w.servers[1].replace(binary(t))
	close(stop)
	crowd.Wait()
	if n := w.record.so("none"); n != 0 || during < 50 {
		t.Errorf("%d pushes got no answer, %d were sent while servers were restarted: %s", n, during, w.record.counted())
	}
	w.must(binary(t), "recount")
	w.record.check(w)
}

// sent waits until the crowd has sent so many pushes more.
func (w *town) sent(pushes int64) {
	w.t.Helper()
	until := w.record.pushes.Load() + pushes
	for start := time.Now(); w.record.pushes.Load() < until; time.Sleep(20 * time.Millisecond) {
		if time.Since(start) > patience {
			w.t.Fatal("nobody sends any more")
		}
	}
}
