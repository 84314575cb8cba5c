package dump

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// errOther is the answer to a dump that names databases itself.
var errOther = errors.New("it names a database of its own, as a dump made with --databases or --all-databases does, " +
	"and would be restored over that one; make the dump of the one database without these options")

// parser reads one statement, whose first token it has.
type parser struct {
	lexer     *lexer
	statement *Statement
	token     token
}

// advance reads the next token. At the end of the dump a statement is cut off.
func (p *parser) advance() error {
	t, err := p.lexer.next(true)
	if err == nil && t.kind == endOfDump {
		err = errCutOff
	}
	p.token = t
	return err
}

// take goes past a token that has to be there.
func (p *parser) take(k kind, text string) error {
	if !p.token.is(k, text) {
		return p.unexpected()
	}
	return p.advance()
}

// words goes past words that have to be there.
func (p *parser) words(list ...string) error {
	for _, w := range list {
		if err := p.take(word, w); err != nil {
			return err
		}
	}
	return nil
}

// ifWord goes past a word that may be there.
func (p *parser) ifWord(w string) (bool, error) {
	if !p.token.is(word, w) {
		return false, nil
	}
	return true, p.advance()
}

// unexpected is the error of a token that no dump of pingyi has at this place. It
// does not say which: that may be somebody's text.
func (p *parser) unexpected() error {
	verb := p.statement.Verb
	if verb == "" {
		verb = "a statement"
	}
	if p.token.kind == mark && p.token.text[0] == '.' {
		return fmt.Errorf("%s names a table of another database", verb)
	}
	return fmt.Errorf("%s has what no dump of pingyi has", verb)
}

var tableName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)

// table goes past the name of a table in this database. Its characters are those
// of pingyi's tables, so that it can be shown.
func (p *parser) table() error {
	if (p.token.kind != name && p.token.kind != word) || !tableName.Match(p.token.text) {
		return p.unexpected()
	}
	p.statement.Table = string(p.token.text)
	return p.advance()
}

// verbs are the statements of a dump. What begins otherwise is refused.
func (p *parser) parse() error {
	verbs := []struct {
		first string
		rest  func() error
	}{
		{"INSERT", p.insert}, {"SET", p.set}, {"CREATE", p.create}, {"DROP", p.drop}, {"ALTER", p.alter},
		{"LOCK", p.lock}, {"UNLOCK", p.unlock}, {"COMMIT", func() error { return nil }},
	}
	for _, v := range verbs {
		if p.token.is(word, v.first) {
			p.statement.Verb = v.first
			if err := p.advance(); err != nil {
				return err
			}
			return v.rest()
		}
	}
	if p.token.is(word, "USE") {
		return errOther
	}
	for _, refused := range []string{"GRANT", "REVOKE", "LOAD", "REPLACE", "UPDATE", "DELETE", "SELECT", "CALL", "DELIMITER", "RENAME", "TRUNCATE", "CHANGE", "FLUSH"} {
		if p.token.is(word, refused) {
			return fmt.Errorf("%s stands in no dump of pingyi", refused)
		}
	}
	return p.unexpected()
}

func (p *parser) drop() error {
	if p.token.is(word, "DATABASE") || p.token.is(word, "SCHEMA") {
		return errOther
	}
	p.statement.Verb = "DROP TABLE"
	if err := p.words("TABLE", "IF", "EXISTS"); err != nil {
		return err
	}
	return p.table()
}

func (p *parser) alter() error {
	p.statement.Verb = "ALTER TABLE"
	if err := p.words("TABLE"); err != nil {
		return err
	}
	if err := p.table(); err != nil {
		return err
	}
	if !p.token.is(word, "DISABLE") && !p.token.is(word, "ENABLE") {
		return p.unexpected()
	}
	if err := p.advance(); err != nil {
		return err
	}
	return p.words("KEYS")
}

func (p *parser) lock() error {
	p.statement.Verb, p.statement.Idle = "LOCK TABLES", true
	if err := p.words("TABLES"); err != nil {
		return err
	}
	if err := p.table(); err != nil {
		return err
	}
	return p.words("WRITE")
}

func (p *parser) unlock() error {
	p.statement.Verb, p.statement.Idle = "UNLOCK TABLES", true
	return p.words("TABLES")
}

// beyond are the words by which a table's definition could read or reach something
// else.
var beyond = []string{"SELECT", "LIKE", "UNION", "CONNECTION", "DIRECTORY", "TABLESPACE", "TABLE", "REPLACE", "WITH", "VALUES", "IMPORT", "PROCEDURE"}

func (p *parser) create() error {
	if p.token.is(word, "DATABASE") || p.token.is(word, "SCHEMA") {
		return errOther
	}
	p.statement.Verb = "CREATE TABLE"
	if err := p.words("TABLE"); err != nil {
		return err
	}
	if conditional, err := p.ifWord("IF"); err != nil {
		return err
	} else if conditional {
		if err := p.words("NOT", "EXISTS"); err != nil {
			return err
		}
	}
	if err := p.table(); err != nil {
		return err
	}
	for engine := false; !p.token.ends(); {
		if err := p.definition(&engine); err != nil {
			return err
		}
	}
	return nil
}

// definition goes past one token of a table's definition. engine says that the next
// word is the name of one.
func (p *parser) definition(engine *bool) error {
	switch t := p.token; t.kind {
	case word:
		if *engine && !t.is(word, "InnoDB") || slices.ContainsFunc(beyond, func(w string) bool { return t.is(word, w) }) {
			return p.unexpected()
		}
		*engine = t.is(word, "ENGINE")
	case name:
	case literal:
		if *engine {
			return p.unexpected()
		}
	case number:
		if !plainNumber.Match(t.text) {
			return p.unexpected()
		}
	case mark:
		if !bytes.ContainsAny(t.text, "(),=-+") {
			return p.unexpected()
		}
	default:
		return p.unexpected()
	}
	return p.advance()
}

var plainNumber = regexp.MustCompile(`^(0[xX][0-9A-Fa-f]*|[0-9]+(\.[0-9]*)?([eE][0-9]*)?)$`)

func (p *parser) insert() error {
	p.statement.Verb = "INSERT INTO"
	if _, err := p.ifWord("IGNORE"); err != nil {
		return err
	}
	if err := p.words("INTO"); err != nil {
		return err
	}
	if err := p.table(); err != nil {
		return err
	}
	if p.token.is(mark, "(") {
		if err := p.columns(); err != nil {
			return err
		}
	}
	if err := p.words("VALUES"); err != nil {
		return err
	}
	for !p.token.ends() {
		if err := p.value(); err != nil {
			return err
		}
	}
	return nil
}

// columns goes past a list of names in parentheses.
func (p *parser) columns() error {
	for {
		if err := p.advance(); err != nil {
			return err
		}
		if p.token.kind != name {
			return p.unexpected()
		}
		if err := p.advance(); err != nil {
			return err
		}
		if !p.token.is(mark, ",") {
			return p.take(mark, ")")
		}
	}
}

// value goes past one token of the rows: values alone, nothing that is computed.
func (p *parser) value() error {
	switch t := p.token; t.kind {
	case literal:
	case number:
		if !plainNumber.Match(t.text) {
			return p.unexpected()
		}
	case mark:
		if !bytes.ContainsAny(t.text, "(),-+") {
			return p.unexpected()
		}
	case word:
		if !t.is(word, "NULL") && !t.is(word, "_binary") && !t.is(word, "_utf8mb4") {
			return p.unexpected()
		}
	default:
		return p.unexpected()
	}
	return p.advance()
}

// saved are the session's variables that a dump keeps at its beginning and sets
// back at its end.
var saved = []string{
	"CHARACTER_SET_CLIENT", "CHARACTER_SET_RESULTS", "COLLATION_CONNECTION", "TIME_ZONE", "UNIQUE_CHECKS", "FOREIGN_KEY_CHECKS",
	"SQL_MODE", "SQL_NOTES", "AUTOCOMMIT", "NOTE_VERBOSITY",
}

// settings are what a dump sets besides. The character sets are those in which
// quotes and backslashes stand for themselves alone.
var settings = []string{
	"NAMES UTF8", "NAMES UTF8MB3", "NAMES UTF8MB4",
	"CHARACTER_SET_CLIENT=UTF8", "CHARACTER_SET_CLIENT=UTF8MB3", "CHARACTER_SET_CLIENT=UTF8MB4",
	"@SAVED_CS_CLIENT=@@CHARACTER_SET_CLIENT", "CHARACTER_SET_CLIENT=@SAVED_CS_CLIENT",
	"TIME_ZONE='+00:00'", "UNIQUE_CHECKS=0", "FOREIGN_KEY_CHECKS=0", "SQL_MODE='NO_AUTO_VALUE_ON_ZERO'", "SQL_NOTES=0",
	"AUTOCOMMIT=0", "NOTE_VERBOSITY=0",
}

func (p *parser) set() error {
	for {
		setting, err := p.setting()
		if err != nil {
			return err
		}
		if !allowed(setting) {
			return fmt.Errorf("SET of a variable, or to a value, that no dump of pingyi has; mysqldump writes none with --set-gtid-purged=OFF")
		}
		if !p.token.is(mark, ",") {
			return nil
		}
		if err := p.advance(); err != nil {
			return err
		}
	}
}

// setting is one assignment in capital letters, without spaces but after NAMES.
func (p *parser) setting() (string, error) {
	var b strings.Builder
	for !p.token.ends() && p.token.kind != closing && !p.token.is(mark, ",") && b.Len() < 128 {
		b.Write(bytes.ToUpper(p.token.text))
		if p.token.is(word, "NAMES") {
			b.WriteByte(' ')
		}
		if err := p.advance(); err != nil {
			return "", err
		}
	}
	return b.String(), nil
}

func allowed(setting string) bool {
	return slices.Contains(settings, setting) || slices.ContainsFunc(saved, func(v string) bool {
		return setting == "@OLD_"+v+"=@@"+v || setting == v+"=@OLD_"+v
	})
}
