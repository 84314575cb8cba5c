package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"

	sqldriver "github.com/go-sql-driver/mysql"
	"gorm.io/driver/mysql"
)

// sqlMode is strict against any default of the server: what does not fit is an
// error, never cut.
const sqlMode = "'STRICT_ALL_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'"

// Bounds of the two MySQL pools. Few connections suffice: a transaction is a
// millisecond, and group commit has writers of its own.
const (
	maxConns     = 24
	batchConns   = maxConns / 2
	connLifetime = 30 * time.Minute
	connIdleTime = 5 * time.Minute
)

// openMySQL opens the pool under gorm and one for group commit, whose
// statements travel several to a packet.
func (db *DB) openMySQL(dsn string) error {
	db.dialect = mysqlDialect
	var err error
	if db.sql, err = mysqlPool(dsn, false, maxConns); err != nil {
		return err
	}
	db.readSQL = db.sql
	if db.batch, err = mysqlPool(dsn, true, batchConns); err != nil {
		return err
	}
	db.Gorm, err = openGorm(mysql.New(mysql.Config{Conn: db.sql, SkipInitializeWithVersion: true}), db.logger)
	db.read = db.Gorm
	return err
}

func mysqlPool(dsn string, several bool, conns int) (*sql.DB, error) {
	cfg, err := sqldriver.ParseDSN(dsn)
	if err != nil {
		return nil, fmt.Errorf("the DSN of the database is malformed: %w", err)
	}
	if cfg.DBName == "" {
		return nil, fmt.Errorf("the DSN of the database names no database")
	}
	if err := cfg.Apply(sqldriver.Charset("utf8mb4", "")); err != nil {
		return nil, fmt.Errorf("set the character set: %w", err)
	}
	cfg.ParseTime = true
	cfg.Loc = time.UTC
	// An insert that changes nothing must count no row: see insertEffect.
	cfg.ClientFoundRows = false
	// A server that turned read-only in a failover is a lost connection.
	cfg.RejectReadOnly = true
	cfg.InterpolateParams = true
	cfg.Logger = &sqldriver.NopLogger{} // what it would say is in the errors
	cfg.MultiStatements = several
	if cfg.Timeout == 0 {
		cfg.Timeout = 5 * time.Second
	}
	if cfg.Params == nil {
		cfg.Params = map[string]string{}
	}
	if several {
		// A batch's transaction begins with its first statement.
		cfg.Params["autocommit"] = "0"
	}
	cfg.Params["time_zone"] = "'+00:00'"
	cfg.Params["sql_mode"] = sqlMode
	if _, set := cfg.Params["innodb_lock_wait_timeout"]; !set {
		// A caller that waits longer has left: a platform gives us five seconds.
		cfg.Params["innodb_lock_wait_timeout"] = "3"
	}
	connector, err := sqldriver.NewConnector(cfg)
	if err != nil {
		return nil, fmt.Errorf("connect to the database: %w", err)
	}
	pool := sql.OpenDB(readCommitted{connector})
	pool.SetMaxOpenConns(conns)
	pool.SetMaxIdleConns(conns)
	pool.SetConnMaxLifetime(connLifetime)
	pool.SetConnMaxIdleTime(connIdleTime)
	return pool, nil
}

// Leave closes the idle connections to a server that refuses every transaction: the
// next ones may lead to another, by way of a proxy or of a name.
func (db *DB) Leave(err error) {
	var my *sqldriver.MySQLError
	if !errors.As(err, &my) || !refusesAll[my.Number] {
		return
	}
	for pool, conns := range map[*sql.DB]int{db.sql: maxConns, db.batch: batchConns} {
		pool.SetMaxIdleConns(0)
		pool.SetMaxIdleConns(conns)
	}
}

// readCommitted makes sessions and sets their isolation by statement: the variable's
// name differs between MySQL and MariaDB.
type readCommitted struct{ driver.Connector }

// Connect opens a session in READ COMMITTED.
func (c readCommitted) Connect(ctx context.Context) (driver.Conn, error) {
	conn, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	whole, ok := conn.(mysqlConn)
	if !ok {
		return nil, errors.Join(fmt.Errorf("a connection of type %T lacks what the store needs", conn), conn.Close())
	}
	if _, err := whole.ExecContext(ctx, "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED", nil); err != nil {
		if cerr := conn.Close(); cerr != nil {
			return nil, fmt.Errorf("set the isolation: %w; close: %w", err, cerr)
		}
		return nil, fmt.Errorf("set the isolation: %w", err)
	}
	return &session{mysqlConn: whole}, nil
}

// mysqlConn is what database/sql and the store use of a connection.
type mysqlConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
	driver.NamedValueChecker
}

// session is a connection that ends with a commit that failed. A server that refused
// the commit may hold the transaction open, and the next one on the connection would
// commit it.
type session struct {
	mysqlConn
	ended bool
}

// BeginTx begins a transaction whose commit is watched.
func (s *session) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	tx, err := s.mysqlConn.BeginTx(ctx, o)
	if err != nil {
		return nil, err //nolint:wrapcheck // classified and wrapped by the caller
	}
	return &watchedTx{tx, s}, nil
}

// IsValid tells the pool to close the connection where a commit failed.
func (s *session) IsValid() bool { return !s.ended && s.mysqlConn.IsValid() }

type watchedTx struct {
	driver.Tx
	on *session
}

// Commit commits.
func (t *watchedTx) Commit() error {
	err := t.Tx.Commit()
	t.on.ended = t.on.ended || err != nil
	return err //nolint:wrapcheck // as above
}
