package store

import (
	"context"
	"database/sql"
	"errors"
	"io"
	"strings"

	sqldriver "github.com/go-sql-driver/mysql"

	"pingyi/models"
	"pingyi/store/dump"
)

// Restored is what a dump was found to hold.
type Restored struct {
	Tables     int
	Statements int
}

// CheckDump reads a whole dump and runs nothing. Errors are as of RestoreDump.
func CheckDump(ctx context.Context, in io.Reader) (Restored, error) {
	return eachStatement(ctx, in, func(*dump.Statement) error { return nil })
}

// RestoreDump runs a dump on the database, which has to be MySQL and empty; in is SQL,
// not compressed. It keeps one statement in memory at a time. A statement that
// could reach beyond the database is not run, nor any after it: see package dump.
// models.Invalid: the database is SQLite, or the dump is not one of pingyi;
// models.Conflict: the database is not empty. After another error the database is
// filled in part and has to be made anew. No error carries a value of the dump.
func (db *DB) RestoreDump(ctx context.Context, in io.Reader) (done Restored, err error) {
	if !db.Dialect().IsMySQL() {
		return done, models.Errorf(models.Invalid, "not_mysql", "a dump is restored into MySQL or MariaDB; a copy of SQLite is put in the file's place")
	}
	conn, err := db.sql.Conn(ctx)
	if err != nil {
		return done, Fail("restore", err)
	}
	// The dump's settings end with the session.
	defer func() { discard(conn); _ = conn.Close() }()
	if err := (namedLock{}).SessionLock(ctx, conn); err != nil { // no server migrates it meanwhile
		return done, err
	}
	if err := mustBeEmpty(ctx, conn); err != nil {
		return done, err
	}
	// As the tools of MySQL and MariaDB have it: a dump is taken as it was made.
	if _, err := conn.ExecContext(ctx, "SET SESSION lock_wait_timeout = 60"); err != nil {
		return done, Fail("restore", err)
	}
	done, err = eachStatement(ctx, in, func(s *dump.Statement) error {
		if s.Idle {
			return nil
		}
		if _, err := conn.ExecContext(ctx, s.Text); err != nil {
			return Fail("restore", s.At(safe(err)))
		}
		return nil
	})
	if err != nil {
		return done, err
	}
	if _, err := conn.ExecContext(ctx, "COMMIT"); err != nil {
		return done, Fail("restore", err)
	}
	return done, nil
}

// mustBeEmpty looks for anything at all in the database of conn.
func mustBeEmpty(ctx context.Context, conn *sql.Conn) error {
	var n int
	row := conn.QueryRowContext(ctx, "SELECT (SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE())"+
		" + (SELECT COUNT(*) FROM information_schema.routines WHERE routine_schema = DATABASE())")
	if err := row.Scan(&n); err != nil {
		return Fail("restore", err)
	}
	if n > 0 {
		return models.Errorf(models.Conflict, "not_empty", "the database is not empty; a dump is restored into an empty one, never over what is there")
	}
	return nil
}

func eachStatement(ctx context.Context, in io.Reader, do func(*dump.Statement) error) (done Restored, err error) {
	r := dump.NewReader(in)
	for {
		s, err := r.Next()
		switch {
		case errors.Is(err, io.EOF) && done.Tables == 0:
			return done, models.Errorf(models.Invalid, "bad_dump", "the dump holds no table")
		case errors.Is(err, io.EOF):
			return done, nil
		case err != nil:
			return done, models.Errorf(models.Invalid, "bad_dump", "%v", err)
		case ctx.Err() != nil:
			return done, Fail("restore", ctx.Err())
		}
		if err := do(&s); err != nil {
			return done, err
		}
		done.Statements++
		if s.Verb == "CREATE TABLE" {
			done.Tables++
		}
	}
}

// InDatabase is url, of a MySQL, with another database's name.
func InDatabase(url, name string) (string, error) {
	dsn, ok := strings.CutPrefix(url, "mysql:")
	if !ok {
		return "", models.Errorf(models.Invalid, "not_mysql", "is not of MySQL or MariaDB")
	}
	cfg, err := sqldriver.ParseDSN(dsn)
	if err != nil {
		return "", models.Errorf(models.Invalid, "bad_dsn", "is malformed")
	}
	cfg.DBName = name
	return "mysql:" + cfg.FormatDSN(), nil
}
