package store

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"database/sql"

	"pingyi/models"
	"pingyi/scoring"
)

const (
	tenant   = "default"
	campaign = "2017"
)

var (
	opens  = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	closes = time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	inside = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
)

// mysqlServer is the DSN of the server for tests, or skips.
func mysqlServer(t testing.TB) string {
	t.Helper()
	dsn := os.Getenv("PINGYI_TEST_MYSQL_DSN")
	if dsn == "" {
		t.Skip("PINGYI_TEST_MYSQL_DSN is not set")
	}
	return dsn
}

// mysqlURL makes a database of its own for the test and drops it afterwards.
func mysqlURL(t testing.TB) string {
	t.Helper()
	server := mysqlServer(t)
	name := "pingyi_store_" + hex.EncodeToString(randomID(t).bytes()[:6])
	admin, err := sql.Open("mysql", server)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := admin.ExecContext(context.Background(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := admin.ExecContext(context.Background(), "DROP DATABASE "+name); err != nil {
			t.Error(err)
		}
		if err := admin.Close(); err != nil {
			t.Error(err)
		}
	})
	head, tail, _ := strings.Cut(server, "/")
	_, params, _ := strings.Cut(tail, "?")
	return "mysql:" + head + "/" + name + "?" + params
}

func openURL(t testing.TB, url string) *DB {
	t.Helper()
	db, err := Open(t.Context(), Options{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	db.ProveWith(testProver)
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// testProver is the prover of a tenant: an HMAC under the tenant's name.
func testProver(_ context.Context, tenant string) (Prover, error) {
	return func(parts ...string) []byte {
		m := hmac.New(sha256.New, []byte(tenant))
		for _, p := range parts {
			fmt.Fprintf(m, "%d %s", len(p), p)
		}
		return m.Sum(nil)
	}, nil
}

func migrated(t testing.TB, url string) *DB {
	t.Helper()
	db := openURL(t, url)
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return db
}

func sqliteURL(t testing.TB) string {
	t.Helper()
	return "sqlite:" + filepath.Join(t.TempDir(), "test.db")
}

// onBoth runs test on a new SQLite database, and on a new MariaDB one where a
// server is given.
func onBoth(t *testing.T, test func(t *testing.T, db *DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, migrated(t, sqliteURL(t))) })
	t.Run("mysql", func(t *testing.T) { test(t, migrated(t, mysqlURL(t))) })
}

type id models.ID

func (i id) bytes() []byte { return i[:] }

func randomID(t testing.TB) id {
	t.Helper()
	var i id
	if _, err := rand.Read(i[:]); err != nil {
		t.Fatal(err)
	}
	return i
}

func newID(t testing.TB) models.ID { return models.ID(randomID(t)) }

// named is an ID that is the same for the same name.
func named(name string) models.ID {
	var i models.ID
	copy(i[:], fmt.Sprintf("%-16s", name))
	return i
}

// withCampaign creates the campaign with units A01.. and both channels.
func withCampaign(t testing.TB, db *DB, units int) {
	t.Helper()
	c := models.Campaign{
		Tenant: tenant, ID: campaign, Title: "2017年度政风行风评议", Definition: `{}`, OpensAt: at(opens), ClosesAt: at(closes), CreatedAt: at(opens),
		Channels: []models.CampaignChannel{
			{Channel: models.Mobile, FullMarks: "10", Method: "m/1", Account: "gh_1"}, {Channel: models.Social, FullMarks: "4", Method: "s/1", Account: "wb_1"},
		},
	}
	for i := range units {
		c.Units = append(c.Units, models.Unit{Code: fmt.Sprintf("A%02d", i+1), Name: "单位", Class: "政府部门", Type: models.Government})
	}
	if err := db.CreateCampaign(t.Context(), c); err != nil {
		t.Fatal(err)
	}
}

// writerOn runs a writer until the test ends.
func writerOn(t testing.TB, db *DB, o WriterOptions) *Writer {
	t.Helper()
	w := NewWriter(db, o)
	done := make(chan error, 1)
	go func() { done <- w.Run() }()
	t.Cleanup(func() {
		w.Close()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	// Close before Run began would leave Run to find the queue closed, which
	// is fine as well.
	return w
}

// rating is a submission that counts: a new person rates the unit.
func rating(t testing.TB, unit, answers string) scoring.Submission {
	t.Helper()
	a, err := models.ParseAnswers(answers)
	if err != nil {
		t.Fatal(err)
	}
	rid := newID(t)
	return scoring.Submission{
		Tenant: tenant, Campaign: campaign, Channel: models.Mobile, Account: "gh_1", Unit: unit,
		Rating: rid, Person: newID(t), Push: newID(t), Draft: newID(t), Receipt: rid.String()[:19], Answers: a,
		PlatformAt: inside, ReceivedAt: inside.Add(1500 * time.Millisecond), Answer: []byte("answer of " + rid.String()),
	}
}

// again is s as a platform sends it once more: the same push and draft, and
// whatever the server draws anew.
func again(t testing.TB, s scoring.Submission) scoring.Submission {
	t.Helper()
	s.Rating = newID(t)
	s.Receipt = s.Rating.String()[:19]
	s.Answer = []byte("answer of " + s.Rating.String())
	return s
}

// change is a new rating of the same person and unit.
func change(t testing.TB, s scoring.Submission, answers string) scoring.Submission {
	t.Helper()
	n := rating(t, s.Unit, answers)
	n.Person = s.Person
	return n
}

func submit(t testing.TB, w *Writer, s scoring.Submission, want scoring.Verdict) scoring.Ack {
	t.Helper()
	ack, err := w.Submit(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	if ack.Verdict != want {
		t.Fatalf("verdict %d, want %d", ack.Verdict, want)
	}
	return ack
}

// count is how many rows a condition finds.
func count(t testing.TB, db *DB, table, where string, args ...any) int {
	t.Helper()
	var n int
	row := db.ReadSQL().QueryRowContext(context.Background(), "SELECT COUNT(*) FROM "+table+" WHERE "+where, args...)
	if err := row.Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
