package store_test

import (
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pingyi/models"
	"pingyi/store"
)

func modes(t *testing.T, dir string) map[string]fs.FileMode {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]fs.FileMode{}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			t.Fatal(err)
		}
		found[e.Name()] = info.Mode().Perm()
	}
	return found
}

func TestSQLite_everyFile_isItsOwnersAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "folder", "test.db")
	db, err := store.Open(t.Context(), store.Options{URL: "sqlite:" + path})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	found := modes(t, filepath.Dir(path))
	for _, name := range []string{"test.db", "test.db-wal", "test.db-shm"} {
		if _, ok := found[name]; !ok {
			t.Errorf("there is no %s among %v", name, found)
		}
	}
	for name, mode := range found {
		if mode != store.PrivateFile {
			t.Errorf("%s has the mode %v", name, mode)
		}
	}
}

func TestSQLite_filesThatOthersRead_areTightened(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	open := func() *store.DB {
		db, err := store.Open(t.Context(), store.Options{URL: "sqlite:" + path, Logger: slog.New(slog.DiscardHandler)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		return db
	}
	first := open()
	if err := first.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name := range modes(t, filepath.Dir(path)) {
		if err := os.Chmod(filepath.Join(filepath.Dir(path), name), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := open().SchemaVersion(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, mode := range modes(t, filepath.Dir(path)) {
		if mode != store.PrivateFile {
			t.Errorf("%s has the mode %v", name, mode)
		}
	}
}

func TestSQLite_existingAskedForAndNone_isNamedAndNotMade(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "folder")
	path := filepath.Join(dir, "test.db")
	_, err := store.Open(t.Context(), store.Options{URL: "sqlite:" + path, Existing: true})
	if models.CodeOf(err) != "no_database" || !strings.Contains(err.Error(), path) {
		t.Errorf("%v", err)
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("the folder was made: %v", err)
	}
}
