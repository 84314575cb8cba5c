package store

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"pingyi/models"
)

// Table is the table of the rows T, a struct of models. Statements written by hand take
// their columns and values from it, so that a column that is added to T is in all of
// them.
type Table[T schema.Tabler] struct {
	columns []string
	fields  [][]int // of T, by column
}

// TableOf returns the table of T. It panics where T is no row, and is meant for the
// variables of a package.
func TableOf[T schema.Tabler]() Table[T] {
	s, err := schema.Parse(new(T), &sync.Map{}, schema.NamingStrategy{})
	if err != nil {
		panic(fmt.Sprintf("a row of type %T: %v", *new(T), err))
	}
	var t Table[T]
	for _, f := range s.Fields {
		t.columns = append(t.columns, f.DBName)
		t.fields = append(t.fields, f.StructField.Index)
	}
	return t
}

// Columns are those of the table, in the order of T.
func (t Table[T]) Columns() []string { return slices.Clone(t.columns) }

// Into begins an INSERT of whole rows: "INSERT INTO ratings (tenant,campaign,...)".
func (t Table[T]) Into() string {
	var row T
	return "INSERT INTO " + row.TableName() + " (" + strings.Join(t.columns, ",") + ")"
}

// Values are what a row binds, by column, as a driver takes it.
func (t Table[T]) Values(row *T) []any { return t.bind(nil, row) }

func (t Table[T]) bind(args []any, row *T) []any {
	v := reflect.ValueOf(row).Elem()
	for _, f := range t.fields {
		args = append(args, bound(v.FieldByIndex(f)))
	}
	return args
}

// bound is a field as a driver takes it.
func bound(v reflect.Value) any {
	switch x := v.Addr().Interface().(type) {
	case *models.ID:
		return IDBytes(*x)
	case *models.Time:
		return TimeText(x.Time)
	case *[]byte:
		if *x == nil {
			return nil
		}
		return *x
	}
	switch v.Kind() { //nolint:exhaustive // rows have no others
	case reflect.String:
		return v.String()
	case reflect.Pointer:
		if v.IsNil() {
			return nil
		}
		return bound(v.Elem())
	case reflect.Int, reflect.Int64:
		return v.Int()
	}
	return v.Interface()
}

// Insert puts rows in; tail ends the statement, as OnConflictKeep does. Without rows it
// is the empty statement.
func (t Table[T]) Insert(rows []T, tail string) Statement {
	if len(rows) == 0 {
		return Statement{}
	}
	args := make([]any, 0, len(rows)*len(t.columns))
	for i := range rows {
		args = t.bind(args, &rows[i])
	}
	return Statement{SQL: t.Into() + " VALUES " + Tuples(len(rows), len(t.columns)) + tail, Args: args}
}

// InsertThrough puts one row in. The value of a column goes through a subquery, whose
// first placeholder is the value; args are for its others.
func (t Table[T]) InsertThrough(row *T, column, subquery string, args ...any) Statement {
	at := slices.Index(t.columns, column)
	places := strings.Split(strings.Repeat("?", len(t.columns)), "")
	places[at] = "(" + subquery + ")"
	values := t.Values(row)
	return Statement{
		SQL:  t.Into() + " VALUES (" + strings.Join(places, ",") + ")",
		Args: slices.Concat(values[:at+1], args, values[at+1:]),
	}
}

// Put puts a row in within tx; tail ends the statement, as OnConflictKeep does.
func (t Table[T]) Put(tx *gorm.DB, row T, tail string) *gorm.DB {
	s := t.Insert([]T{row}, tail)
	return tx.Exec(s.SQL, s.Args...)
}
