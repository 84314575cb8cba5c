package store

import (
	"context"
	"time"

	"gorm.io/gorm"
)

// Clock is what time it is for the database, in UTC, to the millisecond. On
// SQLite that is this machine's own clock.
func (db *DB) Clock(ctx context.Context) (time.Time, error) {
	t, err := db.clock(db.Read(ctx))
	return t, Fail("clock", err)
}

func (db *DB) clock(tx *gorm.DB) (time.Time, error) {
	query := "SELECT strftime('%Y-%m-%d %H:%M:%f', 'now')"
	if db.Dialect().IsMySQL() {
		query = "SELECT DATE_FORMAT(UTC_TIMESTAMP(3), '%Y-%m-%d %H:%i:%s.%f')"
	}
	var said string
	if err := ScanRow(tx.Raw(query), &said); err != nil {
		return time.Time{}, err
	}
	return time.Parse("2006-01-02 15:04:05.999999", said)
}
