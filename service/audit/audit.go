// Package audit has the use cases of those who do not believe the record: a recount of
// every tally, the check of each row's effect and proof, and the attestation of the rows
// that were there before there were proofs. What is found is written in plain lines.
//
// It imports models, scoring, seal and service/keys. What it needs of the record is a
// port, which package store/audit implements.
package audit

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"pingyi/models"
	"pingyi/scoring"
	"pingyi/seal"
	"pingyi/service/keys"
)

// shownTime is how a time is said.
const shownTime = "2006-01-02 15:04:05 MST"

// Record is what is audited.
type Record interface {
	Tenants(ctx context.Context) ([]models.Tenant, error)
	Campaigns(ctx context.Context, tenant string) ([]models.Campaign, error)
	// Recount compares the tallies of a campaign with its single ratings; Repair writes
	// them anew.
	Recount(ctx context.Context, tenant, campaign string, progress func(done, total int64)) ([]scoring.Difference, error)
	Repair(ctx context.Context, tenant, campaign string) error
	Fingerprints(ctx context.Context, tenant, campaign string) (scoring.Fingerprints, error)
	// CheckEvidence asks the rows of a tenant for each other and for their proofs.
	CheckEvidence(ctx context.Context, tenant string, p scoring.Proofs, progress func(done, total int64)) (*scoring.Evidence, error)
	// Attest covers the rows without proofs, once; false: it was done before.
	Attest(ctx context.Context, tenant string, sign func(parts ...string) []byte, bound bool, now time.Time) (scoring.Attestation, bool, error)
}

// Audit audits a tenant.
type Audit struct {
	Record   Record
	Provers  *keys.Provers
	Ring     *seal.Ring
	Tenant   string
	Out, Err io.Writer      // what is found, and what is done beside it
	Zone     *time.Location // of the times that are said
	Progress func(of, what string) func(done, total int64)
	Done     func() // ends a line of Progress
	Now      func() time.Time
}

// Recount rebuilds every tally from the single ratings, asks of each row its effect and
// its proof, and says what differs: of one campaign, or with only empty of all. With
// repair it writes the tallies anew. models.NotFound: unknown_campaign.
func (a *Audit) Recount(ctx context.Context, only string, repair bool) error {
	list, err := a.Record.Campaigns(ctx, a.Tenant)
	if err != nil {
		return err
	}
	found, differences := only == "", 0
	for i := range list {
		if only != "" && only != list[i].ID {
			continue
		}
		found = true
		n, err := a.recountCampaign(ctx, list[i].ID, repair)
		if err != nil {
			return err
		}
		differences += n
	}
	if !found {
		return models.Errorf(models.NotFound, "unknown_campaign", "there is no campaign %q", only)
	}
	n, err := a.checkEvidence(ctx, only)
	if err != nil {
		return err
	}
	if differences += n; differences > 0 {
		return fmt.Errorf("%d differences between what is recorded and the evidence", differences)
	}
	return nil
}

func (a *Audit) recountCampaign(ctx context.Context, campaign string, repair bool) (int, error) {
	diffs, err := a.Record.Recount(ctx, a.Tenant, campaign, a.Progress(campaign, "ratings"))
	a.Done()
	if err != nil {
		return 0, err
	}
	for _, d := range diffs {
		if _, err = fmt.Fprintln(a.Out, campaign, d.String()); err != nil {
			return 0, err
		}
	}
	if len(diffs) == 0 {
		if _, err = fmt.Fprintf(a.Out, "%s: every tally equals a recount of the single ratings\n", campaign); err != nil {
			return 0, err
		}
	}
	sums, err := a.Record.Fingerprints(ctx, a.Tenant, campaign)
	if err != nil {
		return 0, err
	}
	if _, err = fmt.Fprintf(a.Out, "%[1]s: sha256 of the campaign %[2]x\n%[1]s: sha256 of the ratings %[3]x\n"+
		"%[1]s: sha256 of the exclusions %[4]x\n%[1]s: sha256 of later acts %[5]x\n%[1]s: sha256 of the reasons %[6]x\n",
		campaign, sums.Campaign, sums.Ratings, sums.Exclusions, sums.Acts, sums.Reasons); err != nil {
		return 0, err
	}
	if repair && len(diffs) > 0 {
		if err = a.Record.Repair(ctx, a.Tenant, campaign); err != nil {
			return 0, err
		}
		fmt.Fprintf(a.Err, "%s: tallies written anew\n", campaign)
	}
	return len(diffs), nil
}

// sayLost prints the keys that are missing, each as a difference.
func (a *Audit) sayLost(lost []string) error {
	for _, name := range lost {
		d := scoring.Difference{Field: "key_missing", Recounted: 1}
		if _, err := fmt.Fprintf(a.Out, "- %s (%s)\n", d, name); err != nil {
			return err
		}
	}
	return nil
}

// checkEvidence asks the rows of the tenant for each other and for their proofs, and
// prints what differs: of one campaign and of rows that belong to none, or of all. It
// returns how many differences there are.
func (a *Audit) checkEvidence(ctx context.Context, only string) (int, error) {
	proofs, lost, err := a.Provers.Proofs(ctx, a.Tenant)
	if err == nil {
		err = a.sayLost(lost)
	}
	if err != nil {
		return 0, err
	}
	found, err := a.Record.CheckEvidence(ctx, a.Tenant, proofs, a.Progress(a.Tenant, "effects"))
	a.Done()
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
			if _, err := fmt.Fprintln(a.Out, name, d.String()); err != nil {
				return n, err
			}
		}
	}
	return n, a.sayProven(a.Tenant, found, proofs, n)
}

// sayProven prints what the proofs show, and plainly what they do not.
func (a *Audit) sayProven(tenant string, found *scoring.Evidence, proofs scoring.Proofs, differences int) error {
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
		lines = append(lines, fmt.Sprintf("%d rows of before there were proofs are as they were attested on %s", found.Before, found.AttestedAt.In(a.Zone).Format(shownTime)))
	case found.AttestedAt.IsZero() && !proofs.Attested:
		lines = append(lines, fmt.Sprintf("%d rows of before carry no proof, so that one of them was altered may stay hidden; "+
			"once no server of an earlier version runs any more, pingyi migrate --attest covers them", found.Before))
	}
	for _, line := range lines {
		if _, err := fmt.Fprintf(a.Out, "%s: %s\n", tenant, line); err != nil {
			return err
		}
	}
	return nil
}

// Attest covers, once a tenant, the rows that were written before there were proofs.
func (a *Audit) Attest(ctx context.Context) error {
	tenants, err := a.Record.Tenants(ctx)
	if err != nil {
		return err
	}
	var faults []error
	for _, t := range tenants {
		if err := a.attestTenant(ctx, t.Tenant); err != nil {
			faults = append(faults, fmt.Errorf("tenant %s: %w", t.Tenant, err))
		}
	}
	return errors.Join(faults...)
}

func (a *Audit) attestTenant(ctx context.Context, tenant string) error {
	bound, err := a.Provers.Bound(ctx, tenant)
	if err != nil {
		return err
	}
	if bound { // a key that is lost is not made again
		if err = a.Provers.Check(ctx, tenant); err != nil {
			return err
		}
	}
	sign, err := a.Ring.Prover(ctx, tenant, keys.ProofsKey, true)
	if err != nil {
		return err
	}
	done, first, err := a.Record.Attest(ctx, tenant, sign, bound, a.Now())
	if err == nil {
		err = a.Provers.Bind(ctx, tenant)
	}
	if err != nil {
		return err
	}
	if !first {
		_, err = fmt.Fprintf(a.Out, "%s: %d rows were attested on %s; rows are attested once\n", tenant, done.Rows, done.At.In(a.Zone).Format(shownTime))
		return err
	}
	kinds := make([]string, 0, len(done.Kinds))
	for _, kind := range slices.Sorted(maps.Keys(done.Kinds)) {
		kinds = append(kinds, fmt.Sprintf("%s %d", kind, done.Kinds[kind]))
	}
	if _, err = fmt.Fprintf(a.Out, "%s: %d rows of before there were proofs are attested\n", tenant, done.Rows); err != nil || done.Rows == 0 {
		return err
	}
	_, err = fmt.Fprintf(a.Out, "%[1]s: %[2]s\n%[1]s: sha256 of the attested rows %[3]x\n", tenant, strings.Join(kinds, ", "), done.Digest)
	return err
}
