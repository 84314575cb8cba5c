package register

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"pingyi/folding"
	"pingyi/models"
)

// Change is what becomes of one unit.
type Change struct {
	Act  string // added, changed, retired or still retired
	Unit models.Unit
	Note string // what is changed
}

// String is "changed A03 市教育局: name 市教育局 → 市教育体育局".
func (c Change) String() string {
	s := c.Act + " " + c.Unit.Code + " " + c.Unit.Name
	if c.Note != "" {
		s += ": " + c.Note
	}
	return s
}

// Plan is what an import would make of a register.
type Plan struct {
	Units   []models.Unit // to be put into the register
	Changes []Change
	Same    int      // units of the file that are in the register as they are
	Absent  int      // units of the register that the file does not name and that stay
	Asks    []string // what would double, end or rename a unit that is rated now, or looks like a slip
	Faults  []string // what a register must not have
}

// Present is what a plan is made against.
type Present struct {
	Known []models.Unit   // the register, retired units too
	Rated map[string]bool // codes of the units of campaigns that are approved and not over
	Now   time.Time
}

// NewPlan compares a file's units with the register. Where whole is set, the units
// that the file does not name are retired. A retired unit that it names is changed
// and stays retired.
func NewPlan(p Present, list []models.Unit, whole bool) Plan {
	b := planner{Present: p, spelt: make(map[string]int), byKey: make(map[string]int), named: make(map[string]bool)}
	for i, u := range p.Known {
		if u.RetiredAt.IsZero() {
			b.spelt[u.Code] = i
		}
		if k, taken := b.byKey[folding.Code(u.Code)]; !taken || !p.Known[k].RetiredAt.IsZero() && u.RetiredAt.IsZero() {
			b.byKey[folding.Code(u.Code)] = i
		}
	}
	for _, u := range list {
		b.take(u)
	}
	for _, u := range p.Known {
		switch {
		case b.named[u.Code] || !u.RetiredAt.IsZero():
		case whole:
			b.Retire(p, u)
		default:
			b.Absent++
		}
	}
	b.doubles()
	return b.Plan
}

type planner struct {
	Plan
	Present
	spelt map[string]int  // place in Known of units in force, by code
	byKey map[string]int  // place in Known by folding.Code, those in force first
	named map[string]bool // by code as the register spells it
}

// known is the unit of the register that a code means, or nil.
func (b *planner) known(code string) *models.Unit {
	if i, found := b.spelt[code]; found {
		return &b.Known[i]
	}
	if i, found := b.byKey[folding.Code(code)]; found {
		return &b.Known[i]
	}
	return nil
}

func (b *planner) take(u models.Unit) {
	if parent := b.known(u.Parent); parent != nil && u.Parent != "" {
		u.Parent = parent.Code
	}
	old := b.known(u.Code)
	if old == nil {
		b.shorn(u)
		b.Units = append(b.Units, u)
		b.Changes = append(b.Changes, Change{Act: "added", Unit: u})
		return
	}
	u.Code, u.RetiredAt = old.Code, old.RetiredAt
	b.named[u.Code] = true
	note := differences(old, &u)
	switch {
	case !u.RetiredAt.IsZero():
		b.Changes = append(b.Changes, Change{Act: "still retired", Unit: u, Note: "units restore " + u.Code + " returns it"})
	case note == "":
		b.Same++
	default:
		b.Changes = append(b.Changes, Change{Act: "changed", Unit: u, Note: note})
	}
	b.Units = append(b.Units, u)
	if b.Rated[u.Code] && folding.Name(old.Name) != folding.Name(u.Name) {
		b.ask("%s is rated now and would be renamed from %s to %s; the running campaign keeps its name", u.Code, old.Name, u.Name)
	}
	if b.Rated[u.Code] && (old.Type == models.Window) != (u.Type == models.Window) {
		b.ask("%s is rated now and would become a unit of type %s", u.Code, u.Type)
	}
}

func (p *Plan) ask(format string, args ...any) { p.Asks = append(p.Asks, fmt.Sprintf(format, args...)) }

// Retire adds the end of a unit to the plan.
func (p *Plan) Retire(present Present, u models.Unit) {
	u.RetiredAt = models.At(present.Now)
	p.Units = append(p.Units, u)
	p.Changes = append(p.Changes, Change{Act: "retired", Unit: u})
	if present.Rated[u.Code] {
		p.ask("%s %s is rated now; retired, nobody can rate it any more, and what was rated stays", u.Code, u.Name)
	}
}

// shorn asks about a new code of digits alone that is a known one but for its
// leading zeros.
func (b *planner) shorn(u models.Unit) {
	own := withoutZeros(folding.Code(u.Code))
	if own == "" {
		return
	}
	for i := range b.Known {
		if other := b.Known[i].Code; withoutZeros(folding.Code(other)) == own {
			b.ask("the code %s is new, and %s differs from it by zeros alone, which a spreadsheet may have eaten", u.Code, other)
		}
	}
}

// doubles finds names that two units would have.
func (b *planner) doubles() {
	final := make(map[string]models.Unit, len(b.Known)+len(b.Units))
	order := make([]string, 0, len(b.Known)+len(b.Units))
	put := func(u models.Unit) {
		if _, there := final[u.Code]; !there {
			order = append(order, u.Code)
		}
		final[u.Code] = u
	}
	fresh := make(map[string]bool)
	for _, u := range b.Known {
		put(u)
	}
	for _, c := range b.Changes {
		fresh[c.Unit.Code] = c.Act == "added" || c.Act == "changed"
	}
	for _, u := range b.Units {
		put(u)
	}
	first := make(map[string]models.Unit)
	for _, code := range order {
		u := final[code]
		if !u.RetiredAt.IsZero() || u.Type == models.Window {
			continue
		}
		other, taken := first[folding.Name(u.Name)]
		if !taken {
			first[folding.Name(u.Name)] = u
			continue
		}
		switch {
		case !fresh[code] && !fresh[other.Code]:
		case other.Name != u.Name:
			b.Faults = append(b.Faults, fmt.Sprintf("the name %s of %s differs from %s of %s by the form of characters alone", u.Name, code, other.Name, other.Code))
		case b.Rated[code] || b.Rated[other.Code]:
			b.ask("%s would be there twice, as %s and as %s, and is rated now", u.Name, other.Code, code)
		}
	}
}

// differences lists what differs of two rows of one unit.
func differences(old, u *models.Unit) string {
	var list []string
	tell := func(what, was, is string) {
		if was != is {
			list = append(list, fmt.Sprintf("%s %s → %s", what, orNone(was), orNone(is)))
		}
	}
	tell("name", old.Name, u.Name)
	tell("class", old.Class, u.Class)
	tell("type", string(old.Type), string(u.Type))
	tell("superior", old.Superior, u.Superior)
	tell("aliases", strings.Join(old.Aliases, "|"), strings.Join(u.Aliases, "|"))
	tell("parent", old.Parent, u.Parent)
	tell("phone", old.Phone, u.Phone)
	tell("promise", old.Promise, u.Promise)
	return strings.Join(list, ", ")
}

func orNone(text string) string {
	if text == "" {
		return "(none)"
	}
	return text
}

// Twin is two units in force whose codes differ by case or width alone.
type Twin struct{ First, Second models.Unit }

// Twins lists the pairs that registers of earlier versions may hold.
func Twins(units []models.Unit) []Twin {
	var twins []Twin
	first := make(map[string]models.Unit)
	for _, u := range units {
		if !u.RetiredAt.IsZero() {
			continue
		}
		key := folding.Code(u.Code)
		if other, taken := first[key]; taken {
			twins = append(twins, Twin{other, u})
			continue
		}
		first[key] = u
	}
	return twins
}

// Find is the unit that a typed code means: spelt so and in force, else in force,
// else retired. There may be none.
func Find(units []models.Unit, code string) (models.Unit, bool) {
	code = folding.Narrow(code)
	best, found := models.Unit{}, false
	better := func(u models.Unit) bool {
		rank := func(u models.Unit) int {
			n := 0
			if u.RetiredAt.IsZero() {
				n = 2
			}
			if u.Code == code {
				n++
			}
			return n
		}
		return !found || rank(u) > rank(best)
	}
	for _, u := range units {
		if folding.Code(u.Code) == folding.Code(code) && better(u) {
			best, found = u, true
		}
	}
	return best, found
}

// Windows lists the windows of a unit, retired ones too.
func Windows(units []models.Unit, code string) []models.Unit {
	return slices.DeleteFunc(slices.Clone(units), func(u models.Unit) bool {
		return u.Type != models.Window || folding.Code(u.Parent) != folding.Code(code)
	})
}
