package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/urfave/cli/v3"

	"pingyi/config"
	"pingyi/register"
	"pingyi/scoring"
	"pingyi/service/campaign"
)

func (e *env) unitsCommand() *cli.Command {
	return &cli.Command{
		Name:  "units",
		Usage: "the register of rated units and their windows",
		Commands: []*cli.Command{
			{
				Name: "import", ArgsUsage: "FILE",
				Usage: "import units from a CSV file (UTF-8 or GBK), all or nothing; shows what it adds, changes and retires",
				Flags: []cli.Flag{
					yesFlag(), &cli.BoolFlag{Name: "whole", Usage: "the file is the whole register: retire the units that it does not name"},
					&cli.StringFlag{Name: "profile", Usage: "whose classes the file must use, a shipped profile or the path of a YAML file (default: those of the tenant's campaigns)"},
					tenantFlag(),
				},
				Action: e.unitsImport,
			},
			{
				Name: "retire", ArgsUsage: "CODE", Usage: "take a unit and its windows out of the register; what was rated stays",
				Flags: []cli.Flag{yesFlag(), tenantFlag()}, Action: e.unitsEnd((*campaign.Register).Retire),
			},
			{
				Name: "restore", ArgsUsage: "CODE", Usage: "return a retired unit, and the windows that were retired with it",
				Flags: []cli.Flag{tenantFlag()}, Action: e.unitsEnd((*campaign.Register).Restore),
			},
			{Name: "list", Usage: "list the register, retired units marked", Flags: []cli.Flag{tenantFlag()}, Action: e.unitsList},
		},
	}
}

func yesFlag() cli.Flag {
	return &cli.BoolFlag{Name: "yes", Usage: "do it although it doubles, ends or renames a unit that is rated now"}
}

func (e *env) unitsImport(ctx context.Context, c *cli.Command) error {
	if c.Args().Len() != 1 {
		return misuse("units import takes one file, got %d", c.Args().Len())
	}
	name := c.Args().First()
	return e.with(ctx, c, filling, func(o *opened) error {
		var programme *scoring.Programme
		if profile := c.String("profile"); profile != "" {
			p, err := config.LoadProfile(profile)
			if err != nil {
				return err
			}
			programme = &p
		}
		f, err := os.Open(name) //nolint:gosec // the operator names the file
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }() // only read
		units, err := o.register()
		if err != nil {
			return err
		}
		done, err := units.Import(ctx, o.tenant, programme, f, c.Bool("whole"), c.Bool("yes"))
		for _, w := range done.Warnings {
			fmt.Fprintf(e.err, "%s: warning: %s\n", name, w)
		}
		e.tellChanges(done.Plan)
		var bad *campaign.FileError
		switch {
		case errors.As(err, &bad):
			return fmt.Errorf("%s: nothing was imported:\n%w", name, err)
		case err != nil:
			return fmt.Errorf("%s: nothing was imported: %w", name, err)
		}
		if err = o.scenes().Ensure(ctx, o.tenant); err != nil {
			return err
		}
		if done.Absent > 0 {
			fmt.Fprintf(e.err, "%d units of the register are not in the file and stay as they are; --whole retires them\n", done.Absent)
		}
		_, err = fmt.Fprintf(e.out, "%d units imported\n", done.Imported)
		return err
	})
}

// tellChanges shows what a change of the register changes, and what was agreed to.
func (e *env) tellChanges(plan register.Plan) {
	for _, change := range plan.Changes {
		fmt.Fprintln(e.err, change)
	}
	for _, ask := range plan.Asks {
		fmt.Fprintln(e.err, "as agreed:", ask)
	}
}

// unitsEnd is units retire and units restore: the codes of the units that it
// changed are its result.
func (e *env) unitsEnd(do func(r *campaign.Register, ctx context.Context, tenant, code string, yes bool) (register.Plan, error)) cli.ActionFunc {
	return func(ctx context.Context, c *cli.Command) error {
		if c.Args().Len() != 1 {
			return misuse("units %s takes one code, got %d", c.Name, c.Args().Len())
		}
		return e.withOpen(ctx, c, func(o *opened) error {
			units, err := o.register()
			if err != nil {
				return err
			}
			done, err := do(units, ctx, o.tenant, c.Args().First(), c.Bool("yes"))
			e.tellChanges(done)
			if err != nil {
				return fmt.Errorf("units %s: nothing was changed: %w", c.Name, err)
			}
			if err = o.scenes().Ensure(ctx, o.tenant); err != nil {
				return err
			}
			if len(done.Changes) == 0 {
				fmt.Fprintln(e.err, "it was so before; nothing changed")
			}
			for _, change := range done.Changes {
				if _, err := fmt.Fprintln(e.out, change.Unit.Code); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

// tellTwins names the codes that an earlier version took for two.
func (e *env) tellTwins(ctx context.Context, o *opened) error {
	tenants, err := o.db.Tenants(ctx)
	if err != nil {
		return err
	}
	for _, t := range tenants {
		units, err := o.db.Units(ctx, t.Tenant)
		if err != nil {
			return err
		}
		for _, twin := range register.Twins(units) {
			fmt.Fprintf(e.err, "tenant %s: %s\n", t.Tenant, campaign.TwinFault(twin))
		}
	}
	return nil
}

func (e *env) unitsList(ctx context.Context, c *cli.Command) error {
	return e.withOpen(ctx, c, func(o *opened) error {
		units, err := o.db.Units(ctx, o.tenant)
		if err != nil {
			return err
		}
		for _, u := range units {
			line := fmt.Sprintf("%s\t%s\t%s\t%s", u.Code, u.Type, u.Class, u.Name)
			if !u.RetiredAt.IsZero() {
				line += "\tretired " + u.RetiredAt.In(shanghai()).Format(time.DateOnly)
			}
			if _, err := fmt.Fprintln(e.out, line); err != nil {
				return err
			}
		}
		return nil
	})
}
