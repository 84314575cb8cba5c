package store

import (
	"database/sql"
	"testing"
	"time"

	"pingyi/models"
	"pingyi/scoring"
)

// TestSubmit_aKeyIsTakenMeanwhile_isARepeatAndTheOthersCount: the keys of some of a
// group are taken by transactions that commit while the group waits for them.
func TestSubmit_aKeyIsTakenMeanwhile_isARepeatAndTheOthersCount(t *testing.T) {
	db := migrated(t, mysqlURL(t))
	withCampaign(t, db, 1)
	subs := []scoring.Submission{rating(t, "A01", "555"), rating(t, "A01", "444"), rating(t, "A01", "333"), rating(t, "A01", "222")}
	byPush, byDraft := holdKeys(t, db, subs[0].Push, newID(t)), holdKeys(t, db, newID(t), subs[1].Draft)
	given := holdKeys(t, db, subs[2].Push, newID(t)) // rolled back: its push counts
	w := NewWriter(db, WriterOptions{Writers: 1})
	acks := make([]scoring.Ack, len(subs))
	errs := make(chan error, len(subs))
	for i := range subs {
		go func() {
			ack, err := w.Submit(t.Context(), subs[i])
			acks[i] = ack
			errs <- err
		}()
	}
	for len(w.queue) < len(subs) { // one group
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
	if n := count(t, db, "ratings", "1=1"); n != 2 {
		t.Errorf("%d ratings, want 2", n)
	}
}

// TestSubmit_aloneTheCarefulWay_aKeyIsTakenMeanwhile_isARepeat: a public rating never
// goes the short way, so it reads that the push is free and finds it taken.
func TestSubmit_aloneTheCarefulWay_aKeyIsTakenMeanwhile_isARepeat(t *testing.T) {
	db := migrated(t, mysqlURL(t))
	withCampaign(t, db, 1)
	w := writerOn(t, db, WriterOptions{})
	s := rating(t, "A01", "5")
	s.Channel, s.Account, s.Source, s.Answer = models.Social, "wb_1", newID(t), nil
	for _, keys := range [][2]models.ID{{s.Push, newID(t)}, {newID(t), s.Draft}} {
		tx := holdKeys(t, db, keys[0], keys[1])
		time.AfterFunc(300*time.Millisecond, func() {
			if err := tx.Commit(); err != nil {
				t.Error(err)
			}
		})
		want := scoring.Repeat
		if keys[1] == s.Draft {
			s.Push, want = newID(t), scoring.DraftDone
		}
		submit(t, w, s, want)
	}
	if n := count(t, db, "ratings", "1=1"); n != 0 {
		t.Errorf("%d ratings, want none", n)
	}
}

// holdKeys takes the keys of an effect in a transaction that is not committed yet.
func holdKeys(t *testing.T, db *DB, push, draft models.ID) *sql.Tx {
	t.Helper()
	tx, err := db.SQL().BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	r := newID(t)
	if _, err := tx.ExecContext(t.Context(), effectInsert+tuples(1, effectWidth), tenant, raw(push), raw(draft), raw(r), kindRating, raw(r), []byte("before"), nil, text(inside)); err != nil {
		t.Fatal(err)
	}
	return tx
}
