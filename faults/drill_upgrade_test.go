//go:build drill

package faults

import (
	"context"
	"database/sql"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"
)

// schema is the version the town's database is at.
func (w *town) schema() int {
	w.t.Helper()
	return w.counted("SELECT MAX(version_id) FROM goose_db_version")
}

// remarks counts what the next release adds: its table and its column.
func (w *town) remarks() (table, column int) {
	w.t.Helper()
	return w.counted("SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'pingyi' AND table_name = 'rating_remarks'"),
		w.counted("SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = 'pingyi' AND table_name = 'ratings' AND column_name = 'remark'")
}

// mustBe checks that a server is one of the two releases, by what it says when it
// starts and by the receipt of somebody who rates there. It returns that rating's
// confirmation and its answer.
func (w *town) mustBe(server int, next bool) (pending, string) {
	w.t.Helper()
	p := w.summarised(w.on(server), "A05", "54321")
	said := p.deliver(server)
	if p.in.proof == "" || strings.Contains(said.Text, nextReceipt) != next {
		w.t.Errorf("%s is to be the next release: %t; it answers a rating %q", w.servers[server].name, next, said.Shown())
	}
	starts := strings.Split(w.servers[server].log.all(), `"msg":"listening"`)
	if last := starts[len(starts)-1]; len(starts) == 1 || strings.Contains(last, nextVersion) != next {
		w.t.Errorf("%s is to be the next release: %t; it says %s", w.servers[server].name, next, last)
	}
	return p, said.Plain
}

// mustRepeat checks that every server answers a push of before as it was answered.
func (w *town) mustRepeat(p pending, answer string) {
	w.t.Helper()
	for i := range w.servers {
		if got := p.deliver(i).Plain; got != answer {
			w.t.Errorf("%s answers a push with %q that was answered with %q", w.servers[i].name, got, answer)
		}
	}
}

// TestDrill_upgradeToAReleaseThatDiffers_nobodyNotices: docs/drills/upgrade.md.
func TestDrill_upgradeToAReleaseThatDiffers_nobodyNotices(t *testing.T) {
	now, next := releases(t)
	w := newProduction(t)
	w.open()
	w.open()
	if v := w.must(next.bin, "version"); v != nextVersion || w.must(now.bin, "version") == v {
		t.Errorf("the next release is %s", v)
	}
	stop := make(chan struct{})
	var crowd sync.WaitGroup
	crowd.Go(func() { w.crowd(1, 6, 1<<40, 4, stop) })
	time.Sleep(500 * time.Millisecond)

	w.mustFail(1, "older than this program", next.bin, "serve")
	if got := w.schema(); got != now.schema {
		t.Errorf("a server that refused left the schema at %d", got)
	}
	first, answer := w.mustBe(0, false)
	w.must(next.bin, "migrate")
	if table, column := w.remarks(); w.schema() != next.schema || table != 1 || column != 1 {
		t.Fatalf("the schema is at %d, with %d tables and %d columns more", w.schema(), table, column)
	}
	time.Sleep(500 * time.Millisecond)
	w.servers[1].replace(now.bin) // an old program starts on the newer schema
	w.mustBe(1, false)
	w.must(now.bin, "recount")

	for i, s := range w.servers {
		s.replace(next.bin)
		w.mustBe(i, true)
		w.mustRepeat(first, answer)
		time.Sleep(500 * time.Millisecond)
	}
	second, words := w.mustBe(1, true)
	w.servers[0].replace(now.bin) // back
	w.mustBe(0, false)
	w.mustRepeat(first, answer)
	w.mustRepeat(second, words)
	time.Sleep(500 * time.Millisecond)
	close(stop)
	crowd.Wait()
	if n := w.counted("SELECT COUNT(*) FROM ratings WHERE remark IS NOT NULL"); n != 0 {
		t.Errorf("%d ratings have a remark that nobody made", n)
	}
	w.must(next.bin, "recount")
	w.record.check(w)
}

// migrating starts a migration of a release and waits until the database says that
// it runs a statement; id is its connection.
func (w *town) migrating(r release, statement string) (p *process, id int) {
	w.t.Helper()
	p = &process{t: w.t, name: "migrate", log: &log{}, make: func() *exec.Cmd { return w.command(r.bin, "migrate") }}
	p.start()
	w.t.Cleanup(p.kill)
	return p, w.running(statement)
}

// running waits until the database runs a statement that begins so.
func (w *town) running(statement string) (id int) {
	w.t.Helper()
	for start := time.Now(); time.Since(start) < patience; time.Sleep(5 * time.Millisecond) {
		if id = w.counted("SELECT COALESCE(MAX(id), 0) FROM information_schema.processlist WHERE db = 'pingyi' AND info LIKE ?", statement+"%"); id != 0 {
			return id
		}
	}
	w.t.Fatalf("the database never ran %s", statement)
	return 0
}

// hold keeps what a query touches, as a dump or a report does, until it is let go.
func (w *town) hold(query string) (release func()) {
	w.t.Helper()
	tx, err := w.db.BeginTx(context.Background(), &sql.TxOptions{Isolation: sql.LevelRepeatableRead})
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := tx.ExecContext(context.Background(), query); err != nil {
		w.t.Fatal(err)
	}
	return func() {
		w.t.Helper()
		if err := tx.Rollback(); err != nil {
			w.t.Fatal(err)
		}
	}
}

// cutOff kills a migration at a statement. Its session ends with it, as it does
// when the machine is gone and the server has seen it.
func (w *town) cutOff(r release, statement string) {
	w.t.Helper()
	p, id := w.migrating(r, statement)
	p.kill()
	// It may have ended by itself meanwhile.
	_, _ = w.db.ExecContext(context.Background(), fmt.Sprint("KILL ", id))
	for start := time.Now(); w.counted("SELECT COUNT(*) FROM information_schema.processlist WHERE id = ?", id) != 0; time.Sleep(5 * time.Millisecond) {
		if time.Since(start) > patience {
			w.t.Fatal("a session that was killed goes on")
		}
	}
}

// mustHave checks how far a migration came: the versions that are noted, and what is there.
func (w *town) mustHave(version, table, column int) {
	w.t.Helper()
	if t, c := w.remarks(); w.schema() != version || t != table || c != column {
		w.t.Errorf("the schema is at %d with %d tables and %d columns more; want %d, %d, %d", w.schema(), t, c, version, table, column)
	}
}

// TestDrill_upgradeMigrationKilledInItsMiddle_isRunAgain: docs/drills/upgrade.md.
// It is killed between a statement and the note of it, and at a statement; then two
// are run at once. The old server serves throughout.
func TestDrill_upgradeMigrationKilledInItsMiddle_isRunAgain(t *testing.T) {
	now, next := releases(t)
	w := newProduction(t)
	w.open()
	first, answer := w.mustBe(0, false)

	// The note of the first statement is held up.
	release := w.hold("SELECT * FROM goose_db_version FOR UPDATE")
	w.cutOff(next, "INSERT INTO goose_db_version")
	release()
	w.mustHave(now.schema, 1, 0)
	w.mustFail(1, "older than this program", next.bin, "serve")
	w.mustBe(0, false)

	// The second statement waits for a table; the first is done again.
	release = w.hold("SELECT COUNT(*) FROM ratings")
	w.cutOff(next, "ALTER TABLE ratings")
	release()
	w.mustHave(next.schema-1, 1, 0)
	w.mustFail(1, "older than this program", next.bin, "serve")
	w.mustBe(0, false)

	// One waits for the table, the other for the one.
	release = w.hold("SELECT COUNT(*) FROM ratings")
	one, _ := w.migrating(next, "ALTER TABLE ratings")
	other, _ := w.migrating(next, "SELECT GET_LOCK")
	release()
	for _, p := range []*process{one, other} {
		<-p.exited
		if code := p.cmd.ProcessState.ExitCode(); code != 0 {
			t.Errorf("one of two migrations ends with code %d: %s", code, p.log.tail())
		}
	}
	w.mustHave(next.schema, 1, 1)
	if n := w.counted("SELECT COUNT(*) FROM goose_db_version WHERE version_id > ?", now.schema); n != 2 {
		t.Errorf("two migrations are noted %d times", n)
	}
	w.servers[0].replace(next.bin)
	w.mustBe(0, true)
	w.mustRepeat(first, answer)
	w.record.check(w)
}

// TestDrill_upgradeWhileATableIsHeld_nobodyWaitsLong: docs/drills/upgrade.md. A dump
// holds the table that the migration changes.
func TestDrill_upgradeWhileATableIsHeld_nobodyWaitsLong(t *testing.T) {
	_, next := releases(t)
	w := newProduction(t)
	w.open()
	w.open()
	stop := make(chan struct{})
	var crowd sync.WaitGroup
	crowd.Go(func() { w.crowd(1, 6, 1<<40, 4, stop) })
	time.Sleep(500 * time.Millisecond)
	release := w.hold("SELECT COUNT(*) FROM ratings")
	p, _ := w.migrating(next, "ALTER TABLE ratings")
	p.mustLog("a table that is to be changed is held")
	rated := w.record.so("proper")
	time.Sleep(time.Second) // it lets them pass
	if w.record.so("proper") == rated {
		t.Error("nobody is answered while a migration waits for a table")
	}
	w.running("ALTER TABLE ratings") // it tries again
	release()
	<-p.exited
	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		t.Errorf("the migration ends with code %d: %s", code, p.log.tail())
	}
	w.mustHave(next.schema, 1, 1)
	time.Sleep(500 * time.Millisecond)
	close(stop)
	crowd.Wait()
	if busy, none := w.record.so("busy"), w.record.so("none"); busy+none != 0 {
		t.Errorf("%d pushes were answered with the busy text and %d not at all", busy, none)
	}
	w.record.check(w)
}
