package store

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"time"

	"pingyi/models"
	"pingyi/scoring"
)

func personKey() models.PersonKey {
	return models.PersonKey{Tenant: tenant, Campaign: campaign, Account: "gh_1", Channel: models.Mobile}
}

func TestAddPersonKey_manyAtOnce_makeOne(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 1)
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
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 1)
		if _, err := db.AddPersonKey(t.Context(), personKey(), []byte("first")); err != nil {
			t.Fatal(err)
		}
		w := writerOn(t, db, WriterOptions{})
		s := rating(t, "A01", "55555")
		submit(t, w, s, scoring.Counted)
		withdraw := scoring.Withdrawal{
			Tenant: tenant, Campaign: campaign, Unit: "A01", Channel: models.Mobile, Person: s.Person, Push: newID(t), Draft: newID(t),
			PlatformAt: inside, ReceivedAt: inside,
		}
		if _, err := db.Withdraw(t.Context(), withdraw); err != nil {
			t.Fatal(err)
		}
		if _, err := db.SQL().ExecContext(t.Context(), "DELETE FROM wrapped_keys"); err != nil {
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
		if n := count(t, db, "wrapped_keys", "1=1"); n != 0 {
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
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 1)
		if _, err := db.AddPersonKey(t.Context(), personKey(), []byte("first")); err != nil {
			t.Fatal(err)
		}
		for _, now := range []time.Time{inside, inside.Add(time.Hour)} {
			if err := db.DestroyKey(t.Context(), tenant, personKey().Name(), now); err != nil {
				t.Fatal(err)
			}
		}
		if n := count(t, db, "wrapped_keys", "destroyed_at=? AND LENGTH(wrapped)=0", text(inside)); n != 1 {
			t.Errorf("%d rows of the time of the destruction", n)
		}
		if _, err := db.PersonKey(t.Context(), personKey()); models.CodeOf(err) != models.KeyDestroyed {
			t.Errorf("looked up: %v", err)
		}
		if _, err := db.AddPersonKey(t.Context(), personKey(), []byte("second")); models.CodeOf(err) != models.KeyDestroyed {
			t.Errorf("made: %v", err)
		}
		if _, err := db.AddKey(t.Context(), tenant, personKey().Name(), []byte("second")); models.CodeOf(err) != models.KeyDestroyed {
			t.Errorf("made otherwise: %v", err)
		}
		if list, err := db.Keys(t.Context(), tenant); err != nil || len(list) != 0 {
			t.Errorf("keys to wrap anew: %v, %v", list, err)
		}
	})
}

// The identities of pushes are hashed under the tenant's key: another one would
// let each be had again.
func TestAddKey_ofATenantWithEffects_makesNone(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 1)
		if _, err := db.AddKey(t.Context(), tenant, models.TenantKey, []byte("first")); err != nil {
			t.Fatal(err)
		}
		submit(t, writerOn(t, db, WriterOptions{}), rating(t, "A01", "55555"), scoring.Counted)
		if key, err := db.AddKey(t.Context(), tenant, models.TenantKey, []byte("second")); err != nil || string(key) != "first" {
			t.Errorf("while it is there: %q, %v", key, err)
		}
		if _, err := db.SQL().ExecContext(t.Context(), "DELETE FROM wrapped_keys"); err != nil {
			t.Fatal(err)
		}
		if key, err := db.AddKey(t.Context(), tenant, models.TenantKey, []byte("second")); models.CodeOf(err) != models.KeyLost {
			t.Errorf("after its row was deleted: %q, %v", key, err)
		}
		if _, err := db.AddKey(t.Context(), "another", models.TenantKey, []byte("other")); err != nil {
			t.Errorf("of another tenant: %v", err)
		}
	})
}
