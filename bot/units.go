package bot

import (
	"strings"

	"pingyi/bot/catalogue"
	"pingyi/folding"
	"pingyi/models"
)

// refRunes is the longest name that links send whole; nine links with a name
// must fit into an answer.
const refRunes = 12

// refOf is how a link names a unit: its name where that is short enough and the only
// one, else its beginning and the code.
func refOf(t *Turn, u *models.Unit) string {
	name := t.Clean(u.Name)
	if (len(name) <= refRunes || len([]rune(name)) <= refRunes) && !t.HasNamesake(u) {
		return name
	}
	return coded(t, u)
}

// coded names a unit by the beginning of its name and its code, which is not
// mistaken where several have the name.
func coded(t *Turn, u *models.Unit) string {
	name := []rune(t.Clean(u.Name))
	sep := t.Around(aroundCoded)
	return string(name[:min(len(name), refRunes-4)]) + sep[0] + u.Code + sep[1]
}

// Clean is a name as links and lines show it.
func (t *Turn) Clean(name string) string {
	if folding.Plain(name) {
		return catalogue.Safe(name)
	}
	return catalogue.Safe(strings.Join(strings.Fields(name), " "))
}

// isRef reports whether a folded text names u.
func isRef(t *Turn, u *models.Unit, ref string) bool {
	name := folding.Name(ref)
	if ref == t.Clean(u.Name) || name == folding.Name(u.Name) {
		return !t.HasNamesake(u)
	}
	return name == folding.Name(coded(t, u)) || folding.Code(ref) == folding.Code(u.Code)
}

// UnitRef is the code of the unit that a folded text names.
func (t *Turn) UnitRef(ref string) (string, bool) {
	if ref == "" {
		return "", false
	}
	if t.S.Draft.Unit == Unsure && t.Whole(ref) == NotSure {
		return Unsure, true
	}
	if t.Unit != nil && isRef(t, t.Unit, ref) {
		return t.Unit.Code, true
	}
	units := t.W.Directory.Exact(ref)
	if len(units) == 1 {
		return units[0].Code, true
	}
	if len(units) > 1 {
		return "", false
	}
	sep := t.Around(aroundCoded)
	if i := strings.LastIndex(ref, sep[0]); i > 0 {
		code := strings.TrimSuffix(ref[i+len(sep[0]):], sep[1])
		if u, ok := t.W.Directory.ByCode(code); ok && isRef(t, &u, ref) {
			return u.Code, true
		}
	}
	if t.Whole(ref) == NotSure {
		return Unsure, true
	}
	return "", false
}

// HasNamesake reports whether another unit has the same name, so that the name
// alone would not tell which is meant.
func (t *Turn) HasNamesake(u *models.Unit) bool { return len(t.W.Directory.Namesakes(u.Code)) > 0 }

// Name is a unit's name as lines show it. Where another unit has the same name, its
// superior or its code stands behind it.
func (t *Turn) Name(u *models.Unit) string {
	name := t.Fitted(t.Clean(u.Name), 20, 16)
	if !t.HasNamesake(u) {
		return name
	}
	return name + t.Fill(textOfUnit, t.Apart(u))
}

// Apart tells a unit from those that have its name: by its superior where that is
// another than theirs, else by its code.
func (t *Turn) Apart(u *models.Unit) string {
	if parent, ok := t.W.Directory.ByCode(u.Parent); ok && u.Type == models.Window {
		return t.Fitted(t.Clean(parent.Name), 12, 8)
	}
	if u.Superior == "" {
		return u.Code
	}
	for _, other := range t.W.Directory.Namesakes(u.Code) {
		if other.Superior == u.Superior {
			return u.Code
		}
	}
	return t.Fitted(t.Clean(u.Superior), 12, 8)
}

// CallOf is how a citizen names a unit, known by its code, in a message of their own: its
// name, with its code where others have that name.
func (t *Turn) CallOf(code string) string {
	if u, ok := t.W.Directory.ByCode(code); ok && t.HasNamesake(&u) {
		return coded(t, &u)
	}
	return t.NameOf(code)
}

// NameOf is the name of a unit by its code, or the code.
func (t *Turn) NameOf(code string) string {
	if code == Unsure || code == "" {
		return t.Word(NotSure)
	}
	if t.Unit != nil && t.Unit.Code == code {
		return t.Name(t.Unit)
	}
	if u, ok := t.W.Directory.ByCode(code); ok {
		return t.Name(&u)
	}
	return code
}
