package store

import (
	"strings"

	"gorm.io/gorm"
)

// dialect is what differs between the two families of SQL.
type dialect struct {
	name      string
	folder    string // of its migrations
	begin     string // starts a batch's transaction; "" where its pool is always in one
	share     string // locks what a SELECT reads against changes
	forUpdate string
	several   bool // several statements travel in one packet
}

var (
	mysqlDialect = dialect{
		name: "mysql", folder: "migrations/mysql",
		// FOR SHARE is unknown to MariaDB; this form all three servers know.
		share: " LOCK IN SHARE MODE", forUpdate: " FOR UPDATE", several: true,
	}
	// SQLite has one writer, who holds the write lock from the beginning.
	sqliteDialect = dialect{name: "sqlite", folder: "migrations/sqlite", begin: "BEGIN IMMEDIATE"}
)

func (d dialect) isMySQL() bool { return d.name == "mysql" }

// addOnce runs an INSERT of one row and reports whether it put the row in; false: its
// key is taken, and what holds the key was committed. The transaction goes on. It is
// how evidence is added: the user of a server may not update evidence, which ON
// DUPLICATE KEY UPDATE asks for, and INSERT IGNORE would hide every other error.
func addOnce(tx *gorm.DB, insert string, args ...any) (added bool, err error) {
	done := tx.Exec(insert, args...)
	if keyTaken(done.Error) {
		return false, nil
	}
	return done.Error == nil, done.Error
}

// createOnce is addOnce for a row of a model. A clause of gorm that does nothing at a
// conflict asks for UPDATE as well.
func createOnce(tx *gorm.DB, row any) (added bool, err error) {
	err = tx.Create(row).Error
	if keyTaken(err) {
		return false, nil
	}
	return err == nil, err
}

// onConflictKeep ends an INSERT so that a row whose key exists changes nothing,
// and every other error stays one. It needs the right to update the table: see
// addOnce for tables that are only added to.
func (d dialect) onConflictKeep(column string) string {
	if d.isMySQL() {
		return " ON DUPLICATE KEY UPDATE " + column + "=" + column
	}
	return " ON CONFLICT DO NOTHING"
}

// onConflictSet ends an INSERT so that a row whose key exists takes over the
// new values of columns.
func (d dialect) onConflictSet(key string, columns ...string) string {
	var b strings.Builder
	d.conflict(&b, key)
	for i, c := range columns {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(c + "=" + d.inserted(c))
	}
	return b.String()
}

// onConflictAdd ends an INSERT so that a row whose key exists has the new
// values of columns added to its own.
func (d dialect) onConflictAdd(table, key string, columns ...string) string {
	var b strings.Builder
	d.conflict(&b, key)
	for i, c := range columns {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(c + "=" + table + "." + c + "+" + d.inserted(c))
	}
	return b.String()
}

func (d dialect) conflict(b *strings.Builder, key string) {
	if d.isMySQL() {
		b.WriteString(" ON DUPLICATE KEY UPDATE ")
		return
	}
	b.WriteString(" ON CONFLICT (" + key + ") DO UPDATE SET ")
}

func (d dialect) inserted(column string) string {
	if d.isMySQL() {
		return "VALUES(" + column + ")"
	}
	return "excluded." + column
}

func anyRow(tx *gorm.DB, query string, args ...any) (bool, error) {
	var rows []string
	err := tx.Raw(query, args...).Scan(&rows).Error
	return len(rows) > 0, err
}

// increment adds one to a counter's row, locks it, and is its new value.
func (db *DB) increment(tx *gorm.DB, table, key, column string, args ...any) (int64, error) {
	up := "INSERT INTO " + table + " (" + key + "," + column + ") VALUES " + tuples(1, len(args)+1) + db.Dialect().onConflictAdd(table, key, column)
	if err := tx.Exec(up, append(args[:len(args):len(args)], 1)...).Error; err != nil {
		return 0, err
	}
	var n int64
	return n, tx.Raw("SELECT "+column+" FROM "+table+" WHERE ("+key+") = "+tuples(1, len(args)), args...).Scan(&n).Error
}
