// Package keys has the use cases of keys: the API keys by which the office and others
// call (made, bound, listed, revoked, authenticated), and the keys of the record
// itself: those of persons, those that prove rows, and the secret that wraps them all.
//
// It imports models, complaints, seal and service/campaign. What it needs of the
// record are its ports, which package store implements.
package keys

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"time"

	"pingyi/models"
	"pingyi/service/campaign"
)

// prefix makes a leaked key easy to recognise for secret scanners.
const prefix = "pingyi_"

// New returns a key of 256 random bits; its plain hash is enough to keep it.
func New() string {
	b := make([]byte, sha256.Size)
	_, _ = rand.Read(b) // never fails
	return Form(b)
}

// Form is a key of random or derived bytes.
func Form(b []byte) string { return prefix + base64.RawURLEncoding.EncodeToString(b) }

// Hash is what is stored of a key.
func Hash(key string) []byte {
	h := sha256.Sum256([]byte(key))
	return h[:]
}

// Record keeps API keys by their hash.
type Record interface {
	// CreateAPIKey stores a key. models.Conflict: its hash is there.
	CreateAPIKey(ctx context.Context, k models.APIKey) error
	// BindAPIKey binds a key that was not revoked. models.NotFound: there is none.
	BindAPIKey(ctx context.Context, tenant string, id models.ID, b models.KeyBinding) error
	// RevokeAPIKey ends a key; the time of the first revocation stays.
	RevokeAPIKey(ctx context.Context, tenant string, id models.ID, now time.Time) error
	// APIKeys lists a tenant's, oldest first.
	APIKeys(ctx context.Context, tenant string) ([]models.APIKey, error)
	// APIKeyByHash finds a key that was not revoked. models.NotFound: none.
	APIKeyByHash(ctx context.Context, hash []byte) (models.APIKey, error)
}

// Service is the use cases of API keys.
type Service struct {
	Record Record
	Views  *campaign.Views
	Now    func() time.Time
}

// Add stores a key under a fresh id, by its hash, unless the hash is there. It sets
// the id of k.
func (s *Service) Add(ctx context.Context, k *models.APIKey, key string) (err error) {
	if k.ID, err = models.NewID(rand.Reader); err != nil {
		return err
	}
	k.Hash, k.CreatedAt = Hash(key), models.At(s.Now())
	err = s.Record.CreateAPIKey(ctx, *k)
	if models.KindOf(err) == models.Conflict {
		return nil
	}
	return err
}

// Revoke ends a key of a tenant. models.NotFound: there is none that was not revoked.
func (s *Service) Revoke(ctx context.Context, tenant, key string) error {
	found, err := s.Record.APIKeyByHash(ctx, Hash(key))
	if err != nil {
		return err
	}
	return s.Record.RevokeAPIKey(ctx, tenant, found.ID, s.Now())
}

// RevokeID ends the key that a list names. models.NotFound: unknown_key.
func (s *Service) RevokeID(ctx context.Context, tenant, id string) error {
	k, err := s.find(ctx, tenant, id)
	if err != nil {
		return err
	}
	return s.Record.RevokeAPIKey(ctx, tenant, k.ID, s.Now())
}

// Bind binds the key that a list names anew. models.NotFound: unknown_key.
func (s *Service) Bind(ctx context.Context, tenant, id string, units []string, only string, until time.Time) error {
	k, err := s.find(ctx, tenant, id)
	if err != nil {
		return err
	}
	b, err := s.Binding(ctx, tenant, units, only, until)
	if err != nil {
		return err
	}
	return s.Record.BindAPIKey(ctx, tenant, k.ID, b)
}

func (s *Service) find(ctx context.Context, tenant, id string) (models.APIKey, error) {
	list, err := s.Record.APIKeys(ctx, tenant)
	if err != nil {
		return models.APIKey{}, err
	}
	for i := range list {
		if list[i].ID.String() == id {
			return list[i], nil
		}
	}
	return models.APIKey{}, models.Errorf(models.NotFound, "unknown_key", "there is no key %q; pingyi apikey list shows them", id)
}

// Binding is what a key is to be bound to; what is empty is not given. models.NotFound:
// unknown_unit, unknown_campaign.
func (s *Service) Binding(ctx context.Context, tenant string, units []string, id string, until time.Time) (b models.KeyBinding, err error) {
	view, err := s.Views.Of(ctx, tenant)
	if err != nil {
		return b, err
	}
	if len(units) > 0 {
		if b.Units, err = view.Spelt(units); err != nil {
			return b, err
		}
	}
	if id != "" {
		if _, err := view.Campaign(id); err != nil {
			return b, err
		}
		b.Campaign = &id
	}
	if !until.IsZero() {
		b.EndsAt = &until
	}
	return b, nil
}

// Line is a key's line in a list, separated by tabs: id, role, state, made, hour of the
// last use, end, campaign, units, name, what made it.
func Line(k *models.APIKey, now time.Time) string {
	scope, state := k.Scope(), "active"
	switch {
	case !k.RevokedAt.IsZero():
		state = "revoked"
	case k.Ended(now):
		state = "ended"
	case scope.Nothing():
		state = "unbound"
	}
	when := func(t models.Time) string {
		if t.IsZero() {
			return "-"
		}
		return t.Format(time.RFC3339)
	}
	id, units := "*", "*"
	if scope.Campaign != "" {
		id = scope.Campaign
	}
	switch {
	case scope.Nothing():
		id, units = "-", "-"
	case scope.Bounded:
		units = strings.Join(scope.Units, ",")
	}
	return strings.Join([]string{
		k.ID.String(), string(k.Role), state, when(k.CreatedAt), when(k.LastUsedAt), when(k.EndsAt), id, units, k.Name,
		cmp.Or(k.CreatedVia, campaign.UnknownVia),
	}, "\t")
}
