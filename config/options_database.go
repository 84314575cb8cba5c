package config

import (
	"strings"

	"github.com/go-sql-driver/mysql"
)

// SQL splits PINGYI_DATABASE into "sqlite" and a path, or "mysql" and
// go-sql-driver's DSN.
func (o *Options) SQL() (driver, source string) {
	driver, source, _ = strings.Cut(string(o.Database), ":")
	return driver, source
}

// Owner is the database by way of the user who may change its schema, and the option
// that names it.
func (o *Options) Owner() (url, option string) {
	if o.MigrateDatabase != "" {
		return string(o.MigrateDatabase), "PINGYI_MIGRATE_DATABASE"
	}
	return string(o.Database), "PINGYI_DATABASE"
}

func isDatabase(s string) bool {
	driver, source, _ := strings.Cut(s, ":")
	switch driver {
	case "sqlite":
		return source != ""
	case "mysql":
		dsn, err := mysql.ParseDSN(source)
		return err == nil && dsn.DBName != ""
	}
	return false
}

// sameDatabase keeps a migration to the database that the server uses. The hosts may
// differ: one of the two may be a socket.
func (f *Faults) sameDatabase(o *Options) {
	owner := string(o.MigrateDatabase)
	if owner == "" || !isDatabase(owner) || !isDatabase(string(o.Database)) {
		return // not set, or a fault of its own
	}
	if name := mysqlDatabase(owner); name == "" || name != mysqlDatabase(string(o.Database)) {
		f.add("PINGYI_MIGRATE_DATABASE", "is not the database of PINGYI_DATABASE; expected the same one by way of another user of MySQL or MariaDB")
	}
}

// mysqlDatabase is the name of the database, or "" where it is none of MySQL.
func mysqlDatabase(s string) string {
	source, ok := strings.CutPrefix(s, "mysql:")
	if !ok {
		return ""
	}
	dsn, err := mysql.ParseDSN(source)
	if err != nil {
		return ""
	}
	return dsn.DBName
}

func redactDatabase(s string) string {
	driver, source, _ := strings.Cut(s, ":")
	if driver == "sqlite" {
		return s
	}
	dsn, err := mysql.ParseDSN(source)
	if driver != "mysql" || err != nil {
		return setMark
	}
	return "mysql:" + dsn.User + "@" + dsn.Net + "(" + dsn.Addr + ")/" + dsn.DBName
}
