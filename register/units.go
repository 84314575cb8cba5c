// Package register reads the unit register (被评议单位名录) from CSV and holds
// the in-memory directory in which citizens' words are looked up: codes, names,
// aliases, parts of them, pinyin and initials.
//
// It may import models, golang.org/x/text and go-pinyin; it knows no Gin, GORM
// or Redis.
package register

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"pingyi/folding"
	"pingyi/models"
)

// Bounds of a register file.
const (
	MaxBytes   = 5 << 20
	MaxRows    = 20_000
	maxFaults  = 1000 // more are not worth reading
	maxAliases = 20
)

// columns is the head of a register file. They may stand in any order; all must
// be there.
var columns = [...]string{"code", "name", "class", "type", "superior", "aliases", "parent", "phone", "promise"}

// limits of the texts of a unit, in characters; columns without one are
// checked by their own rule.
var limits = map[string]int{"name": 60, "class": 30, "superior": 60, "phone": 40, "promise": 200}

const maxAliasRunes = 60

// scientific is how spreadsheets write long numbers.
var scientific = regexp.MustCompile(`^[0-9](\.[0-9]+)?[eE]\+[0-9]+$`)

var codeForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,16}$`)

// Rules are what a register must keep beyond its form.
type Rules struct {
	Classes Classes
	Word    func(text string) bool // whether the chat takes text for a word of its own; nil: no text
}

// ParseUnits reads a register without Rules.
func ParseUnits(r io.Reader) ([]models.Unit, error) { return Rules{}.Parse(r) }

// Parse reads a register: CSV with the head
// code,name,class,type,superior,aliases,parent,phone,promise; aliases split by
// | or ｜. UTF-8, with or without a byte order mark, and GB18030 (so GBK, which
// Excel writes in China) are told apart. Either every row is good, or the error
// is a Faults that names everything that is wrong. Rows that are empty throughout
// are skipped; spaces around a field, and empty fields behind the last column,
// are no part of it. Texts are spelt as folding keeps them.
func (rules Rules) Parse(r io.Reader) ([]models.Unit, error) {
	raw, err := io.ReadAll(io.LimitReader(r, MaxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read the register: %w", err)
	}
	if len(raw) > MaxBytes {
		return nil, Faults{{Line: 1, Text: fmt.Sprintf("the file is larger than %d bytes", MaxBytes)}}
	}
	text, fault := decode(raw)
	if fault != nil {
		return nil, Faults{*fault}
	}
	p := parser{reader: csv.NewReader(strings.NewReader(text)), rules: rules, codes: make(map[string]int)}
	p.reader.FieldsPerRecord = -1
	if p.head() {
		p.rows()
		p.parents()
		p.names()
	}
	if len(p.faults) > 0 {
		slices.SortStableFunc(p.faults, func(a, b Fault) int { return a.Line - b.Line })
		return nil, p.faults
	}
	return p.units, nil
}

type parser struct {
	reader *csv.Reader
	rules  Rules
	place  [len(columns)]int // of each of columns in a row
	units  []models.Unit
	lines  []int          // of each unit
	codes  map[string]int // by folding.Code, place in units
	faults Faults
}

func (p *parser) fault(line int, column, format string, args ...any) {
	p.faults = append(p.faults, Fault{Line: line, Column: column, Text: fmt.Sprintf(format, args...)})
}

// read gives the next record that is whole and where it starts. A broken record
// is a fault and is passed over; ok is false at the end.
func (p *parser) read() (record []string, line int, ok bool) {
	for len(p.faults) < maxFaults {
		record, err := p.reader.Read()
		var broken *csv.ParseError
		switch {
		case err == nil:
			line, _ := p.reader.FieldPos(0)
			return record, line, true
		case errors.Is(err, io.EOF):
			return nil, 0, false
		case errors.As(err, &broken):
			p.quotes(broken)
		default: // the reader is a string: not to be expected
			p.fault(1, "", "%v", err)
			return nil, 0, false
		}
	}
	p.fault(p.faults[len(p.faults)-1].Line, "", "too many faults; the rest was not read")
	return nil, 0, false
}

func (p *parser) quotes(broken *csv.ParseError) {
	switch {
	case broken.StartLine != broken.Line:
		p.fault(broken.StartLine, "", "a quoted field in the row that begins here is not closed")
	case errors.Is(broken.Err, csv.ErrBareQuote):
		p.fault(broken.Line, "", `a " inside a field that is not quoted`)
	default:
		p.fault(broken.Line, "", "a quoted field is not closed, or goes on after it was")
	}
}

func (p *parser) head() bool {
	record, line, ok := p.read()
	if !ok {
		if len(p.faults) == 0 {
			p.fault(1, "", "the file is empty; the head must be %s", strings.Join(columns[:], ","))
		}
		return false
	}
	seen := make(map[string]bool)
	for i, name := range withoutEmptyEnd(record, 0) {
		name = strings.ToLower(folding.Narrow(name))
		k := slices.Index(columns[:], name)
		switch {
		case k < 0:
			p.fault(line, name, "unknown column")
		case seen[name]:
			p.fault(line, name, "the column is there twice")
		default:
			p.place[k] = i
			seen[name] = true
		}
	}
	for _, name := range columns {
		if !seen[name] {
			p.fault(line, name, "the column is missing")
		}
	}
	return len(p.faults) == 0
}

// withoutEmptyEnd is a record without the empty fields beyond the first least ones
// that spreadsheets write behind the last column.
func withoutEmptyEnd(record []string, least int) []string {
	for n := len(record); n > least && strings.TrimSpace(record[n-1]) == ""; n-- {
		record = record[:n-1]
	}
	return record
}

func (p *parser) rows() {
	for n := 0; ; n++ {
		record, line, ok := p.read()
		if !ok {
			return
		}
		if n == MaxRows {
			p.fault(line, "", "more than %d rows", MaxRows)
			return
		}
		for i, field := range record {
			record[i] = strings.TrimSpace(field)
		}
		if !slices.ContainsFunc(record, func(f string) bool { return f != "" }) {
			continue
		}
		if record = withoutEmptyEnd(record, len(columns)); len(record) != len(columns) {
			p.fault(line, "", "%d fields, must be %d", len(record), len(columns))
			continue
		}
		p.row(line, record)
	}
}

// row checks what a row says by itself.
func (p *parser) row(line int, record []string) {
	fields := make(map[string]string, len(columns))
	for k, name := range columns {
		fields[name] = p.text(line, name, record[p.place[k]])
	}
	u := models.Unit{
		Code: folding.Narrow(fields["code"]), Name: fields["name"], Class: fields["class"], Type: models.UnitType(folding.Narrow(fields["type"])),
		Superior: fields["superior"], Aliases: p.aliases(line, fields["aliases"]), Parent: folding.Narrow(fields["parent"]),
		Phone: fields["phone"], Promise: fields["promise"],
	}
	first, taken := p.codes[folding.Code(u.Code)]
	switch {
	case !codeForm.MatchString(u.Code):
		p.fault(line, "code", "%q must be 1 to 16 letters, digits, _ or -", clip(u.Code))
	case taken && p.units[first].Code != u.Code:
		p.fault(line, "code", "%q stands in line %d already, as %s", u.Code, p.lines[first], p.units[first].Code)
	case taken:
		p.fault(line, "code", "%q stands in line %d already", u.Code, p.lines[first])
	default:
		p.codes[folding.Code(u.Code)] = len(p.units)
	}
	if u.Name == "" {
		p.fault(line, "name", "must not be empty")
	}
	u.Class = p.class(line, u.Class)
	if !u.Type.Valid() {
		p.fault(line, "type", "%q must be government, association, service or window", clip(string(u.Type)))
	}
	p.units = append(p.units, u)
	p.lines = append(p.lines, line)
}

// class is a class as the rules spell it.
func (p *parser) class(line int, typed string) string {
	if typed == "" {
		p.fault(line, "class", "must not be empty")
		return ""
	}
	class, err := p.rules.Classes.Find(typed)
	if err != nil {
		p.fault(line, "class", "%v", err)
	}
	return class
}

// text checks a field's length and characters, and spells it as it is kept.
func (p *parser) text(line int, column, typed string) string {
	text := folding.Spelling(typed)
	if limit := limits[column]; limit > 0 {
		if n := utf8.RuneCountInString(text); n > limit {
			p.fault(line, column, "%d characters, at most %d", n, limit)
		}
	}
	for _, r := range typed {
		if unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) || r == utf8.RuneError {
			p.fault(line, column, "the character %U must not be there", r)
			return text
		}
	}
	if r, found := folding.PrivateUse(text); found {
		p.fault(line, column, "the private-use character %U shows nothing on other machines; the real character must stand there", r)
	}
	if scientific.MatchString(text) {
		p.fault(line, column, "%q is what a spreadsheet made of a number; its column must be formatted as text before the number is typed", text)
	}
	return text
}

func (p *parser) aliases(line int, text string) []string {
	if text == "" {
		return nil
	}
	text = strings.ReplaceAll(text, "｜", "|")
	// Told before they are looked at: a field may hold as many as a file has bytes.
	if n := strings.Count(text, "|") + 1; n > maxAliases {
		p.fault(line, "aliases", "%d aliases, at most %d", n, maxAliases)
		return nil
	}
	var aliases []string
	for alias := range strings.SplitSeq(text, "|") {
		alias = strings.TrimSpace(alias)
		switch n := utf8.RuneCountInString(alias); {
		case n == 0:
			p.fault(line, "aliases", "an alias is empty")
		case n > maxAliasRunes:
			p.fault(line, "aliases", "an alias of %d characters, at most %d", n, maxAliasRunes)
		case !slices.Contains(aliases, alias):
			aliases = append(aliases, alias)
		}
	}
	return aliases
}

// parents checks what rows say of each other. A parent is spelt as its own row
// spells it.
func (p *parser) parents() {
	for i := range p.units {
		u := &p.units[i]
		if u.Type != models.Window {
			if u.Parent != "" && u.Type.Valid() {
				p.fault(p.lines[i], "parent", "only a window has a parent")
			}
			continue
		}
		parent, known := p.codes[folding.Code(u.Parent)]
		shorn, eaten := p.codes[withoutZeros(folding.Code(u.Parent))]
		switch {
		case u.Parent == "":
			p.fault(p.lines[i], "parent", "a window must have a parent")
		case !known && eaten:
			p.fault(p.lines[i], "parent", "there is no unit %q, but %q in line %d: a spreadsheet may have eaten its zeros", clip(u.Parent), p.units[shorn].Code, p.lines[shorn])
		case !known:
			p.fault(p.lines[i], "parent", "there is no unit %q", clip(u.Parent))
		case p.units[parent].Type == models.Window:
			p.fault(p.lines[i], "parent", "%q is a window itself", clip(u.Parent))
		default:
			u.Parent = p.units[parent].Code
		}
	}
}

// names checks that every name leads to its unit alone.
func (p *parser) names() {
	first := make(map[string]int, len(p.units))
	for i := range p.units {
		name := p.units[i].Name
		key := folding.Name(name)
		switch {
		case name == "":
			continue
		case onlyDigits(key):
			p.fault(p.lines[i], "name", "%q is digits alone, which the chat takes for an answer", name)
		case p.rules.Word != nil && p.rules.Word(name):
			p.fault(p.lines[i], "name", "%q is a word of the chat, which never means a unit", name)
		}
		other, taken := first[key]
		if !taken {
			first[key] = i
		} else if p.units[other].Name != name {
			p.fault(p.lines[i], "name", "%q differs from %q in line %d by the form of characters alone", name, p.units[other].Name, p.lines[other])
		}
	}
}

// onlyDigits reports whether a folded text is digits alone.
func onlyDigits(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}

// withoutZeros is a code of digits alone as a spreadsheet leaves it: without its
// leading zeros. Other codes have no such form.
func withoutZeros(code string) string {
	if !onlyDigits(code) {
		return ""
	}
	return strings.TrimLeft(code, "0")
}

// clip keeps a fault short for any contents of the file.
func clip(s string) string {
	const most = 40
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}
