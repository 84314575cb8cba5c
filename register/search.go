package register

import (
	"slices"
	"strings"
	"unicode/utf8"

	"pingyi/folding"
	"pingyi/models"
)

// maxQuery bounds what is looked up, in characters: names have at most 60, and
// a longer text tells something.
const maxQuery = 80

// foldQuery folds what a citizen wrote; empty where it cannot be a name.
func foldQuery(text string) string {
	if len(text) > 4*maxQuery {
		return ""
	}
	q := folding.Name(text)
	if utf8.RuneCountInString(q) > maxQuery {
		return ""
	}
	return q
}

// short is a folded name without its leading 市, or "" where there is none or
// too little would be left.
func short(name string) string {
	rest, found := strings.CutPrefix(name, "市")
	if !found || utf8.RuneCountInString(rest) < 2 {
		return ""
	}
	return rest
}

// finder gathers the best fit of every unit for one query.
type finder struct {
	directory *Directory
	best      []uint64 // by unit: its order, 0 where it does not fit
	found     bool
}

// An order sorts results: tier, length, place in the register. It is never 0.
const (
	lengthShift = 24
	tierShift   = 40
	unitMask    = 1<<lengthShift - 1
)

func (f *finder) add(unit int, tier uint64, length int) {
	order := (tier+1)<<tierShift | uint64(length)<<lengthShift | uint64(unit) //nolint:gosec // both bounded and not negative
	if f.best[unit] == 0 || order < f.best[unit] {
		f.best[unit] = order
	}
	f.found = true
}

// fewUnits is up to how many units are picked one by one; beyond, all that fit
// are sorted.
const fewUnits = 64

func (f *finder) units(limit int) []models.Unit {
	orders := slices.DeleteFunc(f.best, func(o uint64) bool { return o == 0 })
	if limit <= fewUnits {
		orders = least(orders, limit)
	} else {
		slices.Sort(orders)
	}
	units := make([]models.Unit, min(limit, len(orders)))
	for i := range units {
		units[i] = f.directory.units[orders[i]&unitMask]
	}
	return units
}

// least lists the n least of orders, sorted: a citizen is shown a handful of what
// may be thousands.
func least(orders []uint64, n int) []uint64 {
	few := make([]uint64, 0, n+1)
	for _, o := range orders {
		if len(few) == n && o > few[n-1] {
			continue
		}
		at, _ := slices.BinarySearch(few, o)
		few = slices.Insert(few, at, o)
		few = few[:min(n, len(few))]
	}
	return few
}

func (f *finder) wholes(q string) {
	for _, m := range f.directory.whole[q] {
		f.add(m.unit, m.tier, 0)
	}
}

// parts finds the terms that hold q. One pass over all terms' text costs a
// fraction of looking at each of them.
func (f *finder) parts(q string) {
	d := f.directory
	pos, k := 0, 0
	for {
		at := strings.Index(d.hay[pos:], q)
		if at < 0 {
			return
		}
		at += pos
		for k+1 < len(d.terms) && d.terms[k+1].at <= at {
			k++
		}
		t := &d.terms[k]
		start := at == t.at || t.short != "" && at == t.at+len("市")
		switch {
		case start && t.alias:
			f.add(t.unit, startsAlias, t.runes)
		case start:
			f.add(t.unit, startsName, t.runes)
		case t.alias:
			f.add(t.unit, inAlias, t.runes)
		default:
			f.add(t.unit, inName, t.runes)
		}
		pos = t.at + len(t.text)
	}
}

// codes finds the codes that begin with q; a single letter would find a whole
// class.
func (f *finder) codes(q string) {
	if len(q) < 2 || q[0] >= utf8.RuneSelf {
		return
	}
	q = strings.ToUpper(q)
	for code, unit := range f.directory.spelt {
		if strings.HasPrefix(strings.ToUpper(code), q) {
			f.add(unit, startsCode, len(code))
		}
	}
}

// spelt finds the terms that q spells in pinyin, initials or both mixed.
func (f *finder) spelt(q string) {
	q = strings.ReplaceAll(strings.ReplaceAll(q, "ü", "v"), "'", "")
	letters, ok := spellable(q)
	if !ok {
		return
	}
	s := &f.directory.spell
	first, second := letterBit(q[0]), anyLetter
	if len(q) > 1 {
		second = letterBit(q[1])
	}
	for i := range f.directory.terms {
		t := &f.directory.terms[i]
		if letters&^t.letters != 0 {
			continue
		}
		for k, begin := range s.begins[t.from:t.to] {
			if begin.first&first == 0 || begin.second&second == 0 {
				continue
			}
			spelt, all := s.spells(q, t.from+k, t.to)
			if !spelt {
				continue
			}
			tier := spellsPart
			switch atStart := k <= t.city; {
			case atStart && all:
				tier = spellsAll
			case atStart:
				tier = spellsStart
			}
			f.add(t.unit, tier, t.runes)
			if k >= t.city {
				break // further on it can only fit worse
			}
		}
	}
}

// minNamed is how many characters make a name within a longer text.
const minNamed = 3

// loose finds units in longer and in shorter ways of saying their name.
func (f *finder) loose(q string) {
	d := f.directory
	runes := []rune(q)
	for from := range runes {
		for to := len(runes); to >= from+minNamed; to-- {
			for _, m := range d.whole[string(runes[from:to])] {
				if m.tier != isCode { // the longest name is the one that is meant
					f.add(m.unit, named, maxQuery-(to-from))
				}
			}
		}
	}
	if runes[0] == '市' {
		runes = runes[1:]
	}
	if len(runes) < 2 || runes[0] < utf8.RuneSelf {
		return
	}
	q = string(runes)
	for _, i := range d.heads[runes[0]] {
		switch t := &d.terms[i]; {
		case strings.HasPrefix(t.core(), q):
			f.add(t.unit, startsAlias, t.runes)
		case !t.alias && abbreviate(runes, t.core()):
			f.add(t.unit, abbreviates, t.runes)
		}
	}
}

// abbreviate reports whether short is made of some of the characters of name in
// their order: 发改委 of 发展和改革委员会.
func abbreviate(short []rune, name string) bool {
	for _, r := range name {
		if len(short) > 0 && r == short[0] {
			short = short[1:]
		}
	}
	return len(short) == 0
}
