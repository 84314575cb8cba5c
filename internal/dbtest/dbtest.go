package dbtest

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
	"pingyi/store"
	"pingyi/store/proof"
	"pingyi/store/record"
)

// Of the campaign of the tests.
const (
	Tenant   = "default"
	Campaign = "2017"
)

// When the campaign of the tests is open, and a time inside of it.
var (
	Opens  = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	Closes = time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	Inside = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
)

// MySQLServer is the DSN of the server for tests, or skips.
func MySQLServer(t testing.TB) string {
	t.Helper()
	dsn := os.Getenv("PINGYI_TEST_MYSQL_DSN")
	if dsn == "" {
		t.Skip("PINGYI_TEST_MYSQL_DSN is not set")
	}
	return dsn
}

// MySQLURL makes a database of its own for the test and drops it afterwards.
func MySQLURL(t testing.TB) string {
	t.Helper()
	server := MySQLServer(t)
	name := "pingyi_store_" + hex.EncodeToString(RandomBytes(t)[:6])
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

// OpenURL opens a database until the test ends.
func OpenURL(t testing.TB, url string) *DB {
	t.Helper()
	opened, err := store.Open(t.Context(), store.Options{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	db := On(opened)
	db.ProveWith(Prover)
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

// Prover is the prover of a tenant: an HMAC under the tenant's name.
func Prover(_ context.Context, tenant string) (proof.Prover, error) {
	return func(parts ...string) []byte {
		m := hmac.New(sha256.New, []byte(tenant))
		for _, p := range parts {
			fmt.Fprintf(m, "%d %s", len(p), p)
		}
		return m.Sum(nil)
	}, nil
}

// Migrated opens a database and migrates it.
func Migrated(t testing.TB, url string) *DB {
	t.Helper()
	db := OpenURL(t, url)
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return db
}

// SQLiteURL names a file of its own for the test.
func SQLiteURL(t testing.TB) string {
	t.Helper()
	return "sqlite:" + filepath.Join(t.TempDir(), "test.db")
}

// OnBoth runs test on a new SQLite database, and on a new MariaDB one where a
// server is given.
func OnBoth(t *testing.T, test func(t *testing.T, db *DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, Migrated(t, SQLiteURL(t))) })
	t.Run("mysql", func(t *testing.T) { test(t, Migrated(t, MySQLURL(t))) })
}

// RandomBytes are 16 bytes that no other call returns.
func RandomBytes(t testing.TB) []byte {
	t.Helper()
	b := make([]byte, 16)
	if _, err := rand.Read(b); err != nil {
		t.Fatal(err)
	}
	return b
}

// NewID draws an ID.
func NewID(t testing.TB) models.ID { return models.ID(RandomBytes(t)) }

// Named is an ID that is the same for the same name.
func Named(name string) models.ID {
	var i models.ID
	copy(i[:], fmt.Sprintf("%-16s", name))
	return i
}

// WithCampaign creates the campaign with units A01.. and both channels.
func WithCampaign(t testing.TB, db *DB, units int) {
	t.Helper()
	c := models.Campaign{
		Tenant: Tenant, ID: Campaign, Title: "2017年度政风行风评议", Definition: `{}`, OpensAt: models.At(Opens), ClosesAt: models.At(Closes), CreatedAt: models.At(Opens),
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

// WriterOn runs a writer until the test ends.
func WriterOn(t testing.TB, db *DB, o record.WriterOptions) *record.Writer {
	t.Helper()
	w := record.NewWriter(db.RecordStore, o)
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

// Rating is a submission that counts: a new person rates the unit.
func Rating(t testing.TB, unit, answers string) scoring.Submission {
	t.Helper()
	a, err := models.ParseAnswers(answers)
	if err != nil {
		t.Fatal(err)
	}
	rid := NewID(t)
	return scoring.Submission{
		Tenant: Tenant, Campaign: Campaign, Channel: models.Mobile, Account: "gh_1", Unit: unit,
		Rating: rid, Person: NewID(t), Push: NewID(t), Draft: NewID(t), Receipt: rid.String()[:19], Answers: a,
		PlatformAt: Inside, ReceivedAt: Inside.Add(1500 * time.Millisecond), Answer: []byte("answer of " + rid.String()),
	}
}

// Again is s as a platform sends it once more: the same push and draft, and
// what the server draws anew.
func Again(t testing.TB, s scoring.Submission) scoring.Submission {
	t.Helper()
	s.Rating = NewID(t)
	s.Receipt = s.Rating.String()[:19]
	s.Answer = []byte("answer of " + s.Rating.String())
	return s
}

// Change is a new rating of the same person and unit.
func Change(t testing.TB, s scoring.Submission, answers string) scoring.Submission {
	t.Helper()
	n := Rating(t, s.Unit, answers)
	n.Person = s.Person
	return n
}

// Submit confirms a rating and fails on another verdict.
func Submit(t testing.TB, w *record.Writer, s scoring.Submission, want scoring.Verdict) scoring.Ack {
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

// Count is how many rows a condition finds.
func Count(t testing.TB, db *DB, table, where string, args ...any) int {
	t.Helper()
	var n int
	row := db.ReadSQL().QueryRowContext(context.Background(), "SELECT COUNT(*) FROM "+table+" WHERE "+where, args...)
	if err := row.Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
