package store

import (
	"context"
	"time"
)

// Clock is what time it is for the database, in UTC, to the millisecond. On
// SQLite that is this machine's own clock.
func (db *DB) Clock(ctx context.Context) (time.Time, error) {
	query := "SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')"
	if db.dialect.isMySQL() {
		query = "SELECT DATE_FORMAT(UTC_TIMESTAMP(3), '%Y-%m-%d %H:%i:%s.%f')"
	}
	var said string
	if err := db.readSQL.QueryRowContext(ctx, query).Scan(&said); err != nil {
		return time.Time{}, fail("clock", err)
	}
	t, err := time.Parse("2006-01-02 15:04:05.999999", said)
	return t, fail("clock", err)
}
