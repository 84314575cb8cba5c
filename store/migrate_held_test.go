package store_test

import (
	"io/fs"
	"testing"
	"testing/fstest"
	"time"

	"pingyi/internal/dbtest"
	"pingyi/store"
)

// A dump or a report holds a table that a migration is to change. Whoever rates
// meanwhile waits for no longer than the migration does, and it goes on by itself.
func TestMigrate_tableIsHeld_nobodyWaitsForItLongAndItGoesOn(t *testing.T) {
	url := dbtest.MySQLURL(t)
	db, holder, citizen := dbtest.Migrated(t, url), dbtest.OpenURL(t, url), dbtest.OpenURL(t, url)
	folder, err := fs.Sub(store.Migrations, db.Dialect().Folder())
	if err != nil {
		t.Fatal(err)
	}
	tx, err := holder.SQL().BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var n int
	if err := tx.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM ratings").Scan(&n); err != nil {
		t.Fatal(err)
	}
	const held = store.TableWait + store.TablePause + store.TableWait/2 // two tries
	time.AfterFunc(held, func() { _ = tx.Rollback() })
	start := time.Now()
	done := make(chan error, 1)
	go func() {
		done <- db.MigrateFrom(t.Context(), wider{folder, fstest.MapFS{"99999_wider.sql": {Data: []byte(
			"-- +goose NO TRANSACTION\n-- +goose Up\nALTER TABLE ratings ADD COLUMN remark VARCHAR(64) NULL;\n")}}})
	}()
	longest, asked := time.Duration(0), 0
	for {
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			// Two seconds more: the machine may be busy.
			if took := time.Since(start); took < held || asked == 0 || longest > store.TableWait+2*time.Second {
				t.Errorf("held for %s, migrated after %s; meanwhile %d asked and waited up to %s", held, took, asked, longest)
			}
			if n := dbtest.Count(t, db, "information_schema.columns", "table_schema = DATABASE() AND column_name = 'remark'"); n != 1 {
				t.Errorf("%d columns were added", n)
			}
			return
		case <-time.After(10 * time.Millisecond):
		}
		before := time.Now()
		if err := citizen.SQL().QueryRowContext(t.Context(), "SELECT COUNT(*) FROM ratings").Scan(&n); err != nil {
			t.Fatal(err)
		}
		longest, asked = max(longest, time.Since(before)), asked+1
	}
}

// wider is a folder of migrations with further files.
type wider struct {
	fs.FS
	more fstest.MapFS
}

func (w wider) Open(name string) (fs.File, error) {
	if _, ok := w.more[name]; ok {
		return w.more.Open(name)
	}
	return w.FS.Open(name)
}

func (w wider) ReadDir(name string) ([]fs.DirEntry, error) {
	list, err := fs.ReadDir(w.FS, name)
	more, moreErr := w.more.ReadDir(name)
	if err == nil {
		err = moreErr
	}
	return append(list, more...), err
}
