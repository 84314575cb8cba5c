package keys

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"pingyi/models"
	"pingyi/seal"
)

// Names of the keys of proofs. A tenant that had effects before there were proofs
// begins with the first key, and has the second from its attestation on; every
// other tenant has the second from its first row.
//
// Whether each row of a tenant needs a proof or has to be attested is said by the
// tenant's own key, the root of all its hashes, which is bound then (seal.Bound): from
// its making, or from the attestation on. A bound tenant has the second key. Rows that
// anybody may delete do not decide it, as they did before: with attestation and key
// gone, rows without proof passed for rows of before.
const (
	ProofsBefore = "proof"
	ProofsKey    = "proof/attested"
)

// Prover makes the proof of a row: a keyed hash over its parts.
type Prover = func(parts ...string) []byte

// Wrapped keeps the wrapped keys of tenants, and knows whether rows were written under
// them.
type Wrapped interface {
	// Key is a wrapped key. models.NotFound: there is none.
	Key(ctx context.Context, tenant, name string) ([]byte, error)
	// ReplaceKey stores the same key under another wrapping, if it still has the one
	// given.
	ReplaceKey(ctx context.Context, tenant, name string, old, wrapped []byte) (replaced bool, err error)
	Tenants(ctx context.Context) ([]models.Tenant, error)
	// HasEffects reports whether the tenant has rows that name a push.
	HasEffects(ctx context.Context, tenant string) (bool, error)
	// Unattested reports whether an attestation of the tenant broke off.
	Unattested(ctx context.Context, tenant string) (bool, error)
}

// Provers are the provers of tenants. They are remembered: each rating asks for one.
type Provers struct {
	ring *seal.Ring
	db   Wrapped

	mu     sync.RWMutex
	known  map[string]Prover
	before map[string]bool // those that were not attested when they were looked for
}

// NewProvers returns the provers of a ring, which may be nil: then none is to be had.
func NewProvers(ring *seal.Ring, db Wrapped) *Provers {
	return &Provers{ring: ring, db: db, known: map[string]Prover{}, before: map[string]bool{}}
}

// Of is the prover of a tenant. Its key is made where the tenant has none.
func (p *Provers) Of(ctx context.Context, tenant string) (Prover, error) {
	p.mu.RLock()
	prove := p.known[tenant]
	p.mu.RUnlock()
	if prove != nil {
		return prove, nil
	}
	if err := p.Check(ctx, tenant); err != nil {
		return nil, err
	}
	prove, err := p.ring.Prover(ctx, tenant, ProofsKey, false)
	before := false
	if models.KindOf(err) == models.NotFound {
		prove, before, err = p.first(ctx, tenant)
	}
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.known[tenant], p.before[tenant] = prove, before
	return prove, nil
}

// first makes the key of proofs of a tenant that has not the second one. Where no row
// is there yet, that one is made, and each row needs a proof from then on.
func (p *Provers) first(ctx context.Context, tenant string) (prove Prover, before bool, err error) {
	if before, err = p.db.HasEffects(ctx, tenant); err != nil {
		return nil, false, err
	}
	if before {
		prove, err = p.ring.Prover(ctx, tenant, ProofsBefore, true)
		return prove, true, err
	}
	if prove, err = p.ring.Prover(ctx, tenant, ProofsKey, true); err == nil {
		err = p.Bind(ctx, tenant)
	}
	return prove, false, err
}

// Bound reports whether each row of a tenant needs a proof; of one that has no key
// yet the key is made, which is bound.
func (p *Provers) Bound(ctx context.Context, tenant string) (bool, error) {
	if _, err := p.ring.Tenant(ctx, tenant); err != nil {
		return false, err
	}
	return p.ring.Bound(ctx, tenant)
}

// Check refuses a tenant whose rows need proofs and whose key of proofs is lost:
// models.Conflict (key_lost).
func (p *Provers) Check(ctx context.Context, tenant string) error {
	bound, err := p.Bound(ctx, tenant)
	if err != nil || !bound {
		return err
	}
	if _, err = p.db.Key(ctx, tenant, ProofsKey); models.KindOf(err) != models.NotFound {
		return err
	}
	if some, err := p.db.HasEffects(ctx, tenant); err != nil || !some {
		return err
	}
	return models.Errorf(models.Conflict, models.KeyLost,
		"the key of proofs of the tenant %s is missing, and its rows need proofs: restore the row %s of wrapped_keys from a backup", tenant, ProofsKey)
}

// Bind makes the key of a tenant say that each row needs a proof. Of several servers
// at once one writes it.
func (p *Provers) Bind(ctx context.Context, tenant string) error {
	for range 3 {
		wrapped, err := p.db.Key(ctx, tenant, models.TenantKey)
		if err != nil || seal.Bound(wrapped) {
			return err
		}
		again, err := p.ring.Wrapper().Bind(wrapped, tenant+"/"+models.TenantKey)
		if err != nil {
			return err
		}
		if done, err := p.db.ReplaceKey(ctx, tenant, models.TenantKey, wrapped, again); err != nil || done {
			return err
		}
	}
	return models.Errorf(models.Conflict, "bind", "the key of the tenant %s is changed by others all the time; run it again", tenant)
}

// BindAttested binds the tenants that a version before attested, or began with proofs.
// One whose attestation broke off stays as it is until migrate --attest ends it.
func (p *Provers) BindAttested(ctx context.Context) error {
	tenants, err := p.db.Tenants(ctx)
	if err != nil {
		return err
	}
	var faults []error
	for _, t := range tenants {
		if err := p.bindOne(ctx, t.Tenant); err != nil {
			faults = append(faults, fmt.Errorf("tenant %s: %w", t.Tenant, err))
		}
	}
	return errors.Join(faults...)
}

func (p *Provers) bindOne(ctx context.Context, tenant string) error {
	for _, name := range []string{models.TenantKey, ProofsKey} {
		wrapped, err := p.db.Key(ctx, tenant, name)
		switch {
		case models.KindOf(err) == models.NotFound:
			return nil
		case err != nil:
			return err
		case name == models.TenantKey && seal.Bound(wrapped):
			return nil
		}
	}
	if open, err := p.db.Unattested(ctx, tenant); err != nil || open {
		return err
	}
	return p.Bind(ctx, tenant)
}

// Refresh looks again for the key of tenants that may have been attested since.
func (p *Provers) Refresh(ctx context.Context) error {
	p.mu.RLock()
	var tenants []string
	for t, before := range p.before {
		if before {
			tenants = append(tenants, t)
		}
	}
	p.mu.RUnlock()
	for _, t := range tenants {
		prove, err := p.ring.Prover(ctx, t, ProofsKey, false)
		if models.KindOf(err) == models.NotFound {
			continue
		}
		if err != nil {
			return err
		}
		p.mu.Lock()
		p.known[t], p.before[t] = prove, false
		p.mu.Unlock()
	}
	return nil
}
