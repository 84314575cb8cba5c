package bot

import (
	"strconv"
	"strings"
	"unicode/utf16"
)

// What an answer may hold, so that each platform takes it whole. A link is
// counted as its label, what it sends, its mark, or a digit where it has none, and
// linkCost bytes of markup.
const (
	maxBytes = 1800 // on a platform with tap links
	maxRunes = 299  // on one without
	linkCost = 65
)

// composer gathers the lines of one answer.
type composer struct {
	taps   bool
	worded bool // digits or any text mean something here: choices without taps are words, not numbers

	arena strings.Builder // texts of the answer, so that they cost one allocation
	spans []Span
	lines []lineMark
	shown []command // what the answer's numbers stand for
	lists bool      // the answer replaces the list last shown
}

// lineMark is a line's spans, and whether it may be left out where the answer is too
// long.
type lineMark struct {
	from, to int
	optional bool
}

// start makes the composer ready. It must not be copied after that.
func (c *composer) start(taps bool) {
	c.taps, c.spans = taps, make([]Span, 0, 24)
	if c.lines == nil {
		c.lines = make([]lineMark, 0, 24)
	}
	c.arena.Grow(1024)
}

// str joins pieces in the arena.
func (c *composer) str(pieces ...string) string {
	from := c.arena.Len()
	for _, p := range pieces {
		c.arena.WriteString(p)
	}
	return c.arena.String()[from:]
}

// open begins a line.
func (c *composer) open() { c.lines = append(c.lines, lineMark{from: len(c.spans), to: len(c.spans)}) }

// put adds a span to the present line.
func (c *composer) put(s Span) {
	if len(c.lines) == 0 {
		c.open()
	}
	c.spans = append(c.spans, s)
	c.lines[len(c.lines)-1].to = len(c.spans)
}

// optional marks the present line as one that may be left out.
func (c *composer) optional() { c.lines[len(c.lines)-1].optional = true }

// blank sets what was said apart from what follows.
func (c *composer) blank() {
	if n := len(c.lines); n > 0 && c.lines[n-1].from != c.lines[n-1].to {
		c.open()
		c.optional()
	}
}

// say adds a text of the catalogue with its holes filled, each of its lines a
// line.
func (t *turn) say(id textID, args ...string) {
	for _, l := range t.e.texts.lines[id] {
		t.c.open()
		t.sayLine(l, args)
	}
}

// append adds a text of one line to the present line.
func (t *turn) append(id textID, args ...string) {
	for _, l := range t.e.texts.lines[id] {
		t.sayLine(l, args)
	}
}

func (t *turn) sayLine(l line, args []string) {
	switch {
	case len(l) == 0:
	case len(l) == 1 && l[0].hole < 0:
		t.c.put(Span{Label: l[0].literal})
	default:
		from := t.c.arena.Len()
		for _, s := range l {
			if s.hole < 0 {
				t.c.arena.WriteString(s.literal)
			} else {
				t.c.arena.WriteString(args[s.hole])
			}
		}
		t.c.put(Span{Label: t.c.arena.String()[from:]})
	}
}

// choice is something to tap, or to type where nothing can be tapped.
type choice struct {
	label string
	do    command
}

// span is the choice as a link.
func (t *turn) span(ch choice) Span {
	s := Span{Label: ch.label, Send: t.send(ch.do)}
	if ch.do.ofDraft() {
		s.Mark = t.mark()
	}
	return s
}

// item adds a numbered line with a choice; its number may be typed.
func (t *turn) item(ch choice) {
	t.c.lists = true
	t.c.shown = append(t.c.shown, ch.do)
	t.c.open()
	t.c.put(Span{Label: small(len(t.c.shown)) + " "})
	t.c.put(t.span(ch))
}

// nav adds choices that have no number of their own where they can be tapped.
// Where nothing can be tapped they are numbered lines; or, where digits and
// texts have a meaning of their own, words.
func (t *turn) nav(choices ...choice) {
	switch {
	case t.c.taps:
		t.c.open()
		for i, ch := range choices {
			if i > 0 {
				t.c.put(Span{Label: " "})
			}
			t.c.put(t.span(ch))
		}
	case t.c.worded:
		var words strings.Builder
		for i, ch := range choices {
			if i > 0 {
				t.addLabel(&words, textOr)
			}
			words.WriteString(ch.label)
		}
		t.say(textWords, words.String())
	default:
		for _, ch := range choices {
			t.item(ch)
		}
	}
}

// offer shows the choices of the present step: in one line where they can be tapped,
// else, or where the step says so, each in a line of its own with its number.
func (t *turn) offer() {
	list := t.step().choices(t)
	if !t.offersNumbers() {
		t.nav(list...)
		return
	}
	for i, ch := range list {
		if ch.label == "" {
			continue
		}
		t.c.open()
		t.c.put(Span{Label: small(t.firstNumber()+i) + " "})
		t.c.put(t.span(ch))
	}
}

// numberFrom makes the next numbered line begin with n where choices cannot be
// tapped; the numbers before it stand for nothing.
func (t *turn) numberFrom(n int) {
	for !t.c.taps && len(t.c.shown) < n-1 {
		t.c.shown = append(t.c.shown, command{})
	}
}

func (t *turn) addLabel(b *strings.Builder, id textID) { b.WriteString(t.label(id)) }

// label is a text without holes.
func (t *turn) label(id textID) string {
	l := t.e.texts.lines[id]
	if len(l) == 0 || len(l[0]) == 0 {
		return ""
	}
	return l[0][0].literal
}

// message is the answer as it stands, without optional lines if it is too long
// with them.
func (c *composer) message() Message {
	for n := len(c.lines); n > 0 && c.lines[n-1].from == c.lines[n-1].to; n-- {
		c.lines = c.lines[:n-1]
	}
	for i := len(c.lines) - 1; i >= 0 && c.over(); i-- {
		if c.lines[i].optional {
			c.lines = append(c.lines[:i], c.lines[i+1:]...)
		}
	}
	lines := make([]Line, len(c.lines))
	for i, l := range c.lines {
		lines[i] = c.spans[l.from:l.to:l.to]
	}
	return Message{Lines: lines}
}

// over reports whether the answer is too long for its platform.
func (c *composer) over() bool {
	size := len(c.lines)
	for _, l := range c.lines {
		for _, s := range c.spans[l.from:l.to] {
			switch {
			case !c.taps:
				size += units(s.Label)
			case s.Send != "":
				size += len(s.Label) + len(s.Send) + linkCost + max(1, len(s.Mark))
			default:
				size += len(s.Label)
			}
		}
	}
	if c.taps {
		return size > maxBytes
	}
	return size > maxRunes
}

// units counts characters as UTF-16 does, the most that any way of counting
// finds.
func units(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

// fitted cuts a text of people's own making to what a line of the platform
// bears.
func (t *turn) fitted(s string, withTaps, without int) string {
	if t.c.taps {
		return cut(s, withTaps)
	}
	return cut(s, without)
}

const smallNumbers = "0123456789"

// small writes a number; the digits cost nothing.
func small(n int) string {
	if n >= 0 && n < len(smallNumbers) {
		return smallNumbers[n : n+1]
	}
	return strconv.Itoa(n)
}
