package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
	"github.com/pressly/goose/v3/lock"
	sqlite "modernc.org/sqlite"

	"pingyi/models"
)

//go:embed migrations
var migrations embed.FS

// migrationWait is how long a server waits for another one that migrates, and for
// the holder of a table that is to be changed.
const migrationWait = 60 * time.Second

// A statement that changes a table waits until no transaction is open on
// it, and on MySQL everybody who comes later waits behind it, citizens as well. So
// it waits for no longer than tableWait, and lets them pass before it tries again.
const (
	tableWait  = time.Second
	tablePause = 2 * time.Second
)

// Migrate brings the schema to this program's version. Two servers may call it
// at once: the second waits and finds nothing to do. On MySQL, whose DDL
// commits by itself, every file is one statement that may be run again or that
// adds one column or index, so a migration that was cut off goes on where it ended.
// models.Forbidden: the user of the database may not change its schema.
func (db *DB) Migrate(ctx context.Context) (err error) {
	folder, err := fs.Sub(migrations, db.dialect.folder)
	if err != nil {
		return Fail("migrations", err)
	}
	if err = db.migrate(ctx, folder); err == nil {
		err = db.takeToHours(ctx)
	}
	if lacksRight(err) {
		return models.Errorf(models.Forbidden, "may_not_migrate",
			"the user of the database may not change its schema; PINGYI_MIGRATE_DATABASE or PINGYI_MIGRATE_DATABASE_FILE names one who may")
	}
	return err
}

func (db *DB) migrate(ctx context.Context, folder fs.FS) error {
	for start := time.Now(); ; {
		err := db.tryMigrate(ctx, folder)
		if err == nil || faultOf(err) != faultBusy {
			return Fail("migrate", err)
		}
		if time.Since(start) > migrationWait {
			return models.Errorf(models.Unavailable, "table_held",
				"a table that is to be changed has been held for more than %s, by a dump or a long transaction; what is done is kept, run it again later", migrationWait)
		}
		db.logger.WarnContext(ctx, "a table that is to be changed is held, by a dump or a long transaction; trying again")
		select {
		case <-time.After(tablePause):
		case <-ctx.Done():
			return Fail("migrate", ctx.Err())
		}
	}
}

func (db *DB) tryMigrate(ctx context.Context, folder fs.FS) error {
	if err := db.ensureVersions(ctx); err != nil {
		return err
	}
	for {
		err := db.up(ctx, folder)
		version, cut := cutOff(folder, err)
		if !cut {
			return err
		}
		if err := db.noteVersion(ctx, version); err != nil {
			return err
		}
	}
}

func (db *DB) up(ctx context.Context, folder fs.FS) error {
	locker, err := db.locker()
	if err != nil {
		return err
	}
	p, err := db.provider(folder, goose.WithSessionLocker(locker))
	if err != nil {
		return err
	}
	_, err = p.Up(ctx)
	return err
}

// addsOne is the form of a statement that adds one column or index to a table. A
// server that refuses it because the name is taken has run it before.
var addsOne = regexp.MustCompile(`(?is)^(ALTER TABLE \w+ ADD (COLUMN|INDEX|KEY|UNIQUE KEY) |CREATE (UNIQUE )?INDEX )`)

// cutOff reports whether err says that the column or index of a migration is there
// already, and which migration that is. On MySQL the statement commits by itself:
// a program that ended before it noted the version has left both behind.
func cutOff(folder fs.FS, err error) (version int64, cut bool) {
	var partial *goose.PartialError
	if !errors.As(err, &partial) || !nameTaken(err) {
		return 0, false
	}
	text, err := fs.ReadFile(folder, partial.Failed.Source.Path)
	if err != nil {
		return 0, false
	}
	_, statement, _ := strings.Cut(string(text), "-- +goose Up\n")
	one := strings.Count(statement, ";") == 1 && strings.Count(strings.ToUpper(statement), "ADD ") <= 1
	return partial.Failed.Source.Version, one && addsOne.MatchString(statement)
}

// nameTaken reports whether a table has the column or index already that a statement
// adds.
func nameTaken(err error) bool {
	var my *mysql.MySQLError
	var lite *sqlite.Error
	switch {
	case errors.As(err, &my):
		return my.Number == 1060 || my.Number == 1061
	case errors.As(err, &lite): // it has no code of its own
		return strings.Contains(lite.Error(), "duplicate column name")
	}
	return false
}

// ensureVersions makes goose's table of versions and its row of version 0. Left to
// goose, they are made before it asks for the lock, so of two servers one finds the
// other's table without the row and fails; and on MySQL, where each is committed by
// itself, so does everybody after a cut between the two.
func (db *DB) ensureVersions(ctx context.Context) error {
	return db.noteVersion(ctx, 0)
}

// noteVersion puts a version into goose's table, once, under the lock of migrations.
func (db *DB) noteVersion(ctx context.Context, version int64) (err error) {
	locker, err := db.locker()
	if err != nil {
		return err
	}
	versions, err := database.NewStore(db.gooseDialect(), goose.DefaultTablename)
	if err != nil {
		return err
	}
	conn, err := db.sql.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	if err := locker.SessionLock(ctx, conn); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, locker.SessionUnlock(context.WithoutCancel(ctx), conn)) }()
	exists, err := db.hasTable(ctx, goose.DefaultTablename)
	if err != nil {
		return err
	}
	if !exists {
		if err := versions.CreateVersionTable(ctx, conn); err != nil {
			return err
		}
	}
	_, err = versions.GetMigration(ctx, conn, version)
	if errors.Is(err, database.ErrVersionNotFound) {
		err = versions.Insert(ctx, conn, database.InsertRequest{Version: version})
	}
	return err
}

// SchemaVersion is the version the database is at, 0 where it is empty, and
// the one this program has.
func (db *DB) SchemaVersion(ctx context.Context) (current, newest int64, err error) {
	folder, err := fs.Sub(migrations, db.dialect.folder)
	if err != nil {
		return 0, 0, Fail("migrations", err)
	}
	p, err := db.provider(folder)
	if err != nil {
		return 0, 0, err
	}
	for _, s := range p.ListSources() {
		newest = max(newest, s.Version)
	}
	exists, err := db.hasTable(ctx, goose.DefaultTablename)
	if err != nil || !exists {
		return 0, newest, err
	}
	row := db.readSQL.QueryRowContext(ctx, "SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version")
	if err := row.Scan(&current); err != nil {
		return 0, newest, Fail("schema version", err)
	}
	return current, newest, nil
}

// NeedsMigration reports whether the schema lacks any of this program's files.
// A newer one is none of its faults: upgrades expand before they contract.
func (db *DB) NeedsMigration(ctx context.Context) (bool, error) {
	current, newest, err := db.SchemaVersion(ctx)
	if err != nil || current < newest {
		return true, err
	}
	folder, err := fs.Sub(migrations, db.dialect.folder)
	if err != nil {
		return false, Fail("migrations", err)
	}
	p, err := db.provider(folder)
	if err != nil {
		return false, err
	}
	var applied int64
	row := db.readSQL.QueryRowContext(ctx, "SELECT COUNT(DISTINCT version_id) FROM goose_db_version WHERE version_id BETWEEN 1 AND ?", newest)
	if err := row.Scan(&applied); err != nil {
		return false, Fail("schema version", err)
	}
	return applied < int64(len(p.ListSources())), nil
}

func (db *DB) hasTable(ctx context.Context, name string) (bool, error) {
	query := "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = ?"
	if db.Dialect().IsMySQL() {
		query = "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = ?"
	}
	var n int
	if err := db.readSQL.QueryRowContext(ctx, query, name).Scan(&n); err != nil {
		return false, Fail("look for a table", err)
	}
	return n > 0, nil
}

func (db *DB) provider(folder fs.FS, o ...goose.ProviderOption) (*goose.Provider, error) {
	p, err := goose.NewProvider(db.gooseDialect(), db.sql, folder, append(o,
		goose.WithSlog(db.logger), goose.WithDisableGlobalRegistry(true),
		// Files only ever add, so one that was merged late is applied late.
		goose.WithAllowOutofOrder(true))...)
	if err != nil {
		return nil, Fail("migrations", err)
	}
	return p, nil
}

func (db *DB) gooseDialect() goose.Dialect {
	if db.Dialect().IsMySQL() {
		return goose.DialectMySQL
	}
	return goose.DialectSQLite3
}

func (db *DB) locker() (lock.SessionLocker, error) {
	if db.Dialect().IsMySQL() {
		return namedLock{}, nil
	}
	if err := makePrivate(db.path + ".migrating"); err != nil {
		return nil, Fail("migration lock", err)
	}
	side, err := sql.Open(sqliteDriver, sqliteDSN(db.path+".migrating", "_txlock=exclusive"))
	if err != nil {
		return nil, Fail("migration lock", err)
	}
	return &sideLock{db: side}, nil
}

// namedLock is MySQL's GET_LOCK: the server lets it go when the session ends,
// however the program ended.
type namedLock struct{}

const lockName = "CONCAT('pingyi.', SHA1(DATABASE()))"

func (namedLock) SessionLock(ctx context.Context, conn *sql.Conn) error {
	// The session that has the lock is the one that migrates.
	if _, err := conn.ExecContext(ctx, "SET SESSION lock_wait_timeout = ?", int64(tableWait/time.Second)); err != nil {
		return Fail("migration lock", err)
	}
	var got sql.NullInt64
	row := conn.QueryRowContext(ctx, "SELECT GET_LOCK("+lockName+", ?)", int64(migrationWait/time.Second))
	if err := row.Scan(&got); err != nil {
		return Fail("migration lock", err)
	}
	if got.Int64 != 1 {
		return migrating()
	}
	return nil
}

func migrating() error {
	return models.Errorf(models.Unavailable, "migrating", "another server has been migrating for more than %s", migrationWait)
}

func (namedLock) SessionUnlock(ctx context.Context, conn *sql.Conn) error {
	if _, err := conn.ExecContext(ctx, "SET SESSION lock_wait_timeout = DEFAULT"); err != nil {
		return Fail("migration unlock", err)
	}
	var freed sql.NullInt64
	if err := conn.QueryRowContext(ctx, "SELECT RELEASE_LOCK("+lockName+")").Scan(&freed); err != nil {
		return Fail("migration unlock", err)
	}
	return nil
}

// sideLock is a write lock on a second, empty SQLite file: goose opens a
// transaction a migration, so the database's own lock is free in between. The
// system lets it go when the process ends.
type sideLock struct {
	db *sql.DB
	tx *sql.Tx
}

func (l *sideLock) SessionLock(ctx context.Context, _ *sql.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, migrationWait)
	defer cancel()
	for {
		// Not under ctx: the lock must outlive this call.
		tx, err := l.db.BeginTx(context.WithoutCancel(ctx), nil)
		if err == nil {
			l.tx = tx
			return nil
		}
		if faultOf(err) != faultBusy {
			return Fail("migration lock", errors.Join(err, l.db.Close()))
		}
		if ctx.Err() != nil {
			return errors.Join(migrating(), l.db.Close())
		}
	}
}

func (l *sideLock) SessionUnlock(context.Context, *sql.Conn) error {
	if err := errors.Join(l.tx.Rollback(), l.db.Close()); err != nil {
		return fmt.Errorf("migration unlock: %w", err)
	}
	return nil
}
