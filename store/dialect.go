package store

import "strings"

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

// onConflictKeep ends an INSERT so that a row whose key exists changes nothing,
// and every other error stays one. INSERT IGNORE would hide those.
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
