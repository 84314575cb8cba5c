package store

import (
	"context"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func TestMigrate_twoServersAtOnce_once(t *testing.T) {
	for name, url := range map[string]func(testing.TB) string{"sqlite": sqliteURL, "mysql": mysqlURL} {
		t.Run(name, func(t *testing.T) {
			u := url(t)
			first, second := openURL(t, u), openURL(t, u)
			if needs, err := first.NeedsMigration(t.Context()); err != nil || !needs {
				t.Errorf("an empty database: %t, %v", needs, err)
			}
			var group sync.WaitGroup
			for _, db := range []*DB{first, second, first, second} {
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
			files, err := fs.Glob(migrations, first.dialect.folder+"/*.sql")
			if err != nil {
				t.Fatal(err)
			}
			if n := count(t, first, "goose_db_version", "1=1"); n != len(files)+1 { // version 0 as well
				t.Errorf("%d migrations recorded, want %d", n, len(files)+1)
			}
		})
	}
}

// On MySQL a statement may be committed and its version not: the program died
// in between. The same file is then run again.
func TestMigrate_cutOffAnywhere_goesOn(t *testing.T) {
	onBothEmpty(t, func(t *testing.T, db *DB) {
		folder, err := fs.Sub(migrations, db.dialect.folder)
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
			if err := db.migrate(t.Context(), part); err != nil {
				t.Fatal(err)
			}
			version, err := strconv.Atoi(name[:5])
			if err != nil {
				t.Fatal(err)
			}
			tamper(t, db, fmt.Sprintf("DELETE FROM goose_db_version WHERE version_id = %d", version))
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
	onBothEmpty(t, func(t *testing.T, db *DB) {
		if err := db.ensureVersions(t.Context()); err != nil {
			t.Fatal(err)
		}
		tamper(t, db, "DELETE FROM goose_db_version")
		if err := db.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := count(t, db, "goose_db_version", "version_id = 0"); n != 1 {
			t.Errorf("version 0 is there %d times", n)
		}
		if needs, err := db.NeedsMigration(t.Context()); err != nil || needs {
			t.Errorf("needs %t, %v", needs, err)
		}
	})
}

// A file of a lower number may be merged after one of a higher.
func TestMigrate_fileMergedLate_isAppliedLate(t *testing.T) {
	onBothEmpty(t, func(t *testing.T, db *DB) {
		if err := db.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		tamper(t, db, "DELETE FROM goose_db_version WHERE version_id = 3")
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
	names, err := fs.Glob(migrations, "migrations/mysql/*.sql")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		text, err := fs.ReadFile(migrations, name)
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(text), ";"); n != 1 {
			t.Errorf("%s: %d statements", name, n)
		}
		if _, err := fs.Stat(migrations, strings.Replace(name, "mysql", "sqlite", 1)); err != nil {
			t.Error(err)
		}
	}
}

func TestSchema_bothDialectsAreOne(t *testing.T) {
	lite, my := migrated(t, sqliteURL(t)), migrated(t, mysqlURL(t))
	a, b := schemaOf(t, lite), schemaOf(t, my)
	if len(a) < 20 {
		t.Fatalf("only %d tables", len(a))
	}
	if diff := cmp.Diff(a, b, cmp.AllowUnexported(logicalTable{})); diff != "" {
		t.Errorf("sqlite and mysql differ (-sqlite +mysql):\n%s", diff)
	}
	for name, table := range b {
		if name == "installation" || name == "job_runs" { // of all tenants
			continue
		}
		if _, ok := table.columns["tenant"]; !ok {
			t.Errorf("%s belongs to no tenant", name)
		}
	}
}

// onBothEmpty is onBoth before any migration.
func onBothEmpty(t *testing.T, test func(t *testing.T, db *DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, openURL(t, sqliteURL(t))) })
	t.Run("mysql", func(t *testing.T) { test(t, openURL(t, mysqlURL(t))) })
}

// logicalTable is a table freed of its dialect.
type logicalTable struct {
	columns map[string]string // name: type, and whether it may be NULL
	keys    []string          // "primary a,b", "unique a,b", "index a,b"
}

func schemaOf(t testing.TB, db *DB) map[string]logicalTable {
	t.Helper()
	columns := `SELECT m.name, p.name, p.type, CASE p."notnull" WHEN 1 THEN 'NO' ELSE 'YES' END
 FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE 'goose_%'`
	keys := `SELECT m.name, i.name, CASE WHEN i.origin = 'pk' THEN 'primary' WHEN i."unique" THEN 'unique' ELSE 'index' END, c.name
 FROM sqlite_master m JOIN pragma_index_list(m.name) i JOIN pragma_index_info(i.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'goose_%'
 ORDER BY m.name, i.name, c.seqno`
	if db.Dialect().isMySQL() {
		columns = `SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns
 WHERE table_schema = DATABASE() AND table_name NOT LIKE 'goose%'`
		keys = `SELECT table_name, index_name, CASE WHEN index_name = 'PRIMARY' THEN 'primary' WHEN non_unique = 0 THEN 'unique' ELSE 'index' END, column_name
 FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name NOT LIKE 'goose%' ORDER BY table_name, index_name, seq_in_index`
	}
	tables := map[string]logicalTable{}
	for _, r := range quads(t, db, columns) {
		table, ok := tables[r[0]]
		if !ok {
			table = logicalTable{columns: map[string]string{}}
		}
		table.columns[r[1]] = logicalType(t, r[1], r[2]) + " null " + r[3]
		tables[r[0]] = table
	}
	indexes := map[[3]string][]string{}
	for _, r := range quads(t, db, keys) {
		k := [3]string{r[0], r[1], r[2]}
		indexes[k] = append(indexes[k], r[3])
	}
	for k, parts := range indexes {
		table := tables[k[0]]
		table.keys = append(table.keys, k[2]+" "+strings.Join(parts, ","))
		slices.Sort(table.keys)
		tables[k[0]] = table
	}
	return tables
}

func quads(t testing.TB, db *DB, query string) [][4]string {
	t.Helper()
	rows, err := db.ReadSQL().QueryContext(context.Background(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := rows.Close(); err != nil {
			t.Error(err)
		}
	}()
	var list [][4]string
	for rows.Next() {
		var r [4]string
		if err := rows.Scan(&r[0], &r[1], &r[2], &r[3]); err != nil {
			t.Fatal(err)
		}
		list = append(list, r)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

// logicalType is the same for what both dialects store alike. SQLite keeps times
// as text; their columns end in _at in both.
func logicalType(t testing.TB, column, declared string) string {
	t.Helper()
	switch strings.ToLower(declared) {
	case "varbinary", "mediumblob", "blob":
		return "bytes"
	case "varchar", "mediumtext", "text":
		if strings.HasSuffix(column, "_at") || column == "planned_close" {
			return "time"
		}
		return "text"
	case "bigint", "tinyint", "integer":
		return "integer"
	case "datetime":
		return "time"
	}
	t.Errorf("the type %q of %s is new", declared, column)
	return declared
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
