package store

import (
	"strings"

	"gorm.io/gorm"
)

// Dialect is what differs between the two families of SQL.
type Dialect struct {
	name      string
	folder    string // of its migrations
	Begin     string // starts a batch's transaction; "" where its pool is always in one
	Share     string // locks what a SELECT reads against changes
	ForUpdate string
	several   bool // several statements travel in one packet
}

var (
	mysqlDialect = Dialect{
		name: "mysql", folder: "migrations/mysql",
		// FOR SHARE is unknown to MariaDB; this form all three servers know.
		Share: " LOCK IN SHARE MODE", ForUpdate: " FOR UPDATE", several: true,
	}
	// SQLite has one writer, who holds the write lock from the beginning.
	sqliteDialect = Dialect{name: "sqlite", folder: "migrations/sqlite", Begin: "BEGIN IMMEDIATE"}
)

// IsMySQL reports whether it is that of MySQL and MariaDB.
func (d Dialect) IsMySQL() bool { return d.name == "mysql" }

// CreateOnce puts a row of models in and reports whether it did; false: its key is
// taken, and what holds the key was committed. The transaction goes on. It is how
// evidence is added: the user of a server may not update evidence, which ON DUPLICATE KEY
// UPDATE and a clause of GORM that does nothing at a conflict ask for, and INSERT IGNORE
// would hide every other error.
func CreateOnce(tx *gorm.DB, row any) (added bool, err error) {
	err = tx.Create(row).Error
	if KeyTaken(err) {
		return false, nil
	}
	return err == nil, err
}

// OnConflictKeep ends an INSERT so that a row whose key exists changes nothing,
// and every other error stays one. It needs the right to update the table: see
// CreateOnce for tables that are only added to.
func (d Dialect) OnConflictKeep(column string) string {
	if d.IsMySQL() {
		return " ON DUPLICATE KEY UPDATE " + column + "=" + column
	}
	return " ON CONFLICT DO NOTHING"
}

// OnConflictSet ends an INSERT so that a row whose key exists takes over the
// new values of columns.
func (d Dialect) OnConflictSet(key string, columns ...string) string {
	var b strings.Builder
	d.conflict(&b, key)
	for i, c := range columns {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(c + "=" + d.Inserted(c))
	}
	return b.String()
}

// OnConflictAdd ends an INSERT so that a row whose key exists has the new
// values of columns added to its own.
func (d Dialect) OnConflictAdd(table, key string, columns ...string) string {
	var b strings.Builder
	d.conflict(&b, key)
	for i, c := range columns {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(c + "=" + table + "." + c + "+" + d.Inserted(c))
	}
	return b.String()
}

func (d Dialect) conflict(b *strings.Builder, key string) {
	if d.IsMySQL() {
		b.WriteString(" ON DUPLICATE KEY UPDATE ")
		return
	}
	b.WriteString(" ON CONFLICT (" + key + ") DO UPDATE SET ")
}

// Inserted names the value that an INSERT would have put into a column.
func (d Dialect) Inserted(column string) string {
	if d.IsMySQL() {
		return "VALUES(" + column + ")"
	}
	return "excluded." + column
}

// AnyRow reports whether a query finds a row.
func AnyRow(tx *gorm.DB, query string, args ...any) (bool, error) {
	var rows []string
	err := tx.Raw(query, args...).Scan(&rows).Error
	return len(rows) > 0, err
}

// Increment adds one to a counter's row, locks it, and is its new value.
func (db *DB) Increment(tx *gorm.DB, table, key, column string, args ...any) (int64, error) {
	up := "INSERT INTO " + table + " (" + key + "," + column + ") VALUES " + Tuples(1, len(args)+1) + db.Dialect().OnConflictAdd(table, key, column)
	if err := tx.Exec(up, append(args[:len(args):len(args)], 1)...).Error; err != nil {
		return 0, err
	}
	var n int64
	return n, tx.Raw("SELECT "+column+" FROM "+table+" WHERE ("+key+") = "+Tuples(1, len(args)), args...).Scan(&n).Error
}
