package store_test

import (
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm/schema"

	"pingyi/internal/dbtest"
	"pingyi/models"
)

// Each table has its struct in models, with every column, its kind of value, whether
// it may be NULL, its bound, and the primary key: a reader of models has read the
// schema.
func TestModels_areTheMigratedSchema(t *testing.T) {
	dbtest.OnBothEmpty(t, func(t *testing.T, db *dbtest.DB) {
		if err := db.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		want := dbtest.SchemaOf(t, db)
		got := map[string]dbtest.LogicalTable{}
		for _, row := range models.Tables() {
			s, err := schema.Parse(row, &sync.Map{}, schema.NamingStrategy{})
			if err != nil {
				t.Fatal(err)
			}
			got[s.Table] = structOf(t, s)
		}
		for name, table := range want {
			table.Keys = slices.DeleteFunc(table.Keys, func(k string) bool { return !strings.HasPrefix(k, "primary ") })
			want[name] = table
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(dbtest.LogicalTable{})); diff != "" {
			t.Errorf("(-schema +models)\n%s", diff)
		}
	})
}

// SQLite has no bounds, so these are MariaDB's.
func TestModels_haveTheBoundsOfTheSchema(t *testing.T) {
	want, got := map[string]string{}, map[string]string{}
	for _, r := range dbtest.Quads(t, dbtest.Migrated(t, dbtest.MySQLURL(t)), `SELECT table_name, column_name, character_maximum_length, '' FROM information_schema.columns
 WHERE table_schema = DATABASE() AND data_type IN ('varchar', 'varbinary') AND table_name NOT LIKE 'goose%'`) {
		want[r[0]+"."+r[1]] = r[2]
	}
	for _, row := range models.Tables() {
		s, err := schema.Parse(row, &sync.Map{}, schema.NamingStrategy{})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range s.Fields {
			switch size := f.TagSettings["SIZE"]; {
			case f.FieldType == reflect.TypeFor[models.ID]():
				got[s.Table+"."+f.DBName] = strconv.Itoa(len(models.ID{}))
			case size != "":
				got[s.Table+"."+f.DBName] = size
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-schema +models)\n%s", diff)
	}
}

// structOf is the table that a struct says there is.
func structOf(t *testing.T, s *schema.Schema) dbtest.LogicalTable {
	t.Helper()
	table := dbtest.LogicalTable{Columns: map[string]string{}}
	for _, f := range s.Fields {
		if f.DBName == "" { // of another table
			continue
		}
		null := "NO"
		if _, may := f.Tag.Lookup("null"); may {
			null = "YES"
		}
		table.Columns[f.DBName] = kindOf(t, f) + " null " + null
	}
	var key []string
	for _, f := range s.PrimaryFields {
		key = append(key, f.DBName)
	}
	if len(key) > 0 {
		table.Keys = []string{"primary " + strings.Join(key, ",")}
	}
	return table
}

func kindOf(t *testing.T, f *schema.Field) string {
	t.Helper()
	switch f.DataType {
	case schema.Bool, schema.Int, schema.Uint:
		return "integer"
	case schema.String:
		return "text"
	case schema.Bytes:
		return "bytes"
	case schema.Time:
		return "time"
	}
	t.Errorf("%s.%s is a %s, which no table has", f.Schema.Name, f.Name, f.DataType)
	return string(f.DataType)
}

func TestModels_everyTableIsListedOnce(t *testing.T) {
	seen := map[string]bool{}
	for _, row := range models.Tables() {
		s, err := schema.Parse(row, &sync.Map{}, schema.NamingStrategy{})
		if err != nil {
			t.Fatal(err)
		}
		if seen[s.Table] {
			t.Errorf("%s twice", s.Table)
		}
		seen[s.Table] = true
	}
	if len(seen) < 40 {
		t.Errorf("only %v", slices.Sorted(maps.Keys(seen)))
	}
}
