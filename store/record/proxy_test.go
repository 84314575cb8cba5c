package record_test

import (
	"context"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
	"time"

	"pingyi/complaints"
	"pingyi/internal/dbtest"
	"pingyi/models"
	"pingyi/scoring"
	"pingyi/store"
	"pingyi/store/record"
)

// Whatever happens to the commit's connection, the effect is had exactly once
// and the caller hears so.
func TestCommit_connectionLost_happensOnce(t *testing.T) {
	url := dbtest.MySQLURL(t)
	direct := dbtest.Migrated(t, url)
	dbtest.WithCampaign(t, direct, 3)
	for name, c := range map[string]dbtest.Cut{"before the server": dbtest.CutBefore, "after the server": dbtest.CutAfter, "server finishes late": dbtest.CutLate} {
		t.Run(name, func(t *testing.T) {
			p, through := dbtest.NewProxy(t, url)
			db := dbtest.OpenURL(t, through)
			w := dbtest.WriterOn(t, db, record.WriterOptions{Writers: 1})
			dbtest.Submit(t, w, dbtest.Rating(t, "A02", "5"), scoring.Counted) // the connections are made
			s := dbtest.Rating(t, "A01", "54321")
			if c == dbtest.CutLate {
				// Two share a transaction of several packets, and one waits for
				// the keys of the other attempt at it.
				during(t, p, direct, c, func() { together(t, db, s, dbtest.Rating(t, "A03", "1")) })
			} else {
				during(t, p, direct, c, func() { dbtest.Submit(t, w, s, scoring.Counted) })
			}
			changed := dbtest.Change(t, s, "11111")
			changed.Replacing = []byte("counts instead")
			p.Hold()
			during(t, p, direct, c, func() {
				for _, ack := range together(t, db, changed, dbtest.Rating(t, "A03", "2")) {
					if want := ack.Receipt == changed.Receipt; ack.Replaced != want {
						t.Errorf("replaced %t, want %t", ack.Replaced, want)
					}
				}
			})
			if n := dbtest.Count(t, direct, "effects e JOIN effect_answers a ON a.id = e.id", "e.push = ? AND a.answer = ?", changed.Push, changed.Replacing); n != 1 {
				t.Error("the answer for a changed rating was not committed")
			}
			s = changed
			wd := dbtest.Withdrawal(t, s)
			p.Hold()
			during(t, p, direct, c, func() { dbtest.Withdraw(t, db, wd, scoring.Counted) })
			f := dbtest.Filing(t)
			p.Hold()
			told := ""
			f.Finish = func(no string) ([]byte, error) {
				told = no
				return []byte(no), nil
			}
			during(t, p, direct, c, func() {
				if ack := dbtest.File(t, db, f, complaints.Filed); ack.No != told {
					t.Errorf("filed as %s, the answer says %s", ack.No, told)
				}
			})
			if n := dbtest.Count(t, direct, "complaints", "id = ? AND no = ?", f.ID, told); n != 1 {
				t.Errorf("the record has another number than %s", told)
			}
			if p.Done() != 4 {
				t.Errorf("%d commits were cut, want 4", p.Done())
			}
			for _, push := range []models.ID{s.Push, wd.Push, f.Push} {
				if n := dbtest.Count(t, direct, "effects", "push = ?", push); n != 1 {
					t.Errorf("%d effects of a push, want 1", n)
				}
			}
			if n := dbtest.Count(t, direct, "complaints", "id = ?", f.ID); n != 1 {
				t.Errorf("%d complaints, want 1", n)
			}
			if n := dbtest.Count(t, direct, "filing_quotas", "citizen = ? AND filed = 1", f.Citizen); n != 1 {
				t.Error("the complaint took more than one of the day's slots")
			}
			dbtest.WantSound(t, direct)
		})
	}
}

// An act whose answer was lost is told as done, not as nothing to do.
func TestExclude_answerLost_isToldDone(t *testing.T) {
	url := dbtest.MySQLURL(t)
	direct := dbtest.Migrated(t, url)
	dbtest.WithCampaign(t, direct, 3)
	p, through := dbtest.NewProxy(t, url)
	db := dbtest.OpenURL(t, through)
	s := dbtest.Public(t, "A01", "11111", dbtest.Inside)
	dbtest.Submit(t, dbtest.WriterOn(t, db, record.WriterOptions{}), s, scoring.Counted)
	two := scoring.Act{By: "甲", ApprovedBy: "乙", Note: "n", At: dbtest.Inside}
	for _, do := range []func(context.Context, string, string, models.ID, string, scoring.Act) (bool, error){db.Exclude, db.Restore} {
		during(t, p, direct, dbtest.CutAfter, func() {
			if done, err := do(t.Context(), dbtest.Tenant, dbtest.Campaign, s.Rating, "by_hand", two); err != nil || !done {
				t.Errorf("done %t, %v", done, err)
			}
		})
	}
	if p.Done() != 2 {
		t.Errorf("%d commits were cut, want 2", p.Done())
	}
	if list, err := direct.Exclusions(t.Context(), dbtest.Tenant, dbtest.Campaign, models.Social); err != nil || len(list) != 2 {
		t.Errorf("%d events, want 2: %v", len(list), err)
	}
	dbtest.WantSound(t, direct)
}

// A submission alone is one packet. Where that arrives only after the rating was
// sent anew and counted, it meets its own keys and changes nothing.
func TestCommit_lonePacketArrivesLate_changesNothing(t *testing.T) {
	url := dbtest.MySQLURL(t)
	direct := dbtest.Migrated(t, url)
	dbtest.WithCampaign(t, direct, 3)
	p, through := dbtest.NewProxy(t, url)
	w := dbtest.WriterOn(t, dbtest.OpenURL(t, through), record.WriterOptions{Writers: 1})
	dbtest.Submit(t, w, dbtest.Rating(t, "A02", "5"), scoring.Counted)
	p.Arm(dbtest.CutLate)
	s := dbtest.Rating(t, "A01", "54321")
	dbtest.Submit(t, w, s, scoring.Counted)
	p.Let()
	p.Await()
	dbtest.WantRows(t, direct, map[string]int{"effects": 2, "ratings": 2, "live_ratings": 2})
	dbtest.WantSound(t, direct)
}

// together commits a batch of two.
func together(t *testing.T, db *dbtest.DB, list ...scoring.Submission) []scoring.Ack {
	t.Helper()
	acks := queued(t, record.NewWriter(db.RecordStore, record.WriterOptions{Writers: 1}), list)
	for i, ack := range acks {
		if ack.Verdict != scoring.Counted {
			t.Errorf("submission %d: verdict %d", i, ack.Verdict)
		}
	}
	return acks
}

// during runs do with the next commit cut; a late one is let go when somebody
// waits for its keys.
func during(t *testing.T, p *dbtest.Proxy, direct *dbtest.DB, c dbtest.Cut, do func()) {
	t.Helper()
	p.Arm(c)
	if c != dbtest.CutLate {
		do()
		return
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		awaitLockWait(t, direct, "INSERT INTO")
		p.Let()
	}()
	do()
	<-done
}

func TestCommit_neverResolved_isToldSo(t *testing.T) {
	url := dbtest.MySQLURL(t)
	direct := dbtest.Migrated(t, url)
	dbtest.WithCampaign(t, direct, 3)
	p, through := dbtest.NewProxy(t, url)
	db := dbtest.OpenURL(t, through)
	w := dbtest.WriterOn(t, db, record.WriterOptions{Writers: 1})
	dbtest.Submit(t, w, dbtest.Rating(t, "A02", "5"), scoring.Counted)
	p.Arm(dbtest.CutDown)
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	s := dbtest.Rating(t, "A01", "54321")
	if _, err := w.Submit(ctx, s); !store.IsUnresolved(err) {
		t.Errorf("error %v", err)
	} else if strings.Contains(err.Error(), hex.EncodeToString(s.Push[:])) || errors.Is(err, record.ErrClosed) {
		t.Errorf("error %v", err)
	}
	// It was committed after all, and whoever asks again is told.
	if _, found, err := direct.FindEffect(t.Context(), dbtest.Tenant, s.Push); err != nil || !found {
		t.Errorf("found %t, %v", found, err)
	}
	other := dbtest.WriterOn(t, direct, record.WriterOptions{})
	dbtest.Submit(t, other, dbtest.Again(t, s), scoring.Repeat)
}
