package dbtest

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"
)

// OnBothEmpty is OnBoth before any migration.
func OnBothEmpty(t *testing.T, test func(t *testing.T, db *DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, OpenURL(t, SQLiteURL(t))) })
	t.Run("mysql", func(t *testing.T) { test(t, OpenURL(t, MySQLURL(t))) })
}

// LogicalTable is a table freed of its dialect.
type LogicalTable struct {
	Columns map[string]string // name: type, and whether it may be NULL
	Keys    []string          // "primary a,b", "unique a,b", "index a,b"
}

// SchemaOf reads the tables of a database.
func SchemaOf(t testing.TB, db *DB) map[string]LogicalTable {
	t.Helper()
	columns := `SELECT m.name, p.name, p.type, CASE p."notnull" WHEN 1 THEN 'NO' ELSE 'YES' END
 FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE 'goose_%'`
	keys := `SELECT m.name, i.name, CASE WHEN i.origin = 'pk' THEN 'primary' WHEN i."unique" THEN 'unique' ELSE 'index' END, c.name
 FROM sqlite_master m JOIN pragma_index_list(m.name) i JOIN pragma_index_info(i.name) c WHERE m.type = 'table' AND m.name NOT LIKE 'goose_%'
 ORDER BY m.name, i.name, c.seqno`
	if db.Dialect().IsMySQL() {
		columns = `SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns
 WHERE table_schema = DATABASE() AND table_name NOT LIKE 'goose%'`
		keys = `SELECT table_name, index_name, CASE WHEN index_name = 'PRIMARY' THEN 'primary' WHEN non_unique = 0 THEN 'unique' ELSE 'index' END, column_name
 FROM information_schema.statistics WHERE table_schema = DATABASE() AND table_name NOT LIKE 'goose%' ORDER BY table_name, index_name, seq_in_index`
	}
	tables := map[string]LogicalTable{}
	for _, r := range Quads(t, db, columns) {
		table, ok := tables[r[0]]
		if !ok {
			table = LogicalTable{Columns: map[string]string{}}
		}
		table.Columns[r[1]] = logicalType(t, r[1], r[2]) + " null " + r[3]
		tables[r[0]] = table
	}
	indexes := map[[3]string][]string{}
	for _, r := range Quads(t, db, keys) {
		k := [3]string{r[0], r[1], r[2]}
		indexes[k] = append(indexes[k], r[3])
	}
	for k, parts := range indexes {
		table := tables[k[0]]
		table.Keys = append(table.Keys, k[2]+" "+strings.Join(parts, ","))
		slices.Sort(table.Keys)
		tables[k[0]] = table
	}
	return tables
}

// Quads reads rows of four texts.
func Quads(t testing.TB, db *DB, query string) [][4]string {
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

// Sorted are the keys of m in order.
func Sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
