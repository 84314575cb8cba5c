package store_test

import (
	"io/fs"
	"sync"
	"testing"
	"testing/fstest"

	"pingyi/internal/dbtest"
	"pingyi/store"
)

// A column or an index may be committed and its version not. MariaDB has a way to
// add a column only where it lacks, MySQL 8 has none.
func TestMigrate_cutOffAfterAColumn_goesOn(t *testing.T) {
	db := dbtest.Migrated(t, dbtest.MySQLURL(t))
	folder, err := fs.Sub(store.Migrations, db.Dialect().Folder())
	if err != nil {
		t.Fatal(err)
	}
	const head = "-- +goose NO TRANSACTION\n-- +goose Up\n"
	more := fstest.MapFS{
		"99996_remark.sql":  {Data: []byte(head + "ALTER TABLE ratings ADD COLUMN remark VARCHAR(64) NULL;\n")},
		"99997_remarks.sql": {Data: []byte(head + "CREATE INDEX ratings_remark ON ratings (tenant, remark);\n")},
		"99998_after.sql":   {Data: []byte(head + "ALTER TABLE ratings ADD COLUMN after_remark VARCHAR(64) NULL;\n")},
	}
	dbtest.Tamper(t, db, "ALTER TABLE ratings ADD COLUMN remark VARCHAR(64) NULL")
	dbtest.Tamper(t, db, "CREATE INDEX ratings_remark ON ratings (tenant, remark)")
	// Two servers find the same cut.
	var group sync.WaitGroup
	for range 2 {
		group.Go(func() {
			if err := db.MigrateFrom(t.Context(), wider{folder, more}); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if n := dbtest.Count(t, db, "goose_db_version", "version_id BETWEEN 99996 AND 99998"); n != 3 {
		t.Errorf("%d versions are noted, want 3", n)
	}
	if n := dbtest.Count(t, db, "information_schema.columns", "table_schema = DATABASE() AND column_name = 'after_remark'"); n != 1 {
		t.Errorf("%d columns of the migration after the cut", n)
	}
}

// A name that is taken is a cut only where the file adds that name and nothing else.
func TestMigrate_columnTakenInALongerStatement_fails(t *testing.T) {
	db := dbtest.Migrated(t, dbtest.MySQLURL(t))
	folder, err := fs.Sub(store.Migrations, db.Dialect().Folder())
	if err != nil {
		t.Fatal(err)
	}
	more := fstest.MapFS{"99996_two.sql": {Data: []byte(
		"-- +goose NO TRANSACTION\n-- +goose Up\nALTER TABLE ratings ADD COLUMN remark VARCHAR(64) NULL, ADD COLUMN other VARCHAR(64) NULL;\n")}}
	dbtest.Tamper(t, db, "ALTER TABLE ratings ADD COLUMN remark VARCHAR(64) NULL")
	if err := db.MigrateFrom(t.Context(), wider{folder, more}); err == nil {
		t.Error("a statement that added nothing counts as done")
	}
	if n := dbtest.Count(t, db, "goose_db_version", "version_id = 99996"); n != 0 {
		t.Error("its version is noted")
	}
}
