package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"pingyi/internal/dbtest"
	"pingyi/models"
	"pingyi/store"
)

// TestGrants_everyTableOfTheSchema_hasItsRights fails where a migration adds a table
// whose rights nobody thought of.
func TestGrants_everyTableOfTheSchema_hasItsRights(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		query := "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
		if db.Dialect().IsMySQL() {
			query = "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()"
		}
		tables := texts(t, db.SQL(), query)
		var granted []string
		for _, g := range store.Grants() {
			granted = append(granted, g.Table)
		}
		slices.Sort(tables)
		slices.Sort(granted)
		if !slices.Equal(tables, granted) {
			t.Errorf("tables of the schema\n%v\nand of the grants\n%v", tables, granted)
		}
	})
}

// TestGrants_evidence_isAddedToAlone names the evidence once more, so that no right on
// it is slipped in.
func TestGrants_evidence_isAddedToAlone(t *testing.T) {
	rights := map[string]string{}
	for _, g := range store.Grants() {
		rights[g.Table] = g.Rights
	}
	for _, table := range []string{
		"effects", "ratings", "rating_ends", "rating_reasons", "rating_provenances", "rating_withdrawals", "rating_exclusions", "complaints",
		"complaint_events", "public_ratings", "public_seals", "social_readings", "social_retractions", "poll_results",
	} {
		if got, found := rights[table]; !found || got != "INSERT" {
			t.Errorf("%s: %q, want INSERT alone", table, got)
		}
	}
	if rights["attestations"] != "" {
		t.Errorf("attestations: %q; they are made by migrate --attest alone", rights["attestations"])
	}
	if strings.Contains(rights["wrapped_keys"], "DELETE") {
		t.Error("a key of persons could be deleted with its row")
	}
}

func TestGrants_user_isUserAndHostAndNothingElse(t *testing.T) {
	for _, good := range []string{"pingyi@127.0.0.1", "pingyi@%", "pingyi_2@10.0.0.0/255.255.255.0", "pingyi@::1", "pingyi@localhost"} {
		if _, err := store.Account(good); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{"", "pingyi", "pingyi@", "@%", "pi'ngyi@%", "pingyi@% IDENTIFIED BY 'x'", "a@b; DROP TABLE ratings", "a@b\nc", `a\@b`} {
		if _, err := store.Account(bad); models.KindOf(err) != models.Invalid {
			t.Errorf("%q: %v, want invalid", bad, err)
		}
	}
}

// secondUser makes a user with the rights that migrate prints, and opens the database
// as it; owner is the migrated database.
func secondUser(t testing.TB, url string, owner *dbtest.DB) *dbtest.DB {
	t.Helper()
	c, err := mysql.ParseDSN(strings.TrimPrefix(url, "mysql:"))
	if err != nil {
		t.Fatal(err)
	}
	user := "pingyi_" + dbtest.NewID(t).String()[:12]
	list, err := owner.Grants(t.Context(), user+"@%")
	if err != nil {
		t.Fatal(err)
	}
	c.User, c.Passwd = user, dbtest.NewID(t).String()
	if _, err := owner.SQL().ExecContext(t.Context(), "CREATE USER '"+user+"'@'%' IDENTIFIED BY '"+c.Passwd+"'"); err != nil {
		t.Skip("the user of PINGYI_TEST_MYSQL_DSN may not make users: ", err)
	}
	for _, s := range list {
		if _, err := owner.SQL().ExecContext(t.Context(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	t.Cleanup(func() {
		if _, err := owner.SQL().ExecContext(context.Background(), "DROP USER '"+user+"'@'%'"); err != nil {
			t.Error(err)
		}
	})
	return dbtest.OpenURL(t, "mysql:"+c.FormatDSN())
}

// TestGrants_serverAsTheSecondUser_doesEverythingButChangeEvidence: the flows of a
// server and of its upkeep as the user with the printed rights, then what MariaDB
// refuses it.
func TestGrants_serverAsTheSecondUser_doesEverythingButChangeEvidence(t *testing.T) {
	url := dbtest.MySQLURL(t)
	owner := dbtest.Migrated(t, url)
	db := secondUser(t, url, owner)
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	ctx, now := t.Context(), dbtest.Inside.Add(time.Hour)
	must(db.CheckGrants(ctx))
	must(db.RecordInstallation(ctx, models.ProductionInstallation, now))
	must(db.EnsureTenant(ctx, dbtest.Tenant, "市", now))
	must(db.EnsureTenant(ctx, dbtest.Tenant, "市", now))
	must(db.AddMethod(ctx, models.Method{Tenant: dbtest.Tenant, ID: "m/1", Body: "{}", CreatedAt: models.At(now)}))
	must(db.AddMethod(ctx, models.Method{Tenant: dbtest.Tenant, ID: "m/1", Body: "{}", CreatedAt: models.At(now)}))
	must(db.ApproveMethod(ctx, dbtest.Tenant, "m/1", "office", now))
	dbtest.WithCampaign(t, db, 3)
	if _, err := db.ApproveCampaign(ctx, dbtest.Tenant, dbtest.Campaign, "office", "test", now); err != nil {
		t.Fatal(err)
	}
	draft := models.Campaign{
		Tenant: dbtest.Tenant, ID: "draft", Title: "d", Definition: "{}", OpensAt: models.At(dbtest.Closes), ClosesAt: models.At(dbtest.Closes.Add(time.Hour)), CreatedAt: models.At(now),
		Units: []models.Unit{{Code: "A01"}}, Channels: []models.CampaignChannel{{Channel: models.Mobile, FullMarks: "10", Method: "m/1", Account: "gh_1"}},
	}
	must(db.CreateCampaign(ctx, draft))
	must(db.DeleteCampaign(ctx, dbtest.Tenant, "draft"))
	secondUserRates(t, db)
	secondUserFiles(t, db)
	secondUserReadsInPublic(t, db)
	secondUserRehashes(t, db)
	secondUserKeeps(t, db)
	if _, err := db.Seal(ctx, dbtest.Tenant, dbtest.Campaign, dbtest.Closes.Add(2*time.Minute)); err != nil {
		t.Fatal(err)
	}
	if _, err := db.SealPublic(ctx, dbtest.Tenant, dbtest.Campaign, dbtest.Closes.Add(240*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, err := db.Settle(ctx, dbtest.Tenant, dbtest.Campaign, dbtest.Closes.Add(300*time.Hour)); err != nil {
		t.Fatal(err)
	}
	must(db.Repair(ctx, dbtest.Tenant, dbtest.Campaign))
	dbtest.WantSound(t, db)
	may, err := db.MayAlterEvidence(ctx)
	if err != nil || may {
		t.Errorf("the second user may alter evidence: %v, %v", may, err)
	}
	if may, err = owner.MayAlterEvidence(ctx); err != nil || !may {
		t.Errorf("the owner may alter evidence: %v, %v", may, err)
	}
	refusesTheRest(t, owner, db)
}

// columnsOf are the columns that a right names, or "" for all of a table.
var columnsOf = regexp.MustCompile(`UPDATE(?: \(([a-z_, ]+)\))?`)

// refusesTheRest tries every column and every table, and what would change the schema.
func refusesTheRest(t *testing.T, owner, db *dbtest.DB) {
	t.Helper()
	before := map[string]string{}
	for _, g := range store.Grants() {
		columns := texts(t, owner.SQL(), "SELECT column_name FROM information_schema.columns WHERE table_schema=DATABASE() AND table_name=?", g.Table)
		before[g.Table] = checksum(t, owner, g.Table)
		may := columnsOf.FindStringSubmatch(g.Rights)
		for _, c := range columns {
			allowed := len(may) > 1 && (may[1] == "" || slices.Contains(strings.Split(may[1], ", "), c))
			wantRight(t, db, allowed, fmt.Sprintf("UPDATE %s SET %s=%s WHERE 1=0", g.Table, c, c))
		}
		wantRight(t, db, strings.Contains(g.Rights, "DELETE"), "DELETE FROM "+g.Table+" WHERE 1=0")
		wantRight(t, db, strings.Contains(g.Rights, "INSERT"), "INSERT INTO "+g.Table+" SELECT * FROM "+g.Table+" WHERE 1=0")
		for _, ddl := range []string{"ALTER TABLE %s ADD COLUMN x INT", "DROP TABLE %s", "TRUNCATE %s", "CREATE TRIGGER x BEFORE INSERT ON %s FOR EACH ROW SET @x=1", "CREATE INDEX x ON %s (" + columns[0] + ")"} {
			wantRight(t, db, false, fmt.Sprintf(ddl, g.Table))
		}
	}
	wantRight(t, db, false, "CREATE TABLE more (id INT)")
	after := map[string]string{}
	for table := range before {
		after[table] = checksum(t, owner, table)
	}
	if !maps.Equal(before, after) {
		t.Error("a refused statement changed something")
	}
	// The kind that matters, on rows that are there.
	for _, s := range []string{
		"UPDATE ratings SET answers='555'", "DELETE FROM rating_withdrawals", "UPDATE effects SET proof=NULL", "DELETE FROM rating_exclusions", "UPDATE complaint_events SET on_time=1",
		"UPDATE poll_results SET body='[]'", "DELETE FROM wrapped_keys", "UPDATE attestations SET row_count=0", "REPLACE INTO rating_ends SELECT * FROM rating_ends",
		"INSERT INTO ratings SELECT * FROM ratings ON DUPLICATE KEY UPDATE answers='555'",
	} {
		wantRight(t, db, false, s)
	}
}

func wantRight(t *testing.T, db *dbtest.DB, allowed bool, statement string) {
	t.Helper()
	_, err := db.SQL().ExecContext(t.Context(), statement)
	var refused *mysql.MySQLError
	if lacks := errors.As(err, &refused) && (refused.Number == 1142 || refused.Number == 1143); lacks == allowed {
		t.Errorf("%s: %v, allowed %v", statement, err, allowed)
	}
}

func checksum(t *testing.T, db *dbtest.DB, table string) string {
	t.Helper()
	var name string
	var sum sql.NullString
	if err := db.SQL().QueryRowContext(t.Context(), "CHECKSUM TABLE "+table).Scan(&name, &sum); err != nil {
		t.Fatal(err)
	}
	return sum.String
}

func texts(t *testing.T, db *sql.DB, query string, args ...any) (list []string) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		list = append(list, s)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

// TestPages_noGrantAllAndNoPasswordOnACommandLine: what an operator copies from a page
// grants no more than is needed, and shows no password to the machine's other users.
func TestPages_noGrantAllAndNoPasswordOnACommandLine(t *testing.T) {
	never := regexp.MustCompile(`(?i)\bGRANT ALL\b|MYSQL_PWD|--password|\bMYSQL_USER:|\b(?:mysql|mariadb)[a-z-]*\b[^|\n]* -p|redis-cli[^|\n]* -a |\b(?:mysql|mariadb) -e [^\n]*IDENTIFIED`)
	for _, said := range []string{"GRANT ALL ON x", "mysql -u root -psecret", "mariadb-dump --single-transaction -p x", "mariadb -e \"CREATE USER a IDENTIFIED BY 'x'\"", "redis-cli -a x"} {
		if !never.MatchString(said) {
			t.Errorf("%q would be taken", said)
		}
	}
	pages, err := filepath.Glob("../docs/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatal(pages, err)
	}
	drills, err := filepath.Glob("../docs/drills/*.md")
	if err != nil {
		t.Fatal(err)
	}
	pages = append(append(pages, drills...), "../README.md", "../README.zh-CN.md", "../CONTRIBUTING.md", "../compose.yaml", "../config/pingyi.env.example")
	for _, page := range pages {
		if filepath.Base(page) == "proof.md" {
			continue // it says what stood on the others before
		}
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for i, line := range strings.Split(string(text), "\n") {
			if never.MatchString(line) {
				t.Errorf("%s:%d: %s", page, i+1, line)
			}
		}
	}
}
