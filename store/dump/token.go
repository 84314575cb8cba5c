package dump

import (
	"bytes"
	"io"
)

// kind is what a token is.
type kind uint8

const (
	endOfDump kind = iota
	word           // SELECT, utf8mb4, _binary
	name           // `ratings`, without its quotes; a quote inside is doubled, as it stood
	literal        // 'text' or "text", with its quotes
	number         // 42, 4.2, 0x2A
	variable       // @OLD_SQL_MODE, @@SQL_MODE
	opening        // of a conditional comment: /*!40101
	closing        // of it: */
	mark           // ( ) , = ; and any other single byte
)

// token is one token of a dump. Its text is valid until the next is read.
type token struct {
	kind kind
	text []byte
}

func (t token) is(k kind, text string) bool {
	return t.kind == k && bytes.EqualFold(t.text, []byte(text))
}

// ends reports whether t ends a statement.
func (t token) ends() bool { return t.kind == mark && t.text[0] == ';' }

// lexer cuts a dump into tokens. It keeps the statement that it is in, and no more.
// Its rules are those of MySQL and MariaDB in UTF-8 with backslash escapes, which
// is what the session is set to and what no statement of a dump may change.
type lexer struct {
	in    io.Reader
	buf   []byte
	start int // of the statement that is being read
	at    int // of the next byte
	end   int // of what was read from in
	line  int // of the next byte, from 1
	limit int // bytes of a statement
	err   error

	comment []byte // the last comment of a line, without its marks
}

const readAtOnce = 64 << 10

func newLexer(in io.Reader, limit int) *lexer {
	return &lexer{in: in, buf: make([]byte, 2*readAtOnce), line: 1, limit: limit}
}

// peek is the byte that is n bytes ahead; false at the end of the dump.
func (l *lexer) peek(n int) (byte, bool) {
	for l.at+n >= l.end {
		if l.err != nil || !l.fill() {
			return 0, false
		}
	}
	return l.buf[l.at+n], true
}

// fill reads more. What is before the statement goes.
func (l *lexer) fill() bool {
	if l.start > 0 {
		copy(l.buf, l.buf[l.start:l.end])
		l.at, l.end, l.start = l.at-l.start, l.end-l.start, 0
	}
	if l.end == len(l.buf) {
		if l.end > l.limit {
			l.err = errTooLong
			return false
		}
		l.buf = append(l.buf, make([]byte, len(l.buf))...)
	}
	for range 100 { // a reader may now and then have nothing
		n, err := l.in.Read(l.buf[l.end:min(len(l.buf), l.end+readAtOnce)])
		l.end += n
		l.err = err
		if n > 0 || err != nil {
			return n > 0
		}
	}
	l.err = io.ErrNoProgress
	return false
}

// step goes past n bytes that were peeked at.
func (l *lexer) step(n int) {
	if n == 1 { // most often
		if l.buf[l.at] == '\n' {
			l.line++
		}
	} else {
		l.line += bytes.Count(l.buf[l.at:l.at+n], []byte{'\n'})
	}
	l.at += n
}

// begin makes the next token the first of a statement.
func (l *lexer) begin() { l.start = l.at }

// statement is the text since begin.
func (l *lexer) statement() []byte { return l.buf[l.start:l.at] }

// next reads the next token. Inside of a statement comments are an error: no dump
// has any there, and servers of different versions read them differently.
func (l *lexer) next(inside bool) (token, error) {
	for {
		if !inside {
			l.begin()
		}
		c, ok := l.peek(0)
		if !ok {
			return token{}, l.failure()
		}
		switch {
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			l.step(1)
		case c == '#', c == '-' && l.follows(1, '-'):
			if inside {
				return token{}, errComment
			}
			if err := l.lineComment(); err != nil {
				return token{}, err
			}
		case c == '/' && l.follows(1, '*'):
			t, skipped, err := l.blockComment(inside)
			if err != nil || !skipped {
				return t, err
			}
		default:
			return l.token(c)
		}
	}
}

// failure is nil at the orderly end of a dump.
func (l *lexer) failure() error {
	if l.err == io.EOF { //nolint:errorlint // what a reader returns at its end is this very value
		return nil
	}
	return l.err
}

func (l *lexer) follows(n int, want byte) bool {
	c, ok := l.peek(n)
	return ok && c == want
}

func (l *lexer) token(c byte) (token, error) {
	switch {
	case c == '`':
		return l.quoted(name)
	case c == '\'', c == '"':
		return l.quoted(literal)
	case '0' <= c && c <= '9':
		return token{number, l.run(1, func(c byte) bool { return inWord(c) || c == '.' })}, nil
	case inWord(c):
		return token{word, l.run(1, inWord)}, nil
	case c == '@':
		return token{variable, l.run(1, func(c byte) bool { return inWord(c) || c == '@' || c == '.' })}, nil
	case c == '*' && l.follows(1, '/'):
		return token{closing, l.run(2, func(byte) bool { return false })}, nil
	default:
		return token{mark, l.run(1, func(byte) bool { return false })}, nil
	}
}

func inWord(c byte) bool {
	return c == '_' || c == '$' || c >= 0x80 || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// run takes n bytes and those after them that belong.
func (l *lexer) run(n int, belongs func(byte) bool) []byte {
	for {
		c, ok := l.peek(n)
		if !ok || !belongs(c) {
			break
		}
		n++
	}
	l.step(n)
	return l.buf[l.at-n : l.at]
}

// quoted reads a text or a name up to its closing quote. A quote inside is doubled;
// in a text it may instead stand after a backslash.
func (l *lexer) quoted(k kind) (token, error) {
	quote, n := l.buf[l.at], 1
	for {
		for l.at+n < l.end && l.buf[l.at+n] != quote && l.buf[l.at+n] != '\\' { // what most of a dump is made of
			n++
		}
		c, ok := l.peek(n)
		switch {
		case !ok && l.failure() != nil:
			return token{}, l.failure()
		case !ok:
			return token{}, errCutOff
		case c == '\\' && k == literal:
			n++ // the byte after it is taken below; at the end of the dump there is none
			if _, ok = l.peek(n); !ok {
				continue
			}
		case c == quote && l.follows(n+1, quote):
			n++
		case c == quote:
			l.step(n + 1)
			text := l.buf[l.at-n-1 : l.at]
			if k == name {
				text = text[1:n]
			}
			return token{k, text}, nil
		}
		n++
	}
}

// lineComment goes past a comment up to the end of its line.
func (l *lexer) lineComment() error {
	marks := 1
	if l.buf[l.at] == '-' {
		marks = 2
		// Otherwise it is twice a minus to the server.
		if c, ok := l.peek(2); ok && c > ' ' {
			return errComment
		}
	}
	text := l.run(marks, func(c byte) bool { return c != '\n' })
	l.comment = append(l.comment[:0], text[marks:min(len(text), 256)]...)
	return nil
}

// never is the version of a condition that no server meets. mariadb-dump writes the
// line that turns its own client's sandbox mode on that way.
const never = "999999"

// blockComment goes past a comment, or returns the beginning of one that the
// server runs where its version is high enough.
func (l *lexer) blockComment(inside bool) (t token, skipped bool, err error) {
	n := 2
	if l.follows(n, 'M') && l.follows(n+1, '!') {
		n++
	}
	if l.follows(n, '!') {
		digits := 0
		for n++; ; digits++ {
			if c, ok := l.peek(n + digits); !ok || c < '0' || c > '9' {
				break
			}
		}
		_, _ = l.peek(n + digits)
		if string(l.buf[l.at+n:l.at+n+digits]) != never {
			if c, ok := l.peek(n + digits); inside || !ok || c > ' ' || digits > len(never) {
				return token{}, false, errComment
			}
			l.step(n + digits)
			return token{opening, nil}, false, nil
		}
	}
	if inside {
		return token{}, false, errComment
	}
	for l.step(2); ; l.step(1) {
		c, ok := l.peek(0)
		switch {
		case !ok && l.failure() != nil:
			return token{}, false, l.failure()
		case !ok:
			return token{}, false, errCutOff
		case c == '*' && l.follows(1, '/'):
			l.step(2)
			return token{}, true, nil
		}
		l.begin()
	}
}
