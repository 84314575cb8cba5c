package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/urfave/cli/v3"

	"pingyi/models"
	"pingyi/register"
)

func (e *env) unitsCommand() *cli.Command {
	return &cli.Command{
		Name:  "units",
		Usage: "the register of rated units and their windows",
		Commands: []*cli.Command{
			{
				Name: "import", ArgsUsage: "FILE",
				Usage:  "import units from a CSV file (UTF-8 or GBK), all or nothing; known codes are changed, none vanish",
				Flags:  []cli.Flag{tenantFlag()},
				Action: e.unitsImport,
			},
			{Name: "list", Usage: "list the register", Flags: []cli.Flag{tenantFlag()}, Action: e.unitsList},
		},
	}
}

// parseUnits reads a register; warnings are what may surprise but is no fault.
func parseUnits(r io.Reader) (units []models.Unit, warnings []register.Warning, err error) {
	if units, err = register.ParseUnits(r); err != nil {
		return nil, nil, err
	}
	return units, register.Warnings(units), nil
}

func (e *env) unitsImport(ctx context.Context, c *cli.Command) error {
	if c.Args().Len() != 1 {
		return misuse("units import takes one file, got %d", c.Args().Len())
	}
	name := c.Args().First()
	f, err := os.Open(name) //nolint:gosec // the operator names the file
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // only read
	units, warnings, err := parseUnits(f)
	for _, w := range warnings {
		fmt.Fprintf(e.err, "%s: warning: %s\n", name, w)
	}
	if err != nil {
		return fmt.Errorf("%s: nothing was imported:\n%w", name, err)
	}
	return e.withOpen(ctx, c, func(o *opened) error {
		if err := o.db.ImportUnits(ctx, o.tenant, units, time.Now()); err != nil {
			return err
		}
		if err := ensureScenes(ctx, o); err != nil {
			return err
		}
		_, err := fmt.Fprintf(e.out, "%d units imported\n", len(units))
		return err
	})
}

func (e *env) unitsList(ctx context.Context, c *cli.Command) error {
	return e.withOpen(ctx, c, func(o *opened) error {
		units, err := o.db.Units(ctx, o.tenant)
		if err != nil {
			return err
		}
		for _, u := range units {
			if _, err := fmt.Fprintf(e.out, "%s\t%s\t%s\t%s\n", u.Code, u.Type, u.Class, u.Name); err != nil {
				return err
			}
		}
		return nil
	})
}
