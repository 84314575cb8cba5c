package store_test

import (
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"pingyi/internal/dbtest"
	"pingyi/store"

	"github.com/google/go-cmp/cmp"
)

func TestMigrate_twoServersAtOnce_once(t *testing.T) {
	for name, url := range map[string]func(testing.TB) string{"sqlite": dbtest.SQLiteURL, "mysql": dbtest.MySQLURL} {
		t.Run(name, func(t *testing.T) {
			u := url(t)
			first, second := dbtest.OpenURL(t, u), dbtest.OpenURL(t, u)
			if needs, err := first.NeedsMigration(t.Context()); err != nil || !needs {
				t.Errorf("an empty database: %t, %v", needs, err)
			}
			var group sync.WaitGroup
			for _, db := range []*dbtest.DB{first, second, first, second} {
				group.Go(func() {
					if err := db.Migrate(t.Context()); err != nil {
						t.Error(err)
					}
				})
			}
			group.Wait()
			current, newest, err := second.SchemaVersion(t.Context())
			if err != nil || current != newest || newest == 0 {
				t.Errorf("version %d of %d, %v", current, newest, err)
			}
			files, err := fs.Glob(store.Migrations, first.Dialect().Folder()+"/*.sql")
			if err != nil {
				t.Fatal(err)
			}
			if n := dbtest.Count(t, first, "goose_db_version", "1=1"); n != len(files)+1 { // version 0 as well
				t.Errorf("%d migrations recorded, want %d", n, len(files)+1)
			}
		})
	}
}

// On MySQL a statement may be committed and its version not: the program died
// in between. The same file is then run again.
func TestMigrate_cutOffAnywhere_goesOn(t *testing.T) {
	dbtest.OnBothEmpty(t, func(t *testing.T, db *dbtest.DB) {
		folder, err := fs.Sub(store.Migrations, db.Dialect().Folder())
		if err != nil {
			t.Fatal(err)
		}
		names, err := fs.Glob(folder, "*.sql")
		if err != nil {
			t.Fatal(err)
		}
		part := fstest.MapFS{}
		for i, name := range names {
			text, err := fs.ReadFile(folder, name)
			if err != nil {
				t.Fatal(err)
			}
			part[name] = &fstest.MapFile{Data: text}
			if i%5 != 0 {
				continue
			}
			if err := db.MigrateFrom(t.Context(), part); err != nil {
				t.Fatal(err)
			}
			version, err := strconv.Atoi(name[:5])
			if err != nil {
				t.Fatal(err)
			}
			dbtest.Tamper(t, db, fmt.Sprintf("DELETE FROM goose_db_version WHERE version_id = %d", version))
		}
		if err := db.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		if needs, err := db.NeedsMigration(t.Context()); err != nil || needs {
			t.Errorf("needs %t, %v", needs, err)
		}
	})
}

// The table of versions may be committed and its first row not.
func TestMigrate_cutOffBeforeTheFirstVersion_goesOn(t *testing.T) {
	dbtest.OnBothEmpty(t, func(t *testing.T, db *dbtest.DB) {
		if err := db.EnsureVersions(t.Context()); err != nil {
			t.Fatal(err)
		}
		dbtest.Tamper(t, db, "DELETE FROM goose_db_version")
		if err := db.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := dbtest.Count(t, db, "goose_db_version", "version_id = 0"); n != 1 {
			t.Errorf("version 0 is there %d times", n)
		}
		if needs, err := db.NeedsMigration(t.Context()); err != nil || needs {
			t.Errorf("needs %t, %v", needs, err)
		}
	})
}

// A file of a lower number may be merged after one of a higher.
func TestMigrate_fileMergedLate_isAppliedLate(t *testing.T) {
	dbtest.OnBothEmpty(t, func(t *testing.T, db *dbtest.DB) {
		if err := db.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		dbtest.Tamper(t, db, "DELETE FROM goose_db_version WHERE version_id = 3")
		if needs, err := db.NeedsMigration(t.Context()); err != nil || !needs {
			t.Errorf("needs %t, %v", needs, err)
		}
		if err := db.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		if needs, err := db.NeedsMigration(t.Context()); err != nil || needs {
			t.Errorf("needs %t, %v", needs, err)
		}
	})
}

func TestMigrations_mysqlHasOneStatementAFile(t *testing.T) {
	names, err := fs.Glob(store.Migrations, "migrations/mysql/*.sql")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(store.Migrations, name)
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(text), ";"); n != 1 {
			t.Errorf("%s: %d statements", name, n)
		}
		if _, err := fs.Stat(store.Migrations, strings.Replace(name, "mysql", "sqlite", 1)); err != nil {
			t.Error(err)
		}
	}
}

func TestSchema_bothDialectsAreOne(t *testing.T) {
	lite, my := dbtest.Migrated(t, dbtest.SQLiteURL(t)), dbtest.Migrated(t, dbtest.MySQLURL(t))
	a, b := dbtest.SchemaOf(t, lite), dbtest.SchemaOf(t, my)
	if len(a) < 20 {
		t.Fatalf("only %d tables", len(a))
	}
	if diff := cmp.Diff(a, b, cmp.AllowUnexported(dbtest.LogicalTable{})); diff != "" {
		t.Errorf("sqlite and mysql differ (-sqlite +mysql):\n%s", diff)
	}
	for name, table := range b {
		if name == "installation" || name == "job_runs" { // of all tenants
			continue
		}
		if _, ok := table.Columns["tenant"]; !ok {
			t.Errorf("%s belongs to no tenant", name)
		}
	}
}
