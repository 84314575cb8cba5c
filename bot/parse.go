package bot

import (
	"strconv"
	"strings"

	"pingyi/models"
)

// lexicon is every word that can be a whole message, by its folded form, and
// the words that can begin one.
type lexicon struct {
	whole   map[string]command
	heads   map[string]verb
	levels  map[string]models.Level // with the word for 跳过
	kinds   map[string]uint8
	reasons map[string]uint8
	amends  map[string]uint8
}

func newLexicon(t *Texts) *lexicon {
	x := &lexicon{
		whole: map[string]command{}, heads: map[string]verb{}, levels: map[string]models.Level{},
		kinds: places(t.kinds), reasons: places(t.reasons), amends: places(t.amends),
	}
	for l, n := range t.levels {
		for _, w := range n.Words {
			level := models.Level(l)
			x.levels[lower(fold(w))] = level
			x.whole[lower(fold(w))] = command{verb: vLevel, arg: uint8(level)}
		}
	}
	for place, n := range t.kinds {
		for _, w := range n.Words {
			x.whole[lower(fold(w))] = command{verb: vKind, arg: uint8(place)}
		}
	}
	for v, words := range t.words {
		for _, w := range words {
			x.whole[lower(fold(w))] = command{verb: verb(v)}
			x.heads[lower(fold(w))] = verb(v)
		}
	}
	return x
}

func places(names []named) map[string]uint8 {
	m := map[string]uint8{}
	for i, n := range names {
		for _, w := range append([]string{n.Label}, n.Words...) {
			m[lower(fold(w))] = uint8(i)
		}
	}
	return m
}

// parse understands a folded text. What it does not understand is vFree.
func (t *turn) parse(norm string) command {
	if norm == "" {
		return command{}
	}
	x := t.e.lexicon
	low := lower(norm)
	if c, ok := x.whole[low]; ok {
		return c
	}
	if d, ok := digitsOnly(norm); ok {
		return command{verb: vDigits, ref: d}
	}
	if head, rest, ok := strings.Cut(norm, " "); ok {
		if v, known := x.heads[lower(head)]; known {
			if c := t.arguments(v, rest); c.verb != vFree {
				return c
			}
		}
	}
	if c := t.glued(norm); c.verb != vFree {
		return c
	}
	return t.question(norm)
}

// digitsOnly takes digits with blanks and commas between them.
func digitsOnly(s string) (string, bool) {
	clean := true
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
		case r == ' ' || r == ',' || r == '、':
			clean = false
		default:
			return "", false
		}
	}
	if clean {
		return s, s != ""
	}
	s = strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
	return s, s != ""
}

// arguments understands what follows a word.
func (t *turn) arguments(v verb, rest string) command {
	c := command{verb: v}
	switch v {
	case vRate, vWithdraw, vAgain:
		rest, c.n = t.cutPage(rest)
		return t.named(c, rest)
	case vComplain, vComplainAfter:
		return t.complaintArguments(rest)
	case vContinue:
		rest, c.arg = t.cutFlow(rest)
		return t.named(c, rest)
	case vCancel:
		rest, c.arg = t.cutFlow(rest)
		if c = t.named(c, rest); c.loose {
			return command{}
		}
		return c
	case vConfirm:
		return t.confirmArguments(rest)
	case vEdit:
		return t.editArguments(rest)
	case vReason:
		if i := strings.LastIndexByte(rest, ' '); i > 0 {
			if place, ok := t.e.lexicon.reasons[lower(rest[i+1:])]; ok {
				c.arg = place
				return t.named(c, rest[:i])
			}
		}
	case vQuery:
		return t.queryArguments(rest)
	case vRestart:
		inner := t.parse(rest)
		switch inner.verb {
		case vRate, vAgain, vComplain, vWithdraw:
			inner.arg, inner.verb = uint8(inner.verb), vRestart
			return inner
		}
	}
	return command{}
}

// named fills in the unit that ref names; a name that is not a unit's stays
// words and makes the command loose.
func (t *turn) named(c command, ref string) command {
	switch {
	case ref == "":
	case (c.verb == vRate || c.verb == vComplain) && t.isClass(ref):
		c.ref = ref
	default:
		if code, ok := t.unitRef(ref); ok {
			c.unit = code
			return c
		}
		if i := strings.LastIndexByte(ref, ' '); i > 0 && c.verb == vWithdraw {
			if code, ok := t.unitRef(ref[:i]); ok && t.campaign(ref[i+1:]) != nil {
				c.unit, c.ref = code, ref[i+1:]
				return c
			}
		}
		c.ref, c.loose = ref, c.n == 0
	}
	return c
}

// cutFlow cuts 投诉 or 撤回 off the front, which say what kind of draft is
// meant.
func (t *turn) cutFlow(s string) (string, uint8) {
	head, rest, _ := strings.Cut(s, " ")
	switch t.e.lexicon.heads[lower(head)] {
	case vComplain:
		return rest, uint8(flowComplaint)
	case vWithdraw:
		return rest, uint8(flowWithdrawal)
	}
	return s, uint8(flowNone)
}

// cutPage cuts 第2页 off the end.
func (t *turn) cutPage(s string) (string, uint32) {
	before, after := t.e.texts.page[0], t.e.texts.page[1]
	i := strings.LastIndex(s, before)
	if i < 0 || !strings.HasSuffix(s, after) || i > 0 && s[i-1] != ' ' || i+len(before) > len(s)-len(after) {
		return s, 0
	}
	n, err := strconv.ParseUint(s[i+len(before):len(s)-len(after)], 10, 16)
	if err != nil || n == 0 {
		return s, 0
	}
	return strings.TrimSuffix(s[:i], " "), uint32(n)
}

func (t *turn) complaintArguments(rest string) command {
	c := command{verb: vComplain}
	rest, c.n = t.cutPage(rest)
	x := t.e.lexicon
	head, last := "", rest
	if i := strings.LastIndexByte(rest, ' '); i > 0 {
		head, last = rest[:i], rest[i+1:]
	}
	if place, ok := x.kinds[lower(last)]; ok && head != "" {
		c.verb, c.arg = vKind, place
		return t.named(c, head)
	}
	switch w := x.whole[lower(last)]; {
	case head == "" && w.verb == vUnsure:
		c.unit = unsure
		return c
	case head == "":
	case w.verb == vLevel && models.Level(w.arg) == models.Skipped:
		c.verb = vSkip
		return t.named(c, head)
	case w.verb == vFinish || w.verb == vAnonymous || w.verb == vNamed || w.verb == vBack || w.verb == vSkip:
		c.verb = w.verb
		return t.named(c, head)
	}
	return t.named(c, rest)
}

func (t *turn) confirmArguments(rest string) command {
	c := command{verb: vConfirm}
	rest, c.arg = t.cutFlow(rest)
	i := strings.LastIndexByte(rest, ' ')
	if n, err := strconv.ParseUint(rest[i+1:], 10, 32); err == nil && len(rest)-i-1 == 6 {
		c.n = max(uint32(n), 1) // 0 would stand for none; 1 is no summary's either
		rest = rest[:max(i, 0)]
	}
	c = t.named(c, rest)
	if c.loose && c.n == 0 {
		return command{}
	}
	c.loose = false
	return c
}

func (t *turn) editArguments(rest string) command {
	c := command{verb: vEdit}
	rest, c.arg = t.cutFlow(rest)
	if flowID(c.arg) == flowComplaint {
		if i := strings.LastIndexByte(rest, ' '); i > 0 {
			if place, ok := t.e.lexicon.amends[lower(rest[i+1:])]; ok {
				return t.named(command{verb: vAmend, arg: place}, rest[:i])
			}
		}
	} else if ref, n, word, ok := t.cutQuestion(rest); ok && word == "" {
		c.n = n
		rest = ref
	}
	if c = t.named(c, rest); c.loose {
		return command{}
	}
	return c
}

// cutQuestion takes `市教育局 第2题 满意` apart.
func (t *turn) cutQuestion(s string) (ref string, n uint32, word string, ok bool) {
	before, after := t.e.texts.question[0], t.e.texts.question[1]
	i := strings.LastIndex(s, before)
	if i < 0 {
		return "", 0, "", false
	}
	rest := s[i+len(before):]
	digits := 0
	for digits < len(rest) && digits < 2 && rest[digits] >= '0' && rest[digits] <= '9' {
		n = n*10 + uint32(rest[digits]-'0')
		digits++
	}
	if digits == 0 || n == 0 || !strings.HasPrefix(rest[digits:], after) {
		return "", 0, "", false
	}
	return strings.TrimSuffix(s[:i], " "), n, strings.TrimPrefix(rest[digits+len(after):], " "), true
}

// question understands an answer to a numbered question; anything else is
// vFree.
func (t *turn) question(norm string) command {
	ref, n, word, ok := t.cutQuestion(norm)
	if !ok {
		return command{}
	}
	c := command{verb: vLevel, n: n}
	if level, known := t.e.lexicon.levels[lower(word)]; known {
		c.arg = uint8(level)
	} else if t.e.lexicon.whole[lower(word)].verb == vBack {
		c.verb = vQuestionBack
	} else {
		return command{}
	}
	c = t.named(c, ref)
	c.loose = false
	return c
}

// IsWord reports whether a whole message of this text is a word or an answer of
// the chat, so that it never means a unit.
func (e *Engine) IsWord(text string) bool {
	text = fold(text)
	_, word := e.lexicon.whole[lower(text)]
	_, digits := digitsOnly(text)
	return word || digits
}
