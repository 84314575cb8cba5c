package record_test

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"time"

	"pingyi/internal/dbtest"
	"pingyi/models"
	"pingyi/scoring"
	"pingyi/store/record"
)

func personKey() models.PersonKey {
	return models.PersonKey{Tenant: dbtest.Tenant, Campaign: dbtest.Campaign, Account: "gh_1", Channel: models.Mobile}
}

func TestAddPersonKey_manyAtOnce_makeOne(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 1)
		if _, err := db.PersonKey(t.Context(), personKey()); models.KindOf(err) != models.NotFound {
			t.Fatalf("before the first rating: %v", err)
		}
		var group sync.WaitGroup
		got := make([][]byte, 8)
		for i := range got {
			group.Go(func() {
				var err error
				if got[i], err = db.AddPersonKey(t.Context(), personKey(), []byte{byte(i)}); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		stored, err := db.PersonKey(t.Context(), personKey())
		if err != nil {
			t.Fatal(err)
		}
		for i := range got {
			if !bytes.Equal(got[i], stored) {
				t.Errorf("server %d has the key %x, stored is %x", i, got[i], stored)
			}
		}
		other := personKey()
		other.Campaign = "1999"
		if _, err := db.AddPersonKey(t.Context(), other, []byte{1}); models.CodeOf(err) != "unknown_campaign" {
			t.Errorf("of a campaign that there is not: %v", err)
		}
	})
}

// A rating that any account of the channel gave, also one that was taken back
// since, is reason enough to make no other key; another account's is not.
func TestAddPersonKey_whereTheAccountHasRated_makesNone(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 1)
		if _, err := db.AddPersonKey(t.Context(), personKey(), []byte("first")); err != nil {
			t.Fatal(err)
		}
		w := dbtest.WriterOn(t, db, record.WriterOptions{})
		s := dbtest.Rating(t, "A01", "55555")
		dbtest.Submit(t, w, s, scoring.Counted)
		withdraw := scoring.Withdrawal{
			Tenant: dbtest.Tenant, Campaign: dbtest.Campaign, Unit: "A01", Channel: models.Mobile, Person: s.Person, Push: dbtest.NewID(t), Draft: dbtest.NewID(t),
			PlatformAt: dbtest.Inside, ReceivedAt: dbtest.Inside,
		}
		if _, err := db.Withdraw(t.Context(), withdraw); err != nil {
			t.Fatal(err)
		}
		if _, err := db.SQL().ExecContext(t.Context(), "DELETE FROM wrapped_keys"); err != nil {
			t.Fatal(err)
		}
		// Emptied, what follows from the ratings makes no room for another key.
		for _, table := range []string{"tallies", "live_ratings"} {
			if _, err := db.SQL().ExecContext(t.Context(), "DELETE FROM "+table); err != nil {
				t.Fatal(err)
			}
			if key, err := db.AddPersonKey(t.Context(), personKey(), []byte("second")); models.CodeOf(err) != models.KeyLost {
				t.Errorf("without its %s: %q, %v", table, key, err)
			}
		}
		if err := db.Repair(t.Context(), dbtest.Tenant, dbtest.Campaign); err != nil {
			t.Fatal(err)
		}
		for name, ask := range map[string]func(models.PersonKey) ([]byte, error){
			"looked up": func(p models.PersonKey) ([]byte, error) { return db.PersonKey(t.Context(), p) },
			"made":      func(p models.PersonKey) ([]byte, error) { return db.AddPersonKey(t.Context(), p, []byte("second")) },
		} {
			if key, err := ask(personKey()); models.CodeOf(err) != models.KeyLost || models.KindOf(err) != models.Conflict || strings.Contains(err.Error(), "gh_1") {
				t.Errorf("%s: %q, %v", name, key, err)
			}
		}
		if n := dbtest.Count(t, db, "wrapped_keys", "1=1"); n != 0 {
			t.Errorf("%d keys stored", n)
		}
		other := personKey()
		other.Account = "gh_2"
		if _, err := db.AddPersonKey(t.Context(), other, []byte("other")); err != nil {
			t.Errorf("of an account without a rating: %v", err)
		}
	})
}

func TestDestroyKey_leavesItsRow_andNoneIsMadeAgain(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 1)
		if _, err := db.AddPersonKey(t.Context(), personKey(), []byte("first")); err != nil {
			t.Fatal(err)
		}
		for _, now := range []time.Time{dbtest.Inside, dbtest.Inside.Add(time.Hour)} {
			if err := db.DestroyKey(t.Context(), dbtest.Tenant, personKey().Name(), now); err != nil {
				t.Fatal(err)
			}
		}
		if n := dbtest.Count(t, db, "wrapped_keys", "destroyed_at=? AND LENGTH(wrapped)=0", models.At(dbtest.Inside)); n != 1 {
			t.Errorf("%d rows of the time of the destruction", n)
		}
		if _, err := db.PersonKey(t.Context(), personKey()); models.CodeOf(err) != models.KeyDestroyed {
			t.Errorf("looked up: %v", err)
		}
		if _, err := db.AddPersonKey(t.Context(), personKey(), []byte("second")); models.CodeOf(err) != models.KeyDestroyed {
			t.Errorf("made: %v", err)
		}
		if _, err := db.AddKey(t.Context(), dbtest.Tenant, personKey().Name(), []byte("second")); models.CodeOf(err) != models.KeyDestroyed {
			t.Errorf("made otherwise: %v", err)
		}
		if list, err := db.Keys(t.Context(), dbtest.Tenant); err != nil || len(list) != 0 {
			t.Errorf("keys to wrap anew: %v, %v", list, err)
		}
	})
}

// The identities of pushes are hashed under the tenant's key: another one would
// let each be had again.
func TestAddKey_ofATenantWithEffects_makesNone(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 1)
		if _, err := db.AddKey(t.Context(), dbtest.Tenant, models.TenantKey, []byte("first")); err != nil {
			t.Fatal(err)
		}
		dbtest.Submit(t, dbtest.WriterOn(t, db, record.WriterOptions{}), dbtest.Rating(t, "A01", "55555"), scoring.Counted)
		if key, err := db.AddKey(t.Context(), dbtest.Tenant, models.TenantKey, []byte("second")); err != nil || string(key) != "first" {
			t.Errorf("while it is there: %q, %v", key, err)
		}
		if _, err := db.SQL().ExecContext(t.Context(), "DELETE FROM wrapped_keys"); err != nil {
			t.Fatal(err)
		}
		if key, err := db.AddKey(t.Context(), dbtest.Tenant, models.TenantKey, []byte("second")); models.CodeOf(err) != models.KeyLost {
			t.Errorf("after its row was deleted: %q, %v", key, err)
		}
		if _, err := db.AddKey(t.Context(), "another", models.TenantKey, []byte("other")); err != nil {
			t.Errorf("of another tenant: %v", err)
		}
	})
}
