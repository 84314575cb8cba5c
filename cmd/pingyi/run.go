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
	"time"

	"github.com/urfave/cli/v3"

	"pingyi/config"
	"pingyi/models"
	"pingyi/seal"
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
	started func(base string) // told the server's address once it listens; may be nil
}

// run is the whole program: it parses args, carries out the command, and
// returns the exit code. It keeps no state, so tests run several at once.
func run(ctx context.Context, args []string, lookup func(string) (string, bool), environ []string, out, errw io.Writer) int {
	e := &env{lookup: lookup, environ: environ, in: os.Stdin, out: out, err: errw, dataDir: "data"}
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
			e.serveCommand(), e.migrateCommand(), e.unitsCommand(), e.campaignCommand(), e.scenesCommand(), e.scoresCommand(),
			e.recountCommand(), e.socialCommand(), e.pollResultsCommand(), e.apikeyCommand(), e.simulateCommand(), e.backupCommand(), e.restoreCommand(), e.healthcheckCommand(),
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

// options reads and completes the configuration. home is the tenant that it
// names, whatever --tenant says.
func (e *env) options(c *cli.Command) (o config.Options, home string, err error) {
	o, err = config.Load(e.lookup, os.ReadFile)
	if env, _ := e.lookup("PINGYI_ENV"); err != nil && env == "" && !o.Demo() {
		return o, "", fmt.Errorf("%w\nThis is production, as PINGYI_ENV is not set; to try pingyi out, PINGYI_ENV=demo needs no other option", err)
	}
	if err != nil {
		return o, "", err
	}
	if err = o.Complete(e.dataDir, rand.Reader); err != nil {
		return o, "", err
	}
	home = o.Tenant
	if t := c.String("tenant"); t != "" {
		if !config.IsTenant(t) {
			return o, "", misuse("--tenant is %q, not 1 to 32 letters, digits, - and _", t)
		}
		o.Tenant = t
	}
	return o, home, nil
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
	opts   config.Options
	log    *slog.Logger
	db     *store.DB
	ring   *seal.Ring
	tenant string
	home   string // the tenant that the configuration names
}

// open opens the database. Unless migrate is set, a schema that is not the
// program's own is an error that says what to do.
func (e *env) open(ctx context.Context, c *cli.Command, migrate bool) (*opened, error) {
	o, home, err := e.options(c)
	if err != nil {
		return nil, err
	}
	log := e.logger(&o)
	for _, name := range config.Unknown(e.environ) {
		log.Warn("an unknown variable is ignored", "name", name)
	}
	for _, w := range o.Warnings() {
		log.Warn(w)
	}
	if err = e.makeDatabaseDir(&o); err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, store.Options{URL: string(o.Database), Logger: log})
	if err != nil {
		return nil, fmt.Errorf("PINGYI_DATABASE: %w", err)
	}
	a, err := newOpened(ctx, o, log, db, migrate || o.Demo())
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	a.home = home
	return a, nil
}

func newOpened(ctx context.Context, o config.Options, log *slog.Logger, db *store.DB, migrate bool) (*opened, error) {
	if migrate {
		if err := db.Migrate(ctx); err != nil {
			return nil, err
		}
	} else if err := checkSchema(ctx, db); err != nil {
		return nil, err
	}
	w, err := seal.NewWrapper(string(o.Secret), string(o.SecretPrevious))
	if err != nil {
		return nil, usageError{fmt.Errorf("PINGYI_SECRET: %w", err)}
	}
	if err = db.EnsureTenant(ctx, o.Tenant, o.Tenant, time.Now()); err != nil {
		return nil, err
	}
	return &opened{opts: o, log: log, db: db, ring: seal.NewRing(w, db), tenant: o.Tenant}, nil
}

func checkSchema(ctx context.Context, db *store.DB) error {
	needs, err := db.NeedsMigration(ctx)
	if err != nil {
		return err
	}
	if needs {
		return models.Errorf(models.Unavailable, "old_schema",
			"the database's schema is older than this program; run pingyi migrate, or start with serve --migrate")
	}
	return nil
}

// makeDatabaseDir makes the folder of a demo's SQLite file.
func (e *env) makeDatabaseDir(o *config.Options) error {
	if !o.Demo() || o.Database != "sqlite:data/pingyi.db" {
		return nil
	}
	return os.MkdirAll(e.dataDir, 0o700)
}

func tenantFlag() cli.Flag {
	return &cli.StringFlag{Name: "tenant", Usage: "the city or county to work for (default: PINGYI_TENANT)"}
}
