package staff_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pingyi/internal/dbtest"
	"pingyi/models"
)

func apiKey(t *testing.T, role models.Role, units ...string) models.APIKey {
	t.Helper()
	return models.APIKey{
		ID: dbtest.NewID(t), Tenant: dbtest.Tenant, Name: string(role), Role: role, Hash: append(dbtest.RandomBytes(t), dbtest.RandomBytes(t)...),
		CreatedAt: models.At(dbtest.Inside), Units: units,
	}
}

func storedKey(t *testing.T, db *dbtest.DB, k models.APIKey) models.APIKey {
	t.Helper()
	got, err := db.APIKeyByHash(t.Context(), k.Hash)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func TestAPIKey_boundAnew_keepsWhatWasNotGiven(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		k, other := apiKey(t, models.RoleUnitLeader, "A03", "A01", "A03"), apiKey(t, models.RoleUnitHandler)
		k.Campaign, k.EndsAt = "2017", models.At(dbtest.Closes)
		for _, one := range []models.APIKey{k, other} {
			if err := db.CreateAPIKey(t.Context(), one); err != nil {
				t.Fatal(err)
			}
		}
		want := models.Scope{Campaign: "2017", Bounded: true, Units: []string{"A01", "A03"}}
		got := storedKey(t, db, k)
		if diff := cmp.Diff(want, got.Scope()); diff != "" || !got.EndsAt.Equal(dbtest.Closes) || got.Ended(dbtest.Closes.Add(-time.Millisecond)) || !got.Ended(dbtest.Closes) {
			t.Errorf("%s%v", diff, got.EndsAt)
		}
		if got := storedKey(t, db, other); !got.Scope().Nothing() {
			t.Errorf("a key that is bound to nothing reaches %+v", got.Scope())
		}
		campaign := "2018"
		if err := db.BindAPIKey(t.Context(), dbtest.Tenant, k.ID, models.KeyBinding{Campaign: &campaign}); err != nil {
			t.Fatal(err)
		}
		if err := db.BindAPIKey(t.Context(), dbtest.Tenant, other.ID, models.KeyBinding{Units: []string{"A05"}}); err != nil {
			t.Fatal(err)
		}
		want.Campaign = campaign
		list, err := db.APIKeys(t.Context(), dbtest.Tenant)
		if err != nil {
			t.Fatal(err)
		}
		scopes := map[models.ID]models.Scope{}
		for _, one := range list {
			scopes[one.ID] = one.Scope()
		}
		if diff := cmp.Diff(map[models.ID]models.Scope{k.ID: want, other.ID: {Bounded: true, Units: []string{"A05"}}}, scopes); diff != "" {
			t.Error(diff)
		}
		if err := db.BindAPIKey(t.Context(), "another", k.ID, models.KeyBinding{Units: []string{"A05"}}); models.KindOf(err) != models.NotFound {
			t.Errorf("bound by another tenant: %v", err)
		}
		if err := db.RevokeAPIKey(t.Context(), dbtest.Tenant, k.ID, dbtest.Inside); err != nil {
			t.Fatal(err)
		}
		if err := db.BindAPIKey(t.Context(), dbtest.Tenant, k.ID, models.KeyBinding{Units: []string{"A05"}}); models.KindOf(err) != models.NotFound {
			t.Errorf("a revoked key was bound: %v", err)
		}
		if hashes, err := db.APIKeyHashes(t.Context(), 10); err != nil || len(hashes) != 1 || string(hashes[0]) != string(other.Hash) {
			t.Errorf("%d keys are in force, %v", len(hashes), err)
		}
	})
}

// An older release's program makes keys without the columns that came later, beside
// this one.
func TestAPIKey_ofAnOlderRelease_endsNeverAndAUnitsReachesNothing(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		for role, nothing := range map[models.Role]bool{
			models.RoleOffice: false, models.RoleReader: false, models.RoleUnitLeader: true, models.RoleUnitHandler: true,
		} {
			k := apiKey(t, role)
			if _, err := db.SQL().ExecContext(t.Context(), "INSERT INTO api_keys (id,tenant,name,role,hash,created_at) VALUES (?,?,?,?,?,?)",
				k.ID[:], k.Tenant, k.Name, string(k.Role), k.Hash, k.CreatedAt); err != nil {
				t.Fatal(err)
			}
			got := storedKey(t, db, k)
			if s := got.Scope(); s.Nothing() != nothing || s.Campaign != "" || s.HasUnit("A03") == nothing || got.Ended(dbtest.Closes.AddDate(99, 0, 0)) {
				t.Errorf("%s: %+v", role, s)
			}
		}
	})
}

func TestAPIKey_usedManyTimes_isWrittenOnceAnHour(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		k := apiKey(t, models.RoleReader)
		if err := db.CreateAPIKey(t.Context(), k); err != nil {
			t.Fatal(err)
		}
		begin := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
		for minute := range 180 {
			seen := storedKey(t, db, k)
			if minute%7 == 0 {
				seen.LastUsedAt = models.Time{} // as another server read it before
			}
			if err := db.UsedAPIKey(t.Context(), &seen, begin.Add(time.Duration(minute)*time.Minute)); err != nil {
				t.Fatal(err)
			}
			if want := begin.Add(time.Duration(minute/60) * time.Hour); !storedKey(t, db, k).LastUsedAt.Equal(want) {
				t.Fatalf("after %d minutes last used at %v", minute, storedKey(t, db, k).LastUsedAt)
			}
		}
		// An hour that is over is not written again.
		seen := storedKey(t, db, k)
		seen.LastUsedAt = models.Time{}
		if err := db.UsedAPIKey(t.Context(), &seen, begin); err != nil || storedKey(t, db, k).LastUsedAt.Equal(begin) {
			t.Errorf("%v, %v", err, storedKey(t, db, k).LastUsedAt)
		}
	})
}
