package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/urfave/cli/v3"

	"pingyi/config"
	"pingyi/register"
)

func (e *env) unitsCommand() *cli.Command {
	return &cli.Command{
		Name:  "units",
		Usage: "the register of rated units and their windows",
		Commands: []*cli.Command{
			{
				Name: "import", ArgsUsage: "FILE",
				Usage: "import units from a CSV file (UTF-8 or GBK), all or nothing; known codes are changed, none vanish",
				Flags: []cli.Flag{
					&cli.StringFlag{Name: "profile", Usage: "whose classes the file must use, a shipped profile or the path of a YAML file (default: those of the tenant's campaigns)"},
					tenantFlag(),
				},
				Action: e.unitsImport,
			},
			{Name: "list", Usage: "list the register", Flags: []cli.Flag{tenantFlag()}, Action: e.unitsList},
		},
	}
}

// registerRules are the rules of the tenant's register. Its classes are those of a
// profile, else of the tenant's campaigns; before there is either, a class that is
// nearly one of a shipped profile's is taken for a slip, and any other for the
// city's own.
func registerRules(ctx context.Context, o *opened, profile string) (register.Rules, error) {
	engine, err := newEngine()
	if err != nil {
		return register.Rules{}, err
	}
	rules := register.Rules{Word: engine.IsWord}
	if profile != "" {
		p, err := config.LoadProfile(profile)
		rules.Classes.List = p.Classes
		return rules, err
	}
	known, err := newCampaigns(o.db, time.Now).of(ctx, o.tenant)
	if err != nil {
		return rules, err
	}
	for i := range known {
		rules.Classes.Add(known[i].defined.Classes)
	}
	if len(known) > 0 {
		return rules, nil
	}
	rules.Classes.Open = true
	for _, name := range config.Profiles() {
		p, err := config.LoadProfile(name)
		if err != nil {
			return rules, err
		}
		rules.Classes.Add(p.Classes)
	}
	return rules, nil
}

func (e *env) unitsImport(ctx context.Context, c *cli.Command) error {
	if c.Args().Len() != 1 {
		return misuse("units import takes one file, got %d", c.Args().Len())
	}
	name := c.Args().First()
	return e.with(ctx, c, filling, func(o *opened) error {
		rules, err := registerRules(ctx, o, c.String("profile"))
		if err != nil {
			return err
		}
		f, err := os.Open(name) //nolint:gosec // the operator names the file
		if err != nil {
			return err
		}
		defer func() { _ = f.Close() }() // only read
		units, err := rules.Parse(f)
		if err != nil {
			return fmt.Errorf("%s: nothing was imported:\n%w", name, err)
		}
		for _, w := range rules.Warnings(units) {
			fmt.Fprintf(e.err, "%s: warning: %s\n", name, w)
		}
		if err := o.db.ImportUnits(ctx, o.tenant, units, time.Now()); err != nil {
			return err
		}
		if err := ensureScenes(ctx, o); err != nil {
			return err
		}
		_, err = fmt.Fprintf(e.out, "%d units imported\n", len(units))
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
