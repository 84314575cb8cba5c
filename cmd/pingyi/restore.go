package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"github.com/urfave/cli/v3"

	"pingyi/config"
	"pingyi/store"
	"pingyi/store/dump"
)

// stdinName is the name of a dump that is read from stdin.
const stdinName = "-"

func (e *env) restoreCommand() *cli.Command {
	return &cli.Command{
		Name: "restore", ArgsUsage: "FILE",
		Usage: "read a dump of MySQL or MariaDB into an empty database; FILE is plain or gzip, - is stdin",
		Flags: []cli.Flag{
			&cli.StringFlag{Name: "into", Usage: "the empty database: its name, where PINGYI_MIGRATE_DATABASE or else PINGYI_DATABASE says the rest, or mysql: and a whole DSN"},
			tenantFlag(),
		},
		Action: func(ctx context.Context, c *cli.Command) error {
			if c.Args().Len() != 1 || c.Args().First() == "" {
				return misuse("restore takes the name of the dump, or - for stdin")
			}
			o, err := e.options(c, migrating)
			if err != nil {
				return err
			}
			url, err := intoURL(c.String("into"), &o.opts)
			if err != nil {
				return err
			}
			db, err := store.Open(ctx, store.Options{URL: url, Logger: e.logger(&o.opts)})
			if err != nil {
				return fmt.Errorf("the database of --into: %w", err)
			}
			return errors.Join(e.restore(ctx, db, c.Args().First(), databaseName(url)), db.Close())
		},
	}
}

var plainDatabase = regexp.MustCompile(`^[A-Za-z0-9_$-]{1,64}$`)

// intoURL is the URL of the database that --into names.
func intoURL(into string, o *config.Options) (string, error) {
	switch {
	case into == "":
		return "", misuse("--into is missing; expected the name of an empty database, or mysql: and a DSN")
	case strings.HasPrefix(into, "sqlite:"):
		return "", misuse("--into names a SQLite file; stop the server and put the copy in the file's place, see docs/backup.md")
	case strings.HasPrefix(into, "mysql:"):
		return into, nil
	case !plainDatabase.MatchString(into):
		return "", misuse("--into is neither the name of a database nor mysql: and a DSN")
	}
	database, option := o.Owner()
	url, err := store.InDatabase(database, into)
	if err != nil {
		return "", usageError{fmt.Errorf("--into names a database, and %s %w", option, err)}
	}
	return url, nil
}

// databaseName is the name of the database in a URL that was opened.
func databaseName(url string) string {
	name, _, _ := strings.Cut(url[strings.LastIndexByte(url, '/')+1:], "?")
	return name
}

// restore checks a whole file before anything of it is run. What comes from stdin
// is read once, so each statement is checked just before it is run.
func (e *env) restore(ctx context.Context, db *store.DB, file, into string) error {
	var done store.Restored
	var err error
	if file == stdinName {
		done, err = e.readDump(e.in, 0, "restored", func(in io.Reader) (store.Restored, error) { return db.RestoreDump(ctx, in) })
	} else {
		done, err = e.restoreFile(ctx, db, file)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	_, err = fmt.Fprintf(e.out, "%d tables restored into %s\n", done.Tables, into)
	return err
}

func (e *env) restoreFile(ctx context.Context, db *store.DB, file string) (done store.Restored, err error) {
	f, err := os.Open(file) //nolint:gosec // the operator names it
	if err != nil {
		return done, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return done, err
	}
	if done, err = e.readDump(f, info.Size(), "checked", func(in io.Reader) (store.Restored, error) { return store.CheckDump(ctx, in) }); err != nil {
		return done, err
	}
	if _, err = f.Seek(0, io.SeekStart); err != nil {
		return done, err
	}
	return e.readDump(f, info.Size(), "restored", func(in io.Reader) (store.Restored, error) { return db.RestoreDump(ctx, in) })
}

// readDump lets do read a dump, plain or gzip, and shows on stderr how far it is.
// size is that of the file, 0 where it is not known.
func (e *env) readDump(in io.Reader, size int64, doing string, do func(io.Reader) (store.Restored, error)) (done store.Restored, err error) {
	const megabyte = 1 << 20
	err = dump.Unpack(in, func(read int64) {
		if size > 0 {
			fmt.Fprintf(e.err, "\r%s: %.1f of %.1f MB", doing, float64(read)/megabyte, float64(size)/megabyte)
			return
		}
		fmt.Fprintf(e.err, "\r%s: %.1f MB", doing, float64(read)/megabyte)
	}, func(in io.Reader) (err error) {
		done, err = do(in)
		return err
	})
	fmt.Fprintln(e.err)
	return done, err
}
