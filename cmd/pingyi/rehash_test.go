package main

import (
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"pingyi/config"
	"pingyi/models"
	"pingyi/scoring"
	"pingyi/seal"
	"pingyi/service/opinion"
	"pingyi/simulator"
	"pingyi/social"
)

// opened is what a command of the world's Weibo account works with.
func (w *world) opened(t *testing.T) *opened {
	t.Helper()
	wrapper, err := seal.NewWrapper(w.env["PINGYI_SECRET"], "")
	if err != nil {
		t.Fatal(err)
	}
	db := w.open()
	return &opened{db: db, ring: seal.NewRing(wrapper, db), tenant: "default", opts: config.Options{Weibo: config.Weibo{UID: testUID}}}
}

// rehash moves the rows of before in a process that begins now, and returns how many.
func (w *world) rehash(t *testing.T) int {
	t.Helper()
	var log lockedBuffer
	o := w.opened(t)
	if err := (&opinion.Rehashing{Record: o.db, Ring: o.ring, Log: slog.New(slog.NewTextHandler(&log, nil))}).Move(t.Context()); err != nil {
		t.Error(err)
	}
	if strings.Contains(log.String(), "open with no key") {
		t.Error(log.String())
	}
	_, rows, said := strings.Cut(log.String(), "rows=")
	if !said {
		return 0
	}
	n, err := strconv.Atoi(strings.TrimSpace(rows))
	if err != nil {
		t.Error(err)
	}
	return n
}

// renewSealing makes a sealing key and reseals every row; each has to open.
func (w *world) renewSealing(t *testing.T, number int) {
	t.Helper()
	w.must("keys", "renew", "--no-wait")
	w.aged(t, w.open(), number, seal.SealingDelay+30*time.Second)
	out := w.must("keys", "renew", "--resume")
	for _, table := range []string{"identities", "social_items", "social_accounts"} {
		if strings.Contains(out, table+": 0 of 0") {
			t.Errorf("no row of %s was resealed", table)
		}
	}
	contains(t, out, " 0 do not open")
}

// asOfBefore gives the rows of a Weibo writer the hash that an earlier version wrote,
// and returns how many there are.
func (w *world) asOfBefore(t *testing.T, uid string) int {
	t.Helper()
	o := w.opened(t)
	keys, err := opinion.NewKeys(t.Context(), o.ring, social.Account{Tenant: "default", ID: testUID}, nil)
	if err != nil {
		t.Fatal(err)
	}
	tenant, err := o.ring.Tenant(t.Context(), "default")
	if err != nil {
		t.Fatal(err)
	}
	citizen := tenant.Citizen(testUID, uid)
	n := 0
	for _, s := range []struct {
		sql string
		now models.ID
	}{
		{"UPDATE followers SET citizen=? WHERE citizen=?", tenant.Follower(testUID, uid)},
		{"UPDATE social_items SET author=? WHERE author=?", keys.Author(uid)},
		{"UPDATE social_answers SET author=? WHERE author=?", keys.Author(uid)},
	} {
		done, err := w.sql(t).ExecContext(t.Context(), s.sql, citizen[:], s.now[:])
		if err != nil {
			t.Fatal(err)
		}
		rows, err := done.RowsAffected()
		if err != nil {
			t.Fatal(err)
		}
		n += int(rows)
	}
	list, err := o.db.LookedUp(t.Context(), social.Account{Tenant: "default", ID: testUID}, models.ID{}, 500)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range list {
		if s.Citizen != keys.Author(uid) {
			continue
		}
		plain, err := keys.Open(s.Sealed, s.Citizen)
		if err != nil {
			t.Fatal(err)
		}
		sealed := keys.Seal(plain, citizen)
		if _, err := w.sql(t).ExecContext(t.Context(), "UPDATE social_accounts SET citizen=?, sealed=? WHERE citizen=?", citizen[:], sealed, s.Citizen[:]); err != nil {
			t.Fatal(err)
		}
		n++
	}
	return n
}

// What a release before wrote of followers and authors under the hash of citizens is
// read as it stands, and is moved to hashes of its own; the keys that it is sealed with
// are renewed before and after.
func TestRehash_rowsOfBefore_areReadAndThenMoved(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		api := w.withOpinions()
		w.env["PINGYI_WEIBO_NAME"] = "马鞍山发布"
		in := w.serve()
		old := time.Now().AddDate(-30, 0, 0)
		uids := in.strangers(api, "A03", []simulator.WeiboUser{{CreatedAt: old, VerifiedType: 1}})
		f := in.follower()
		f.do(simulator.Follow())
		f.rate("A03", "55555")
		contains(t, f.mention("@马鞍山发布 市公安局 满意"), "已经记下")
		until(t, "the public text counts", func() bool { return w.count(t, "SELECT COUNT(*) FROM public_ratings") == 1 })
		w.lookup(t, uids)
		if n := w.asOfBefore(t, f.who.OpenID); n < 3 {
			t.Fatalf("%d rows of the follower", n)
		}
		if n := w.asOfBefore(t, uids[0]); n != 1 {
			t.Fatalf("%d rows of who was looked up", n)
		}
		calls := api.Counted(time.Now())
		if out, _, _ := w.lookup(t, uids); out != "looked up 0, still unknown 0\n" || api.Counted(time.Now()) != calls {
			t.Errorf("what was known is asked for again: %q", out)
		}
		f.rate("A01", "44444")
		w.wantProvenance(t, map[scoring.Provenance]int64{scoring.Follower: 2, scoring.Unverified: 1})
		w.renewSealing(t, 1) // what is resealed under the hash of before opens under it
		if n := w.rehash(t); n != 4 {
			t.Errorf("%d rows were moved", n)
		}
		if n := w.rehash(t); n != 0 {
			t.Errorf("%d rows were moved again", n)
		}
		w.renewSealing(t, 2)
		wantNoMarkOfCitizens(t, w, append(uids, f.who.OpenID))
		if out, _, _ := w.lookup(t, uids); out != "looked up 0, still unknown 0\n" || api.Counted(time.Now()) != calls {
			t.Errorf("what was moved is asked for again: %q", out)
		}
		f.rate("A04", "44444")
		w.wantProvenance(t, map[scoring.Provenance]int64{scoring.Follower: 3, scoring.Unverified: 1})
		f.do(simulator.Unfollow())
		f.say("市公安局") // a scan would make them follow again
		f.say("11111")
		contains(t, f.say("7"), "回执：")
		w.wantProvenance(t, map[scoring.Provenance]int64{scoring.Follower: 3, scoring.Unverified: 1, scoring.Unfollowed: 1})
		contains(t, w.must("recount"), "every tally equals")
	})
}

// An old server beside a new one: of what both recorded the later event holds.
func TestRehash_oldServerBeside_theLaterEventHolds(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		in := w.withWeibo().serve()
		f := in.follower()
		f.do(simulator.Follow())
		o := w.opened(t)
		citizen := w.citizen(o.db, f.who.OpenID)
		if err := o.db.SetFollowing(t.Context(), "default", testUID, citizen, false, time.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		events := o.followers()
		for range 2 {
			if got, err := events.Following(t.Context(), "default", testUID, f.who.OpenID); err != nil || got != scoring.Unfollowed {
				t.Errorf("after an unfollow that the old server was told: %s, %v", got, err)
			}
			w.rehash(t)
		}
		if n := w.count(t, "SELECT COUNT(*) FROM followers"); n != 1 {
			t.Errorf("%d rows", n)
		}
		if err := o.db.SetFollowing(t.Context(), "default", testUID, citizen, true, time.Now().Add(-time.Hour)); err != nil {
			t.Fatal(err)
		}
		w.rehash(t)
		if got, err := events.Following(t.Context(), "default", testUID, f.who.OpenID); err != nil || got != scoring.Unfollowed {
			t.Errorf("after an earlier event of the old server: %s, %v", got, err)
		}
	})
}

// Two processes move the same rows at once, while events of the same followers come.
func TestRehash_twoProcessesAtOnce_everyRowIsMovedOnce(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		w.withWeibo().serve().stop() // it makes the tenant's key
		o := w.opened(t)
		keys, err := o.ring.Tenant(t.Context(), "default")
		if err != nil {
			t.Fatal(err)
		}
		const many = 60
		at := time.Now().Add(-time.Hour)
		for i := range many {
			uid := strconv.Itoa(1000 + i)
			citizen := keys.Citizen(testUID, uid)
			if err := o.db.SetFollowing(t.Context(), "default", testUID, citizen, true, at); err != nil {
				t.Fatal(err)
			}
			sealed := keys.Citizens().Seal([]byte(uid), citizen[:])
			if i%2 == 0 {
				err = o.db.Remember(t.Context(), models.Identity{Tenant: "default", Account: testUID, Citizen: citizen, SealedID: sealed, SeenAt: models.At(at)})
			} else { // who left, and complained again without following
				_, err = w.sql(t).ExecContext(t.Context(), "INSERT INTO complaint_links (tenant,complaint,account,citizen,sealed_citizen) VALUES ('default',?,?,?,?)",
					[]byte(fmt.Sprintf("%016d", i)), testUID, citizen[:], sealed)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		var group sync.WaitGroup
		for range 2 {
			group.Go(func() { w.rehash(t) })
		}
		group.Go(func() {
			for i := range many / 2 {
				if err := o.db.SetFollowing(t.Context(), "default", testUID, keys.Follower(testUID, strconv.Itoa(1000+i)), false, at.Add(time.Minute)); err != nil {
					t.Error(err)
				}
			}
		})
		group.Wait()
		events := o.followers()
		for i := range many {
			want := scoring.Follower
			if i < many/2 {
				want = scoring.Unfollowed
			}
			if got, err := events.Following(t.Context(), "default", testUID, strconv.Itoa(1000+i)); err != nil || got != want {
				t.Errorf("follower %d: %s, %v, want %s", i, got, err, want)
			}
		}
		if n := w.count(t, "SELECT COUNT(*) FROM followers"); n != many {
			t.Errorf("%d rows, want %d", n, many)
		}
		if n := w.count(t, "SELECT COUNT(*) FROM followers f JOIN complaint_links l ON l.citizen = f.citizen"); n != 0 {
			t.Errorf("%d followers have the hash of a complaint", n)
		}
	})
}

// While a server of the release before may run, nothing is moved from under it.
func TestRehash_job_movesNothingOnTheFirstDay(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		in := w.withWeibo().serve()
		f := in.follower()
		f.do(simulator.Follow())
		if n := w.asOfBefore(t, f.who.OpenID); n != 1 {
			t.Fatalf("%d rows", n)
		}
		done := func() bool {
			return w.count(t, "SELECT COUNT(*) FROM job_runs WHERE job = ? AND done_at IS NOT NULL", opinion.RehashJob) > 0
		}
		until(t, "the job has run", done)
		in.stop()
		ofBefore := "SELECT COUNT(*) FROM followers f JOIN identities i ON i.citizen = f.citizen"
		w.execute(t, "DELETE FROM job_runs WHERE job = '"+opinion.RehashJob+"'")
		first := w.serve()
		until(t, "the job has run again", done)
		if n := w.count(t, ofBefore); n != 1 {
			t.Errorf("%d rows of before", n)
		}
		first.stop()
		w.execute(t, "DELETE FROM job_runs WHERE job = '"+opinion.RehashJob+"'")
		db := w.open()
		now, err := db.Clock(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		due := now.Truncate(24 * time.Hour).Add(-48 * time.Hour)
		if mine, err := db.ClaimJob(t.Context(), opinion.RehashJob, due, models.ID{1}, now); err != nil || !mine {
			t.Fatal(mine, err)
		}
		w.serve()
		w.serve()
		until(t, "the row is moved", func() bool { return w.count(t, ofBefore) == 0 })
		until(t, "the job has run", done)
		if n := w.count(t, "SELECT COUNT(*) FROM followers"); n != 1 {
			t.Errorf("%d rows", n)
		}
	})
}

func (w *world) wantProvenance(t *testing.T, want map[scoring.Provenance]int64) {
	t.Helper()
	got, err := w.open().LiveProvenances(t.Context(), "default", "2017", models.Social)
	if err != nil {
		t.Fatal(err)
	}
	for p, n := range want {
		if got[p] != n {
			t.Errorf("%s: %d ratings, want %d", p, got[p], n)
		}
	}
}

// wantNoMarkOfCitizens fails where a row of followers, texts or accounts has the hash
// of a citizen.
func wantNoMarkOfCitizens(t *testing.T, w *world, uids []string) {
	t.Helper()
	all := w.everyValue(t)
	for _, uid := range uids {
		citizen := w.citizen(w.open(), uid)
		for _, at := range []string{"followers.citizen", "social_items.author", "social_accounts.citizen"} {
			for _, v := range all[at] {
				if string(v) == string(citizen[:]) {
					t.Errorf("%s has the hash of a citizen", at)
				}
			}
		}
	}
	if len(all["followers.citizen"]) == 0 || len(all["social_items.author"]) == 0 || len(all["social_accounts.citizen"]) == 0 {
		t.Error("nothing was looked at")
	}
}
