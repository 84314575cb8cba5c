package store_test

import (
	"os"
	"strings"
	"testing"

	"pingyi/internal/dbtest"
)

func TestReady_leavesNothing(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		for range 3 {
			if err := db.Ready(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		dbtest.WantRows(t, db, map[string]int{"filing_quotas": 0})
	})
}

func TestReady_fileOfSQLiteReadOnly_isNotReady(t *testing.T) {
	url := dbtest.SQLiteURL(t)
	db := dbtest.Migrated(t, url)
	if _, err := db.SQL().ExecContext(t.Context(), "PRAGMA query_only = 1"); err != nil {
		t.Fatal(err)
	}
	if err := db.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := db.Ready(t.Context()); err == nil {
		t.Error("a database that takes no write is ready")
	}
	if _, err := os.Stat(strings.TrimPrefix(url, "sqlite:")); err != nil {
		t.Error(err)
	}
}

// A server that refuses every transaction is not ready, though it answers.
func TestReady_serverRefusesWrites_isNotReady(t *testing.T) {
	url := dbtest.MySQLURL(t)
	dbtest.Migrated(t, url)
	p, through := dbtest.NewProxy(t, url)
	db := dbtest.OpenURL(t, through)
	for _, c := range []struct {
		number uint16
		at     string
	}{{1290, "filing_quotas"}, {1047, "filing_quotas"}, {1114, "filing_quotas"}, {1180, ""}, {1836, ""}} {
		p.Refuse(c.number, -1, c.at)
		if err := db.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := db.Ready(t.Context()); err == nil {
			t.Errorf("a database that answers %d is ready", c.number)
		}
		p.Refuse(0, 0, "")
		if err := db.Ready(t.Context()); err != nil {
			t.Errorf("after %d: %v", c.number, err)
		}
	}
}
