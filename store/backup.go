package store

import (
	"context"
	"database/sql"
	"errors"

	"pingyi/models"
)

// Backup writes a consistent copy of a SQLite database, in use or not, to a file
// that is not there yet. models.Invalid: the database is MySQL, which has tools
// of its own.
func (db *DB) Backup(ctx context.Context, file string) error {
	if db.dialect.isMySQL() {
		return models.Errorf(models.Invalid, "not_sqlite", "only SQLite is backed up by this command; use the database's own tools")
	}
	// A connection of its own: a reader beside the writer, for as long as it takes.
	conn, err := sql.Open(sqliteDriver, sqliteDSN(db.path, "_txlock=deferred"))
	if err != nil {
		return fail("backup", err)
	}
	_, err = conn.ExecContext(ctx, "VACUUM INTO ?", file)
	return fail("backup", errors.Join(err, conn.Close()))
}
