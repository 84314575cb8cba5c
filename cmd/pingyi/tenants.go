package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"pingyi/config"
	"pingyi/models"
)

func (e *env) tenantCommand() *cli.Command {
	return &cli.Command{
		Name:  "tenant",
		Usage: "the cities and counties of this installation",
		Commands: []*cli.Command{
			{
				Name: "create", ArgsUsage: "NAME", Usage: "add a tenant, which --tenant names then",
				Flags:  []cli.Flag{&cli.StringFlag{Name: "title", Usage: "as people call it (default: its name)"}},
				Action: e.tenantCreate,
			},
			{Name: "list", Usage: "list the tenants", Action: e.tenantList},
		},
	}
}

func (e *env) tenantCreate(ctx context.Context, c *cli.Command) error {
	if c.Args().Len() != 1 {
		return misuse("tenant create takes one name, got %d", c.Args().Len())
	}
	name := c.Args().First()
	if !config.IsTenant(name) {
		return misuse("the tenant %q is not 1 to 32 letters, digits, - and _", name)
	}
	title := strings.TrimSpace(c.String("title"))
	if title == "" {
		title = name
	}
	if fault := lineFault(title, 255); fault != "" {
		return misuse("tenant create: --title %s", fault)
	}
	return e.with(ctx, c, filling, func(o *opened) error {
		list, err := o.db.Tenants(ctx)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(list, func(t models.Tenant) bool { return t.Tenant == name }) {
			return models.Errorf(models.Conflict, "tenant_exists", "the tenant %s exists", name)
		}
		if err := o.db.EnsureTenant(ctx, name, title, time.Now()); err != nil {
			return err
		}
		_, err = fmt.Fprintln(e.out, name)
		return err
	})
}

func (e *env) tenantList(ctx context.Context, c *cli.Command) error {
	return e.withOpen(ctx, c, func(o *opened) error {
		list, err := o.db.Tenants(ctx)
		if err != nil {
			return err
		}
		for _, t := range list {
			if _, err := fmt.Fprintf(e.out, "%s\t%s\n", t.Tenant, t.Title); err != nil {
				return err
			}
		}
		return nil
	})
}

// configured reports whether the configuration itself names the tenant, so that it
// is no slip of --tenant.
func (o *opened) configured(tenant string) bool {
	return tenant == o.home || slices.ContainsFunc(o.opts.Accounts, func(a config.Account) bool { return a.Tenant == tenant })
}

// knowTenant refuses a tenant that --tenant alone names and that was not created.
func (o *opened) knowTenant(ctx context.Context) error {
	if o.configured(o.tenant) {
		return nil
	}
	list, err := o.db.Tenants(ctx)
	if err != nil {
		return err
	}
	names := make([]string, len(list))
	for i, t := range list {
		if names[i] = t.Tenant; t.Tenant == o.tenant {
			return nil
		}
	}
	return misuse("there is no tenant %q, but %s; pingyi tenant create %s adds it", o.tenant, strings.Join(names, ", "), o.tenant)
}
