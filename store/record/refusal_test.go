package record_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"pingyi/complaints"
	"pingyi/internal/dbtest"
	"pingyi/models"
	"pingyi/scoring"
	"pingyi/store"
	"pingyi/store/record"
)

// What a server says at a commit that it did not carry out: deadlock (on a Galera
// cluster another node was first), lock wait, rolled back by group replication, no
// quorum, error during commit, and the three of a server that became read-only.
var refusals = []uint16{1213, 1205, 3101, 1047, 1180, 1290, 1792, 1836}

// A commit that is refused many times is made in the end, whole and once.
func TestCommit_refusedByTheServer_isRunAgainWhole(t *testing.T) {
	url := dbtest.MySQLURL(t)
	direct := dbtest.Migrated(t, url)
	dbtest.WithCampaign(t, direct, 3)
	p, through := dbtest.NewProxy(t, url)
	db := dbtest.OpenURL(t, through)
	w := dbtest.WriterOn(t, db, record.WriterOptions{Writers: 1})
	ratings, filed := 0, 0
	const times = 5
	for _, number := range refusals {
		t.Run(fmt.Sprint(number), func(t *testing.T) {
			before := p.Done()
			s := dbtest.Rating(t, "A01", "54321")
			p.Refuse(number, times, "")
			dbtest.Submit(t, w, s, scoring.Counted)
			p.Refuse(number, times, "")
			for _, ack := range together(t, db, dbtest.Change(t, s, "11111"), dbtest.Rating(t, "A03", "2")) {
				if want := ack.Receipt != ""; !want {
					t.Error("no receipt")
				}
			}
			p.Refuse(number, times, "")
			dbtest.Withdraw(t, db, dbtest.Withdrawal(t, s), scoring.Counted)
			p.Refuse(number, times, "")
			f := dbtest.Filing(t)
			dbtest.File(t, db, f, complaints.Filed)
			if got := p.Done() - before; got != 4*times {
				t.Errorf("%d commits were refused, want %d", got, 4*times)
			}
			if n := dbtest.Count(t, direct, "filing_quotas", "citizen = ? AND filed = 1", f.Citizen); n != 1 {
				t.Error("the complaint took more than one of the day's slots")
			}
			ratings, filed = ratings+3, filed+1
			dbtest.WantRows(t, direct, map[string]int{"ratings": ratings, "complaints": filed, "effects": ratings + 2*filed})
			dbtest.WantSound(t, direct)
		})
	}
}

// A commit that was made although the server said an error is found, not made twice.
func TestCommit_madeThoughAnErrorCame_isFound(t *testing.T) {
	url := dbtest.MySQLURL(t)
	direct := dbtest.Migrated(t, url)
	dbtest.WithCampaign(t, direct, 3)
	p, through := dbtest.NewProxy(t, url)
	db := dbtest.OpenURL(t, through)
	w := dbtest.WriterOn(t, db, record.WriterOptions{Writers: 1})
	for i, number := range refusals {
		p.Refuse(number, 0, "")
		p.Arm(dbtest.CutDenied)
		s := dbtest.Rating(t, "A01", "54321")
		dbtest.Submit(t, w, s, scoring.Counted)
		p.Arm(dbtest.CutDenied)
		dbtest.Withdraw(t, db, dbtest.Withdrawal(t, s), scoring.Counted)
		dbtest.WantRows(t, direct, map[string]int{"ratings": i + 1, "effects": 2 * (i + 1)})
	}
	if p.Done() != 2*len(refusals) {
		t.Errorf("%d commits were denied, want %d", p.Done(), 2*len(refusals))
	}
	dbtest.WantSound(t, direct)
}

// Where the server goes on to refuse until the caller's time is up, nothing is there,
// also later; and where the error leaves it open the caller never hears that.
func TestCommit_refusedAllTheTime_changesNothing(t *testing.T) {
	url := dbtest.MySQLURL(t)
	direct := dbtest.Migrated(t, url)
	dbtest.WithCampaign(t, direct, 3)
	p, through := dbtest.NewProxy(t, url)
	db := dbtest.OpenURL(t, through)
	w := dbtest.WriterOn(t, db, record.WriterOptions{Writers: 1})
	s := dbtest.Rating(t, "A01", "54321")
	dbtest.Submit(t, w, s, scoring.Counted)
	for _, number := range refusals {
		open := number == 1180 || number == 1047
		p.Refuse(number, -1, "")
		ctx, cancel := context.WithTimeout(t.Context(), 400*time.Millisecond)
		if _, err := w.Submit(ctx, dbtest.Rating(t, "A02", "5")); err == nil || open && !store.IsUnresolved(err) {
			t.Errorf("%d: a rating ends with %v", number, err)
		}
		cancel()
		ctx, cancel = context.WithTimeout(t.Context(), 400*time.Millisecond)
		if _, err := db.Withdraw(ctx, dbtest.Withdrawal(t, s)); err == nil || open && !store.IsUnresolved(err) {
			t.Errorf("%d: a withdrawal ends with %v", number, err)
		}
		cancel()
	}
	p.Refuse(0, 0, "")
	dbtest.Submit(t, w, dbtest.Rating(t, "A02", "5"), scoring.Counted)
	dbtest.WantRows(t, direct, map[string]int{"ratings": 2, "effects": 2})
	dbtest.WantSound(t, direct)
}

// A node without quorum keeps its connections; they are left for new ones, which a
// proxy may lead to another node.
func TestWrite_nodeWithoutQuorum_isLeft(t *testing.T) {
	p, through := dbtest.NewProxy(t, func() string {
		url := dbtest.MySQLURL(t)
		dbtest.WithCampaign(t, dbtest.Migrated(t, url), 1)
		return url
	}())
	db := dbtest.OpenURL(t, through)
	w := dbtest.WriterOn(t, db, record.WriterOptions{Writers: 1})
	dbtest.Submit(t, w, dbtest.Rating(t, "A01", "5"), scoring.Counted)
	before := p.Connections()
	p.Refuse(1047, 1, "effects")
	dbtest.Submit(t, w, dbtest.Rating(t, "A01", "5"), scoring.Counted)
	if p.Connections() == before {
		t.Error("a rating was made on a connection to the node that refuses")
	}
	before = p.Connections()
	p.Refuse(1047, 1, "filing_quotas")
	dbtest.File(t, db, dbtest.Filing(t), complaints.Filed)
	if p.Connections() == before {
		t.Error("a complaint was made on a connection to the node that refuses")
	}
	if dbtest.TallyOf(t, db, models.Mobile, "A01").Received != 2 {
		t.Error("not every rating is counted")
	}
}
