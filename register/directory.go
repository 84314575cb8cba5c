package register

import (
	"slices"
	"strings"
	"unicode/utf8"

	"pingyi/folding"
	"pingyi/models"
)

// Directory finds units by what citizens call them. It is made once from a
// register and never changed, so it may be used by many at once.
type Directory struct {
	units []models.Unit
	spelt map[string]int     // by code, of units that are not retired
	codes map[string]int     // by folding.Code; a unit that is not retired comes before one that is
	whole map[string][]match // folded name, alias, code, short form; best first
	terms []term
	hay   string                   // all terms' folded text, each after a separator
	heads map[rune][]int           // terms by the first character of their core
	twins map[string][]models.Unit // by code, of units that share their name: the others
	spell spelling
}

// match is a unit and how well it fits; the lower, the better.
type match struct {
	unit int
	tier uint64
}

// How a unit can fit, best first. The first four are what Exact finds.
const (
	isName uint64 = iota
	isCode
	isAlias
	isShort // the name without its leading 市, or an alias with one
	startsName
	startsAlias
	inName
	inAlias
	startsCode
	spellsAll   // pinyin or initials of the whole name or alias
	spellsStart // of its beginning
	spellsPart
	named       // the text holds the whole name or alias
	abbreviates // some of the name's characters, in order
)

// term is a name or alias.
type term struct {
	unit     int
	text     string // folded
	short    string // without its leading 市, or ""
	at       int    // in hay
	alias    bool
	runes    int
	from, to int    // its syllables in spelling
	city     int    // how many of them a leading 市 takes
	letters  uint32 // that its spelling can hold
}

// core is the text without its leading 市.
func (t *term) core() string {
	if t.short != "" {
		return t.short
	}
	return t.text
}

// WithCampaigns gives each unit the name that the first of the campaigns froze
// which has it: that is the name on its posters, in its questions and its receipt.
// Its name in the register, and those in the other campaigns, become aliases. So a
// name that was taken from one unit and given to another means both.
func WithCampaigns(units []models.Unit, campaigns ...[]models.Unit) []models.Unit {
	names := make(map[string][]string)
	for _, frozen := range campaigns {
		for _, u := range frozen {
			names[u.Code] = append(names[u.Code], u.Name)
		}
	}
	units = slices.Clone(units)
	for i := range units {
		u := &units[i]
		all := slices.Concat(names[u.Code], []string{u.Name})
		u.Name, u.Aliases = all[0], slices.Clone(u.Aliases)
		known := map[string]bool{folding.Name(u.Name): true}
		for _, name := range all[1:] {
			if key := folding.Name(name); !known[key] {
				known[key] = true
				u.Aliases = append(u.Aliases, name)
			}
		}
	}
	return units
}

// separator parts the terms in hay; folding.Name removes it from every text.
const separator = "\n"

// NewDirectory makes a directory of all units and windows of a tenant. A retired
// one is found by its code alone. Of codes that differ by case alone, which
// registers of earlier versions may hold, each is found as it is spelt, and any
// other spelling finds the first.
func NewDirectory(units []models.Unit) *Directory {
	d := &Directory{
		units: slices.Clone(units), spelt: make(map[string]int, len(units)), codes: make(map[string]int, len(units)), whole: make(map[string][]match),
		heads: make(map[rune][]int), spell: spelling{memo: make(map[rune]syllable)},
	}
	var hay strings.Builder
	for i, u := range d.units {
		key := folding.Code(u.Code)
		if k, taken := d.codes[key]; !taken || !d.units[k].RetiredAt.IsZero() && u.RetiredAt.IsZero() {
			d.codes[key] = i
		}
		if !u.RetiredAt.IsZero() {
			continue
		}
		d.spelt[u.Code] = i
		d.enter(folding.Name(u.Code), match{i, isCode})
		d.addTerm(&hay, i, u.Name, false)
		for _, a := range u.Aliases {
			d.addTerm(&hay, i, a, true)
		}
	}
	d.twins = namesakes(d.units)
	d.hay = hay.String()
	d.spell.memo = nil // of use only while making
	for _, m := range d.whole {
		slices.SortStableFunc(m, func(a, b match) int { return int(a.tier) - int(b.tier) }) //nolint:gosec // small
	}
	return d
}

// namesakes lists, for each unit that shares its name in any form, the others with it.
// Retired units have no namesakes: their names are not looked up.
func namesakes(units []models.Unit) map[string][]models.Unit {
	byName := make(map[string][]models.Unit, len(units))
	for _, u := range units {
		if u.RetiredAt.IsZero() {
			name := folding.Name(u.Name)
			byName[name] = append(byName[name], u)
		}
	}
	twins := map[string][]models.Unit{}
	for _, same := range byName {
		for i, u := range same {
			if len(same) > 1 {
				twins[u.Code] = slices.Concat(same[:i], same[i+1:])
			}
		}
	}
	return twins
}

func (d *Directory) addTerm(hay *strings.Builder, unit int, text string, alias bool) {
	t := term{unit: unit, text: folding.Name(text), alias: alias}
	if t.text == "" {
		return
	}
	t.short, t.runes = short(t.text), utf8.RuneCountInString(t.text)
	hay.WriteString(separator)
	t.at = hay.Len()
	hay.WriteString(t.text)
	t.from, t.to, t.letters = d.spell.add(t.text)
	if t.short != "" {
		t.city = 1
	}
	head, _ := utf8.DecodeRuneInString(t.core())
	d.heads[head] = append(d.heads[head], len(d.terms))
	d.terms = append(d.terms, t)
	switch {
	case !alias:
		d.enter(t.text, match{unit, isName})
	default:
		d.enter(t.text, match{unit, isAlias})
		if t.short == "" {
			d.enter("市"+t.text, match{unit, isShort})
		}
	}
	if t.short != "" {
		d.enter(t.short, match{unit, isShort})
	}
}

// enter notes that the whole of text means a unit, in the best way it does.
func (d *Directory) enter(text string, m match) {
	for i, other := range d.whole[text] {
		if other.unit == m.unit {
			d.whole[text][i].tier = min(other.tier, m.tier)
			return
		}
	}
	d.whole[text] = append(d.whole[text], m)
}

// ByCode finds a unit or window, also a retired one; codes match without regard
// to case and width.
func (d *Directory) ByCode(code string) (models.Unit, bool) {
	i, found := d.spelt[code]
	if !found {
		i, found = d.codes[folding.Code(code)]
	}
	if !found {
		return models.Unit{}, false
	}
	return d.units[i], true
}

// Exact lists the units whose name, code or alias is the whole of text, or
// whose name is 市 and text: names first, each kind in the register's order.
// Width, case, spaces and format characters make no difference.
func (d *Directory) Exact(text string) []models.Unit {
	matches := d.whole[foldQuery(text)]
	units := make([]models.Unit, len(matches))
	for i, m := range matches {
		units[i] = d.units[m.unit]
	}
	return units
}

// Namesakes lists the other units that have the name of the unit with this code, in the
// register's order. The code is as the register spells it.
func (d *Directory) Namesakes(code string) []models.Unit { return d.twins[code] }

// Search lists at most limit units by the whole or a part of a name or alias,
// by pinyin, initials or a mixture of both, best first: whole names before
// beginnings before parts, names before aliases, shorter before longer, then
// the register's order. Where nothing is found so, it lists the units whose
// name the text holds (马鞍山市教育局), or whose name it abbreviates (发改委).
func (d *Directory) Search(text string, limit int) []models.Unit {
	q := foldQuery(text)
	if q == "" || limit <= 0 {
		return nil
	}
	f := finder{directory: d, best: make([]uint64, len(d.units))}
	f.wholes(q)
	f.parts(q)
	f.codes(q)
	f.spelt(q)
	if !f.found {
		f.loose(q)
	}
	return f.units(limit)
}
