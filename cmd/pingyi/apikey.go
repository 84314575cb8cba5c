package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"pingyi/models"
	"pingyi/social"
	"pingyi/store"
)

// keyPrefix makes a leaked key easy to recognise for secret scanners.
const keyPrefix = "pingyi_"

// newAPIKey is 256 random bits; its plain hash is enough to keep it.
func newAPIKey() string {
	b := make([]byte, 32)
	_, _ = rand.Read(b) // never fails
	return keyPrefix + base64.RawURLEncoding.EncodeToString(b)
}

func keyHash(key string) []byte {
	h := sha256.Sum256([]byte(key))
	return h[:]
}

// ensureAPIKey stores a key's hash unless it is there.
func ensureAPIKey(ctx context.Context, db *store.DB, tenant, name string, role models.Role, key, via string) error {
	return addAPIKey(ctx, db, &models.APIKey{Tenant: tenant, Name: name, Role: role, CreatedVia: via}, key)
}

// addAPIKey stores a key under a fresh id, by its hash, unless the hash is there.
func addAPIKey(ctx context.Context, db *store.DB, k *models.APIKey, key string) (err error) {
	if k.ID, err = models.NewID(rand.Reader); err != nil {
		return err
	}
	k.Hash, k.CreatedAt = keyHash(key), models.At(time.Now())
	err = db.CreateAPIKey(ctx, *k)
	if models.KindOf(err) == models.Conflict {
		return nil
	}
	return err
}

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

// binding reads and checks what the flags bind a key to; what is not given is nil.
func binding(ctx context.Context, c *cli.Command, o *opened) (b models.KeyBinding, err error) {
	if given := c.StringSlice("unit"); len(given) > 0 {
		view, err := o.known().Of(ctx, o.tenant)
		if err != nil {
			return b, err
		}
		if b.Units, err = view.Spelt(given); err != nil {
			return b, err
		}
	}
	if id := c.String("campaign"); id != "" {
		if _, err := o.known().Campaign(ctx, o.tenant, id); err != nil {
			return b, err
		}
		b.Campaign = &id
	}
	if day := c.String("until"); day != "" {
		end, err := parseDay(day, true)
		if err != nil {
			return b, misuse("--until: %w", err)
		}
		if !end.After(time.Now()) {
			return b, misuse("--until %s is over", day)
		}
		b.EndsAt = &end
	}
	return b, nil
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
		b, err := binding(ctx, c, o)
		if err != nil {
			return err
		}
		k := models.APIKey{Tenant: o.tenant, Name: name, Role: role, CreatedVia: via(viaShell), Units: b.Units}
		if b.Campaign != nil {
			k.Campaign = *b.Campaign
		}
		if b.EndsAt != nil {
			k.EndsAt = models.At(*b.EndsAt)
		}
		key := newAPIKey()
		if err := addAPIKey(ctx, o.db, &k, key); err != nil {
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
		k, err := keyByID(ctx, o, c.String("id"))
		if err != nil {
			return err
		}
		b, err := binding(ctx, c, o)
		if err != nil {
			return err
		}
		return o.db.BindAPIKey(ctx, o.tenant, k.ID, b)
	})
}

func (e *env) apikeyList(ctx context.Context, c *cli.Command) error {
	return e.withOpen(ctx, c, func(o *opened) error {
		keys, err := o.db.APIKeys(ctx, o.tenant)
		if err != nil {
			return err
		}
		for i := range keys {
			if _, err = fmt.Fprintln(e.out, keyLine(&keys[i], time.Now())); err != nil {
				return err
			}
		}
		return nil
	})
}

// keyLine is a key's line in the list.
func keyLine(k *models.APIKey, now time.Time) string {
	scope, state := k.Scope(), "active"
	switch {
	case !k.RevokedAt.IsZero():
		state = "revoked"
	case k.Ended(now):
		state = "ended"
	case scope.Nothing():
		state = "unbound"
	}
	when := func(t models.Time) string {
		if t.IsZero() {
			return "-"
		}
		return t.Format(time.RFC3339)
	}
	campaign, units := "*", "*"
	if scope.Campaign != "" {
		campaign = scope.Campaign
	}
	switch {
	case scope.Nothing():
		campaign, units = "-", "-"
	case scope.Bounded:
		units = strings.Join(scope.Units, ",")
	}
	return strings.Join([]string{
		k.ID.String(), string(k.Role), state, when(k.CreatedAt), when(k.LastUsedAt), when(k.EndsAt), campaign, units, k.Name,
		cmp.Or(k.CreatedVia, social.UnknownVia),
	}, "\t")
}

func (e *env) apikeyRevoke(ctx context.Context, c *cli.Command) error {
	return e.withOpen(ctx, c, func(o *opened) error {
		k, err := keyByID(ctx, o, c.String("id"))
		if err != nil {
			return err
		}
		return o.db.RevokeAPIKey(ctx, o.tenant, k.ID, time.Now())
	})
}

// keyByID finds a key of the tenant as the list names it.
func keyByID(ctx context.Context, o *opened, id string) (models.APIKey, error) {
	keys, err := o.db.APIKeys(ctx, o.tenant)
	if err != nil {
		return models.APIKey{}, err
	}
	for _, k := range keys {
		if k.ID.String() == id {
			return k, nil
		}
	}
	return models.APIKey{}, models.Errorf(models.NotFound, "unknown_key", "there is no key %q; pingyi apikey list shows them", id)
}
