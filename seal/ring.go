package seal

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"

	"pingyi/models"
)

// Keys stores wrapped keys.
type Keys interface {
	// Key returns a wrapped key, or an error of kind models.NotFound.
	Key(ctx context.Context, tenant, name string) ([]byte, error)
	// AddKey stores a wrapped key unless one of that name is there, and returns
	// the one that is stored. models.KeyGone: none may be made.
	AddKey(ctx context.Context, tenant, name string, wrapped []byte) ([]byte, error)
	// PersonKey returns the wrapped key of persons. models.NotFound: none was
	// made yet. models.KeyGone: it was lost or destroyed.
	PersonKey(ctx context.Context, p models.PersonKey) ([]byte, error)
	// AddPersonKey is AddKey for a key of persons. models.NotFound: there is no
	// such campaign.
	AddPersonKey(ctx context.Context, p models.PersonKey, wrapped []byte) ([]byte, error)
	// SealingKeys lists the keys that renewals made.
	SealingKeys(ctx context.Context, tenant string) ([]models.SealingKey, error)
}

// Ring opens a tenant's keys, makes those that are missing, and remembers them.
// It is safe for concurrent use and by several servers on one database.
type Ring struct {
	wrapper *Wrapper
	store   Keys
	asking  chan struct{} // held while sealing keys are asked for

	mu      sync.RWMutex
	tenants map[string]*Tenant
	persons map[models.PersonKey]*Hasher
}

// NewRing makes a ring over the stored keys.
func NewRing(w *Wrapper, store Keys) *Ring {
	return &Ring{wrapper: w, store: store, asking: make(chan struct{}, 1), tenants: map[string]*Tenant{}, persons: map[models.PersonKey]*Hasher{}}
}

// Tenant holds the keys that one tenant's pushes need.
type Tenant struct {
	citizens, pushes, codes, names, signatures *Hasher

	followers, authors *Hasher

	base    sealingKey // from the root, which sealed before the first renewal
	sealing atomic.Pointer[sealing]
}

// Tenant returns a tenant's keys.
func (r *Ring) Tenant(ctx context.Context, tenant string) (*Tenant, error) {
	r.mu.RLock()
	t := r.tenants[tenant]
	r.mu.RUnlock()
	if t != nil {
		return t, nil
	}
	root, err := r.key(ctx, tenant, models.TenantKey)
	if err != nil {
		return nil, err
	}
	if t, err = newTenant(root); err != nil {
		return nil, err
	}
	if err = r.loadSealing(ctx, tenant, t); err != nil {
		return nil, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if first := r.tenants[tenant]; first != nil {
		return first, nil // of two that load it at once both have the same
	}
	r.tenants[tenant] = t
	return t, nil
}

func newTenant(root []byte) (*Tenant, error) {
	t := &Tenant{}
	for purpose, dst := range map[string]**Hasher{
		"citizens": &t.citizens, "pushes": &t.pushes, "codes": &t.codes,
		"signatures": &t.signatures, "names in redis": &t.names,
		"followers": &t.followers, "public authors": &t.authors,
	} {
		k, err := subkey(root, purpose)
		if err != nil {
			return nil, err
		}
		*dst = NewHasher(k)
	}
	var err error
	t.base, err = newSealingKey(0, root)
	return t, err
}

// Citizen is the keyed hash of a platform id in SQL: the deletable link from a
// ticket to its citizen.
func (t *Tenant) Citizen(account, id string) models.ID { return t.citizens.Hash(account, id) }

// Follower is the keyed hash of a platform id among those who follow an account. It is
// under a key of its own, as Author's is: the times of these rows are exact, and must
// lead to no complaint.
func (t *Tenant) Follower(account, id string) models.ID { return t.followers.Hash(account, id) }

// Author is the keyed hash of a platform id among the authors of public texts.
func (t *Tenant) Author(account, id string) models.ID { return t.authors.Hash(account, id) }

// Push is the keyed hash of a push's identity.
func (t *Tenant) Push(account, key string) models.ID { return t.pushes.Hash(account, key) }

// Signature is the keyed hash of the signature of a push.
func (t *Tenant) Signature(account, signature string) models.ID {
	return t.signatures.Hash("signature", account, signature)
}

// SignedBody is the keyed hash of the body that came under a signature.
func (t *Tenant) SignedBody(signature models.ID, body []byte) models.ID {
	return t.signatures.Hash("body", string(signature[:]), string(body))
}

// SignedReading is the keyed hash of the time, unix seconds, that a signature was read
// with.
func (t *Tenant) SignedReading(signature models.ID, at int64) models.ID {
	return t.signatures.Hash("reading", string(signature[:]), strconv.FormatInt(at, 10))
}

// CitizenName is what stands for a citizen in the names of Redis. It is under a key
// of its own: a thief of both stores without the key cannot join them by it.
func (t *Tenant) CitizenName(account, id string) models.ID {
	return t.names.Hash("citizen", account, id)
}

// PushName is what stands for a push in the names of Redis.
func (t *Tenant) PushName(account, key string) models.ID { return t.names.Hash("push", account, key) }

// Draft makes a draft's id, which is unique among its citizen's, unique among all.
func (t *Tenant) Draft(citizen, draft models.ID) models.ID {
	return t.pushes.Hash("draft", string(citizen[:]), string(draft[:]))
}

// CodeHash is the keyed hash of a ticket's query code.
func (t *Tenant) CodeHash(code string) []byte { return t.codes.append(nil, code) }

// Answers seals finished answers in SQL; use is the push's ID.
func (t *Tenant) Answers() Boxes { return Boxes{t.sealing.Load().answers} }

// Citizens seals platform ids that are kept to answer later; use is the
// citizen's ID.
func (t *Tenant) Citizens() Boxes { return Boxes{t.sealing.Load().ids} }

// Person is the keyed hash of a platform id under the random key of a campaign
// and an account. After the key is destroyed it can never be linked again.
// models.NotFound: there is no key yet, so the account has collected nothing.
// models.KeyGone: the key was lost or destroyed.
func (r *Ring) Person(ctx context.Context, key models.PersonKey, id string) (models.ID, error) {
	return r.person(ctx, key, id, false)
}

// NewPerson is Person for a citizen who is about to rate: the first rating of an account
// in a campaign makes the key. models.NotFound: there is no such campaign.
func (r *Ring) NewPerson(ctx context.Context, key models.PersonKey, id string) (models.ID, error) {
	return r.person(ctx, key, id, true)
}

func (r *Ring) person(ctx context.Context, key models.PersonKey, id string, may bool) (models.ID, error) {
	r.mu.RLock()
	h := r.persons[key]
	r.mu.RUnlock()
	if h != nil {
		return h.Hash(id), nil
	}
	use := key.Tenant + "/" + key.Name()
	wrapped, err := r.store.PersonKey(ctx, key)
	if may && models.KindOf(err) == models.NotFound {
		wrapped, err = r.store.AddPersonKey(ctx, key, r.wrapper.Wrap(NewKey(), use))
	}
	if err != nil {
		return models.ID{}, fmt.Errorf("key of persons: %w", err)
	}
	k, _, err := r.wrapper.Unwrap(wrapped, use)
	if err != nil {
		return models.ID{}, err
	}
	h = NewHasher(k)
	r.mu.Lock()
	r.persons[key] = h
	r.mu.Unlock()
	return h.Hash(id), nil
}

// CheckPersons reports whether the stored key of persons can be had, as Person
// would if it remembered none. One that was destroyed is forgotten here as well.
func (r *Ring) CheckPersons(ctx context.Context, key models.PersonKey) error {
	_, err := r.store.PersonKey(ctx, key)
	if models.CodeOf(err) == models.KeyDestroyed {
		r.mu.Lock()
		delete(r.persons, key)
		r.mu.Unlock()
	}
	return err //nolint:wrapcheck // the store's own
}

// Prover makes keyed hashes of 32 bytes under a key of the tenant that serves
// proofs alone. It makes the key where it lacks and create is set; else it returns an
// error of kind models.NotFound.
func (r *Ring) Prover(ctx context.Context, tenant, name string, create bool) (func(parts ...string) []byte, error) {
	if !create {
		if _, err := r.store.Key(ctx, tenant, name); err != nil {
			return nil, fmt.Errorf("load key %s: %w", name, err)
		}
	}
	k, err := r.key(ctx, tenant, name)
	if err != nil {
		return nil, err
	}
	h := NewHasher(k)
	return func(parts ...string) []byte { return h.append(nil, parts...) }, nil
}

// Wrapper wraps keys that are stored beside what they seal.
func (r *Ring) Wrapper() *Wrapper { return r.wrapper }

// Bound reports whether the stored key of a tenant is bound: each row of the tenant
// needs a proof. models.NotFound: the tenant has no key yet.
func (r *Ring) Bound(ctx context.Context, tenant string) (bool, error) {
	wrapped, err := r.store.Key(ctx, tenant, models.TenantKey)
	if err != nil {
		return false, fmt.Errorf("load key %s: %w", models.TenantKey, err)
	}
	_, _, err = r.wrapper.Unwrap(wrapped, tenant+"/"+models.TenantKey)
	return err == nil && Bound(wrapped), err
}

// key loads a key, or makes it; of two servers that make it at once both use
// the one that was stored first. The key of a tenant is bound from the first.
func (r *Ring) key(ctx context.Context, tenant, name string) ([]byte, error) {
	wrapped, err := r.store.Key(ctx, tenant, name)
	if models.KindOf(err) == models.NotFound {
		wrap := r.wrapper.Wrap
		if name == models.TenantKey {
			wrap = r.wrapper.WrapBound
		}
		wrapped, err = r.store.AddKey(ctx, tenant, name, wrap(NewKey(), tenant+"/"+name))
	}
	if err != nil {
		return nil, fmt.Errorf("load key %s: %w", name, err)
	}
	k, _, err := r.wrapper.Unwrap(wrapped, tenant+"/"+name)
	return k, err
}
