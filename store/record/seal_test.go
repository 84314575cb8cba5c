package record_test

import (
	"strings"
	"testing"
	"time"

	"pingyi/internal/dbtest"
	"pingyi/models"
	"pingyi/scoring"
	"pingyi/store/record"
)

func TestSeal_onceAndForGood(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 3)
		w := dbtest.WriterOn(t, db, record.WriterOptions{})
		s := dbtest.Rating(t, "A01", "54321")
		dbtest.Submit(t, w, s, scoring.Counted)
		due, err := db.DueForSeal(t.Context(), dbtest.Closes.Add(scoring.CloseGrace))
		if err != nil || len(due) != 0 {
			t.Errorf("due while a rating may arrive: %v, %v", due, err)
		}
		due, err = db.DueForSeal(t.Context(), dbtest.Closes.Add(scoring.CloseGrace+time.Second))
		if err != nil || len(due) != 1 || due[0] != (models.CampaignKey{Tenant: dbtest.Tenant, Campaign: dbtest.Campaign}) {
			t.Errorf("due: %v, %v", due, err)
		}
		for i, want := range []bool{true, false} {
			if set, err := db.Seal(t.Context(), dbtest.Tenant, dbtest.Campaign, dbtest.Closes.Add(2*time.Minute+time.Duration(i))); err != nil || set != want {
				t.Errorf("call %d: %t, %v", i+1, set, err)
			}
		}
		if _, err := db.Seal(t.Context(), dbtest.Tenant, "1999", dbtest.Closes); models.KindOf(err) != models.NotFound {
			t.Errorf("unknown campaign: %v", err)
		}
		dbtest.Submit(t, w, dbtest.Rating(t, "A01", "54321"), scoring.TooLate)
		dbtest.Withdraw(t, db, dbtest.Withdrawal(t, s), scoring.TooLate)
		dbtest.Submit(t, w, dbtest.Again(t, s), scoring.Repeat)
		dbtest.WantRows(t, db, map[string]int{"effects": 1, "ratings": 1, "live_ratings": 1})
		if due, err := db.DueForSeal(t.Context(), dbtest.Closes.AddDate(1, 0, 0)); err != nil || len(due) != 0 {
			t.Errorf("due behind the seal: %v, %v", due, err)
		}
	})
}

// A rating's transaction is held open by a lock on the tally row that it needs
// last. The seal must wait for it; a rating that comes while the seal waits
// must not get in front of the seal's back.
func TestSeal_waitsForAnOpenRating_andNothingCommitsBehindIt(t *testing.T) {
	db := dbtest.Migrated(t, dbtest.MySQLURL(t))
	dbtest.WithCampaign(t, db, 3)
	w := dbtest.WriterOn(t, db, record.WriterOptions{Writers: 2})
	dbtest.Submit(t, w, dbtest.Rating(t, "A01", "54321"), scoring.Counted)

	blocker, err := db.SQL().BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := blocker.ExecContext(t.Context(), "UPDATE tallies SET received=received WHERE unit='A01'"); err != nil {
		t.Fatal(err)
	}
	open := make(chan scoring.Ack, 1)
	go func() {
		ack, err := w.Submit(t.Context(), dbtest.Rating(t, "A01", "55555"))
		if err != nil {
			t.Error(err)
		}
		open <- ack
	}()
	awaitLockWait(t, db, "INSERT INTO tallies")
	sealed := make(chan error, 1)
	go func() {
		set, err := db.Seal(t.Context(), dbtest.Tenant, dbtest.Campaign, dbtest.Inside)
		if err == nil && !set {
			t.Error("the seal was not set by this call")
		}
		sealed <- err
	}()
	awaitLockWait(t, db, "UPDATE `campaigns`")
	select {
	case err := <-sealed:
		t.Fatalf("the seal did not wait for the open rating: %v", err)
	default:
	}
	if err := blocker.Rollback(); err != nil {
		t.Fatal(err)
	}
	if ack := <-open; ack.Verdict != scoring.Counted {
		t.Errorf("the rating before the seal: verdict %d", ack.Verdict)
	}
	if err := <-sealed; err != nil {
		t.Fatal(err)
	}
	dbtest.Submit(t, w, dbtest.Rating(t, "A01", "55555"), scoring.TooLate)
	if n := dbtest.Count(t, db, "ratings", "1=1"); n != 2 {
		t.Errorf("%d ratings, want 2", n)
	}
	dbtest.WantSound(t, db)
}

// Groups go another way than single ratings; a server may still believe its
// window open when another one has sealed.
func TestSeal_groupBehindIt_isTooLate(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 3)
		w := record.NewWriter(db.RecordStore, record.WriterOptions{Writers: 1})
		if set, err := db.Seal(t.Context(), dbtest.Tenant, dbtest.Campaign, dbtest.Inside); err != nil || !set {
			t.Fatal(set, err)
		}
		for i, ack := range queued(t, w, []scoring.Submission{dbtest.Rating(t, "A01", "55555"), dbtest.Rating(t, "A02", "44444"), dbtest.Rating(t, "A01", "33333")}) {
			if ack.Verdict != scoring.TooLate {
				t.Errorf("submission %d: verdict %d", i, ack.Verdict)
			}
		}
		dbtest.WantRows(t, db, map[string]int{"effects": 0, "ratings": 0, "live_ratings": 0})
		dbtest.WantSound(t, db)
	})
}

// awaitLockWait waits until a statement that begins so waits for a row lock.
func awaitLockWait(t *testing.T, db *dbtest.DB, begins string) {
	t.Helper()
	for range 100 {
		// The server renews this view only for whoever asks less often than
		// every 100 ms.
		time.Sleep(120 * time.Millisecond)
		for _, r := range dbtest.Quads(t, db, "SELECT COALESCE(trx_query, ''), '', '', '' FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'") {
			if strings.HasPrefix(r[0], begins) {
				return
			}
		}
	}
	t.Fatal("nobody waited for the lock")
}
