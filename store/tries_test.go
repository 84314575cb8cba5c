package store

import (
	"context"
	"database/sql/driver"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
)

// Attempts and their errors, and what the caller hears in the end.
func TestTries_outcome(t *testing.T) {
	number := func(n uint16) error { return &mysql.MySQLError{Number: n} }
	type attempt struct {
		err        error
		committing bool
	}
	for name, c := range map[string]struct {
		attempts []attempt
		open     bool
	}{
		"deadlock":                                {[]attempt{{number(1213), false}, {number(1213), true}}, false},
		"lock wait at the commit":                 {[]attempt{{number(1205), true}}, false},
		"read-only":                               {[]attempt{{driver.ErrBadConn, true}, {driver.ErrBadConn, false}}, false},
		"no quorum from the beginning":            {[]attempt{{number(1047), false}}, false},
		"no quorum at the commit":                 {[]attempt{{number(1047), true}}, true},
		"error during commit":                     {[]attempt{{number(1180), true}, {number(1213), false}}, true},
		"connection lost before the commit":       {[]attempt{{mysql.ErrInvalidConn, false}}, false},
		"connection lost at the commit":           {[]attempt{{mysql.ErrInvalidConn, true}, {number(1213), true}}, true},
		"lost at the commit, then a row to blame": {[]attempt{{mysql.ErrInvalidConn, true}, {number(1406), false}}, true},
		"a row to blame":                          {[]attempt{{number(1406), true}}, false},
	} {
		var tr Tries
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		for i, a := range c.attempts {
			if again := tr.Again(ctx, a.err, a.committing); again != (faultOf(a.err) != faultRow) {
				t.Errorf("%s: attempt %d is followed by another: %t", name, i, again)
			}
		}
		last := c.attempts[len(c.attempts)-1]
		if err := tr.Outcome("test", last.err); IsUnresolved(err) != c.open {
			t.Errorf("%s: %v", name, err)
		}
		cancel()
		var ended Tries
		if ended.Again(ctx, ctx.Err(), false) || !IsUnresolved(ended.Outcome("test", ctx.Err())) {
			t.Errorf("%s: an attempt that the caller's time ended is called refused", name)
		}
	}
}
