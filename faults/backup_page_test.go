package faults

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// bench is a shell in a folder of its own, in which the commands of a page of docs
// find this town's database and the program.
type bench struct {
	w   *town
	dir string
	bin string // programs that come before the machine's
}

func newBench(w *town) *bench {
	w.t.Helper()
	b := &bench{w: w, dir: w.t.TempDir(), bin: w.t.TempDir()}
	host, port, err := net.SplitHostPort(strings.TrimSuffix(w.dsn[strings.Index(w.dsn, "tcp(")+4:], ")/pingyi"))
	if err != nil {
		w.t.Fatal(err)
	}
	for _, name := range []string{"mariadb", "mariadb-dump"} {
		b.put(name, fmt.Sprintf("exec %s --no-defaults --host=%s --port=%s --user=root \"$@\"", program(name), host, port))
	}
	b.put("pingyi", fmt.Sprintf("exec %s \"$@\"", binary(w.t)))
	b.makeUsers()
	return b
}

// makeUsers makes the two users of docs/operations.md, section 2, with the statements
// of the page, and the file of the owner's DSN.
func (b *bench) makeUsers() {
	b.w.t.Helper()
	page, err := os.ReadFile("../docs/operations.md")
	if err != nil {
		b.w.t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "mariadb <<EOF\n")
	statements, _, found := strings.Cut(rest, "EOF\n")
	if !found || !strings.Contains(statements, "CREATE USER pingyi_owner@127.0.0.1") {
		b.w.t.Fatal("docs/operations.md makes no users")
	}
	for _, s := range strings.Split(strings.TrimSpace(statements), "\n") {
		if strings.HasPrefix(s, "CREATE DATABASE") {
			continue // the town has it
		}
		if _, err := b.w.db.ExecContext(b.w.t.Context(), s); err != nil {
			b.w.t.Fatalf("%s: %v", s, err)
		}
	}
	owner := "mysql:" + strings.Replace(b.w.dsn, "root@", "pingyi_owner:$owner@", 1)
	if err := os.WriteFile(filepath.Join(b.dir, "migrate_database"), []byte(owner+"\n"), 0o600); err != nil {
		b.w.t.Fatal(err)
	}
}

// put makes a program of a line for a shell.
func (b *bench) put(name, line string) {
	b.w.t.Helper()
	if err := os.WriteFile(filepath.Join(b.bin, name), []byte("#!/bin/sh\n"+line+"\n"), 0o700); err != nil {
		b.w.t.Fatal(err)
	}
}

// run runs commands and returns what they say on both outputs; err is that of the
// first one that fails.
func (b *bench) run(commands string) (string, error) {
	cmd := exec.CommandContext(b.w.t.Context(), "sh", "-eu", "-c", commands)
	cmd.Dir = b.dir
	cmd.Env = append(environ(b.w.dsn, b.w.redisAt, "127.0.0.1:0"), b.w.more...)
	cmd.Env = append(cmd.Env, "PATH="+b.bin+":"+os.Getenv("PATH"))
	out, err := cmd.CombinedOutput()
	return string(out), err
}

func (b *bench) must(commands string) string {
	b.w.t.Helper()
	out, err := b.run(commands)
	if err != nil {
		b.w.t.Fatalf("%s\n%v\n%s", commands, err, out)
	}
	return out
}

// block is the block of commands of docs/backup.md that has a word, as the page has
// it but for the day of the copy and the folder of the secrets.
func (b *bench) block(word string) string {
	b.w.t.Helper()
	page, err := os.ReadFile("../docs/backup.md")
	if err != nil {
		b.w.t.Fatal(err)
	}
	for i, part := range strings.Split(string(page), "```") {
		if commands, ok := strings.CutPrefix(part, "sh\n"); i%2 == 1 && ok && strings.Contains(commands, word) {
			commands = strings.NewReplacer("2027-05-02", "$(date +%F)", "2026-05-02", "$(date +%F)", "/etc/pingyi/secrets", b.dir).Replace(commands)
			return commands
		}
	}
	b.w.t.Fatalf("docs/backup.md has no commands with %s", word)
	return ""
}

// rehearse restores the copy beside production as the page says. Where the option
// is given as a file the environment must not have it as well.
func (b *bench) rehearse() string {
	b.w.t.Helper()
	other := strings.Replace("mysql:"+b.w.dsn, "/pingyi", "/pingyi_restored", 1)
	if err := os.WriteFile(filepath.Join(b.dir, "database"), []byte("mysql:"+b.w.dsn+"\n"), 0o600); err != nil {
		b.w.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(b.dir, "database_restored"), []byte(other+"\n"), 0o600); err != nil {
		b.w.t.Fatal(err)
	}
	return b.must("unset PINGYI_DATABASE; export PINGYI_DATABASE_FILE=" + filepath.Join(b.dir, "database") + "\n" + b.block("DROP DATABASE pingyi_restored"))
}

// TestBackupPage_commandsAsWritten_neverTouchProduction runs the commands of
// docs/backup.md: what was rated after the copy outlasts the rehearsal, and a copy
// that names its database is refused before anything of it is run.
func TestBackupPage_commandsAsWritten_neverTouchProduction(t *testing.T) {
	w := newTown(t, 1)
	b := newBench(w)
	first := newPhone(t, w.bases[0], "obefore", aesKey)
	before := first.rate("A01", "55445")
	b.must(b.block("mariadb-dump"))
	after := newPhone(t, w.bases[0], "oafter", aesKey)
	later := after.rate("A02", "54321")
	if before == "" || later == "" {
		t.Fatal("nothing was rated")
	}
	if said := b.rehearse(); !strings.Contains(said, "restored into pingyi_restored") || !strings.Contains(said, "every tally equals") {
		t.Errorf("the rehearsal says %s", said)
	}
	after.mustCount(later)

	// The copy as the page made it before: fed to mariadb it destroys what came later.
	b.must("gunzip pingyi-*.sql.gz; mariadb-dump --single-transaction --routines=false --databases pingyi >old.sql; mariadb -e 'CREATE DATABASE pingyi_restored'")
	third := after.rate("A03", "11111")
	for _, restore := range []string{"pingyi restore --into pingyi_restored old.sql", "pingyi restore --into pingyi_restored - <old.sql", "gzip -c old.sql | pingyi restore --into pingyi_restored -"} {
		if said, err := b.run(restore); err == nil || !strings.Contains(said, "--databases") || !strings.Contains(said, "line 2") {
			t.Errorf("%s: %v\n%s", restore, err, said)
		}
	}
	// An empty database is needed, and production is none.
	for _, into := range []string{"pingyi", "'mysql:" + w.dsn + "'"} {
		if said, err := b.run("pingyi restore --into " + into + " pingyi-$(date +%F).sql"); err == nil || !strings.Contains(said, "not empty") {
			t.Errorf("restoring into production: %v\n%s", err, said)
		}
	}
	after.mustCount(third)
	if n := w.counted("SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = 'pingyi_restored'"); n != 0 {
		t.Errorf("%d tables were made by what was refused", n)
	}
	b.must("gzip -c old.sql >pingyi-$(date +%F).sql.gz\n" + b.block("sed '/^CREATE DATABASE"))
	if n := w.counted("SELECT COUNT(*) FROM pingyi_restored.ratings"); n != 2 {
		t.Errorf("the old copy restored without its two lines has %d ratings", n)
	}
	b.must("mariadb -e 'DROP DATABASE pingyi_restored'")

	// In earnest.
	w.servers[0].kill()
	b.must("rm *.sql.gz; gzip pingyi-*.sql; mariadb -e 'DROP DATABASE pingyi'")
	if said := b.must(b.block("pingyi migrate")); !strings.Contains(said, "every tally equals") {
		t.Errorf("restoring says %s", said)
	}
	w.servers[0].start()
	w.servers[0].await()
	first.mustCount(before)
	w.recount()
}

// TestRestore_dumpThatFails_namesItsPlaceAndNoData: a row that the server refuses,
// and a copy that was cut off.
func TestRestore_dumpThatFails_namesItsPlaceAndNoData(t *testing.T) {
	w := newTown(t, 0)
	b := newBench(w)
	b.must("mariadb -e 'CREATE DATABASE pingyi_restored'")
	const table = "CREATE TABLE `tenants` (`id` varchar(64) NOT NULL PRIMARY KEY) ENGINE=InnoDB;\n"
	for name, c := range map[string]struct{ dump, says string }{
		"twice":   {table + "INSERT INTO `tenants` VALUES ('CANARY'),\n('CANARY');\n-- Dump completed on a day\n", "line 2, statement 2: INSERT INTO tenants: the server's error 1062"},
		"cut off": {table + "INSERT INTO `tenants` VALUES ('CANARY'", "line 2, statement 2: the dump ends in the middle"},
		"no end":  {table + "INSERT INTO `tenants` VALUES ('CANARY');\n", "was cut off"},
		"no dump": {"CANARY of a text\n", "line 1, statement 1"},
	} {
		if err := os.WriteFile(filepath.Join(b.dir, "copy.sql"), []byte(c.dump), 0o600); err != nil {
			t.Fatal(err)
		}
		said, err := b.run("pingyi restore --into pingyi_restored copy.sql")
		if err == nil || !strings.Contains(said, c.says) || strings.Contains(said, "CANARY") {
			t.Errorf("%s: %v\n%s", name, err, said)
		}
		b.must("mariadb -e 'DROP DATABASE pingyi_restored; CREATE DATABASE pingyi_restored'")
	}
}
