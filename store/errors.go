package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"

	"github.com/go-sql-driver/mysql"
	"gorm.io/gorm"
	sqlite "modernc.org/sqlite"

	"pingyi/models"
)

// errUnresolved marks an outcome that is not known yet: the connection was lost, or
// the caller left, while a commit may still go through.
var errUnresolved = errors.New("the outcome is not known yet")

// IsUnresolved reports whether err means that the effect may or may not have
// been committed: say that it is being recorded, never that it failed. Asking
// again with the same keys tells.
func IsUnresolved(err error) bool { return errors.Is(err, errUnresolved) }

// Unresolved returns the error of an operation whose outcome is not known yet.
func Unresolved(op string, cause error) error {
	return fmt.Errorf("store: %s: %w (%w)", op, errUnresolved, cause)
}

// storeError names the operation and hides what the server quoted.
type storeError struct {
	op  string
	err error
}

func (e *storeError) Error() string { return "store: " + e.op + ": " + safe(e.err).Error() }

func (e *storeError) Unwrap() error { return e.err }

// Fail wraps err with the operation; a domain error keeps its kind.
func Fail(op string, err error) error {
	if err == nil {
		return nil
	}
	var domain *models.Error
	if errors.As(err, &domain) {
		return err
	}
	return &storeError{op: op, err: err}
}

// safe is err without what a server quotes from rows ("Duplicate entry ...").
func safe(err error) error {
	var my *mysql.MySQLError
	if errors.As(err, &my) {
		return fmt.Errorf("the server's error %d (%s)%s", my.Number, my.SQLState[:], meanings[my.Number])
	}
	return err
}

// meanings are those of a database that was set up wrongly; what the server
// itself says of them is not repeated.
var meanings = map[uint16]string{
	1044: ": the user may not use this database, or it is not there; pingyi migrate prints the rights that the server's user needs, docs/operations.md (2) has those of the owner",
	1045: ": the user or the password is refused",
	1049: ": there is no such database",
	1142: ": the user lacks a right on a table; pingyi migrate prints the rights that it needs",
	1143: ": the user lacks a right on a column; pingyi migrate prints the rights that it needs",
	1698: ": the user or the password is refused",
}

// fault says what may be done about a failed transaction.
type fault uint8

const (
	faultRow   fault = iota // the statement or a row is to blame: running it again changes nothing
	faultBusy               // a deadlock or a lock held too long: it was rolled back, run the whole transaction again
	faultLost               // the connection or the server is gone: run it again elsewhere; behind a commit the outcome is unknown
	faultAsked              // the transaction itself decided to end, with a domain error
)

// Errors of MySQL, MariaDB and TiDB by number. Those of faultBusy say also at a commit
// that nothing was committed.
var mysqlFaults = map[uint16]fault{
	1205: faultBusy,                                                    // lock wait timeout
	1213: faultBusy,                                                    // deadlock; at a commit: another node of a Galera cluster was first
	1020: faultBusy,                                                    // record changed since last read (MariaDB, snapshot isolation)
	3101: faultBusy,                                                    // MySQL: group replication rolled the transaction back
	8022: faultBusy,                                                    // TiDB: commit failed, may be tried again
	9007: faultBusy,                                                    // TiDB: write conflict
	1317: faultLost,                                                    // query interrupted
	1180: faultLost,                                                    // error during commit: the engine may have committed
	1040: faultLost,                                                    // too many connections
	1053: faultLost,                                                    // server shutdown in progress
	1152: faultLost,                                                    // aborted connection
	1158: faultLost, 1159: faultLost, 1160: faultLost, 1161: faultLost, // network
	1927: faultLost,                                   // MariaDB: connection was killed
	3169: faultLost,                                   // MySQL: session was killed
	1047: faultLost,                                   // Galera: the node has no quorum, or is not ready
	1290: faultLost, 1792: faultLost, 1836: faultLost, // the server became read-only; the driver makes ErrBadConn of it
}

// refusesAll are what a server says that takes no transaction at present, though its
// connections stand.
var refusesAll = map[uint16]bool{1047: true, 1053: true}

// mayStand reports whether a transaction may have been committed whose commit ended
// with err.
func mayStand(err error) bool {
	// Of a bad connection nothing was sent; it is also what the driver makes of a
	// server that became read-only, and it has hung up.
	return faultOf(err) == faultLost && !errors.Is(err, driver.ErrBadConn)
}

// RowIsToBlame reports whether err is that of a statement or a row: to run it again
// changes nothing.
func RowIsToBlame(err error) bool { return faultOf(err) == faultRow }

// IsLost reports whether the connection or the server is gone.
func IsLost(err error) bool { return faultOf(err) == faultLost }

func faultOf(err error) fault {
	var domain *models.Error
	var my *mysql.MySQLError
	var lite *sqlite.Error
	var network net.Error
	switch {
	case errors.As(err, &domain), errors.Is(err, ErrNothing):
		return faultAsked
	case errors.Is(err, ErrChanged):
		return faultBusy
	case errors.As(err, &my):
		return mysqlFaults[my.Number]
	case errors.As(err, &lite):
		switch lite.Code() & 0xff {
		case sqliteBusy, sqliteLocked:
			return faultBusy
		case sqliteInterrupt, sqliteIOErr: // of a commit: the log may have it
			return faultLost
		}
		return faultRow
	case errors.Is(err, driver.ErrBadConn), errors.Is(err, mysql.ErrInvalidConn), errors.Is(err, sql.ErrConnDone),
		errors.Is(err, sql.ErrTxDone), errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &network),
		errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), errors.Is(err, mysql.ErrBusyBuffer):
		return faultLost
	}
	return faultRow
}

// OrNotFound turns gorm's missing row into the domain's error.
func OrNotFound(op string, err error, code, text string) error {
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return models.Errorf(models.NotFound, code, "%s", text)
	}
	return Fail(op, err)
}

// Refused reports whether a row was refused: its key is taken, or it lacks a
// value.
func Refused(err error) bool {
	var my *mysql.MySQLError
	var lite *sqlite.Error
	switch {
	case KeyTaken(err):
		return true
	case errors.As(err, &my):
		return my.Number == 1048
	case errors.As(err, &lite):
		return lite.Code() == sqliteNotNull
	}
	return false
}

// lacksRight reports whether the user of the connection may not do what it asked for:
// with a database, a table or a column.
func lacksRight(err error) bool {
	var my *mysql.MySQLError
	return errors.As(err, &my) && (my.Number == 1044 || my.Number == 1142 || my.Number == 1143)
}

// KeyTaken reports whether a row was refused because its key is taken. The statement
// alone was undone; the transaction can go on.
func KeyTaken(err error) bool {
	var my *mysql.MySQLError
	var lite *sqlite.Error
	switch {
	case errors.Is(err, gorm.ErrDuplicatedKey): // what gorm makes of it
		return true
	case errors.As(err, &my):
		return my.Number == 1062
	case errors.As(err, &lite):
		return lite.Code() == sqliteUnique || lite.Code() == sqlitePrimaryKey
	}
	return false
}
