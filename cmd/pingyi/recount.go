package main

import (
	"pingyi/service/audit"

	"context"
	"fmt"
	"time"

	"github.com/urfave/cli/v3"
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
	return e.withOpen(ctx, c, func(o *opened) error { return e.audit(o).Recount(ctx, c.String("campaign"), c.Bool("repair")) })
}

// shownTime is how commands print a time.
const shownTime = "2006-01-02 15:04:05 MST"

func (e *env) audit(o *opened) *audit.Audit {
	return &audit.Audit{
		Record: o.db, Provers: o.proofs, Ring: o.ring, Tenant: o.tenant, Out: e.out, Err: e.err, Zone: shanghai(), Progress: e.progress,
		Done: func() { fmt.Fprintln(e.err) }, Now: time.Now,
	}
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
