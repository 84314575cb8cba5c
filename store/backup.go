package store

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"os"

	"pingyi/models"
)

// Backup writes a consistent copy of a SQLite database, in use or not, to a file
// that is not there yet and that only its owner reads. models.Conflict: it is
// there; models.Invalid: it cannot be written, or the database is MySQL, which
// has tools of its own.
func (db *DB) Backup(ctx context.Context, file string) error {
	if db.Dialect().IsMySQL() {
		return models.Errorf(models.Invalid, "not_sqlite", "only SQLite is backed up by this command; of MySQL and MariaDB mariadb-dump or mysqldump makes the copy, as docs/backup.md shows")
	}
	if err := createPrivate(file); err != nil {
		return err
	}
	// A connection of its own: a reader beside the writer, for as long as it takes.
	conn, err := sql.Open(sqliteDriver, sqliteDSN(db.path, "_txlock=deferred"))
	if err != nil {
		return Fail("backup", err)
	}
	_, err = conn.ExecContext(ctx, "VACUUM INTO ?", file)
	if err = errors.Join(err, conn.Close()); err != nil {
		return Fail("backup", errors.Join(err, os.Remove(file)))
	}
	return nil
}

// createPrivate makes an empty file that only its owner reads; SQLite would
// leave that to the umask.
func createPrivate(file string) error {
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600) //nolint:gosec // the operator names it
	if errors.Is(err, fs.ErrExist) {
		return models.Errorf(models.Conflict, "file_exists", "%s exists; a backup is written to a new file", file)
	}
	if err != nil {
		return models.Errorf(models.Invalid, "bad_file", "the backup cannot be written: %v", err)
	}
	return f.Close()
}
