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
	"unicode"
	"unicode/utf8"

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
	id, err := models.NewID(rand.Reader)
	if err != nil {
		return err
	}
	err = db.CreateAPIKey(ctx, store.APIKey{ID: id, Tenant: tenant, Name: name, Role: role, Hash: keyHash(key), CreatedAt: time.Now(), CreatedVia: via})
	if models.KindOf(err) == models.Conflict {
		return nil
	}
	return err
}

func (e *env) apikeyCommand() *cli.Command {
	return &cli.Command{
		Name:  "apikey",
		Usage: "make, list and revoke keys of the API",
		Commands: []*cli.Command{
			{
				Name:  "create",
				Usage: "make a key and print it, once",
				Flags: []cli.Flag{
					&cli.StringFlag{Name: "name", Usage: "whose key it is"},
					&cli.StringFlag{Name: "role", Usage: "office, channel-owner, unit-leader, unit-handler, supervisor, custodian, auditor or reader"},
					tenantFlag(),
				},
				Action: e.apikeyCreate,
			},
			{Name: "list", Usage: "list keys; the keys themselves are kept nowhere", Flags: []cli.Flag{tenantFlag()}, Action: e.apikeyList},
			{
				Name: "revoke", Usage: "revoke a key", Action: e.apikeyRevoke,
				Flags: []cli.Flag{&cli.StringFlag{Name: "id", Usage: "as apikey list shows it"}, tenantFlag()},
			},
		},
	}
}

// lineFault says what is wrong with a name that stands in a line of a list, which
// a line break would make two, or "".
func lineFault(s string, most int) string {
	switch {
	case s == "":
		return "is missing"
	case len(s) > most:
		return fmt.Sprintf("has %d bytes, at most %d", len(s), most)
	case !utf8.ValidString(s):
		return "is not UTF-8"
	}
	for _, r := range s {
		if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
			return fmt.Sprintf("holds %U, a line break, control or format character", r)
		}
	}
	return ""
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
		key := newAPIKey()
		if err := ensureAPIKey(ctx, o.db, o.tenant, name, role, key, via(viaShell)); err != nil {
			return err
		}
		_, err := fmt.Fprintln(e.out, key)
		return err
	})
}

func (e *env) apikeyList(ctx context.Context, c *cli.Command) error {
	return e.withOpen(ctx, c, func(o *opened) error {
		keys, err := o.db.APIKeys(ctx, o.tenant)
		if err != nil {
			return err
		}
		for _, k := range keys {
			state := "active"
			if !k.RevokedAt.IsZero() {
				state = "revoked"
			}
			if _, err = fmt.Fprintf(e.out, "%s\t%s\t%s\t%s\t%s\t%s\n", k.ID, k.Role, state, k.CreatedAt.Format(time.RFC3339), k.Name,
				cmp.Or(k.CreatedVia, social.UnknownVia)); err != nil {
				return err
			}
		}
		return nil
	})
}

func (e *env) apikeyRevoke(ctx context.Context, c *cli.Command) error {
	return e.withOpen(ctx, c, func(o *opened) error {
		keys, err := o.db.APIKeys(ctx, o.tenant)
		if err != nil {
			return err
		}
		for _, k := range keys {
			if k.ID.String() == c.String("id") {
				return o.db.RevokeAPIKey(ctx, o.tenant, k.ID, time.Now())
			}
		}
		return models.Errorf(models.NotFound, "unknown_key", "there is no key %q; pingyi apikey list shows them", c.String("id"))
	})
}
