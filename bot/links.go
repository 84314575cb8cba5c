package bot

import (
	"strconv"

	"pingyi/bot/catalogue"
)

// Mark is the mark of the present draft's links.
func (t *Turn) Mark() string {
	if t.marked == "" {
		d := &t.S.Draft
		if d.ID.IsZero() {
			return ""
		}
		t.marked = strconv.FormatUint(uint64(d.Digits(0)), 10)
	}
	return t.marked
}

// Send is what a link with the command sends: Parse understands it again.
func (t *Turn) Send(c Command) string {
	if w := t.e.words[c.Verb]; w != nil && w.Send != nil {
		return w.Send(t, c)
	}
	return t.SendWord(c)
}

// SendWord is the word of the command with the unit or words that it names, and the
// page.
func (t *Turn) SendWord(c Command) string {
	name, page := t.RefName(c), ""
	if c.N > 1 || c.N == 1 && name == "" {
		around := t.Around(aroundPage)
		page = around[0] + catalogue.Small(int(c.N)) + around[1]
	}
	return t.Join(t.Word(c.Verb), name, page)
}

// RefName is how a command's link names what it is about.
func (t *Turn) RefName(c Command) string {
	switch {
	case c.Unit == "":
		return catalogue.Safe(c.Ref)
	case c.Unit == Unsure:
		return t.Word(NotSure)
	case t.Unit != nil && t.Unit.Code == c.Unit:
		if t.ref == "" {
			t.ref = refOf(t, t.Unit)
		}
		return t.ref
	}
	u, ok := t.W.Directory.ByCode(c.Unit)
	if !ok {
		return c.Unit
	}
	return refOf(t, &u)
}
