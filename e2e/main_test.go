// Package e2e drives the built program as people do: a browser on the
// simulator's page, and a shell that runs what the READMEs say. It imports
// nothing of the program and reaches it over HTTP and its command line alone,
// so that what browsers need stays out of the program's go.mod.
package e2e

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestDemo is one demo server for whatever a newcomer does with it, one after
// the other: the commands of the READMEs come last, as they bring a crowd.
func TestDemo(t *testing.T) {
	s := start(t, build(t))
	t.Run("firstStart", func(t *testing.T) { firstStart(t, s) })
	t.Run("simulator", func(t *testing.T) { simulator(t, launch(t), s) })
	if *updatePictures {
		t.Run("pictures", func(t *testing.T) { pictures(t, launch(t), s) })
	}
	for _, name := range []string{"README.md", "README.zh-CN.md"} {
		t.Run(name, func(t *testing.T) { readme(t, s, name) })
	}
}

// patience is how long anything awaited may take on a busy machine.
const patience = 20 * time.Second

// build makes the program with the flags of `make build`, so that both share
// Go's build cache, and returns its path.
func build(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "pingyi")
	cmd := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-buildvcs=false", "-tags", "timetzdata",
		"-ldflags", "-s -w", "-o", bin, "./cmd/pingyi")
	cmd.Dir = ".."
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return bin
}

// server is a running demo in a folder of its own.
type server struct {
	bin  string
	dir  string // its working directory; ./data is in it
	addr string
	base string
	env  []string
	said *output // its stdout and stderr
	key  string  // an office API key
}

// start runs a demo server until the test ends, and awaits that it is ready.
func start(t *testing.T, bin string) *server {
	t.Helper()
	s := &server{bin: bin, dir: t.TempDir(), addr: freeAddr(t), said: &output{}}
	s.base = "http://" + s.addr
	s.env = append(withoutOptions(os.Environ()), "PINGYI_ENV=demo", "PINGYI_ADDR="+s.addr, "PINGYI_METRICS_ADDR=")
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	cmd := exec.CommandContext(ctx, bin, "serve")
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = s.dir, s.env, s.said, s.said
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = patience
	if err := cmd.Start(); err != nil {
		stop()
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil && !errors.Is(err, context.Canceled) {
			t.Errorf("the server did not end well: %v\n%s", err, s.said)
		}
	})
	s.await(t)
	s.key = strings.TrimSpace(s.run(t, "apikey", "create", "--name", "e2e", "--role", "office"))
	return s
}

// await returns once /readyz answers 200.
func (s *server) await(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 3*patience)
	defer cancel()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.base+"/readyz", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		if res, err := http.DefaultClient.Do(req); err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return
			}
		}
		select {
		case <-ctx.Done():
			t.Fatalf("the server is not ready:\n%s", s.said)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// run runs a command of the program beside the server and returns its stdout.
func (s *server) run(t *testing.T, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), s.bin, args...)
	var out, errs bytes.Buffer
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = s.dir, s.env, &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatalf("pingyi %s: %v\n%s", strings.Join(args, " "), err, &errs)
	}
	return out.String()
}

// freeAddr is an address that nothing listens on.
func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// withoutOptions leaves out what a developer has set for a server of their own.
func withoutOptions(env []string) []string {
	var kept []string
	for _, e := range env {
		if !strings.HasPrefix(e, "PINGYI_") {
			kept = append(kept, e)
		}
	}
	return kept
}

// output collects what a process says while others read it.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}
