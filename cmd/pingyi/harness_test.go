package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"pingyi/scoring"
	"pingyi/simulator"
	"pingyi/store"
)

// An account of the tests, as an operator would configure it.
const (
	testAppID  = "wx0123456789abcdef"
	testToken  = "AToken0fTheTests"
	testAES    = "9nqxIyym0TPf50yKcFwBGhzejt206KxSIjdqUI8HLs0"
	testGH     = "gh_0123456789ab"
	testSecret = "a secret of the tests, 32 bytes or more"
)

// world is what the servers of one test share: a database, perhaps a Redis.
type world struct {
	t   testing.TB
	dir string
	env map[string]string
	now func() time.Time // the clock of its servers and commands; nil means time.Now

	fresh bool // its servers begin with no database at all
}

// databases runs a test on SQLite and, where its address is set, on MariaDB with
// the real Redis.
func databases(t *testing.T, run func(t *testing.T, w *world)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { run(t, newWorld(t)) })
	if os.Getenv("PINGYI_TEST_MYSQL_DSN") != "" {
		t.Run("mariadb", func(t *testing.T) { run(t, newMySQLWorld(t)) })
	}
}

func newWorld(t testing.TB) *world {
	t.Helper()
	dir := t.TempDir()
	return &world{t: t, dir: dir, env: map[string]string{
		"PINGYI_ENV": "demo", "PINGYI_ADDR": "127.0.0.1:0", "PINGYI_METRICS_ADDR": "", "PINGYI_SECRET": testSecret,
		"PINGYI_DATABASE":      "sqlite:" + filepath.Join(dir, "pingyi.db"),
		"PINGYI_WECHAT_APP_ID": testAppID, "PINGYI_WECHAT_TOKEN": testToken, "PINGYI_WECHAT_AES_KEY": testAES,
		"PINGYI_WECHAT_ORIGINAL_ID": testGH,
	}}
}

// newMySQLWorld needs a MariaDB and a Redis. Its servers and commands have the rights
// of a server alone: see twoUsers. Its keys in Redis are hashes under
// a random secret, so nobody is disturbed.
func newMySQLWorld(t testing.TB) *world {
	t.Helper()
	w := newWorld(t)
	dsn, redisURL := os.Getenv("PINGYI_TEST_MYSQL_DSN"), os.Getenv("PINGYI_TEST_REDIS_URL")
	if dsn == "" || redisURL == "" {
		t.Skip("PINGYI_TEST_MYSQL_DSN and PINGYI_TEST_REDIS_URL are not set")
	}
	c, err := mysql.ParseDSN(dsn)
	if err != nil {
		t.Fatal(err)
	}
	admin, err := sql.Open("mysql", dsn)
	if err != nil {
		t.Fatal(err)
	}
	name := "pingyi_e2e_" + randomHex(t, 6)
	if _, err = admin.ExecContext(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := admin.ExecContext(context.Background(), "DROP DATABASE "+name); err != nil {
			t.Error(err)
		}
		_ = admin.Close()
	})
	c.DBName = name
	w.env["PINGYI_DATABASE"] = "mysql:" + c.FormatDSN()
	w.twoUsers(t, admin, *c)
	w.env["PINGYI_REDIS"] = redisURL
	w.env["PINGYI_SECRET"] = testSecret + randomHex(t, 8)
	return w
}

// twoUsers lets the program use the database as a server does in production: the user
// of PINGYI_DATABASE has the rights that migrate prints, and no others. The schema is
// there; nothing else is. The test itself looks at the database as its owner. Where the
// user of PINGYI_TEST_MYSQL_DSN may not make users, there is only that one.
func (w *world) twoUsers(t testing.TB, admin *sql.DB, c mysql.Config) {
	t.Helper()
	owner := "mysql:" + c.FormatDSN()
	db, err := openDatabase(t.Context(), store.Options{URL: owner})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if err = db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.User, c.Passwd = "pingyi_"+randomHex(t, 6), randomHex(t, 16)
	statements, err := db.Grants(t.Context(), c.User+"@%")
	if err != nil {
		t.Fatal(err)
	}
	if _, err = admin.ExecContext(t.Context(), "CREATE USER '"+c.User+"'@'%' IDENTIFIED BY '"+c.Passwd+"'"); err != nil {
		t.Log("no user was made:", err)
		return
	}
	for _, s := range statements {
		if _, err = admin.ExecContext(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	t.Cleanup(func() {
		if _, err := admin.ExecContext(context.Background(), "DROP USER '"+c.User+"'@'%'"); err != nil {
			t.Error(err)
		}
	})
	w.env["PINGYI_DATABASE"], w.env["PINGYI_MIGRATE_DATABASE"] = "mysql:"+c.FormatDSN(), owner
}

// oneUser gives the world an empty database, where it is MariaDB's, whose owner is the
// only user.
func (w *world) oneUser(t testing.TB) {
	t.Helper()
	owner := w.env["PINGYI_MIGRATE_DATABASE"]
	if owner == "" {
		return
	}
	name, db := w.text(t, "SELECT DATABASE()"), w.sql(t)
	for _, s := range []string{"DROP DATABASE " + name, "CREATE DATABASE " + name} {
		if _, err := db.ExecContext(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	w.env["PINGYI_DATABASE"] = owner
	delete(w.env, "PINGYI_MIGRATE_DATABASE")
}

func randomHex(t testing.TB, n int) string {
	t.Helper()
	b := make([]byte, n)
	if _, err := rand.Read(b); err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(b)
}

// command runs a command of the program and returns its result, what else it
// said, and its exit code.
func (w *world) command(args ...string) (out, errs string, code int) {
	w.t.Helper()
	var o, e lockedBuffer
	code = w.program(&o, &e).run(w.t.Context(), append([]string{"pingyi"}, args...))
	return o.String(), e.String(), code
}

// must is command for one that has to succeed.
func (w *world) must(args ...string) string {
	w.t.Helper()
	out, errs, code := w.command(args...)
	if code != exitDone {
		w.t.Fatalf("pingyi %s: exit code %d\n%s", strings.Join(args, " "), code, errs)
	}
	return out
}

func (w *world) program(out, errw io.Writer) *env {
	vars, now := maps.Clone(w.env), w.now
	if now == nil {
		now = time.Now
	}
	return &env{
		lookup: func(name string) (string, bool) { v, ok := vars[name]; return v, ok },
		out:    out, err: errw, dataDir: filepath.Join(w.dir, "data"), now: now,
	}
}

// instance is a running server.
type instance struct {
	w    *world
	base string
	key  string // of the office
	log  *lockedBuffer
	stop func() // ends it gracefully and waits
	*simulator.Platform
}

// serve starts a server and stops it at the end of the test.
func (w *world) serve() *instance { w.t.Helper(); return w.serveWith() }

// template is a migrated SQLite database without a row. A new database migrates in
// more time than most tests take; those that are about a new one set fresh.
var template = sync.OnceValues(func() (file []byte, err error) {
	dir, err := os.MkdirTemp("", "pingyi-template-*")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, "pingyi.db")
	db, err := store.Open(context.Background(), store.Options{URL: "sqlite:" + path})
	if err != nil {
		return nil, err
	}
	if err := errors.Join(db.Migrate(context.Background()), db.Close()); err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// migrated puts the template where a SQLite database is to be, and none is.
func (w *world) migrated() {
	w.t.Helper()
	path, ok := strings.CutPrefix(w.env["PINGYI_DATABASE"], "sqlite:")
	if !ok || w.fresh {
		return
	}
	if _, err := os.Stat(path); err == nil {
		return
	}
	file, err := template()
	if err == nil {
		err = os.WriteFile(path, file, 0o600)
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// serveWith is serve with further arguments.
func (w *world) serveWith(args ...string) *instance {
	w.t.Helper()
	w.migrated()
	ctx, cancel := context.WithCancel(context.Background())
	in := &instance{w: w, log: &lockedBuffer{}, key: demoKey(w.env["PINGYI_SECRET"], "default")}
	e := w.program(io.Discard, in.log)
	started, ended := make(chan string, 1), make(chan int, 1)
	e.started = func(base string) { started <- base }
	go func() { ended <- e.run(ctx, append([]string{"pingyi", "serve"}, args...)) }()
	var once sync.Once
	in.stop = func() {
		once.Do(func() {
			cancel()
			if code := <-ended; code != exitDone {
				w.t.Errorf("serve ended with code %d\n%s", code, in.log)
			}
		})
	}
	select {
	case in.base = <-started:
	case code := <-ended:
		ended <- code
		cancel()
		w.t.Fatalf("serve ended with code %d\n%s", code, in.log)
	case <-time.After(time.Minute):
		cancel()
		w.t.Fatalf("serve did not start\n%s", in.log)
	}
	w.t.Cleanup(in.stop)
	in.Platform = w.platform(in.base)
	return in
}

func (w *world) platform(base string) *simulator.Platform {
	w.t.Helper()
	if w.env["PINGYI_WECHAT_TOKEN"] == "" {
		return nil // the test knows the account otherwise
	}
	return platformOf(w.t, base, w.env["PINGYI_WECHAT_APP_ID"], w.env["PINGYI_WECHAT_TOKEN"], w.env["PINGYI_WECHAT_AES_KEY"], testGH)
}

func platformOf(t testing.TB, base, appID, token, aes, gh string) *simulator.Platform {
	t.Helper()
	p, err := simulator.NewPlatform(simulator.PlatformOptions{
		Target: base + "/wechat", Account: simulator.Account{AppID: appID, Token: token, AESKey: aes, OriginalID: gh},
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// phone is a citizen in front of a server.
type phone struct {
	t    testing.TB
	p    *simulator.Platform
	who  *simulator.Citizen
	last simulator.Exchange
}

func (in *instance) phone() *phone {
	return &phone{t: in.w.t, p: in.Platform, who: &simulator.Citizen{OpenID: "o" + randomHex(in.w.t, 12)}}
}

// do sends and returns what the phone shows. An answer that the platform would
// not show fails the test.
func (p *phone) do(act simulator.Act) string {
	p.t.Helper()
	e, err := p.p.Push(p.t.Context(), p.who, act)
	if err != nil {
		p.t.Fatal(err)
	}
	if len(e.Faults) > 0 {
		p.t.Fatalf("answer to %v has faults %v: status %d, %q", act.Kind, e.Faults, e.Status, e.Plain)
	}
	if len(e.Text) > 1800 { // of UTF-8, tags and all
		p.t.Fatalf("an answer of %d bytes:\n%s", len(e.Text), e.Text)
	}
	p.last = e
	return e.Shown()
}

func (p *phone) say(text string) string   { p.t.Helper(); return p.do(simulator.Say(text)) }
func (p *phone) scan(scene string) string { p.t.Helper(); return p.do(simulator.Scan(scene)) }

// tap taps the link of the last answer that reads label.
func (p *phone) tap(label string) string {
	p.t.Helper()
	for _, l := range p.last.Links {
		if l.Label == label {
			return p.do(simulator.Tap(l))
		}
	}
	p.t.Fatalf("no link %q in\n%s", label, p.last.Text)
	return ""
}

// rate rates a unit by scan and digits and returns the receipt.
func (p *phone) rate(unit, digits string) string {
	p.t.Helper()
	p.scan("u:" + unit)
	p.say(digits)
	return wantLine(p.t, p.tap("确认"), "回执：")
}

// wantLine is the rest of the line that begins with prefix.
func wantLine(t testing.TB, text, prefix string) string {
	t.Helper()
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(strings.TrimRight(line, "\n"), prefix); ok {
			return rest
		}
	}
	t.Fatalf("no line %q in\n%s", prefix, text)
	return ""
}

func contains(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Fatalf("%q is not in\n%s", part, text)
		}
	}
}

// get asks the API with a key ("" for none).
func (in *instance) get(path, key string) (status int, head http.Header, body []byte) {
	in.w.t.Helper()
	req, err := http.NewRequestWithContext(in.w.t.Context(), http.MethodGet, in.base+path, http.NoBody)
	if err != nil {
		in.w.t.Fatal(err)
	}
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		in.w.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err = io.ReadAll(res.Body)
	if err != nil {
		in.w.t.Fatal(err)
	}
	return res.StatusCode, res.Header, body
}

// scores pulls the mobile channel's scores of the campaign 2017.
func (in *instance) scores() map[string]scoring.UnitScore {
	in.w.t.Helper()
	status, _, body := in.get("/api/v1/campaigns/2017/scores?channel=mobile", in.key)
	if status != http.StatusOK {
		in.w.t.Fatalf("scores: %d %s", status, body)
	}
	var doc scoring.Scores
	if err := json.Unmarshal(body, &doc); err != nil {
		in.w.t.Fatal(err)
	}
	units := map[string]scoring.UnitScore{}
	for _, u := range doc.Units {
		units[u.Code] = u
	}
	return units
}

// lockedBuffer is a log that a server writes while a test reads it.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
