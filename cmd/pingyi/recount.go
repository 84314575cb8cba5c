package main

import (
	"context"
	"fmt"
	"time"

	"github.com/urfave/cli/v3"

	"pingyi/models"
)

func (e *env) recountCommand() *cli.Command {
	return &cli.Command{
		Name: "recount",
		Usage: "rebuild every tally from the single ratings, ask of each rating and complaint its effect and its proof, and compare; " +
			"exits 1 where anything differs",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "campaign", Usage: "one campaign; all where not given"},
			&cli.BoolFlag{Name: "repair", Usage: "write the recounted tallies where they differ (the ratings are never touched)"},
			tenantFlag(),
		},
		Action: e.recount,
	}
}

func (e *env) recount(ctx context.Context, c *cli.Command) error {
	return e.withOpen(ctx, c, func(o *opened) error { return e.recountAll(ctx, c, o) })
}

func (e *env) recountAll(ctx context.Context, c *cli.Command, o *opened) error {
	list, err := o.db.Campaigns(ctx, o.tenant)
	if err != nil {
		return err
	}
	only := c.String("campaign")
	found, differences := only == "", 0
	for i := range list {
		if only != "" && only != list[i].ID {
			continue
		}
		found = true
		n, err := e.recountCampaign(ctx, o, list[i].ID, c.Bool("repair"))
		if err != nil {
			return err
		}
		differences += n
	}
	if !found {
		return models.Errorf(models.NotFound, "unknown_campaign", "there is no campaign %q", only)
	}
	n, err := e.checkEvidence(ctx, o, only)
	if err != nil {
		return err
	}
	if differences += n; differences > 0 {
		return fmt.Errorf("%d differences between what is recorded and the evidence", differences)
	}
	return nil
}

// progress shows how far a command is, on one line of stderr.
func (e *env) progress(of, what string) func(done, total int64) {
	var shown time.Time
	return func(done, total int64) {
		if now := time.Now(); now.Sub(shown) > 200*time.Millisecond || done == total {
			shown = now
			fmt.Fprintf(e.err, "\r%s: %d of %d %s", of, done, total, what)
		}
	}
}

func (e *env) recountCampaign(ctx context.Context, o *opened, campaign string, repair bool) (int, error) {
	diffs, err := o.db.Recount(ctx, o.tenant, campaign, e.progress(campaign, "ratings"))
	fmt.Fprintln(e.err)
	if err != nil {
		return 0, err
	}
	for _, d := range diffs {
		if _, err = fmt.Fprintln(e.out, campaign, d.String()); err != nil {
			return 0, err
		}
	}
	if len(diffs) == 0 {
		if _, err = fmt.Fprintf(e.out, "%s: every tally equals a recount of the single ratings\n", campaign); err != nil {
			return 0, err
		}
	}
	sums, err := o.db.Fingerprints(ctx, o.tenant, campaign)
	if err != nil {
		return 0, err
	}
	if _, err = fmt.Fprintf(e.out, "%[1]s: sha256 of the campaign %[2]x\n%[1]s: sha256 of the ratings %[3]x\n"+
		"%[1]s: sha256 of the exclusions %[4]x\n%[1]s: sha256 of later acts %[5]x\n",
		campaign, sums.Campaign, sums.Ratings, sums.Exclusions, sums.Acts); err != nil {
		return 0, err
	}
	if repair && len(diffs) > 0 {
		if err = o.db.Repair(ctx, o.tenant, campaign); err != nil {
			return 0, err
		}
		fmt.Fprintf(e.err, "%s: tallies written anew\n", campaign)
	}
	return len(diffs), nil
}
