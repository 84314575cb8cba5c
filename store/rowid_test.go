package store_test

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"pingyi/complaints"
	"pingyi/internal/dbtest"
	"pingyi/models"
	"pingyi/scoring"
	"pingyi/store"
	"pingyi/store/record"
)

// officeOnly are the tables whose rows come from staff, from the platform's account or
// from the program: the order of their insertion tells nothing of a citizen.
var officeOnly = map[string]bool{
	"units": true, "campaigns": true, "methods": true, "scenes": true, "social_cursors": true, "poll_results": true,
	"installation": true, "goose_db_version": true, "sqlite_sequence": true,
}

// A rowid is the order of insertion, which joins an anonymous complaint with its
// author's rating of the same moment.
func TestSQLite_tablesThatCitizensFill_haveNoRowid(t *testing.T) {
	db := dbtest.Migrated(t, dbtest.SQLiteURL(t))
	rows := dbtest.Quads(t, db, "SELECT name, wr, '', '' FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_schema'")
	if len(rows) < 40 {
		t.Fatalf("only %d tables", len(rows))
	}
	for _, r := range rows {
		if name := r[0]; r[1] == "0" && !officeOnly[name] {
			t.Errorf("%s has a rowid", name)
		}
	}
}

// rowsOf are all rows of a table, in the order of SQL's own choice of columns.
func rowsOf(t *testing.T, db *dbtest.DB, table string) []string {
	t.Helper()
	rows, err := db.ReadSQL().QueryContext(t.Context(), "SELECT * FROM "+table)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	columns, err := rows.Columns()
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for rows.Next() {
		cells, into := make([]any, len(columns)), make([]any, len(columns))
		for i := range cells {
			into[i] = &cells[i]
		}
		if err := rows.Scan(into...); err != nil {
			t.Fatal(err)
		}
		line := ""
		for i, c := range columns {
			line += fmt.Sprintf("%s=%v;", c, cells[i])
		}
		list = append(list, line)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

// A database of before the rebuild keeps every row, and what it knew counts on.
func TestSQLite_databaseWithRowids_keepsEveryRow(t *testing.T) {
	before := fstest.MapFS{}
	folder, err := fs.Sub(store.Migrations, "migrations/sqlite")
	if err != nil {
		t.Fatal(err)
	}
	rebuilt := 0
	names, err := fs.Glob(folder, "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_by_key.sql") {
			rebuilt++
			continue
		}
		text, err := fs.ReadFile(folder, name)
		if err != nil {
			t.Fatal(err)
		}
		before[name] = &fstest.MapFile{Data: text}
	}
	db := dbtest.OpenURL(t, dbtest.SQLiteURL(t))
	if err := db.MigrateFrom(t.Context(), before); err != nil {
		t.Fatal(err)
	}
	dbtest.EveryKind(t, db)
	f := dbtest.Filing(t)
	dbtest.File(t, db, f, complaints.Filed)
	if err := db.Remember(t.Context(), models.Identity{Tenant: dbtest.Tenant, Account: "wb_1", Citizen: f.Citizen, SealedID: []byte("s"), SeenAt: models.At(dbtest.Inside)}); err != nil {
		t.Fatal(err)
	}
	if err := db.SetFollowing(t.Context(), dbtest.Tenant, "wb_1", f.Citizen, true, dbtest.Inside); err != nil {
		t.Fatal(err)
	}
	tables := []string{"effects", "effect_answers", "identities", "followers", "complaints", "complaint_contacts", "complaint_links"}
	kept := map[string]map[string]bool{}
	for _, table := range tables {
		kept[table] = map[string]bool{}
		for _, row := range rowsOf(t, db, table) {
			kept[table][row] = true
		}
	}
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, table := range tables {
		now := rowsOf(t, db, table)
		if len(now) != len(kept[table]) || len(now) == 0 {
			t.Errorf("%s has %d rows, had %d", table, len(now), len(kept[table]))
		}
		for _, row := range now {
			if !kept[table][row] {
				t.Errorf("%s: a row is another", table)
			}
		}
	}
	dbtest.Submit(t, dbtest.WriterOn(t, db, record.WriterOptions{}), dbtest.Rating(t, "A01", "5"), scoring.Counted)
	dbtest.WantSound(t, db)
	if rebuilt < 10 {
		t.Errorf("%d tables are rebuilt", rebuilt)
	}
}
