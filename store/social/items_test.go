package social_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pingyi/internal/dbtest"
	"pingyi/models"
	"pingyi/scoring"
	"pingyi/social"
	"pingyi/store/record"
)

var weibo = social.Account{Tenant: dbtest.Tenant, ID: "wb_1"}

func TestSpend_manyServersAtOnce_neverPassTheLimit(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		var spent atomic.Int64
		var group sync.WaitGroup
		for range 40 {
			group.Go(func() {
				ok, err := db.Spend(t.Context(), weibo, "20261122", social.PoolPoll, 24)
				if err != nil {
					t.Error(err)
				}
				if ok {
					spent.Add(1)
				}
			})
		}
		group.Wait()
		if got, err := db.Spent(t.Context(), weibo, "20261122"); err != nil || spent.Load() != 24 || got[social.PoolPoll] != 24 {
			t.Errorf("%d spent, %v, %v", spent.Load(), got, err)
		}
		if ok, err := db.Spend(t.Context(), weibo, "20261123", social.PoolPoll, 24); err != nil || !ok {
			t.Errorf("the next day: %t, %v", ok, err)
		}
	})
}

func TestKeep_cursorMovedMeanwhile_storesNothing(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		item := func() social.Item {
			return social.Item{ID: dbtest.NewID(t), Kind: social.Comment, Feed: social.CommentsToMe, Author: dbtest.NewID(t), Sealed: []byte("s"), At: dbtest.Inside, FetchedAt: dbtest.Inside}
		}
		first := item()
		k := social.Keep{Items: []social.Item{first, item()}, Cursor: "c", State: []byte("1")}
		if err := db.Keep(t.Context(), weibo, k); err != nil {
			t.Fatal(err)
		}
		for _, version := range []int64{0, 7} {
			stale := social.Keep{Items: []social.Item{item()}, Cursor: "c", State: []byte("2"), Version: version}
			if err := db.Keep(t.Context(), weibo, stale); models.KindOf(err) != models.Conflict {
				t.Errorf("version %d: %v", version, err)
			}
		}
		k = social.Keep{Items: []social.Item{first}, Cursor: "c", State: []byte("3"), Version: 1, Round: 5}
		if err := db.Keep(t.Context(), weibo, k); err != nil {
			t.Fatal(err)
		}
		state, version, err := db.Cursor(t.Context(), weibo, "c")
		if err != nil || string(state) != "3" || version != 2 {
			t.Errorf("cursor %q, %d, %v", state, version, err)
		}
		dbtest.WantRows(t, db, map[string]int{"social_items": 2})
		if n := dbtest.Count(t, db, "social_items", "seen_round = 5"); n != 1 {
			t.Errorf("%d seen in the round", n)
		}
	})
}

func TestListed_pagesWhatDidNotCount(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		var readings []social.Reading
		for i := range 5 {
			item := social.Item{ID: dbtest.NewID(t), Kind: social.Comment, Author: dbtest.NewID(t), Sealed: []byte("s"), At: dbtest.Inside.Add(time.Duration(i/2) * time.Second), FetchedAt: dbtest.Inside}
			if err := db.Keep(t.Context(), weibo, social.Keep{Items: []social.Item{item}}); err != nil {
				t.Fatal(err)
			}
			readings = append(readings, social.Reading{Item: item.ID, Outcome: social.Listed, Reason: social.NoLevel, At: dbtest.Inside})
		}
		for range 2 { // a second reading changes nothing
			if err := db.WriteDown(t.Context(), weibo, readings); err != nil {
				t.Fatal(err)
			}
		}
		seen, after := 0, models.After{}
		for {
			page, err := db.Listed(t.Context(), weibo, models.Scope{}, social.NoLevel, after, 2)
			if err != nil {
				t.Fatal(err)
			}
			if len(page) == 0 {
				break
			}
			for _, r := range page {
				if string(r.Sealed) != "s" || r.Reading.Reason != social.NoLevel {
					t.Errorf("%+v", r)
				}
				after = models.After{At: r.At, ID: r.ID}
			}
			seen += len(page)
		}
		if seen != 5 {
			t.Errorf("%d listed, want 5", seen)
		}
		if left, err := db.Unread(t.Context(), weibo, 10); err != nil || len(left) != 0 {
			t.Errorf("%d unread, %v", len(left), err)
		}
	})
}

func TestExclude_andRestore_areEvents_andSumsHold(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 3)
		w := dbtest.WriterOn(t, db, record.WriterOptions{})
		s := dbtest.Public(t, "A01", "11111", dbtest.Inside)
		dbtest.Submit(t, w, s, scoring.Counted)
		dbtest.Submit(t, w, dbtest.Public(t, "A01", "55555", dbtest.Inside), scoring.Counted)
		two := scoring.Act{By: "a", ApprovedBy: "b", Note: "n", At: dbtest.Inside}
		turn := func(do func() (bool, error), want bool, live, excluded int64) {
			t.Helper()
			if done, err := do(); err != nil || done != want {
				t.Fatalf("%t, %v, want %t", done, err, want)
			}
			got := dbtest.TallyOf(t, db, models.Social, "A01")
			if got.Live != live || got.Excluded != excluded || got.Received != 2 {
				t.Errorf("tally %+v", got)
			}
			raw, err := db.RawTallies(t.Context(), dbtest.Tenant, dbtest.Campaign, models.Social)
			if err != nil || raw[0].Live != 2 || raw[0].Excluded != 0 || raw[0].Counts[0][0] != 1 {
				t.Errorf("raw %+v, %v", raw[0], err)
			}
			dbtest.WantSound(t, db)
		}
		exclude := func() (bool, error) {
			return db.Exclude(t.Context(), dbtest.Tenant, dbtest.Campaign, s.Rating, "government", two)
		}
		restore := func() (bool, error) {
			return db.Restore(t.Context(), dbtest.Tenant, dbtest.Campaign, s.Rating, "by_hand", two)
		}
		turn(exclude, true, 1, 1)
		turn(exclude, false, 1, 1)
		if err := db.Repair(t.Context(), dbtest.Tenant, dbtest.Campaign); err != nil {
			t.Fatal(err)
		}
		turn(restore, true, 2, 0)
		turn(restore, false, 2, 0)
		turn(exclude, true, 1, 1)
		if list, err := db.Exclusions(t.Context(), dbtest.Tenant, dbtest.Campaign, models.Social); err != nil || len(list) != 3 || list[1].Excludes() || list[2].By != "a" {
			t.Errorf("%+v, %v", list, err)
		}
		dbtest.Submit(t, w, dbtest.AnotherPublic(t, s, "33333", dbtest.Inside.Add(time.Hour)), scoring.Counted)
		if _, err := restore(); models.KindOf(err) != models.Conflict {
			t.Errorf("restored beside a newer rating: %v", err)
		}
		if _, err := db.Settle(t.Context(), dbtest.Tenant, dbtest.Campaign, dbtest.Closes); err != nil {
			t.Fatal(err)
		}
		if _, err := restore(); models.KindOf(err) != models.Conflict {
			t.Errorf("restored after the settlement: %v", err)
		}
		dbtest.WantSound(t, db)
	})
}

func TestMayAnswer_oneTextAnAuthorDayAndHead_forAsOftenAsItAsks(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		author, other := dbtest.NewID(t), dbtest.NewID(t)
		const day = "20261122"
		items := make([]models.ID, 8)
		var mine [8]atomic.Int64
		var group sync.WaitGroup
		for i := range items {
			items[i] = dbtest.NewID(t)
			for range 3 {
				group.Go(func() {
					ok, err := db.MayAnswer(t.Context(), weibo, author, day, "how", items[i])
					if err != nil {
						t.Error(err)
					}
					if ok {
						mine[i].Add(1)
					}
				})
			}
		}
		group.Wait()
		answered := 0
		for i := range mine {
			if n := mine[i].Load(); n != 0 && n != 3 {
				t.Errorf("text %d may be answered %d times of 3", i, n)
			} else if n == 3 {
				answered++
			}
		}
		if answered != 1 {
			t.Errorf("%d texts are answered, want one", answered)
		}
		for name, ok := range map[string]func() (bool, error){
			"another head":   func() (bool, error) { return db.MayAnswer(t.Context(), weibo, author, day, "counted", items[0]) },
			"another author": func() (bool, error) { return db.MayAnswer(t.Context(), weibo, other, day, "how", items[1]) },
			"another day":    func() (bool, error) { return db.MayAnswer(t.Context(), weibo, author, "20261123", "how", items[2]) },
		} {
			if may, err := ok(); err != nil || !may {
				t.Errorf("%s: %t, %v", name, may, err)
			}
		}
		if err := db.Sweep(t.Context(), time.Date(2026, 11, 25, 8, 0, 0, 0, time.UTC)); err != nil {
			t.Fatal(err)
		}
		dbtest.WantRows(t, db, map[string]int{"social_answers": 1})
	})
}
