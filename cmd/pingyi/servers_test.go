package main

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// sql opens the world's database beside its servers, to look at rows and to
// hold locks.
func (w *world) sql(t testing.TB) *sql.DB {
	t.Helper()
	driver, source, _ := strings.Cut(cmp.Or(w.env["PINGYI_MIGRATE_DATABASE"], w.env["PINGYI_DATABASE"]), ":")
	if driver == "sqlite" {
		source = "file:" + source + "?_txlock=immediate&_pragma=busy_timeout(5000)"
	}
	db, err := sql.Open(driver, source)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// count is the one number that a query gives.
func (w *world) count(t testing.TB, query string, args ...any) int64 {
	t.Helper()
	n, err := strconv.ParseInt(w.text(t, query, args...), 10, 64)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

// text is the one text that a query gives.
func (w *world) text(t testing.TB, query string, args ...any) string {
	t.Helper()
	db := w.sql(t)
	defer func() { _ = db.Close() }()
	var s string
	if err := db.QueryRowContext(t.Context(), query, args...).Scan(&s); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return s
}

// block keeps every rating and complaint waiting until release: it holds the
// campaign's row, on SQLite the write lock.
func (w *world) block(t testing.TB) (release func()) {
	t.Helper()
	tx, err := w.sql(t).BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(w.env["PINGYI_DATABASE"], "mysql:") {
		var id string
		if err = tx.QueryRowContext(t.Context(), "SELECT id FROM campaigns WHERE id = '2017' FOR UPDATE").Scan(&id); err != nil {
			t.Fatal(err)
		}
	}
	return func() {
		if err := tx.Rollback(); err != nil {
			t.Error(err)
		}
	}
}

// waiting reports whether a transaction waits for the campaign's row, which
// block holds; on MariaDB alone.
func (w *world) waiting(t testing.TB) bool {
	t.Helper()
	return w.count(t, `SELECT COUNT(*) FROM information_schema.processlist
 WHERE db = DATABASE() AND id <> CONNECTION_ID() AND info LIKE '%FROM campaigns%'`) > 0
}

// ownRedis is a redis-server of one test, which may flush and kill it.
type ownRedis struct {
	t    testing.TB
	addr string
	dir  string
	more []string // options of the server
	cmd  *exec.Cmd
}

// withRedis gives the world a Redis of its own, with further options.
func (w *world) withRedis(t testing.TB, more ...string) *ownRedis {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		t.Skip("redis-server is not installed")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &ownRedis{t: t, addr: l.Addr().String(), dir: t.TempDir(), more: more}
	if err = l.Close(); err != nil {
		t.Fatal(err)
	}
	r.start()
	t.Cleanup(r.kill)
	w.env["PINGYI_REDIS"] = "redis://" + r.addr + "/0"
	return r
}

func (r *ownRedis) client() *redis.Client { return redis.NewClient(&redis.Options{Addr: r.addr}) }

func (r *ownRedis) start() {
	r.t.Helper()
	_, port, err := net.SplitHostPort(r.addr)
	if err != nil {
		r.t.Fatal(err)
	}
	r.cmd = exec.CommandContext(context.Background(), "redis-server", append([]string{
		"--bind", "127.0.0.1", "--port", port, "--save", "", "--dir", r.dir,
	}, r.more...)...)
	if err = r.cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	c := r.client()
	defer func() { _ = c.Close() }()
	eventually(r.t, "redis-server answers", func() bool { return c.Ping(r.t.Context()).Err() == nil })
}

// kill ends the server as a power cut does.
func (r *ownRedis) kill() {
	if r.cmd == nil {
		return
	}
	_ = r.cmd.Process.Kill()
	_ = r.cmd.Wait() // killed: its state says no more
	r.cmd = nil
}

func (r *ownRedis) flush() {
	r.t.Helper()
	c := r.client()
	defer func() { _ = c.Close() }()
	if err := c.FlushAll(r.t.Context()).Err(); err != nil {
		r.t.Fatal(err)
	}
}

// keys lists what the Redis holds.
func (r *ownRedis) keys() []string {
	r.t.Helper()
	c := r.client()
	defer func() { _ = c.Close() }()
	keys, err := c.Keys(r.t.Context(), "*").Result()
	if err != nil {
		r.t.Fatal(err)
	}
	return keys
}

// eventually waits for a condition, at most half a minute.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !is() {
		select {
		case <-ctx.Done():
			t.Fatalf("it never came to be that %s", what)
		case <-tick.C:
		}
	}
}

// everyValue is every text and blob of the database, table by table, as
// table.column followed by the value.
func (w *world) everyValue(t testing.TB) map[string][][]byte {
	t.Helper()
	db := w.sql(t)
	query := "SELECT name FROM sqlite_master WHERE type = 'table'"
	if strings.HasPrefix(w.env["PINGYI_DATABASE"], "mysql:") {
		query = "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()"
	}
	all := map[string][][]byte{}
	for _, table := range column(t, db, query) {
		everyCell(t, db, table, all)
	}
	return all
}

func everyCell(t testing.TB, db *sql.DB, table string, all map[string][][]byte) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), fmt.Sprintf("SELECT * FROM %s", table))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	names, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		cells := make([]sql.RawBytes, len(names))
		into := make([]any, len(names))
		for i := range cells {
			into[i] = &cells[i]
		}
		if err = rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		for i, name := range names {
			at := table + "." + name
			all[at] = append(all[at], append([]byte(nil), cells[i]...))
		}
	}
	if err = rows.Err(); err != nil {
		t.Fatal(err)
	}
}

func column(t testing.TB, db *sql.DB, query string) []string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var list []string
	for rows.Next() {
		var s string
		if err = rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		list = append(list, s)
	}
	if err = rows.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}
