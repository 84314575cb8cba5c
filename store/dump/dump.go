// Package dump reads what mariadb-dump and mysqldump write of one database, one
// statement at a time, and refuses what could reach beyond the database that it
// is read into: another database's name, users and rights, files, the server's
// variables. It takes what a dump of pingyi is made of and nothing else.
//
// It imports nothing of ours. No error text carries a value of the dump.
package dump

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// What is wrong with a dump as a whole.
var (
	errCutOff  = errors.New("the dump ends in the middle of a statement: it was cut off")
	errNoEnd   = errors.New(`the last line, "-- Dump completed", is missing: the dump was cut off, or made with --skip-comments`)
	errTooLong = errors.New("the statement is longer than any server takes")
	errComment = errors.New("a comment stands where a dump has none")
)

// maxStatement is the most bytes of a statement that are held in memory. A dump's
// are a megabyte or so each.
const maxStatement = 64 << 20

// completed begins the last comment of a whole dump.
const completed = " Dump completed"

// Error says where a dump is refused and why.
type Error struct {
	Line      int // where the statement begins, from 1
	Statement int // its number, from 1
	Err       error
}

// Error names line and statement.
func (e *Error) Error() string {
	return fmt.Sprintf("line %d, statement %d: %v", e.Line, e.Statement, e.Err)
}

// Unwrap is what is wrong.
func (e *Error) Unwrap() error { return e.Err }

// Statement is one statement that a dump may have.
type Statement struct {
	Text   string // as it stands, without the semicolon
	Line   int    // where it begins, from 1
	Number int    // from 1
	Verb   string // CREATE TABLE, INSERT INTO, SET ...
	Table  string // which it is about; "" for SET and the like
	// Idle statements need not be run on a database of one user: LOCK
	// TABLES and UNLOCK TABLES.
	Idle bool
}

// At is an error of running s, with the place where s stands.
func (s *Statement) At(err error) error {
	what := s.Verb
	if s.Table != "" {
		what += " " + s.Table
	}
	return &Error{s.Line, s.Number, fmt.Errorf("%s: %w", what, err)}
}

// Reader reads the statements of a dump.
type Reader struct {
	lexer  *lexer
	number int
}

// NewReader reads from in, which holds SQL and is not compressed.
func NewReader(in io.Reader) *Reader { return &Reader{lexer: newLexer(in, maxStatement)} }

// Next is the next statement, or io.EOF after the last line of a whole dump. Every
// other error is of type *Error, and nothing can be read after it.
func (r *Reader) Next() (Statement, error) {
	first, err := r.lexer.next(false)
	if first.kind == endOfDump && err == nil {
		if strings.HasPrefix(string(r.lexer.comment), completed) {
			return Statement{}, io.EOF
		}
		err = errNoEnd
	}
	r.number++
	s := Statement{Line: r.lexer.line, Number: r.number}
	if err == nil {
		err = r.read(first, &s)
	}
	if err != nil {
		return Statement{}, &Error{s.Line, s.Number, err}
	}
	return s, nil
}

// read reads the rest of a statement and checks it.
func (r *Reader) read(first token, s *Statement) error {
	p := &parser{lexer: r.lexer, statement: s, token: first}
	conditional := p.token.kind == opening
	if conditional {
		if err := p.advance(); err != nil {
			return err
		}
	}
	if err := p.parse(); err != nil {
		return err
	}
	if conditional {
		if err := p.take(closing, "*/"); err != nil {
			return err
		}
	}
	if !p.token.ends() {
		return p.unexpected()
	}
	r.lexer.comment = r.lexer.comment[:0] // the last line comes after the last statement
	s.Text = strings.TrimSuffix(string(r.lexer.statement()), ";")
	return nil
}
