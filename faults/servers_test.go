package faults

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
)

// patience is how long anything may take to start; a bound, not a measure.
const patience = 90 * time.Second

// process is a server that is killed and started again on the same address.
type process struct {
	t    testing.TB
	name string
	make func() *exec.Cmd
	up   func(ctx context.Context) error // nil: it serves
	log  *log

	mu     sync.Mutex
	cmd    *exec.Cmd
	exited chan struct{}
}

// log keeps the end of what a process says.
type log struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.b.Len() > 1<<20 {
		l.b.Reset()
	}
	return l.b.Write(p)
}

func (l *log) tail() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.b.String()
	return s[max(0, len(s)-2000):]
}

func (p *process) start() {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cmd = p.make()
	p.cmd.Stdout, p.cmd.Stderr = p.log, p.log
	// Whatever becomes of the test, its servers end with it.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := p.cmd.Start(); err != nil {
		p.t.Fatalf("start %s: %v", p.name, err)
	}
	exited := make(chan struct{})
	p.exited = exited
	go func(cmd *exec.Cmd) {
		_ = cmd.Wait()
		close(exited)
	}(p.cmd)
}

// kill ends the process at once, as a power cut would.
func (p *process) kill() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil || p.cmd.Process == nil {
		return
	}
	_ = p.cmd.Process.Kill()
	<-p.exited
}

// await returns when the process serves.
func (p *process) await() {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var err error
	for ctx.Err() == nil {
		try, done := context.WithTimeout(ctx, 2*time.Second)
		err = p.up(try)
		done()
		if err == nil {
			return
		}
		select {
		case <-p.exited:
			p.t.Fatalf("%s ended: %s", p.name, p.log.tail())
		case <-time.After(20 * time.Millisecond):
		}
	}
	p.t.Fatalf("%s does not serve: %v\n%s", p.name, err, p.log.tail())
}

// freePort is below the ports that outgoing connections take by themselves: a
// server that was killed must find its own free when it comes back.
func freePort(t testing.TB) string {
	t.Helper()
	var err error
	for range 100 {
		var l net.Listener
		addr := fmt.Sprintf("127.0.0.1:%d", 10_000+rand.IntN(20_000))
		if l, err = (&net.ListenConfig{}).Listen(t.Context(), "tcp", addr); err == nil {
			_ = l.Close()
			return addr
		}
	}
	t.Fatal(err)
	return ""
}

// needServers skips where nobody asked for servers; where somebody did, they
// must be there.
func needServers(t testing.TB) {
	t.Helper()
	if os.Getenv("PINGYI_TEST_MYSQL_DSN") == "" {
		t.Skip("PINGYI_TEST_MYSQL_DSN is not set")
	}
	for _, name := range []string{"mariadbd", "redis-server"} {
		if program(name) == "" {
			t.Fatalf("%s is not on this machine", name)
		}
	}
}

// program finds a server's program, also where the path of a user lacks sbin.
func program(names ...string) string {
	for _, name := range names {
		if p, err := exec.LookPath(name); err == nil {
			return p
		}
		for _, dir := range []string{"/usr/sbin", "/usr/bin", "/usr/local/sbin", "/usr/local/bin"} {
			if _, err := os.Stat(filepath.Join(dir, name)); err == nil {
				return filepath.Join(dir, name)
			}
		}
	}
	return ""
}

// newMariaDB makes a MariaDB of its own with an empty database pingyi.
func newMariaDB(t testing.TB, dir string) (p *process, dsn func(addr string) string) {
	t.Helper()
	data := filepath.Join(dir, "mariadb")
	addr := freePort(t)
	_, port, _ := net.SplitHostPort(addr)
	var as []string
	if u, err := user.Current(); err == nil && u.Uid == "0" {
		as = []string{"--user=root"}
	}
	install := exec.CommandContext(t.Context(), program("mariadb-install-db"), append([]string{
		"--no-defaults", "--datadir=" + data, "--auth-root-authentication-method=normal", "--skip-test-db", "--skip-log-bin",
	}, as...)...)
	if out, err := install.CombinedOutput(); err != nil {
		t.Fatalf("mariadb-install-db: %v\n%s", err, out)
	}
	to := func(at string) string {
		c := mysql.NewConfig()
		c.User, c.Net, c.Addr, c.DBName = "root", "tcp", at, "pingyi"
		return c.FormatDSN()
	}
	p = &process{
		t: t, name: "mariadb", log: &log{},
		make: func() *exec.Cmd {
			return exec.Command(program("mariadbd"), append([]string{
				"--no-defaults", "--datadir=" + data, "--socket=" + filepath.Join(dir, "mariadb.sock"), "--pid-file=" + filepath.Join(dir, "mariadb.pid"),
				"--bind-address=127.0.0.1", "--port=" + port, "--skip-log-bin", "--innodb-buffer-pool-size=64M", "--innodb-log-file-size=32M",
				"--innodb-flush-log-at-trx-commit=1", "--skip-name-resolve",
			}, as...)...)
		},
		up: func(ctx context.Context) error { return ping(ctx, strings.Replace(to(addr), "/pingyi", "/", 1)) },
	}
	p.start()
	t.Cleanup(p.kill)
	p.await()
	db := openSQL(t, strings.Replace(to(addr), "/pingyi", "/", 1))
	if _, err := db.ExecContext(t.Context(), "CREATE DATABASE pingyi"); err != nil {
		t.Fatal(err)
	}
	p.up = func(ctx context.Context) error { return ping(ctx, to(addr)) }
	return p, func(at string) string {
		if at == "" {
			at = addr
		}
		return to(at)
	}
}

func ping(ctx context.Context, dsn string) error {
	db, err := sql.Open("mysql", dsn)
	if err != nil {
		return err
	}
	return errors.Join(db.PingContext(ctx), db.Close())
}

func openSQL(t testing.TB, dsn string) *sql.DB {
	t.Helper()
	db, err := sql.Open("mysql", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// newRedis makes a Redis of its own that keeps nothing.
func newRedis(t testing.TB, dir string) (p *process, addr string) {
	t.Helper()
	addr = freePort(t)
	_, port, _ := net.SplitHostPort(addr)
	p = &process{
		t: t, name: "redis", log: &log{},
		make: func() *exec.Cmd {
			return exec.Command(program("redis-server"), "--bind", "127.0.0.1", "--port", port, "--save", "", "--appendonly", "no", "--dir", dir)
		},
		up: func(ctx context.Context) error {
			c, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
			if err != nil {
				return err
			}
			return c.Close()
		},
	}
	p.start()
	t.Cleanup(p.kill)
	p.await()
	return p, addr
}

// The accounts of the servers.
const (
	appID      = "wx0123456789abcdef"
	token      = "AToken0fTheTests"
	aesKey     = "9nqxIyym0TPf50yKcFwBGhzejt206KxSIjdqUI8HLs0"
	originalID = "gh_0123456789ab"

	weiboUID    = "1902538057"
	weiboSecret = "ASecretOfTheFanService"
	weiboPath   = "a-path_of-the-fan-service"
)

// build makes the program once a test run, with the flags that the tests were
// built with, so that most of it is in the cache.
var build = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "pingyi-faults-")
	if err != nil {
		return "", err
	}
	bin := filepath.Join(dir, "pingyi")
	cmd := exec.Command("go", "build", "-o", bin, "pingyi/cmd/pingyi")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build: %w\n%s", err, out)
	}
	return bin, nil
})

func TestMain(m *testing.M) {
	if what := os.Getenv(throttled); what != "" {
		throttleForever(what)
		return
	}
	code := m.Run()
	if bin, err := build(); err == nil {
		_ = os.RemoveAll(filepath.Dir(bin))
	}
	os.Exit(code)
}

// environ is what a server or a command is told.
func environ(database, redis, addr string) []string {
	return append([]string{
		"PINGYI_ENV=demo", "PINGYI_ADDR=" + addr, "PINGYI_METRICS_ADDR=", "PINGYI_SECRET=a secret of the tests, 32 bytes or more",
		"PINGYI_DATABASE=mysql:" + database, "PINGYI_REDIS=redis://" + redis + "/0", "PINGYI_WECHAT_APP_ID=" + appID,
		"PINGYI_WECHAT_TOKEN=" + token, "PINGYI_WECHAT_AES_KEY=" + aesKey, "PINGYI_WECHAT_ORIGINAL_ID=" + originalID,
		"PINGYI_WEIBO_UID=" + weiboUID, "PINGYI_WEIBO_APP_SECRET=" + weiboSecret, "PINGYI_WEIBO_PATH=" + weiboPath,
	}, plainEnviron()...)
}

// plainEnviron is the machine's, without options of the program.
func plainEnviron() []string {
	var list []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "PINGYI_") {
			list = append(list, v)
		}
	}
	return list
}

func binary(t testing.TB) string {
	t.Helper()
	bin, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return bin
}

// newServer makes a pingyi on an address of its own, with further options; it is
// not started.
func newServer(t testing.TB, name, dir, database, redis string, more ...string) (p *process, base string) {
	t.Helper()
	bin, addr := binary(t), freePort(t)
	base = "http://" + addr
	p = &process{
		t: t, name: name, log: &log{},
		make: func() *exec.Cmd {
			cmd := exec.Command(bin, "serve")
			cmd.Env, cmd.Dir = append(environ(database, redis, addr), more...), dir
			return cmd
		},
		up: func(ctx context.Context) error { return get(ctx, base+"/readyz") },
	}
	t.Cleanup(p.kill)
	return p, base
}

func get(ctx context.Context, url string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %d", res.StatusCode)
	}
	return errors.Join(err, res.Body.Close())
}
