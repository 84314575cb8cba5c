package keys

import (
	"bytes"
	"context"
	"log/slog"
	"testing"
	"time"

	"pingyi/models"
)

// used is a record with one key.
type used struct {
	key   models.APIKey
	notes int
}

func (u *used) APIKeyByHash(_ context.Context, hash []byte) (models.APIKey, error) {
	if !bytes.Equal(hash, u.key.Hash) {
		return models.APIKey{}, models.Errorf(models.NotFound, "unknown_api_key", "there is no such API key")
	}
	return u.key, nil
}

func (u *used) APIKeyHashes(context.Context, int) ([][]byte, error) {
	return [][]byte{u.key.Hash}, nil
}

func (u *used) UsedAPIKey(context.Context, *models.APIKey, time.Time) error {
	u.notes++
	return nil
}

// A key opens what it is bound to until it ends, and none opens anything that the
// installation refuses: it is not remembered as a right one either.
func TestAuthenticate_keyInForce_elseUnauthorised(t *testing.T) {
	now := time.Date(2027, 5, 1, 8, 30, 0, 0, time.UTC)
	key := New()
	u := &used{key: models.APIKey{ID: models.ID{1}, Tenant: "t", Role: models.RoleReader, Hash: Hash(key), EndsAt: models.At(now.Add(time.Hour)), Units: []string{"A03"}}}
	refuses := false
	c := NewCallers(u, func(string, []byte) bool { return refuses }, func() time.Time { return now }, slog.New(slog.DiscardHandler))
	for range 3 {
		who, err := c.Authenticate(t.Context(), key)
		if err != nil || who.Tenant != "t" || !who.Scope.HasUnit("a03") || who.Scope.HasUnit("A04") || !c.Known(key) {
			t.Fatalf("%+v, %v", who, err)
		}
	}
	if u.notes != 1 {
		t.Errorf("the use of an hour was noted %d times", u.notes)
	}
	for _, one := range []struct {
		name  string
		spoil func()
	}{
		{"refused", func() { refuses = true }},
		{"ended", func() { refuses, now = false, now.Add(time.Hour) }},
	} {
		one.spoil()
		if _, err := c.Authenticate(t.Context(), key); models.KindOf(err) != models.Unauthorised || c.Known(key) {
			t.Errorf("%s: %v", one.name, err)
		}
	}
	for _, wrong := range []string{"", "x", New()} {
		if _, err := c.Authenticate(t.Context(), wrong); models.KindOf(err) != models.Unauthorised {
			t.Errorf("%q: %v", wrong, err)
		}
	}
}
