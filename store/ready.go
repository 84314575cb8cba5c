package store

import (
	"context"
	"crypto/rand"
	"errors"
	"slices"

	"pingyi/models"
)

var errReadOnly = errors.New("the database is read-only")

// Ready reports whether the database takes a transaction: it puts a row into a table
// of counters, takes it out again and commits, which leaves nothing and is refused by
// a replica, by a read-only or full database, and by a cluster without quorum. It
// asks MySQL for its variable as well, as an administrator's connections may write to
// a replica all the same.
func (db *DB) Ready(ctx context.Context) error {
	if db.Dialect().IsMySQL() {
		var readOnly string
		if err := db.sql.QueryRowContext(ctx, "SELECT @@GLOBAL.read_only").Scan(&readOnly); err != nil {
			return Fail("ready", err)
		}
		if !slices.Contains([]string{"0", "OFF"}, readOnly) {
			return Fail("ready", errReadOnly)
		}
	}
	if err := db.readSQL.PingContext(ctx); err != nil {
		return Fail("ready", err)
	}
	id, err := models.NewID(rand.Reader) // no two servers meet in a row
	if err != nil {
		return Fail("ready", err)
	}
	tx, err := db.sql.BeginTx(ctx, nil)
	if err != nil {
		return Fail("ready", err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit it does nothing
	const row = "tenant='' AND citizen=? AND day='ready'"
	if _, err = tx.ExecContext(ctx, "INSERT INTO filing_quotas (tenant,citizen,day,filed) VALUES ('',?,'ready',0)", IDBytes(id)); err != nil {
		return Fail("ready", err)
	}
	if _, err = tx.ExecContext(ctx, "DELETE FROM filing_quotas WHERE "+row, IDBytes(id)); err != nil {
		return Fail("ready", err)
	}
	return Fail("ready", tx.Commit())
}
