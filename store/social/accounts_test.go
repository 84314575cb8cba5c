package social_test

import (
	"maps"
	"strconv"
	"sync"
	"testing"
	"time"

	"pingyi/internal/dbtest"
	"pingyi/models"
	"pingyi/scoring"
	"pingyi/store/record"
)

// numbers are the targets by their numbers.
func numbers(list []models.Scene) map[int]string {
	targets := make(map[int]string, len(list))
	for _, s := range list {
		targets[s.ID] = s.Target
	}
	return targets
}

func TestEnsureScenes_again_keepsEveryNumber(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		first := []string{"u:A01", "u:A02", "w:W1"}
		mustEnsure(t, db, "1", first)
		mustEnsure(t, db, "1", []string{"u:A02", "u:A03", "u:A01", "c:2017", "u:A03"})
		mustEnsure(t, db, "2", []string{"c:2017"})
		list, err := db.Scenes(t.Context(), "city", "1")
		want := map[int]string{1: "u:A01", 2: "u:A02", 3: "w:W1", 4: "u:A03", 5: "c:2017"}
		if err != nil || !maps.Equal(numbers(list), want) {
			t.Fatalf("%v %v, want %v", list, err, want)
		}
		if list, err = db.Scenes(t.Context(), "city", "2"); err != nil || len(list) != 1 || list[0].ID != 1 {
			t.Fatalf("another account has %v %v", list, err)
		}
		if list, err = db.Scenes(t.Context(), "county", "1"); err != nil || len(list) != 0 {
			t.Fatalf("another tenant has %v %v", list, err)
		}
	})
}

func mustEnsure(t *testing.T, db *dbtest.DB, account string, targets []string) {
	t.Helper()
	if err := db.EnsureScenes(t.Context(), "city", account, targets, time.Now()); err != nil {
		t.Fatal(err)
	}
}

func TestEnsureScenes_twoServersAtOnce_oneNumberEach(t *testing.T) {
	for name, url := range map[string]func(testing.TB) string{"sqlite": dbtest.SQLiteURL, "mysql": dbtest.MySQLURL} {
		t.Run(name, func(t *testing.T) {
			u := url(t)
			servers := []*dbtest.DB{dbtest.Migrated(t, u), dbtest.OpenURL(t, u)}
			var targets []string
			for i := range 300 {
				targets = append(targets, "u:"+strconv.Itoa(i))
			}
			var group sync.WaitGroup
			for i := range 8 {
				group.Go(func() {
					if err := servers[i%2].EnsureScenes(t.Context(), "city", "1", targets[:100+20*i], time.Now()); err != nil {
						t.Error(err)
					}
				})
			}
			group.Wait()
			list, err := servers[0].Scenes(t.Context(), "city", "1")
			if err != nil || len(list) != 240 {
				t.Fatalf("%d numbers, %v", len(list), err)
			}
			seen := map[string]bool{}
			for i, s := range list {
				if s.ID != i+1 || seen[s.Target] {
					t.Fatalf("number %d of %s at place %d", s.ID, s.Target, i)
				}
				seen[s.Target] = true
			}
		})
	}
}

func TestEnsureScenes_noNumberLeft_givesNone(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		mustEnsure(t, db, "1", []string{"u:A01"})
		dbtest.Tamper(t, db, "UPDATE scenes SET id = 99999")
		err := db.EnsureScenes(t.Context(), "city", "1", []string{"u:A02", "u:A03"}, time.Now())
		if models.KindOf(err) != models.Conflict {
			t.Fatal(err)
		}
		if list, err := db.Scenes(t.Context(), "city", "1"); err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		mustEnsure(t, db, "1", []string{"u:A02"})
	})
}

func TestFollowing_pushesOutOfOrder_theLastEventHolds(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		citizen, start := dbtest.NewID(t), time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
		set := func(follows bool, at time.Duration) {
			t.Helper()
			if err := db.SetFollowing(t.Context(), "city", "1", citizen, follows, start.Add(at)); err != nil {
				t.Fatal(err)
			}
		}
		want := func(p scoring.Provenance) {
			t.Helper()
			if got, err := db.Following(t.Context(), "city", "1", citizen, dbtest.NewID(t)); err != nil || got != p {
				t.Fatalf("%s %v, want %s", got, err, p)
			}
		}
		want(scoring.Unverified)
		set(true, 0)
		set(true, 0)
		want(scoring.Follower)
		set(false, time.Minute)
		set(true, 0) // the platform's third try
		want(scoring.Unfollowed)
		set(true, time.Hour)
		set(false, time.Hour)
		want(scoring.Unfollowed)
		set(true, time.Hour)
		want(scoring.Follower)
		if got, err := db.Following(t.Context(), "city", "2", citizen, dbtest.NewID(t)); err != nil || got != scoring.Unverified {
			t.Fatal(got, err)
		}
	})
}

func TestSubmit_withProvenance_isRecordedWithTheRating(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 3)
		w := dbtest.WriterOn(t, db, record.WriterOptions{})
		first := dbtest.Rating(t, "A01", "30425")
		first.Provenance = scoring.Unverified
		dbtest.Submit(t, w, first, scoring.Counted)
		repeat := dbtest.Again(t, first)
		repeat.Provenance = scoring.Follower
		dbtest.Submit(t, w, repeat, scoring.Repeat)
		wantProvenances(t, db, map[scoring.Provenance]int64{scoring.Unverified: 1})
		second := dbtest.Change(t, first, "55555")
		second.Provenance = scoring.Follower
		dbtest.Submit(t, w, second, scoring.Counted)
		third := dbtest.Rating(t, "A01", "55555")
		third.Provenance = ""
		dbtest.Submit(t, w, third, scoring.Counted)
		wantProvenances(t, db, map[scoring.Provenance]int64{scoring.Follower: 1, "": 1})
		dbtest.WantRows(t, db, map[string]int{"rating_provenances": 2, "ratings": 3})
	})
}

func wantProvenances(t *testing.T, db *dbtest.DB, want map[scoring.Provenance]int64) {
	t.Helper()
	got, err := db.LiveProvenances(t.Context(), dbtest.Tenant, dbtest.Campaign, models.Mobile)
	if err != nil || !maps.Equal(got, want) {
		t.Errorf("%v %v, want %v", got, err, want)
	}
}
