package seal

import (
	"context"
	"fmt"
	"slices"
	"time"

	"pingyi/models"
)

// SealingDelay is how long a sealing key is known before anything is sealed with it:
// each server asks for new ones much more often, so none meets a key it does not know.
const SealingDelay = 2 * time.Minute

// reloadAfter is how old what a ring knows of the sealing keys may be before a value
// that does not open makes it ask again.
const reloadAfter = SealingDelay / 4

// sealing are the keys that seal and open the values of one tenant. It never changes
// once it is made.
type sealing struct {
	keys         []sealingKey // the first one seals, all open; newest first, then those that are not in use yet
	answers, ids []Box        // of keys, in that order
	asked        time.Time
}

type sealingKey struct {
	number       int
	sessions     *Hasher
	answers, ids Box
}

// newSealingKey derives what is sealed with from a key of a renewal, or from the root.
func newSealingKey(number int, key []byte) (k sealingKey, err error) {
	k.number = number
	sub, err := subkey(key, "sessions")
	if err != nil {
		return k, err
	}
	k.sessions = NewHasher(sub)
	for purpose, dst := range map[string]*Box{"answers": &k.answers, "platform ids": &k.ids} {
		if sub, err = subkey(key, purpose); err != nil {
			return k, err
		}
		if *dst, err = NewBox(sub); err != nil {
			return k, err
		}
	}
	return k, nil
}

func newSealing(keys []sealingKey, asked time.Time) *sealing {
	s := &sealing{keys: keys, asked: asked}
	for _, k := range keys {
		s.answers, s.ids = append(s.answers, k.answers), append(s.ids, k.ids)
	}
	return s
}

// Boxes seal with a tenant's newest key that is in use, and open with each of its keys.
type Boxes struct{ list []Box }

// Seal is Box.Seal.
func (b Boxes) Seal(plain, use []byte) []byte { return b.list[0].Seal(plain, use) }

// Open is Box.Open.
func (b Boxes) Open(sealed, use []byte) ([]byte, error) {
	plain, _, err := b.open(sealed, use)
	return plain, err
}

func (b Boxes) open(sealed, use []byte) (plain []byte, nth int, err error) {
	plain, err = b.list[0].Open(sealed, use)
	for i := 1; err != nil && i < len(b.list); i++ {
		if plain, oerr := b.list[i].Open(sealed, use); oerr == nil {
			return plain, i, nil
		}
	}
	return plain, 0, err
}

// Reseal seals a value anew that an older key sealed. stale is false where the newest
// key in use sealed it, and there is nothing to replace.
func (b Boxes) Reseal(sealed, use []byte) (again []byte, stale bool, err error) {
	plain, nth, err := b.open(sealed, use)
	if err != nil || nth == 0 {
		return nil, false, err
	}
	return b.Seal(plain, use), true, nil
}

// SessionBox is what one citizen's values in Redis are sealed with.
type SessionBox struct {
	newest  Box
	of      *sealing
	citizen models.ID
}

// Session is a citizen's own box for what Redis keeps of them; a value begins
// with SessionNonce bytes that are unique to it.
func (t *Tenant) Session(citizen models.ID) (SessionBox, error) {
	of := t.sealing.Load()
	newest, err := of.keys[0].session(citizen)
	return SessionBox{newest, of, citizen}, err
}

func (k *sealingKey) session(citizen models.ID) (Box, error) {
	var b [KeySize]byte
	return newSessionBox(k.sessions.append(b[:0], string(citizen[:])))
}

// Seal is Box.Seal.
func (b *SessionBox) Seal(plain, use []byte) []byte { return b.newest.Seal(plain, use) }

// Open is Box.Open. The boxes of older keys are made where the newest one fails.
func (b *SessionBox) Open(sealed, use []byte) ([]byte, error) {
	plain, err := b.newest.Open(sealed, use)
	for i := 1; err != nil && i < len(b.of.keys); i++ {
		older, berr := b.of.keys[i].session(b.citizen)
		if berr != nil {
			return nil, berr
		}
		if plain, oerr := older.Open(sealed, use); oerr == nil {
			return plain, nil
		}
	}
	return plain, err
}

// Refresh asks for the sealing keys of every tenant that was asked for. A server calls
// it far more often than once in SealingDelay.
func (r *Ring) Refresh(ctx context.Context) error {
	r.mu.RLock()
	names := make([]string, 0, len(r.tenants))
	for name := range r.tenants {
		names = append(names, name)
	}
	r.mu.RUnlock()
	slices.Sort(names)
	for _, name := range names {
		if err := r.reload(ctx, name, 0); err != nil {
			return fmt.Errorf("tenant %s: %w", name, err)
		}
	}
	return nil
}

// Reload asks for the sealing keys of a tenant again, unless they were asked for just
// now. It is called where a value does not open: the value may be of a key that this ring
// does not know, as it could not ask for so long.
func (r *Ring) Reload(ctx context.Context, tenant string) error {
	return r.reload(ctx, tenant, reloadAfter)
}

// reload asks where what is known is older than that. One asks at a time.
func (r *Ring) reload(ctx context.Context, tenant string, olderThan time.Duration) error {
	select {
	case r.asking <- struct{}{}:
		defer func() { <-r.asking }()
	case <-ctx.Done():
		return fmt.Errorf("sealing keys: %w", ctx.Err())
	}
	t, err := r.Tenant(ctx, tenant)
	if err != nil {
		return err
	}
	if time.Since(t.sealing.Load().asked) < olderThan {
		return nil
	}
	return r.loadSealing(ctx, tenant, t)
}

// loadSealing reads the sealing keys. Those that are known are not opened again.
func (r *Ring) loadSealing(ctx context.Context, tenant string, t *Tenant) error {
	asked := time.Now()
	list, err := r.store.SealingKeys(ctx, tenant)
	if err != nil {
		return fmt.Errorf("sealing keys: %w", err)
	}
	known := []sealingKey{t.base}
	if before := t.sealing.Load(); before != nil {
		known = before.keys
	}
	slices.SortFunc(list, func(a, b models.SealingKey) int { return b.Number - a.Number })
	var used, next []sealingKey
	for i := range list {
		if !list[i].DestroyedAt.IsZero() {
			continue
		}
		k, err := r.sealingKey(tenant, &list[i], known)
		if err != nil {
			return err
		}
		if list[i].Age < SealingDelay {
			next = append(next, k)
		} else {
			used = append(used, k)
		}
	}
	t.sealing.Store(newSealing(slices.Concat(used, []sealingKey{t.base}, next), asked))
	return nil
}

func (r *Ring) sealingKey(tenant string, of *models.SealingKey, known []sealingKey) (sealingKey, error) {
	if i := slices.IndexFunc(known, func(k sealingKey) bool { return k.number == of.Number }); i >= 0 {
		return known[i], nil
	}
	key, _, err := r.wrapper.Unwrap(of.Wrapped, tenant+"/"+models.SealingName(of.Number))
	if err != nil {
		return sealingKey{}, err
	}
	return newSealingKey(of.Number, key)
}
