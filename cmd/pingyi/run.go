package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"pingyi/config"
	"pingyi/models"
	"pingyi/seal"
	"pingyi/service/campaign"
	"pingyi/service/keys"
	"pingyi/store"
)

// Exit codes.
const (
	exitDone   = 0
	exitFailed = 1 // failed, or a difference was found
	exitUsage  = 2 // wrong use or configuration
)

// version is set by the build.
var version = "" //nolint:gochecknoglobals // -ldflags can set nothing else

// usageError is wrong use of a command; the configuration's faults count as such.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

func misuse(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// env is what a command may use of the world around it.
type env struct {
	lookup  func(string) (string, bool)
	environ []string
	in      io.Reader // a dump that is piped in
	out     io.Writer // results alone
	err     io.Writer // everything else
	dataDir string
	now     func() time.Time  // this machine's clock
	started func(base string) // told the server's address once it listens; may be nil
}

// run is the whole program: it parses args, carries out the command, and
// returns the exit code. It keeps no state, so tests run several at once.
func run(ctx context.Context, args []string, lookup func(string) (string, bool), environ []string, out, errw io.Writer) int {
	e := &env{lookup: lookup, environ: environ, in: os.Stdin, out: out, err: errw, dataDir: "data", now: time.Now}
	return e.run(ctx, args)
}

func (e *env) run(ctx context.Context, args []string) int {
	err := commands(e).Run(ctx, args)
	var usage usageError
	var faults config.Faults
	switch {
	case err == nil:
		return exitDone
	case errors.As(err, &faults), errors.As(err, &usage):
		fmt.Fprintln(e.err, "pingyi:", err)
		return exitUsage
	default:
		fmt.Fprintln(e.err, "pingyi:", err)
		return exitFailed
	}
}

func commands(e *env) *cli.Command {
	root := &cli.Command{
		Name:           "pingyi",
		Usage:          "citizens rate public offices inside the chat; the office pulls channel scores",
		Version:        buildVersion(),
		Writer:         e.out,
		ErrWriter:      e.err,
		ExitErrHandler: func(context.Context, *cli.Command, error) {},
		Action: func(_ context.Context, c *cli.Command) error {
			if c.Args().Present() {
				return misuse("unknown command %q; pingyi help lists them", c.Args().First())
			}
			return cli.ShowRootCommandHelp(c)
		},
		Commands: []*cli.Command{
			e.serveCommand(), e.migrateCommand(), e.tenantCommand(), e.unitsCommand(), e.campaignCommand(), e.scenesCommand(), e.scoresCommand(),
			e.recountCommand(), e.exclusionsCommand(), e.complaintsCommand(), e.socialCommand(), e.pollResultsCommand(), e.apikeyCommand(), e.keysCommand(), e.simulateCommand(), e.backupCommand(), e.restoreCommand(), e.healthcheckCommand(),
			{Name: "version", Usage: "print the version", Action: func(context.Context, *cli.Command) error {
				_, err := fmt.Fprintln(e.out, buildVersion())
				return err
			}},
		},
	}
	strict(root)
	return root
}

// strict makes wrong use of c and of the commands below it a usageError: an
// unknown flag or command, an argument where none is taken.
func strict(c *cli.Command) {
	c.OnUsageError = func(_ context.Context, _ *cli.Command, err error, _ bool) error { return usageError{err} }
	do := c.Action
	switch {
	case do == nil:
		c.Action = func(_ context.Context, c *cli.Command) error {
			if c.Args().Present() {
				return misuse("unknown command %q; pingyi %s --help lists them", c.Args().First(), c.Name)
			}
			return cli.ShowSubcommandHelp(c)
		}
	case c.ArgsUsage == "" && len(c.Commands) == 0:
		c.Action = func(ctx context.Context, c *cli.Command) error {
			if c.Args().Present() {
				return misuse("%s takes no argument, got %q", c.Name, c.Args().First())
			}
			return do(ctx, c)
		}
	}
	for _, sub := range c.Commands {
		strict(sub)
	}
}

func buildVersion() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "unknown"
}

// secretless is the one command that works without PINGYI_SECRET: a recount of a
// copy, where the secret is not at hand, says what it could not check.
const secretless = "recount"

// options reads and completes the configuration.
func (e *env) options(c *cli.Command, m openMode) (*opened, error) {
	a := &opened{now: e.now}
	o, err := config.Load(e.lookup, func(name string) ([]byte, error) {
		if yaml, _ := e.lookup("PINGYI_CONFIG"); name != yaml {
			a.secretFiles = append(a.secretFiles, name)
		}
		return os.ReadFile(name) //nolint:gosec // the operator names it
	})
	var faults config.Faults
	if c.Name == secretless && errors.As(err, &faults) {
		if faults, err = faults.WithoutMissing("PINGYI_SECRET"), nil; len(faults) > 0 {
			err = faults
		}
	}
	if unknown := config.Unknown(e.environ); err != nil && len(unknown) > 0 {
		err = fmt.Errorf("%w\nNo option has the name %s; a slip of the pen there may be why one is missing", err, strings.Join(unknown, ", "))
	}
	if env, _ := e.lookup("PINGYI_ENV"); err != nil && env == "" && !o.Demo() {
		return nil, fmt.Errorf("%w\nThis is production, as PINGYI_ENV is not set; to try pingyi out, PINGYI_ENV=demo needs no other option", err)
	}
	if err != nil {
		return nil, err
	}
	if driver, path := o.SQL(); driver == "sqlite" && !m.makes(&o) {
		// Before the demo makes secrets of its own beside a database that is not there.
		if err = store.SQLiteExists(path); err != nil {
			return nil, fmt.Errorf("PINGYI_DATABASE: %w; pingyi serve --migrate makes one", err)
		}
	}
	if err = o.Complete(e.dataDir, rand.Reader); err != nil {
		return nil, err
	}
	a.home = o.Tenant
	if t := c.String("tenant"); t != "" {
		if !config.IsTenant(t) {
			return nil, misuse("--tenant is %q, not 1 to 32 letters, digits, - and _", t)
		}
		o.Tenant = t
	}
	a.opts, a.tenant = o, o.Tenant
	return a, nil
}

// logger writes to stderr: lines for people in the demo, JSON in production.
func (e *env) logger(o *config.Options) *slog.Logger {
	opts := &slog.HandlerOptions{Level: slog.LevelInfo}
	if o.Demo() {
		return slog.New(slog.NewTextHandler(e.err, opts))
	}
	return slog.New(slog.NewJSONHandler(e.err, opts))
}

// opened is an open database with its keys, as every command needs it.
type opened struct {
	opts        config.Options
	log         *slog.Logger
	db          *database
	ring        *seal.Ring // nil without PINGYI_SECRET
	proofs      *keys.Provers
	tenant      string
	home        string           // the tenant that the configuration names
	secretFiles []string         // that secrets were read from
	now         func() time.Time // the time in use
	views       *campaign.Views  // see known
}

// openMode says what a command may make of a database that is not there yet.
type openMode uint8

const (
	// existing makes nothing: for what reads, and for what changes things that are there.
	existing openMode = iota
	// filling begins a tenant; the demo's database is made where there is none.
	filling
	// migrating brings the schema up to date, from nothing where there is none.
	migrating
	// owning is migrating by a command that does all of its work as the user who may
	// change the schema.
	owning
)

// makes reports whether a database is made where there is none.
func (m openMode) makes(o *config.Options) bool { return m >= migrating || m == filling && o.Demo() }

// open opens the database. A schema that is older than the program's own is migrated
// in the demo and by the modes migrating and owning; otherwise it is an error that says what to do.
func (e *env) open(ctx context.Context, c *cli.Command, m openMode) (*opened, error) {
	a, err := e.options(c, m)
	if err != nil {
		return nil, err
	}
	a.log = e.logger(&a.opts)
	for _, name := range config.Unknown(e.environ) {
		a.log.Warn("an unknown variable is ignored", "name", name)
	}
	for _, w := range a.opts.Warnings() {
		a.log.Warn(w)
	}
	a.warnOfFiles()
	url, option := string(a.opts.Database), "PINGYI_DATABASE"
	if m == owning {
		url, option = a.opts.Owner()
	}
	a.db, err = openDatabase(ctx, store.Options{URL: url, Logger: a.log, Existing: !m.makes(&a.opts)})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", option, err)
	}
	if err = a.prepare(ctx, m); err != nil {
		return nil, errors.Join(err, a.db.Close())
	}
	return a, nil
}

// prepare brings an open database to where the command can use it. What the database
// is for is asked before anything is changed.
func (o *opened) prepare(ctx context.Context, m openMode) error {
	if err := o.checkInstallation(ctx); err != nil {
		return err
	}
	if err := o.bringUp(ctx, m); err != nil {
		return err
	}
	if o.opts.Secret != "" {
		w, err := seal.NewWrapper(string(o.opts.Secret), string(o.opts.SecretPrevious))
		if err != nil {
			return usageError{fmt.Errorf("PINGYI_SECRET: %w", err)}
		}
		o.ring = seal.NewRing(w, o.db)
	}
	if o.proofs = keys.NewProvers(o.ring, o.db); o.ring != nil {
		o.db.ProveWith(o.proofs.Of)
	}
	if err := o.knowTenant(ctx); err != nil {
		return err
	}
	if m == existing {
		return nil
	}
	if err := o.recordInstallation(ctx); err != nil {
		return err
	}
	return o.db.EnsureTenant(ctx, o.tenant, o.tenant, time.Now())
}

// bringUp migrates where the mode or the demo asks for it, and otherwise checks. Then
// it asks for the rights of the user that the command goes on as.
func (o *opened) bringUp(ctx context.Context, m openMode) error {
	if err := o.bringSchemaUp(ctx, m); err != nil {
		return err
	}
	return o.db.CheckGrants(ctx)
}

func (o *opened) bringSchemaUp(ctx context.Context, m openMode) error {
	if m >= migrating {
		return o.migrate(ctx, m)
	}
	if !o.opts.Demo() {
		return checkSchema(ctx, o.db)
	}
	if m == existing {
		if current, _, err := o.db.SchemaVersion(ctx); err != nil {
			return err
		} else if current == 0 {
			return models.Errorf(models.NotFound, "no_database", "the database that PINGYI_DATABASE names is empty; pingyi serve --migrate fills it")
		}
	}
	return o.migrate(ctx, m)
}

// warnOfFiles names the files of secrets that everybody on this machine can read.
func (o *opened) warnOfFiles() {
	const others = 0o004
	for _, name := range o.secretFiles {
		if info, err := os.Stat(name); err == nil && info.Mode().IsRegular() && info.Mode().Perm()&others != 0 {
			o.log.Warn("a file of a secret can be read by everybody on this machine; chmod 600 it", "file", name, "mode", info.Mode().Perm().String())
		}
	}
}

func checkSchema(ctx context.Context, db *database) error {
	needs, err := db.NeedsMigration(ctx)
	if err != nil {
		return err
	}
	if needs {
		return models.Errorf(models.Unavailable, "old_schema",
			"the database's schema is older than this program, or its user may not read it; run pingyi migrate, or start with serve --migrate, "+
				"and give the user the rights that pingyi migrate prints")
	}
	return nil
}

func tenantFlag() cli.Flag {
	return &cli.StringFlag{Name: "tenant", Usage: "the city or county to work for (default: PINGYI_TENANT)"}
}
