package store_test

import (
	"fmt"
	"testing"

	"pingyi/internal/dbtest"

	"gorm.io/gorm"
)

// A server that became read-only in a failover is left for the one that took
// over: the transaction is run again, on a new connection.
func TestWrite_serverBecameReadOnly_runsAgainElsewhere(t *testing.T) {
	db := dbtest.Migrated(t, dbtest.MySQLURL(t))
	for _, number := range []int{1290, 1792, 1836} {
		var on []int64
		err := db.Write(t.Context(), "test", func(tx *gorm.DB) error {
			var id int64
			if err := tx.Raw("SELECT CONNECTION_ID()").Scan(&id).Error; err != nil {
				return err
			}
			if on = append(on, id); len(on) > 1 {
				return nil
			}
			return tx.Exec(fmt.Sprintf("SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = %d, MESSAGE_TEXT = 'read only'", number)).Error
		})
		if err != nil || len(on) != 2 || on[0] == on[1] {
			t.Errorf("error %d: ran on the connections %v, %v", number, on, err)
		}
	}
}
