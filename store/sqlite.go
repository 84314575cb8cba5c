package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"runtime"

	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	driver "modernc.org/sqlite"

	"pingyi/models"
)

// sqliteDriver is the name modernc.org/sqlite registers.
const sqliteDriver = "sqlite"

// Extended result codes of SQLite, https://www.sqlite.org/rescode.html.
const (
	sqliteBusy       = 5
	sqliteLocked     = 6
	sqliteInterrupt  = 9
	sqliteIOErr      = 10
	sqlitePrimaryKey = 1555
	sqliteUnique     = 2067
	sqliteNotNull    = 1299
)

// sqliteDialector adds the translation of duplicate keys: gorm's own reads the
// error of a driver that needs cgo.
type sqliteDialector struct{ sqlite.Dialector }

// Translate turns a duplicate key into gorm.ErrDuplicatedKey.
func (d sqliteDialector) Translate(err error) error {
	var e *driver.Error
	if errors.As(err, &e) && (e.Code() == sqlitePrimaryKey || e.Code() == sqliteUnique) {
		return gorm.ErrDuplicatedKey
	}
	return err
}

// openSQLite opens one connection that writes, and a pool that reads. The
// writer begins every transaction with the write lock, so that none has to
// upgrade; readers see a snapshot and do not wait (WAL).
func (db *DB) openSQLite(ctx context.Context, path string, existing bool) error {
	if path == ":memory:" {
		return errors.New("sqlite needs a file: a database in memory is lost with its connection")
	}
	db.dialect, db.path = sqliteDialect, path
	var err error
	if existing {
		err = SQLiteExists(path)
	} else {
		err = makePrivate(path)
	}
	if err != nil {
		return err
	}
	tighten(ctx, db.logger, path)
	if db.sql, err = sql.Open(sqliteDriver, sqliteDSN(path, "_txlock=immediate")); err != nil {
		return fmt.Errorf("open sqlite: %w", err)
	}
	db.sql.SetMaxOpenConns(1)
	db.batch = db.sql
	if db.readSQL, err = sql.Open(sqliteDriver, sqliteDSN(path, "_pragma=query_only(1)")); err != nil {
		return fmt.Errorf("open sqlite: %w", err)
	}
	db.readSQL.SetMaxOpenConns(max(4, runtime.NumCPU()))
	if db.Gorm, err = openGorm(sqliteDialector{sqlite.Dialector{Conn: db.sql}}, db.logger); err != nil {
		return err
	}
	db.read, err = openGorm(sqliteDialector{sqlite.Dialector{Conn: db.readSQL}}, db.logger)
	return err
}

// SQLiteExists is an error of kind models.NotFound that names a SQLite file which is
// not there.
func SQLiteExists(path string) error {
	switch info, err := os.Stat(path); {
	case errors.Is(err, fs.ErrNotExist):
		return models.Errorf(models.NotFound, "no_database", "there is no database %s", path)
	case err != nil:
		return fmt.Errorf("open sqlite: %w", err)
	case info.IsDir():
		return fmt.Errorf("open sqlite: %s is a folder", path)
	}
	return nil
}

func sqliteDSN(path, extra string) string {
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}).String() +
		"?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)&" + extra
}
