package bot

import (
	"strconv"
	"strings"

	"pingyi/folding"
	"pingyi/models"
)

// refRunes is the longest name that links send whole; nine links with a name
// must fit into an answer.
const refRunes = 12

// refOf is how a link names a unit: its name where that is short enough and the only
// one, else its beginning and the code.
func (t *turn) refOf(u *models.Unit) string {
	name := t.clean(u.Name)
	if (len(name) <= refRunes || len([]rune(name)) <= refRunes) && !t.hasNamesake(u) {
		return name
	}
	return t.coded(u)
}

// coded names a unit by the beginning of its name and its code, which is not
// mistaken where several have the name.
func (t *turn) coded(u *models.Unit) string {
	name := []rune(t.clean(u.Name))
	sep := t.e.texts.coded
	return string(name[:min(len(name), refRunes-4)]) + sep[0] + u.Code + sep[1]
}

// clean is a name as links and lines show it.
func (t *turn) clean(name string) string {
	if folding.Plain(name) {
		return safe(name)
	}
	return safe(strings.Join(strings.Fields(name), " "))
}

// isRef reports whether a folded text names u.
func (t *turn) isRef(u *models.Unit, ref string) bool {
	name := folding.Name(ref)
	if ref == t.clean(u.Name) || name == folding.Name(u.Name) {
		return !t.hasNamesake(u)
	}
	return name == folding.Name(t.coded(u)) || folding.Code(ref) == folding.Code(u.Code)
}

// unitRef is the code of the unit that a folded text names.
func (t *turn) unitRef(ref string) (string, bool) {
	if ref == "" {
		return "", false
	}
	if t.s.draft.unit == unsure && t.e.lexicon.whole[lower(ref)].verb == vUnsure {
		return unsure, true
	}
	if t.unit != nil && t.isRef(t.unit, ref) {
		return t.unit.Code, true
	}
	units := t.w.Directory.Exact(ref)
	if len(units) == 1 {
		return units[0].Code, true
	}
	if len(units) > 1 {
		return "", false
	}
	sep := t.e.texts.coded
	if i := strings.LastIndex(ref, sep[0]); i > 0 {
		code := strings.TrimSuffix(ref[i+len(sep[0]):], sep[1])
		if u, ok := t.w.Directory.ByCode(code); ok && t.isRef(&u, ref) {
			return u.Code, true
		}
	}
	if t.e.lexicon.whole[lower(ref)].verb == vUnsure {
		return unsure, true
	}
	return "", false
}

// refName is how a command's link names what it is about.
func (t *turn) refName(c command) string {
	switch {
	case c.unit == "":
		return safe(c.ref)
	case c.unit == unsure:
		return t.e.texts.word(vUnsure)
	case t.unit != nil && t.unit.Code == c.unit:
		if t.ref == "" {
			t.ref = t.refOf(t.unit)
		}
		return t.ref
	}
	u, ok := t.w.Directory.ByCode(c.unit)
	if !ok {
		return c.unit
	}
	return t.refOf(&u)
}

// ofDraft reports whether a command answers a draft; its link carries the
// draft's mark then.
func (c command) ofDraft() bool {
	switch c.verb {
	case vLevel, vQuestionBack, vConfirm, vEdit, vCancel, vKind, vFinish, vAnonymous, vNamed, vUnsure, vAmend, vSkip, vReason:
		return true
	case vBack:
		return c.unit != ""
	}
	return false
}

// mark is the mark of the present draft's links.
func (t *turn) mark() string {
	if t.marked == "" {
		id := &t.s.draft
		if id.id.IsZero() {
			return ""
		}
		t.marked = strconv.FormatUint(uint64(id.digits(0)), 10)
	}
	return t.marked
}

// send is what a link with the command sends: parse understands it again.
func (t *turn) send(c command) string {
	x := t.e.texts
	switch c.verb {
	case vLevel:
		return t.c.str(t.aboutQuestion(c.n), x.levels[c.arg].Words[0])
	case vQuestionBack:
		return t.c.str(t.aboutQuestion(c.n), x.word(vBack))
	}
	name := t.refName(c)
	switch c.verb {
	case vKind:
		return t.join(x.word(vComplain), name, x.kinds[c.arg].Words[0])
	case vFinish, vAnonymous, vNamed, vSkip:
		return t.join(x.word(vComplain), name, x.word(c.verb))
	case vUnsure:
		return t.join(x.word(vComplain), x.word(vUnsure))
	case vBack:
		if c.unit != "" {
			return t.join(x.word(vComplain), name, x.word(vBack))
		}
		return x.word(vBack)
	case vAmend:
		return t.join(x.word(vEdit), x.word(vComplain), name, x.amends[c.arg].Words[0])
	case vReason:
		return t.join(x.word(vReason), name, x.reasons[c.arg].Words[0])
	case vRestart:
		if c.arg == 0 {
			return x.word(vRestart)
		}
		inner := c
		inner.verb, inner.arg = verb(c.arg), 0
		return t.join(x.word(vRestart), t.send(inner))
	case vConfirm:
		return t.join(x.word(vConfirm), t.flowWord(c.arg), name, strconv.FormatUint(uint64(c.n), 10))
	case vEdit:
		if c.n > 0 {
			return t.join(x.word(vEdit), name, x.question[0]+small(int(c.n))+x.question[1])
		}
		return t.join(x.word(vEdit), t.flowWord(c.arg), name)
	case vCancel, vContinue:
		return t.join(x.word(c.verb), t.flowWord(c.arg), name)
	}
	if c.verb == vWithdraw && c.unit != "" && c.ref != "" {
		return t.join(x.word(vWithdraw), name, safe(c.ref))
	}
	page := ""
	if c.n > 1 || c.n == 1 && name == "" {
		page = x.page[0] + small(int(c.n)) + x.page[1]
	}
	return t.join(x.word(c.verb), name, page)
}

// aboutQuestion is what links of a question send before the answer.
func (t *turn) aboutQuestion(n uint32) string {
	if t.about == "" || t.aboutN != n {
		x := t.e.texts
		t.about = t.c.str(t.refName(command{unit: t.s.draft.unit}), " ", x.question[0], small(int(n)), x.question[1], " ")
		t.aboutN = n
	}
	return t.about
}

func (t *turn) flowWord(flow uint8) string {
	switch flowID(flow) {
	case flowComplaint:
		return t.e.texts.word(vComplain)
	case flowWithdrawal:
		return t.e.texts.word(vWithdraw)
	}
	return ""
}

// join joins what is not empty with spaces.
func (t *turn) join(words ...string) string {
	from := t.c.arena.Len()
	for _, w := range words {
		if w == "" {
			continue
		}
		if t.c.arena.Len() > from {
			t.c.arena.WriteByte(' ')
		}
		t.c.arena.WriteString(w)
	}
	return t.c.arena.String()[from:]
}
