package bot

import (
	"strings"
	"unicode/utf16"

	"pingyi/bot/catalogue"
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

	texts *catalogue.Catalogue
	arena strings.Builder // texts of the answer, so that they cost one allocation
	spans []Span
	lines []lineMark
	shown []Command // what the answer's numbers stand for
	lists bool      // the answer replaces the list last shown
}

// lineMark is a line's spans, and whether it may be left out where the answer is too
// long.
type lineMark struct {
	from, to int
	optional bool
}

// start makes the composer ready. It must not be copied after that.
func (c *composer) start(taps bool, texts *catalogue.Catalogue) {
	c.taps, c.texts, c.spans = taps, texts, make([]Span, 0, 24)
	if c.lines == nil {
		c.lines = make([]lineMark, 0, 24)
	}
	c.arena.Grow(1024)
}

// Str joins pieces.
func (c *composer) Str(pieces ...string) string {
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

// Optional marks the present line as one that may be left out where the answer is too
// long.
func (c *composer) Optional() { c.lines[len(c.lines)-1].optional = true }

// blank sets what was said apart from what follows.
func (c *composer) blank() {
	if n := len(c.lines); n > 0 && c.lines[n-1].from != c.lines[n-1].to {
		c.open()
		c.Optional()
	}
}

// Say adds a text of the catalogue with its holes filled, each of its lines a
// line.
func (c *composer) Say(id *catalogue.Phrase, args ...string) {
	for _, l := range c.texts.Lines[id] {
		c.open()
		c.sayLine(l, args)
	}
}

// Append adds a text of one line to the present line.
func (c *composer) Append(id *catalogue.Phrase, args ...string) {
	for _, l := range c.texts.Lines[id] {
		c.sayLine(l, args)
	}
}

func (c *composer) sayLine(l catalogue.Line, args []string) {
	switch {
	case len(l) == 0:
	case len(l) == 1 && l[0].Hole < 0:
		c.put(Span{Label: l[0].Literal})
	default:
		from := c.arena.Len()
		for _, s := range l {
			if s.Hole < 0 {
				c.arena.WriteString(s.Literal)
			} else {
				c.arena.WriteString(args[s.Hole])
			}
		}
		c.put(Span{Label: c.arena.String()[from:]})
	}
}

// Choice is something to tap, or to type where nothing can be tapped.
type Choice struct {
	Label string
	Do    Command
}

// span is the choice as a link.
func (t *Turn) span(ch Choice) Span {
	s := Span{Label: ch.Label, Send: t.Send(ch.Do)}
	if t.ofDraft(ch.Do) {
		s.Mark = t.Mark()
	}
	return s
}

// Item adds a numbered line with a choice; its number may be typed.
func (t *Turn) Item(ch Choice) {
	t.lists = true
	t.shown = append(t.shown, ch.Do)
	t.open()
	t.put(Span{Label: catalogue.Small(len(t.shown)) + " "})
	t.put(t.span(ch))
}

// Nav adds choices that have no number of their own where they can be tapped.
// Where nothing can be tapped they are numbered lines; or, where digits and
// texts have a meaning of their own, words.
func (t *Turn) Nav(choices ...Choice) {
	switch {
	case t.taps:
		t.open()
		for i, ch := range choices {
			if i > 0 {
				t.put(Span{Label: " "})
			}
			t.put(t.span(ch))
		}
	case t.worded:
		var words strings.Builder
		for i, ch := range choices {
			if i > 0 {
				words.WriteString(t.Label(textOr))
			}
			words.WriteString(ch.Label)
		}
		t.Say(textWords, words.String())
	default:
		for _, ch := range choices {
			t.Item(ch)
		}
	}
}

// Offer shows the choices of the present step: in one line where they can be tapped,
// else, or where the step says so, each in a line of its own with its number.
func (t *Turn) Offer() {
	list := t.Step().Choices(t)
	if !t.offersNumbers() {
		t.Nav(list...)
		return
	}
	for i, ch := range list {
		if ch.Label == "" {
			continue
		}
		t.open()
		t.put(Span{Label: catalogue.Small(t.firstNumber()+i) + " "})
		t.put(t.span(ch))
	}
}

// NumberFrom makes the next numbered line begin with n where choices cannot be
// tapped; the numbers before it stand for nothing.
func (c *composer) NumberFrom(n int) {
	for !c.taps && len(c.shown) < n-1 {
		c.shown = append(c.shown, Command{})
	}
}

// Label is a text without holes.
func (c *composer) Label(id *catalogue.Phrase) string {
	l := c.texts.Lines[id]
	if len(l) == 0 || len(l[0]) == 0 {
		return ""
	}
	return l[0][0].Literal
}

// message is the answer as it stands, without optional catalogue.Lines if it is too long
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

// Fitted cuts a text of people's own making to what a line of the platform
// bears.
func (c *composer) Fitted(s string, withTaps, without int) string {
	if c.taps {
		return catalogue.Cut(s, withTaps)
	}
	return catalogue.Cut(s, without)
}

// Fill is a text of one line with its holes filled.
func (c *composer) Fill(text *catalogue.Phrase, args ...string) string {
	from := c.arena.Len()
	for _, s := range c.texts.Lines[text][0] {
		if s.Hole < 0 {
			c.arena.WriteString(s.Literal)
		} else {
			c.arena.WriteString(args[s.Hole])
		}
	}
	return c.arena.String()[from:]
}

// Line adds a line of spans.
func (c *composer) Line(spans ...Span) {
	c.open()
	for _, s := range spans {
		c.put(s)
	}
}

// Worded says whether digits or any text mean something here: choices that cannot be
// tapped are words then, not numbers.
func (c *composer) Worded(yes bool) { c.worded = yes }

// Relist ends the lists shown before: the numbers of this answer are the only ones.
func (c *composer) Relist() { c.lists, c.shown = true, nil }

// Taps reports whether choices can be tapped; else they are numbered lines.
func (c *composer) Taps() bool { return c.taps }

// Lists makes the numbers of this answer, perhaps none, replace those shown before.
func (c *composer) Lists() { c.lists = true }

// Join joins what is not empty with blanks.
func (c *composer) Join(words ...string) string {
	from := c.arena.Len()
	for _, w := range words {
		if w == "" {
			continue
		}
		if c.arena.Len() > from {
			c.arena.WriteByte(' ')
		}
		c.arena.WriteString(w)
	}
	return c.arena.String()[from:]
}

// Choice is a choice of a word under its own name.
func (t *Turn) Choice(v Verb) Choice { return Choice{t.Word(v), Command{Verb: v}} }

// Homes are what one can begin with.
func (t *Turn) Homes() []Choice {
	var out []Choice
	for _, w := range t.e.order {
		if w.Home {
			out = append(out, t.Choice(w.Verb))
		}
	}
	return out
}
