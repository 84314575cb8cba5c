package store

import (
	"context"
	"database/sql/driver"
	"fmt"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"pingyi/complaints"
	"pingyi/models"
	"pingyi/scoring"
)

// What a server says at a commit that it did not carry out: deadlock (on a Galera
// cluster another node was first), lock wait, rolled back by group replication, no
// quorum, error during commit, and the three of a server that became read-only.
var refusals = []uint16{1213, 1205, 3101, 1047, 1180, 1290, 1792, 1836}

// A commit that is refused many times is made in the end, whole and once.
func TestCommit_refusedByTheServer_isRunAgainWhole(t *testing.T) {
	url := mysqlURL(t)
	direct := migrated(t, url)
	withCampaign(t, direct, 3)
	p, through := newProxy(t, url)
	db := openURL(t, through)
	w := writerOn(t, db, WriterOptions{Writers: 1})
	ratings, filed := 0, 0
	const times = 5
	for _, number := range refusals {
		t.Run(fmt.Sprint(number), func(t *testing.T) {
			before := p.done()
			s := rating(t, "A01", "54321")
			p.refuse(number, times, "")
			submit(t, w, s, scoring.Counted)
			p.refuse(number, times, "")
			for _, ack := range together(t, db, change(t, s, "11111"), rating(t, "A03", "2")) {
				if want := ack.Receipt != ""; !want {
					t.Error("no receipt")
				}
			}
			p.refuse(number, times, "")
			withdraw(t, db, withdrawal(t, s), scoring.Counted)
			p.refuse(number, times, "")
			f := filing(t)
			file(t, db, f, complaints.Filed)
			if got := p.done() - before; got != 4*times {
				t.Errorf("%d commits were refused, want %d", got, 4*times)
			}
			if n := count(t, direct, "filing_quotas", "citizen = ? AND filed = 1", raw(f.Citizen)); n != 1 {
				t.Error("the complaint took more than one of the day's slots")
			}
			ratings, filed = ratings+3, filed+1
			wantRows(t, direct, map[string]int{"ratings": ratings, "complaints": filed, "effects": ratings + 2*filed})
			wantSound(t, direct)
		})
	}
}

// A commit that was made although the server said an error is found, not made twice.
func TestCommit_madeThoughAnErrorCame_isFound(t *testing.T) {
	url := mysqlURL(t)
	direct := migrated(t, url)
	withCampaign(t, direct, 3)
	p, through := newProxy(t, url)
	db := openURL(t, through)
	w := writerOn(t, db, WriterOptions{Writers: 1})
	for i, number := range refusals {
		p.refuse(number, 0, "")
		p.arm(cutDenied)
		s := rating(t, "A01", "54321")
		submit(t, w, s, scoring.Counted)
		p.arm(cutDenied)
		withdraw(t, db, withdrawal(t, s), scoring.Counted)
		wantRows(t, direct, map[string]int{"ratings": i + 1, "effects": 2 * (i + 1)})
	}
	if p.done() != 2*len(refusals) {
		t.Errorf("%d commits were denied, want %d", p.done(), 2*len(refusals))
	}
	wantSound(t, direct)
}

// Where the server goes on to refuse until the caller's time is up, nothing is there,
// also later; and where the error leaves it open the caller never hears that.
func TestCommit_refusedAllTheTime_changesNothing(t *testing.T) {
	url := mysqlURL(t)
	direct := migrated(t, url)
	withCampaign(t, direct, 3)
	p, through := newProxy(t, url)
	db := openURL(t, through)
	w := writerOn(t, db, WriterOptions{Writers: 1})
	s := rating(t, "A01", "54321")
	submit(t, w, s, scoring.Counted)
	for _, number := range refusals {
		open := number == 1180 || number == 1047
		p.refuse(number, -1, "")
		ctx, cancel := context.WithTimeout(t.Context(), 400*time.Millisecond)
		if _, err := w.Submit(ctx, rating(t, "A02", "5")); err == nil || open && !IsUnresolved(err) {
			t.Errorf("%d: a rating ends with %v", number, err)
		}
		cancel()
		ctx, cancel = context.WithTimeout(t.Context(), 400*time.Millisecond)
		if _, err := db.Withdraw(ctx, withdrawal(t, s)); err == nil || open && !IsUnresolved(err) {
			t.Errorf("%d: a withdrawal ends with %v", number, err)
		}
		cancel()
	}
	p.refuse(0, 0, "")
	submit(t, w, rating(t, "A02", "5"), scoring.Counted)
	wantRows(t, direct, map[string]int{"ratings": 2, "effects": 2})
	wantSound(t, direct)
}

// Attempts and their errors, and what the caller hears in the end.
func TestTries_outcome(t *testing.T) {
	number := func(n uint16) error { return &mysql.MySQLError{Number: n} }
	type attempt struct {
		err        error
		committing bool
	}
	for name, c := range map[string]struct {
		attempts []attempt
		open     bool
	}{
		"deadlock":                                {[]attempt{{number(1213), false}, {number(1213), true}}, false},
		"lock wait at the commit":                 {[]attempt{{number(1205), true}}, false},
		"read-only":                               {[]attempt{{driver.ErrBadConn, true}, {driver.ErrBadConn, false}}, false},
		"no quorum from the beginning":            {[]attempt{{number(1047), false}}, false},
		"no quorum at the commit":                 {[]attempt{{number(1047), true}}, true},
		"error during commit":                     {[]attempt{{number(1180), true}, {number(1213), false}}, true},
		"connection lost before the commit":       {[]attempt{{mysql.ErrInvalidConn, false}}, false},
		"connection lost at the commit":           {[]attempt{{mysql.ErrInvalidConn, true}, {number(1213), true}}, true},
		"lost at the commit, then a row to blame": {[]attempt{{mysql.ErrInvalidConn, true}, {number(1406), false}}, true},
		"a row to blame":                          {[]attempt{{number(1406), true}}, false},
	} {
		var tr tries
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		for i, a := range c.attempts {
			if again := tr.again(ctx, a.err, a.committing); again != (faultOf(a.err) != faultRow) {
				t.Errorf("%s: attempt %d is followed by another: %t", name, i, again)
			}
		}
		last := c.attempts[len(c.attempts)-1]
		if err := tr.outcome("test", last.err); IsUnresolved(err) != c.open {
			t.Errorf("%s: %v", name, err)
		}
		cancel()
		var ended tries
		if ended.again(ctx, ctx.Err(), false) || !IsUnresolved(ended.outcome("test", ctx.Err())) {
			t.Errorf("%s: an attempt that the caller's time ended is called refused", name)
		}
	}
}

// A node without quorum keeps its connections; they are left for new ones, which a
// proxy may lead to another node.
func TestWrite_nodeWithoutQuorum_isLeft(t *testing.T) {
	p, through := newProxy(t, func() string { url := mysqlURL(t); withCampaign(t, migrated(t, url), 1); return url }())
	db := openURL(t, through)
	w := writerOn(t, db, WriterOptions{Writers: 1})
	submit(t, w, rating(t, "A01", "5"), scoring.Counted)
	opened := func() int {
		p.mu.Lock()
		defer p.mu.Unlock()
		return p.opened
	}
	before := opened()
	p.refuse(1047, 1, "effects")
	submit(t, w, rating(t, "A01", "5"), scoring.Counted)
	if opened() == before {
		t.Error("a rating was made on a connection to the node that refuses")
	}
	before = opened()
	p.refuse(1047, 1, "filing_quotas")
	file(t, db, filing(t), complaints.Filed)
	if opened() == before {
		t.Error("a complaint was made on a connection to the node that refuses")
	}
	if tally(t, db, models.Mobile, "A01").Received != 2 {
		t.Error("not every rating is counted")
	}
}
