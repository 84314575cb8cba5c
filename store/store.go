// Package store is an open database: its dialects, transactions and their reruns,
// scripts, migrations, rights, and the claims of jobs. It knows no domain; the folders
// under it do, each with a Store on a shared DB. One code serves MySQL, MariaDB and
// SQLite; what differs between them is in dialect.go, mysql.go and sqlite.go.
//
// It may import models and jobs. Errors a caller must tell apart are *models.Error or
// recognised by IsUnresolved; no error text carries a stored value.
//
// Transactions take locks in one order: campaign, effects, ratings, live_ratings,
// tallies; rows sorted by key. Every table belongs to a tenant.
package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"gorm.io/gorm"

	"pingyi/models"
)

// DB is an open database. It is safe for concurrent use.
type DB struct {
	dialect Dialect
	Gorm    *gorm.DB  // writes; on SQLite one connection
	read    *gorm.DB  // reads; the same pool on MySQL
	sql     *sql.DB   // under gorm
	readSQL *sql.DB   // under read
	batch   *sql.DB   // for group commit; several statements a packet on MySQL
	path    string    // of the SQLite file
	random  io.Reader // of NewID
	logger  *slog.Logger
}

// Options of Open.
type Options struct {
	URL    string       // "sqlite:path" or "mysql:" and go-sql-driver's DSN
	Logger *slog.Logger // nil: silent
	Random io.Reader    // ids of effects; nil: crypto/rand
	// Existing makes no SQLite file: where there is none, Open is an error of kind
	// models.NotFound that names it.
	Existing bool
}

// Open connects and checks that the database answers. It changes nothing in it, but
// makes a SQLite file that is not there; see Migrate.
func Open(ctx context.Context, o Options) (*DB, error) {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	db := &DB{random: o.Random, logger: o.Logger}
	kind, rest, _ := strings.Cut(o.URL, ":")
	var err error
	switch {
	case kind == "sqlite" && rest != "":
		err = db.openSQLite(ctx, rest, o.Existing)
	case kind == "mysql" && rest != "":
		err = db.openMySQL(rest)
	default:
		return nil, errors.New(`the database is neither "sqlite:path" nor "mysql:dsn"`)
	}
	if err == nil {
		err = db.Ping(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// Read returns the database for reads; on MySQL that is the pool of Write.
func (db *DB) Read(ctx context.Context) *gorm.DB { return db.read.WithContext(ctx) }

// Primary returns the database as writers see it, outside of a transaction: for reads
// that must see what was committed last.
func (db *DB) Primary(ctx context.Context) *gorm.DB { return db.Gorm.WithContext(ctx) }

// SQL returns the pool under Primary.
func (db *DB) SQL() *sql.DB { return db.sql }

// ReadSQL returns the pool under Read.
func (db *DB) ReadSQL() *sql.DB { return db.readSQL }

// PacketConn returns a connection on which several statements travel in a packet where
// the database takes that. A transaction begins with its first statement; see Dialect.
func (db *DB) PacketConn(ctx context.Context) (*sql.Conn, error) {
	return db.batch.Conn(ctx) //nolint:wrapcheck // classified by the runner of the transaction
}

// Dialect returns what differs between the families of SQL.
func (db *DB) Dialect() Dialect { return db.dialect }

// Ping reports whether the database answers reads and writes connections.
func (db *DB) Ping(ctx context.Context) error {
	if err := db.sql.PingContext(ctx); err != nil {
		return Fail("ping", err)
	}
	if err := db.readSQL.PingContext(ctx); err != nil {
		return Fail("ping", err)
	}
	return nil
}

// Close closes every connection. Writers must be closed before.
func (db *DB) Close() error {
	seen := map[*sql.DB]bool{}
	var errs []error
	for _, pool := range []*sql.DB{db.batch, db.readSQL, db.sql} {
		if pool == nil || seen[pool] {
			continue
		}
		seen[pool] = true
		if err := pool.Close(); err != nil {
			errs = append(errs, Fail("close", err))
		}
	}
	return errors.Join(errs...)
}

// gormConfig is the same for every pool. Transactions are opened where they
// are meant; statements are prepared once and kept within a bound.
func gormConfig(logger *slog.Logger, prepare bool) *gorm.Config {
	return &gorm.Config{
		TranslateError:         true,
		PrepareStmt:            prepare,
		PrepareStmtMaxSize:     512,
		SkipDefaultTransaction: true,
		DisableAutomaticPing:   true,
		Logger:                 quietLogger{logger},
	}
}

func openGorm(d gorm.Dialector, logger *slog.Logger) (*gorm.DB, error) {
	g, err := gorm.Open(d, gormConfig(logger, true))
	if err != nil {
		return nil, fmt.Errorf("open database: %w", safe(err))
	}
	return g, nil
}

// NewID draws the random id of a call.
func (db *DB) NewID() (models.ID, error) {
	id, err := models.NewID(db.random)
	if err != nil {
		return models.ID{}, Fail("draw an id", err)
	}
	return id, nil
}
