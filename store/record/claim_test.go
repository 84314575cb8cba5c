package record_test

import (
	"database/sql"
	"testing"
	"time"

	"pingyi/internal/dbtest"
	"pingyi/models"
	"pingyi/scoring"
	"pingyi/store"
	"pingyi/store/record"
)

// TestSubmit_aKeyIsTakenMeanwhile_isARepeatAndTheOthersCount: the keys of some of a
// group are taken by transactions that commit while the group waits for them.
func TestSubmit_aKeyIsTakenMeanwhile_isARepeatAndTheOthersCount(t *testing.T) {
	db := dbtest.Migrated(t, dbtest.MySQLURL(t))
	dbtest.WithCampaign(t, db, 1)
	subs := []scoring.Submission{dbtest.Rating(t, "A01", "555"), dbtest.Rating(t, "A01", "444"), dbtest.Rating(t, "A01", "333"), dbtest.Rating(t, "A01", "222")}
	byPush, byDraft := holdKeys(t, db, subs[0].Push, dbtest.NewID(t)), holdKeys(t, db, dbtest.NewID(t), subs[1].Draft)
	given := holdKeys(t, db, subs[2].Push, dbtest.NewID(t)) // rolled back: its push counts
	w := record.NewWriter(db.RecordStore, record.WriterOptions{Writers: 1})
	acks := make([]scoring.Ack, len(subs))
	errs := make(chan error, len(subs))
	for i := range subs {
		go func() {
			ack, err := w.Submit(t.Context(), subs[i])
			acks[i] = ack
			errs <- err
		}()
	}
	for w.Waiting() < len(subs) { // one group
		time.Sleep(time.Millisecond)
	}
	go func() { _ = w.Run() }()
	defer w.Close()
	for _, tx := range []interface{ Commit() error }{byPush, byDraft} {
		time.Sleep(300 * time.Millisecond) // the group waits for the key by now
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(300 * time.Millisecond)
	if err := given.Rollback(); err != nil {
		t.Fatal(err)
	}
	for range subs {
		if err := <-errs; err != nil {
			t.Fatal(err)
		}
	}
	want := []scoring.Verdict{scoring.Repeat, scoring.DraftDone, scoring.Counted, scoring.Counted}
	for i, v := range want {
		if acks[i].Verdict != v {
			t.Errorf("submission %d: %+v, want %d", i, acks[i], v)
		}
	}
	if n := dbtest.Count(t, db, "ratings", "1=1"); n != 2 {
		t.Errorf("%d ratings, want 2", n)
	}
}

// TestSubmit_aloneTheCarefulWay_aKeyIsTakenMeanwhile_isARepeat: a public rating never
// goes the short way, so it reads that the push is free and finds it taken.
func TestSubmit_aloneTheCarefulWay_aKeyIsTakenMeanwhile_isARepeat(t *testing.T) {
	db := dbtest.Migrated(t, dbtest.MySQLURL(t))
	dbtest.WithCampaign(t, db, 1)
	w := dbtest.WriterOn(t, db, record.WriterOptions{})
	s := dbtest.Rating(t, "A01", "5")
	s.Channel, s.Account, s.Source, s.Answer = models.Social, "wb_1", dbtest.NewID(t), nil
	for _, keys := range [][2]models.ID{{s.Push, dbtest.NewID(t)}, {dbtest.NewID(t), s.Draft}} {
		tx := holdKeys(t, db, keys[0], keys[1])
		time.AfterFunc(300*time.Millisecond, func() {
			if err := tx.Commit(); err != nil {
				t.Error(err)
			}
		})
		want := scoring.Repeat
		if keys[1] == s.Draft {
			s.Push, want = dbtest.NewID(t), scoring.DraftDone
		}
		dbtest.Submit(t, w, s, want)
	}
	if n := dbtest.Count(t, db, "ratings", "1=1"); n != 0 {
		t.Errorf("%d ratings, want none", n)
	}
}

// holdKeys takes the keys of an effect in a transaction that is not committed yet.
func holdKeys(t *testing.T, db *dbtest.DB, push, draft models.ID) *sql.Tx {
	t.Helper()
	tx, err := db.SQL().BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	r := dbtest.NewID(t)
	insert := store.TableOf[models.Effect]().Insert([]models.Effect{{
		Tenant: dbtest.Tenant, Push: push, Draft: draft, ID: r, Kind: models.EffectRating, Ref: r, Answer: []byte("before"), RecordedAt: models.At(dbtest.Inside),
	}}, "")
	if _, err := tx.ExecContext(t.Context(), insert.SQL, insert.Args...); err != nil {
		t.Fatal(err)
	}
	return tx
}
