package store

import (
	"context"
	"io/fs"
)

// Migrations are those of every dialect.
var Migrations = migrations

// Bounds and modes that tests of this package look at.
const (
	TableWait   = tableWait
	TablePause  = tablePause
	PrivateFile = privateFile
)

// Folder is where the migrations of a dialect stand in Migrations.
func (d Dialect) Folder() string { return d.folder }

// MigrateFrom migrates to what a folder holds.
func (db *DB) MigrateFrom(ctx context.Context, folder fs.FS) error { return db.migrate(ctx, folder) }

// EnsureVersions makes the table of versions.
func (db *DB) EnsureVersions(ctx context.Context) error { return db.ensureVersions(ctx) }

// Grant is what the server's user may do with a table.
type Grant struct{ Table, Rights string }

// Grants are the rights of the server's user.
func Grants() []Grant {
	var list []Grant
	for _, g := range grants() {
		list = append(list, Grant{g.table, g.rights})
	}
	return list
}
