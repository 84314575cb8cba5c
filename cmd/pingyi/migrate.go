package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/urfave/cli/v3"

	"pingyi/store"
)

// someUser stands in the statements where --grants names none. There is no such user,
// so the database refuses them as they are.
const someUser = "USER@HOST"

func (e *env) migrateCommand() *cli.Command {
	return &cli.Command{
		Name:  "migrate",
		Usage: "bring the database's schema up to date; on MySQL and MariaDB print the rights that the server's user needs",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "attest", Usage: "then cover, once, the rows that were written before there were proofs; " +
				"when no server of an earlier version runs any more"},
			&cli.StringFlag{Name: "grants", Usage: "the server's user, USER@HOST, in the GRANT statements that are printed"},
			tenantFlag(),
		},
		Action: func(ctx context.Context, c *cli.Command) error {
			user := c.String("grants")
			if _, err := store.Account(user); user != "" && err != nil {
				return misuse("--grants: %w", err)
			}
			if user != "" && c.Bool("attest") {
				return misuse("--attest prints what it covered, and --grants statements; give one of the two")
			}
			o, err := e.open(ctx, c, owning)
			if err != nil {
				return err
			}
			return errors.Join(e.migrated(ctx, o, user, c.Bool("attest")), o.db.Close())
		},
	}
}

// migrated prints what follows a migration.
func (e *env) migrated(ctx context.Context, o *opened, user string, attest bool) error {
	current, _, err := o.db.SchemaVersion(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(e.err, "the schema is at version %d\n", current)
	if err := e.tellTwins(ctx, o); err != nil {
		return err
	}
	if err := o.proofs.BindAttested(ctx); err != nil {
		return err
	}
	if attest {
		return e.audit(o).Attest(ctx)
	}
	return e.printGrants(ctx, o.db, user)
}

// printGrants prints the rights of the server's user as statements. Where user is
// empty a placeholder stands for it.
func (e *env) printGrants(ctx context.Context, db *database, user string) error {
	to := user
	if to == "" {
		to = someUser
	}
	list, err := db.Grants(ctx, to)
	switch {
	case err != nil:
		return err
	case len(list) == 0 && user != "":
		return misuse("--grants: SQLite knows no users")
	case len(list) == 0:
		return nil
	case user == "":
		list = append([]string{"-- The rights of the server's user. --grants names it: pingyi migrate --grants pingyi@127.0.0.1 | mariadb"}, list...)
	}
	for _, line := range list {
		if _, err := fmt.Fprintln(e.out, line); err != nil {
			return err
		}
	}
	return nil
}

// migrate brings the schema up to date as the user who may.
func (o *opened) migrate(ctx context.Context, m openMode) error {
	if o.opts.MigrateDatabase == "" || m == owning {
		return o.db.Migrate(ctx)
	}
	owner, err := openDatabase(ctx, store.Options{URL: string(o.opts.MigrateDatabase), Logger: o.log})
	if err != nil {
		return fmt.Errorf("PINGYI_MIGRATE_DATABASE: %w", err)
	}
	return errors.Join(owner.Migrate(ctx), owner.Close())
}

// warnOfRights says in the log of a server where its password opens more than it has
// to. m is how it was started.
func (o *opened) warnOfRights(ctx context.Context, m openMode) error {
	if o.opts.Demo() {
		return nil
	}
	if o.opts.MigrateDatabase != "" && m != migrating {
		o.log.Warn("PINGYI_MIGRATE_DATABASE is in the environment of a server, which does not use it; it is for pingyi migrate alone")
	}
	may, err := o.db.MayAlterEvidence(ctx)
	if may {
		o.log.Warn("the user of PINGYI_DATABASE may alter and delete ratings; give it the rights that pingyi migrate prints, and no others")
	}
	return err
}
