package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"pingyi/scoring"
	"pingyi/service/keys"
	"pingyi/store/audit"
)

// shownTime is how commands print a time.
const shownTime = "2006-01-02 15:04:05 MST"

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
	proven, lost, err := o.proofs.Proofs(ctx, o.tenant)
	proofs := audit.Proofs(proven)
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
func (e *env) sayProven(tenant string, found *audit.Evidence, proofs audit.Proofs, differences int) error {
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
	bound, err := o.proofs.Bound(ctx, tenant)
	if err != nil {
		return err
	}
	if bound { // a key that is lost is not made again
		if err = o.proofs.Check(ctx, tenant); err != nil {
			return err
		}
	}
	sign, err := o.ring.Prover(ctx, tenant, keys.ProofsKey, true)
	if err != nil {
		return err
	}
	a, done, err := o.db.Attest(ctx, tenant, sign, bound, time.Now())
	if err == nil {
		err = o.proofs.Bind(ctx, tenant)
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
