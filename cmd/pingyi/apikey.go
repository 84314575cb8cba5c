package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"pingyi/models"
	"pingyi/service/keys"
)

// bindingFlags say what a key reaches, and until when.
func bindingFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringSliceFlag{Name: "unit", Usage: "code of a unit that the key reaches, and no other; may be given again. A unit's own key reaches nothing without one"},
		&cli.StringFlag{Name: "campaign", Usage: "the one campaign that the key reaches"},
		&cli.StringFlag{Name: "until", Usage: "last day of the key, 2027-06-30 (it is counted in), or the exact time of its end"},
	}
}

func (e *env) apikeyCommand() *cli.Command {
	id := func() cli.Flag { return &cli.StringFlag{Name: "id", Usage: "as apikey list shows it"} }
	return &cli.Command{
		Name:  "apikey",
		Usage: "make, bind, list and revoke keys of the API",
		Commands: []*cli.Command{
			{
				Name:  "create",
				Usage: "make a key and print it, once",
				Flags: append([]cli.Flag{
					&cli.StringFlag{Name: "name", Usage: "whose key it is"},
					&cli.StringFlag{Name: "role", Usage: "office, channel-owner, unit-leader, unit-handler, supervisor, custodian, auditor or reader"},
					tenantFlag(),
				}, bindingFlags()...),
				Action: e.apikeyCreate,
			},
			{
				Name:   "bind",
				Usage:  "say anew what a key reaches, and until when; what is not given stays as it is",
				Flags:  append([]cli.Flag{id(), tenantFlag()}, bindingFlags()...),
				Action: e.apikeyBind,
			},
			{
				Name: "list",
				Usage: "list keys (tab-separated: id, role, state, made, hour of the last use, end, campaign, units, name, what made it; - for none, * for all); " +
					"the keys themselves are kept nowhere",
				Flags: []cli.Flag{tenantFlag()}, Action: e.apikeyList,
			},
			{Name: "revoke", Usage: "revoke a key", Action: e.apikeyRevoke, Flags: []cli.Flag{id(), tenantFlag()}},
		},
	}
}

// endOf reads --until; the zero time where it is not given.
func endOf(c *cli.Command) (end time.Time, err error) {
	day := c.String("until")
	if day == "" {
		return end, nil
	}
	if end, err = parseDay(day, true); err != nil {
		return end, misuse("--until: %w", err)
	}
	if !end.After(time.Now()) {
		return end, misuse("--until %s is over", day)
	}
	return end, nil
}

func (e *env) apikeyCreate(ctx context.Context, c *cli.Command) error {
	name, role := strings.TrimSpace(c.String("name")), models.Role(c.String("role"))
	if fault := lineFault(name, 128); fault != "" {
		return misuse("apikey create: --name %s", fault)
	}
	if !slices.Contains(models.Roles(), role) {
		return misuse("apikey create: --role is %q, not one of %v", role, models.Roles())
	}
	return e.with(ctx, c, filling, func(o *opened) error {
		end, err := endOf(c)
		if err != nil {
			return err
		}
		s := o.apiKeys()
		b, err := s.Binding(ctx, o.tenant, c.StringSlice("unit"), c.String("campaign"), end)
		if err != nil {
			return err
		}
		k := models.APIKey{
			Tenant: o.tenant, Name: name, Role: role, CreatedVia: via(viaShell), Units: b.Units, Campaign: c.String("campaign"), EndsAt: models.At(end),
		}
		key := keys.New()
		if err := s.Add(ctx, &k, key); err != nil {
			return err
		}
		if scope := k.Scope(); scope.Nothing() {
			fmt.Fprintf(e.err, "the key reaches nothing until it is bound: pingyi apikey bind --id %s --unit CODE\n", k.ID)
		}
		_, err = fmt.Fprintln(e.out, key)
		return err
	})
}

func (e *env) apikeyBind(ctx context.Context, c *cli.Command) error {
	if c.String("id") == "" || len(c.StringSlice("unit")) == 0 && c.String("campaign") == "" && c.String("until") == "" {
		return misuse("apikey bind needs --id, and --unit, --campaign or --until")
	}
	return e.withOpen(ctx, c, func(o *opened) error {
		end, err := endOf(c)
		if err != nil {
			return err
		}
		return o.apiKeys().Bind(ctx, o.tenant, c.String("id"), c.StringSlice("unit"), c.String("campaign"), end)
	})
}

func (e *env) apikeyList(ctx context.Context, c *cli.Command) error {
	return e.withOpen(ctx, c, func(o *opened) error {
		list, err := o.db.APIKeys(ctx, o.tenant)
		if err != nil {
			return err
		}
		for i := range list {
			if _, err = fmt.Fprintln(e.out, keys.Line(&list[i], time.Now())); err != nil {
				return err
			}
		}
		return nil
	})
}

func (e *env) apikeyRevoke(ctx context.Context, c *cli.Command) error {
	return e.withOpen(ctx, c, func(o *opened) error { return o.apiKeys().RevokeID(ctx, o.tenant, c.String("id")) })
}
