package store

import (
	"context"

	"gorm.io/gorm"
)

// takeToHours cuts the times of complaints, which a server of an earlier release
// wrote exactly, to the full hour. It finds nothing to do where there are none, so
// every `migrate` runs it: such a server may go on beside the migrated schema.
func (db *DB) takeToHours(ctx context.Context) error {
	hour := func(column string) string {
		if db.Dialect().IsMySQL() {
			return column + " = DATE_FORMAT(" + column + ", '%Y-%m-%d %H:00:00')"
		}
		return column + " = substr(" + column + ", 1, 13) || ':00:00.000'"
	}
	return db.Write(ctx, "take times of complaints to hours", func(tx *gorm.DB) error {
		for _, sql := range []string{
			"UPDATE effects SET " + hour("recorded_at") + " WHERE kind = 'complaint' AND recorded_at NOT LIKE '%:00:00.000'",
			"UPDATE complaint_events SET " + hour("happened_at") + " WHERE happened_at NOT LIKE '%:00:00.000'",
			"UPDATE complaints SET " + hour("platform_at") + ", " + hour("received_at") +
				" WHERE platform_at NOT LIKE '%:00:00.000' OR received_at NOT LIKE '%:00:00.000'",
			"UPDATE identities SET " + hour("seen_at") + " WHERE seen_at NOT LIKE '%:00:00.000'",
		} {
			if err := tx.Exec(sql).Error; err != nil {
				return err
			}
		}
		return nil
	})
}
