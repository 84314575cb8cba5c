package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"pingyi/models"
	"pingyi/scoring"
	"pingyi/seal"
	"pingyi/store"
)

// shownTime is how commands print a time.
const shownTime = "2006-01-02 15:04:05 MST"

// proofsOf are what the proofs of the tenant are checked with. No key is made. lost are
// the keys that are missing although rows were written under them.
func (o *opened) proofsOf(ctx context.Context) (p store.Proofs, lost []string, err error) {
	p.Checked = o.ring != nil
	if p.Attested, lost, err = o.boundOf(ctx); err != nil {
		return p, lost, err
	}
	for _, name := range []string{proofsKey, proofsBefore} {
		_, err := o.db.Key(ctx, o.tenant, name)
		switch {
		case models.KindOf(err) != models.NotFound && err != nil:
			return p, lost, err
		case err != nil && name == proofsKey && p.Attested && len(lost) == 0:
			if lost, err = o.lostWithEffects(ctx, name); err != nil {
				return p, lost, err
			}
			continue
		case err != nil:
			continue
		}
		p.Attested = p.Attested || name == proofsKey
		if !p.Checked {
			continue
		}
		prove, err := o.ring.Prover(ctx, o.tenant, name, false)
		if err != nil {
			return p, lost, err
		}
		p.Provers = append(p.Provers, prove)
		if name == proofsKey {
			p.Sign = prove
		}
	}
	return p, lost, nil
}

// boundOf reports whether each row of the tenant needs a proof, as its key says. Where
// that key is missing and effects are there, each row does.
func (o *opened) boundOf(ctx context.Context) (bound bool, lost []string, err error) {
	wrapped, err := o.db.Key(ctx, o.tenant, models.TenantKey)
	switch {
	case models.KindOf(err) == models.NotFound:
		lost, err = o.lostWithEffects(ctx, models.TenantKey)
		return len(lost) > 0, lost, err
	case err != nil:
		return false, nil, err
	case o.ring == nil:
		return seal.Bound(wrapped), nil, nil
	}
	bound, err = o.ring.Bound(ctx, o.tenant)
	return bound, nil, err
}

// lostWithEffects names a key that is missing if effects are there.
func (o *opened) lostWithEffects(ctx context.Context, name string) ([]string, error) {
	some, err := o.db.HasEffects(ctx, o.tenant)
	if err != nil || !some {
		return nil, err
	}
	return []string{name}, nil
}

// sayLost prints the keys that are missing, each as a difference.
func (e *env) sayLost(lost []string) error {
	for _, name := range lost {
		d := scoring.Difference{Field: "key_missing", Recounted: 1}
		if _, err := fmt.Fprintf(e.out, "- %s (%s)\n", d, name); err != nil {
			return err
		}
	}
	return nil
}

// checkEvidence asks the rows of the tenant for each other and for their proofs, and
// prints what differs: of one campaign and of rows that belong to none, or of all. It
// returns how many differences there are.
func (e *env) checkEvidence(ctx context.Context, o *opened, only string) (int, error) {
	proofs, lost, err := o.proofsOf(ctx)
	if err == nil {
		err = e.sayLost(lost)
	}
	if err != nil {
		return 0, err
	}
	found, err := o.db.CheckEvidence(ctx, o.tenant, proofs, e.progress(o.tenant, "effects"))
	fmt.Fprintln(e.err)
	if err != nil {
		return 0, err
	}
	n := len(lost)
	for _, campaign := range slices.Sorted(maps.Keys(found.Differences)) {
		name := campaign
		switch {
		case campaign == "":
			name = "-"
		case only != "" && only != campaign:
			continue
		}
		for _, d := range found.Differences[campaign] {
			n++
			if _, err := fmt.Fprintln(e.out, name, d.String()); err != nil {
				return n, err
			}
		}
	}
	return n, e.sayProven(o.tenant, found, proofs, n)
}

// sayProven prints what the proofs show, and plainly what they do not.
func (e *env) sayProven(tenant string, found *store.Evidence, proofs store.Proofs, differences int) error {
	var lines []string
	if differences == 0 {
		lines = append(lines, "every rating and complaint has its effect, and every effect what it was for")
	}
	switch {
	case !proofs.Checked:
		lines = append(lines, "without PINGYI_SECRET no proof was checked: whether units, levels and times are those that were confirmed is not known")
	default:
		lines = append(lines, fmt.Sprintf("%d rows have a right proof", found.Proven))
	}
	switch {
	case found.Before == 0:
	case !found.AttestedAt.IsZero() && differences == 0:
		lines = append(lines, fmt.Sprintf("%d rows of before there were proofs are as they were attested on %s", found.Before, found.AttestedAt.In(shanghai()).Format(shownTime)))
	case found.AttestedAt.IsZero() && !proofs.Attested:
		lines = append(lines, fmt.Sprintf("%d rows of before carry no proof, so that one of them was altered may stay hidden; "+
			"once no server of an earlier version runs any more, pingyi migrate --attest covers them", found.Before))
	}
	for _, line := range lines {
		if _, err := fmt.Fprintf(e.out, "%s: %s\n", tenant, line); err != nil {
			return err
		}
	}
	return nil
}

// attest covers, once a tenant, the rows that were written before there were proofs.
func (e *env) attest(ctx context.Context, o *opened) error {
	tenants, err := o.db.Tenants(ctx)
	if err != nil {
		return err
	}
	var faults []error
	for _, t := range tenants {
		if err := e.attestTenant(ctx, o, t.Tenant); err != nil {
			faults = append(faults, fmt.Errorf("tenant %s: %w", t.Tenant, err))
		}
	}
	return errors.Join(faults...)
}

func (e *env) attestTenant(ctx context.Context, o *opened, tenant string) error {
	bound, err := o.proofs.bound(ctx, tenant)
	if err != nil {
		return err
	}
	if bound { // a key that is lost is not made again
		if err = o.proofs.check(ctx, tenant); err != nil {
			return err
		}
	}
	sign, err := o.ring.Prover(ctx, tenant, proofsKey, true)
	if err != nil {
		return err
	}
	a, done, err := o.db.Attest(ctx, tenant, sign, bound, time.Now())
	if err == nil {
		err = o.proofs.bind(ctx, tenant)
	}
	if err != nil {
		return err
	}
	if !done {
		_, err = fmt.Fprintf(e.out, "%s: %d rows were attested on %s; rows are attested once\n", tenant, a.Rows, a.At.In(shanghai()).Format(shownTime))
		return err
	}
	kinds := make([]string, 0, len(a.Kinds))
	for _, kind := range slices.Sorted(maps.Keys(a.Kinds)) {
		kinds = append(kinds, fmt.Sprintf("%s %d", kind, a.Kinds[kind]))
	}
	if _, err = fmt.Fprintf(e.out, "%s: %d rows of before there were proofs are attested\n", tenant, a.Rows); err != nil || a.Rows == 0 {
		return err
	}
	_, err = fmt.Fprintf(e.out, "%[1]s: %[2]s\n%[1]s: sha256 of the attested rows %[3]x\n", tenant, strings.Join(kinds, ", "), a.Digest)
	return err
}
