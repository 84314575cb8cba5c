package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"pingyi/config"
	"pingyi/folding"
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
				Flags: []cli.Flag{yesFlag(), tenantFlag()}, Action: e.unitsRetire,
			},
			{
				Name: "restore", ArgsUsage: "CODE", Usage: "return a retired unit, and the windows that were retired with it",
				Flags: []cli.Flag{tenantFlag()}, Action: e.unitsRestore,
			},
			{Name: "list", Usage: "list the register, retired units marked", Flags: []cli.Flag{tenantFlag()}, Action: e.unitsList},
		},
	}
}

func yesFlag() cli.Flag {
	return &cli.BoolFlag{Name: "yes", Usage: "do it although it doubles, ends or renames a unit that is rated now"}
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
		plan, err := e.changeUnits(ctx, o, c.Bool("yes"), func(p register.Present) (register.Plan, error) {
			return register.NewPlan(p, units, c.Bool("whole")), nil
		})
		if err != nil {
			return fmt.Errorf("%s: nothing was imported: %w", name, err)
		}
		if plan.Absent > 0 {
			fmt.Fprintf(e.err, "%d units of the register are not in the file and stay as they are; --whole retires them\n", plan.Absent)
		}
		_, err = fmt.Fprintf(e.out, "%d units imported\n", len(units))
		return err
	})
}

// changeUnits carries out a plan for the register and shows what it changes. What
// would double, end or rename a unit that is rated now is done only with yes.
func (e *env) changeUnits(ctx context.Context, o *opened, yes bool, draw func(register.Present) (register.Plan, error)) (plan register.Plan, err error) {
	present := register.Present{Now: time.Now()}
	if present.Rated, err = ratedNow(ctx, o, present.Now); err != nil {
		return plan, err
	}
	var refused error
	err = o.db.ChangeUnits(ctx, o.tenant, present.Now, func(known []models.Unit) ([]models.Unit, error) {
		present.Known = known
		plan, refused = draw(present)
		switch {
		case refused != nil:
		case len(plan.Faults) > 0:
			refused = errors.New(strings.Join(plan.Faults, "\n"))
		case len(plan.Asks) > 0 && !yes:
			refused = fmt.Errorf("with --yes it is done although\n%s", strings.Join(plan.Asks, "\n"))
		}
		return plan.Units, refused
	})
	for _, change := range plan.Changes {
		fmt.Fprintln(e.err, change)
	}
	if refused != nil {
		return plan, refused
	}
	if err != nil {
		return plan, err
	}
	for _, ask := range plan.Asks {
		fmt.Fprintln(e.err, "as agreed:", ask)
	}
	return plan, ensureScenes(ctx, o)
}

// ratedNow are the codes of the units of campaigns that are approved and not over.
func ratedNow(ctx context.Context, o *opened, now time.Time) (map[string]bool, error) {
	known, err := newCampaigns(o.db, time.Now).of(ctx, o.tenant)
	if err != nil {
		return nil, err
	}
	rated := map[string]bool{}
	for i := range known {
		if c := &known[i]; !c.ApprovedAt.IsZero() && now.Before(c.To) {
			for _, u := range c.Units {
				rated[u.Code] = true
			}
		}
	}
	return rated, nil
}

func (e *env) unitsRetire(ctx context.Context, c *cli.Command) error {
	return e.unitsEnd(ctx, c, func(p register.Present, u models.Unit) (plan register.Plan, err error) {
		if !u.RetiredAt.IsZero() {
			return plan, nil
		}
		plan.Retire(p, u)
		for _, w := range register.Windows(p.Known, u.Code) {
			if w.RetiredAt.IsZero() {
				plan.Retire(p, w)
			}
		}
		return plan, nil
	})
}

// unitsRestore returns a unit, and the windows that were retired with it.
func (e *env) unitsRestore(ctx context.Context, c *cli.Command) error {
	return e.unitsEnd(ctx, c, func(p register.Present, u models.Unit) (plan register.Plan, err error) {
		if u.RetiredAt.IsZero() {
			return plan, nil
		}
		for _, other := range p.Known {
			if other.RetiredAt.IsZero() && folding.Code(other.Code) == folding.Code(u.Code) {
				return plan, models.Errorf(models.Conflict, "code_taken", "%s %s has this code", other.Code, other.Name)
			}
		}
		since := u.RetiredAt
		for _, one := range append([]models.Unit{u}, register.Windows(p.Known, u.Code)...) {
			if one.RetiredAt.Equal(since.Time) {
				one.RetiredAt = models.Time{}
				plan.Units = append(plan.Units, one)
				plan.Changes = append(plan.Changes, register.Change{Act: "returned", Unit: one})
			}
		}
		return plan, nil
	})
}

// unitsEnd is units retire and units restore: the codes of the units that it
// changed are its result.
func (e *env) unitsEnd(ctx context.Context, c *cli.Command, plan func(register.Present, models.Unit) (register.Plan, error)) error {
	if c.Args().Len() != 1 {
		return misuse("units %s takes one code, got %d", c.Name, c.Args().Len())
	}
	code := c.Args().First()
	return e.withOpen(ctx, c, func(o *opened) error {
		done, err := e.changeUnits(ctx, o, c.Bool("yes"), func(p register.Present) (register.Plan, error) {
			u, found := register.Find(p.Known, code)
			if !found {
				return register.Plan{}, models.Errorf(models.NotFound, "unknown_unit", "the register has no unit %q", code)
			}
			return plan(p, u)
		})
		if err != nil {
			return fmt.Errorf("units %s: nothing was changed: %w", c.Name, err)
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

// twinFault says what is wrong with two units of one code.
func twinFault(t register.Twin) string {
	return fmt.Sprintf("%s %s and %s %s have one code but for its case; pingyi units retire %s ends the second",
		t.First.Code, t.First.Name, t.Second.Code, t.Second.Name, t.Second.Code)
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
			fmt.Fprintf(e.err, "tenant %s: %s\n", t.Tenant, twinFault(twin))
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
