package main

import (
	"strings"
	"testing"

	"github.com/go-sql-driver/mysql"
)

// TestMigrate_grants_areAllThatAServerNeeds: an operator's way, from an empty database
// to a rating, with a user that has what migrate printed and nothing else.
func TestMigrate_grants_areAllThatAServerNeeds(t *testing.T) {
	w := newMySQLWorld(t)
	server := w.env["PINGYI_DATABASE"]
	if w.env["PINGYI_MIGRATE_DATABASE"] == "" {
		t.Skip("the user of PINGYI_TEST_MYSQL_DSN may not make users")
	}
	w.oneUser(t)
	owner := w.env["PINGYI_DATABASE"]
	c, err := mysql.ParseDSN(strings.TrimPrefix(server, "mysql:"))
	if err != nil {
		t.Fatal(err)
	}
	db := w.sql(t)
	for _, s := range []string{"DROP USER '" + c.User + "'@'%'", "CREATE USER '" + c.User + "'@'%' IDENTIFIED BY '" + c.Passwd + "'"} {
		if _, err = db.ExecContext(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	w.production(t)
	w.env["PINGYI_DATABASE"] = server
	_, errs, code := w.command("serve")
	if code != exitFailed {
		t.Fatalf("without a right: exit code %d", code)
	}
	contains(t, errs, "may not use this database", "pingyi migrate prints the rights")

	w.env["PINGYI_MIGRATE_DATABASE"] = owner
	contains(t, w.must("migrate"), "-- The rights", "GRANT SELECT, INSERT ON", "'USER'@'HOST'")
	printed := w.must("migrate", "--grants", c.User+"@%")
	if strings.Contains(printed, c.Passwd) || strings.Contains(printed, "ALL") {
		t.Error("the statements hold a password, or grant everything")
	}
	lines := strings.Split(strings.TrimSpace(printed), "\n")
	apply := func(lines []string) {
		t.Helper()
		for _, line := range lines {
			if _, err = db.ExecContext(t.Context(), line); err != nil {
				t.Fatalf("%s: %v", line, err)
			}
		}
	}
	missing := 0
	for !strings.Contains(lines[missing], "`poll_results`") { // as after a release with a new table
		missing++
	}
	apply(append(lines[:missing:missing], lines[missing+1:]...))
	delete(w.env, "PINGYI_MIGRATE_DATABASE")
	_, errs, code = w.command("units", "list")
	if code != exitFailed {
		t.Errorf("with a table that was not granted: exit code %d", code)
	}
	contains(t, errs, "lacks a right on a table", "migrate --grants")
	apply(lines[missing:])

	_, errs, code = w.command("migrate", "--attest")
	if code != exitFailed {
		t.Errorf("migrate by the server's user: exit code %d", code)
	}
	contains(t, errs, "may not change its schema; PINGYI_MIGRATE_DATABASE")

	w.must("units", "import", w.file("units.csv", string(sampleUnits())))
	w.must("campaign", "create", "--profile", "maanshan-2017", "--id", "draft", "--from", "2020-01-01", "--to", "2099-12-31")
	w.must("campaign", "delete", "draft")
	w.must("apikey", "create", "--name", "office", "--role", "office")
	in := w.serve()
	if status, _, body := in.get("/readyz", ""); status != 200 {
		t.Errorf("/readyz: %d %s", status, body)
	}
	in.stop()
	if said := in.log.String(); strings.Contains(said, "alter and delete ratings") || strings.Contains(said, "PINGYI_MIGRATE_DATABASE") {
		t.Errorf("a server with its own rights says\n%s", said)
	}
	w.must("recount")

	w.env["PINGYI_DATABASE"], w.env["PINGYI_MIGRATE_DATABASE"] = owner, owner
	in = w.serve()
	in.stop()
	contains(t, in.log.String(), "may alter and delete ratings", "PINGYI_MIGRATE_DATABASE is in the environment of a server")
}

func TestMigrate_grantsThatCannotBe_exit2(t *testing.T) {
	w := newWorld(t)
	for _, args := range [][]string{
		{"migrate", "--grants", "pingyi"}, {"migrate", "--grants", "pin'gyi@%"}, {"migrate", "--grants", "pingyi@%", "--attest"}, {"migrate", "--grants", "pingyi@%"},
	} {
		if out, errs, code := w.command(args...); code != exitUsage || out != "" {
			t.Errorf("%v: exit code %d, %q, %s", args, code, out, errs)
		}
	}
	if out := w.must("migrate"); out != "" {
		t.Errorf("SQLite has no users, and migrate prints %q", out)
	}
	w.env["PINGYI_DATABASE"] = "mysql:pingyi@tcp(127.0.0.1:1)/pingyi"
	w.env["PINGYI_MIGRATE_DATABASE"] = "mysql:owner@tcp(127.0.0.1:1)/another"
	_, errs, code := w.command("migrate")
	if code != exitUsage {
		t.Errorf("another database: exit code %d", code)
	}
	contains(t, errs, "PINGYI_MIGRATE_DATABASE: is not the database of PINGYI_DATABASE")
}
