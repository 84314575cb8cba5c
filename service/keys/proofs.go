package keys

import (
	"context"

	"pingyi/models"
	"pingyi/scoring"
	"pingyi/seal"
)

// Proofs returns what the proofs of the tenant are checked with. No key is made. lost are
// the keys that are missing although rows were written under them.
func (p *Provers) Proofs(ctx context.Context, tenant string) (found scoring.Proofs, lost []string, err error) {
	found.Checked = p.ring != nil
	if found.Attested, lost, err = p.boundOf(ctx, tenant); err != nil {
		return found, lost, err
	}
	for _, name := range []string{ProofsKey, ProofsBefore} {
		_, err := p.db.Key(ctx, tenant, name)
		switch {
		case models.KindOf(err) != models.NotFound && err != nil:
			return found, lost, err
		case err != nil && name == ProofsKey && found.Attested && len(lost) == 0:
			if lost, err = p.lostWithEffects(ctx, tenant, name); err != nil {
				return found, lost, err
			}
			continue
		case err != nil:
			continue
		}
		found.Attested = found.Attested || name == ProofsKey
		if !found.Checked {
			continue
		}
		prove, err := p.ring.Prover(ctx, tenant, name, false)
		if err != nil {
			return found, lost, err
		}
		found.Provers = append(found.Provers, prove)
		if name == ProofsKey {
			found.Sign = prove
		}
	}
	return found, lost, nil
}

// boundOf reports whether each row of the tenant needs a proof, as its key says. Where
// that key is missing and effects are there, each row does.
func (p *Provers) boundOf(ctx context.Context, tenant string) (bound bool, lost []string, err error) {
	wrapped, err := p.db.Key(ctx, tenant, models.TenantKey)
	switch {
	case models.KindOf(err) == models.NotFound:
		lost, err = p.lostWithEffects(ctx, tenant, models.TenantKey)
		return len(lost) > 0, lost, err
	case err != nil:
		return false, nil, err
	case p.ring == nil:
		return seal.Bound(wrapped), nil, nil
	}
	bound, err = p.ring.Bound(ctx, tenant)
	return bound, nil, err
}

// lostWithEffects names a key that is missing if effects are there.
func (p *Provers) lostWithEffects(ctx context.Context, tenant, name string) ([]string, error) {
	some, err := p.db.HasEffects(ctx, tenant)
	if err != nil || !some {
		return nil, err
	}
	return []string{name}, nil
}
