package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"

	"pingyi/models"
)

// Statement is one statement of a script. Where rows is set it is called for every
// row the statement returns.
type Statement struct {
	SQL  string
	Args []any
	Rows func(*sql.Rows) error
}

// RunScript runs parts in order on conn: in one packet where the database takes
// several statements at a time, else one by one. It ends at the first that
// fails; ending the transaction is the caller's part.
func (d Dialect) RunScript(ctx context.Context, conn *sql.Conn, parts ...Statement) error {
	if !d.several || len(parts) == 1 {
		for _, p := range parts {
			if p.SQL == "" {
				continue
			}
			if err := runParts(ctx, conn, p.SQL, p.Args, []Statement{p}); err != nil {
				return err
			}
		}
		return nil
	}
	text, args := join(parts)
	return runParts(ctx, conn, text, args, parts)
}

// join is the text of parts in one packet, with their arguments. An empty part
// is none.
func join(parts []Statement) (string, []any) {
	var text strings.Builder
	var args []any
	for _, p := range parts {
		if p.SQL == "" {
			continue
		}
		if text.Len() > 0 {
			text.WriteByte(';')
		}
		text.WriteString(p.SQL)
		args = append(args, p.Args...)
	}
	return text.String(), args
}

// ExecScript runs parts, none of which returns rows, like RunScript, and tells
// how many rows each of them put in.
func (d Dialect) ExecScript(ctx context.Context, conn *sql.Conn, parts ...Statement) ([]int64, error) {
	if d.several {
		return execPacket(ctx, conn, parts)
	}
	var affected []int64
	for _, p := range parts {
		done, err := conn.ExecContext(ctx, p.SQL, p.Args...)
		if err != nil {
			return nil, err //nolint:wrapcheck // classified and wrapped by the caller
		}
		n, err := done.RowsAffected()
		if err != nil {
			return nil, fmt.Errorf("count rows: %w", err)
		}
		affected = append(affected, n)
	}
	return affected, nil
}

// execPacket goes below database/sql, which knows of one count alone.
func execPacket(ctx context.Context, conn *sql.Conn, parts []Statement) (affected []int64, err error) {
	text, args := join(parts)
	named := make([]driver.NamedValue, len(args))
	for i, a := range args {
		named[i] = driver.NamedValue{Ordinal: i + 1, Value: a}
	}
	err = conn.Raw(func(c any) error {
		ex, ok := c.(driver.ExecerContext)
		if !ok {
			return fmt.Errorf("a connection of type %T executes nothing", c)
		}
		done, err := ex.ExecContext(ctx, text, named)
		if err != nil {
			return err //nolint:wrapcheck // as above
		}
		all, ok := done.(mysql.Result)
		if !ok {
			return fmt.Errorf("a result of type %T counts nothing", done)
		}
		affected = all.AllRowsAffected()
		return nil
	})
	return affected, err
}

func runParts(ctx context.Context, conn *sql.Conn, text string, args []any, parts []Statement) (err error) {
	var readers []func(*sql.Rows) error
	for _, p := range parts {
		if p.Rows != nil {
			readers = append(readers, p.Rows)
		}
	}
	if len(readers) == 0 {
		_, err := conn.ExecContext(ctx, text, args...)
		return err //nolint:wrapcheck // classified and wrapped by the caller
	}
	rows, err := conn.QueryContext(ctx, text, args...)
	if err != nil {
		return err //nolint:wrapcheck // as above
	}
	defer func() {
		if cerr := rows.Close(); err == nil {
			err = cerr
		}
	}()
	for i, read := range readers {
		if i > 0 && !rows.NextResultSet() {
			if err := rows.Err(); err != nil {
				return err //nolint:wrapcheck // as above
			}
			return fmt.Errorf("result %d of %d is missing", i+1, len(readers))
		}
		for rows.Next() {
			if err := read(rows); err != nil {
				return err
			}
		}
		if err := rows.Err(); err != nil {
			return err //nolint:wrapcheck // as above
		}
	}
	for rows.NextResultSet() {
		continue // statements after the last that returns rows: only their errors matter
	}
	return rows.Err() //nolint:wrapcheck // as above
}

// Rollback ends the transaction on conn and gives the connection back; one that
// cannot be rolled back is thrown away.
func Rollback(ctx context.Context, conn *sql.Conn) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
	defer cancel()
	if _, err := conn.ExecContext(ctx, "ROLLBACK"); err != nil {
		discard(conn)
		return Fail("roll back", err)
	}
	return nil
}

// discard makes the pool drop the connection.
func discard(conn *sql.Conn) {
	// Raw returns the error it is told to return; that is how it is asked.
	_ = conn.Raw(func(any) error { return driver.ErrBadConn })
}

// Tuples is "(?,?),(?,?)": n groups of width placeholders.
func Tuples(n, width int) string {
	one := "(" + strings.TrimSuffix(strings.Repeat("?,", width), ",") + ")"
	return strings.TrimSuffix(strings.Repeat(one+",", n), ",")
}

// IDBytes binds an id as its bytes, the zero id as NULL.
func IDBytes(id models.ID) any {
	if id.IsZero() {
		return nil
	}
	return id[:]
}

// TimeText binds a time in the stored form.
func TimeText(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC().Truncate(time.Millisecond).Format(models.TimeForm)
}

// Blob binds a byte string; the nil slice is the empty one, not NULL.
func Blob(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
