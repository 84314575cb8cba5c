package main

import (
	"context"
	"sync"

	"pingyi/models"
	"pingyi/seal"
	"pingyi/store"
)

// Names of the keys of proofs. A tenant that had effects before there were proofs
// begins with the first key, and has the second from its attestation on; every
// other tenant has the second from its first row. Where the second key is, each row
// needs a proof or has to be attested. Whoever deletes that key, to make rows pass
// for rows of before, makes every proof under it wrong.
const (
	proofsBefore = "proof"
	proofsKey    = "proof/attested"
)

// provers are the provers of tenants. They are remembered: each rating asks for one.
type provers struct {
	ring *seal.Ring
	db   *store.DB

	mu     sync.RWMutex
	known  map[string]store.Prover
	before map[string]bool // those that were not attested when they were looked for
}

func newProvers(ring *seal.Ring, db *store.DB) *provers {
	return &provers{ring: ring, db: db, known: map[string]store.Prover{}, before: map[string]bool{}}
}

// of is the prover of a tenant. Its key is made where the tenant has none.
func (p *provers) of(ctx context.Context, tenant string) (store.Prover, error) {
	p.mu.RLock()
	prove := p.known[tenant]
	p.mu.RUnlock()
	if prove != nil {
		return prove, nil
	}
	prove, err := p.ring.Prover(ctx, tenant, proofsKey, false)
	before := false
	if models.KindOf(err) == models.NotFound {
		if before, err = p.db.HasEffects(ctx, tenant); err != nil {
			return nil, err
		}
		name := proofsKey
		if before {
			name = proofsBefore
		}
		prove, err = p.ring.Prover(ctx, tenant, name, true)
	}
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.known[tenant], p.before[tenant] = prove, before
	return prove, nil
}

// refresh looks again for the key of tenants that may have been attested since.
func (p *provers) refresh(ctx context.Context) error {
	p.mu.RLock()
	var tenants []string
	for t, before := range p.before {
		if before {
			tenants = append(tenants, t)
		}
	}
	p.mu.RUnlock()
	for _, t := range tenants {
		prove, err := p.ring.Prover(ctx, t, proofsKey, false)
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
