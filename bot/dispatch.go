package bot

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"pingyi/bot/catalogue"
)

// hear takes a text: a number of the list last shown, a global word, an answer
// to the present step, an old link, or free text, in this order.
func (t *Turn) hear() {
	t.Norm = catalogue.Fold(t.In.Text)
	if strings.TrimSpace(t.In.Text) == "" || t.Norm == "" && len(t.In.Text) <= catalogue.FoldLimit {
		t.Obey(Command{Verb: Help})
		return
	}
	c := t.picked(t.Parse(t.Norm))
	if f := t.Flow(); f != nil && f.Over != nil {
		if l, over := f.Over(t, c); over {
			t.lose(l)
		}
	}
	t.class = t.classOf(c)
	if c.Verb == Free || t.Step().Prose {
		t.e.d.Warn(t, t.In.Text)
	}
	if t.Lost.Why != nil && c.Verb != Free && !t.ofDraft(c) && c.Verb != AllDigits {
		t.TellLost()
	}
	t.Obey(c)
}

// receive takes a picture, voice, video, place or link.
func (t *Turn) receive() {
	t.class = ClassComplaint
	if t.In.Kind == Voice {
		t.e.d.Warn(t, t.In.Text)
	}
	f := t.Flow()
	if f != nil && f.Receive != nil {
		f.Receive(t)
		return
	}
	if f != nil && f.Over != nil {
		if l, over := f.Over(t, Command{}); over {
			t.lose(l)
		}
	}
	if t.Lost.Why != nil {
		t.OfferLost()
		return
	}
	t.e.d.Receive(t)
}

// picked replaces a number by what it stands for: a choice of the present step, or a
// place in the list last shown. Where digits or texts are answers no number is a
// place in a list.
func (t *Turn) picked(c Command) Command {
	if c.Verb != AllDigits || len(c.Ref) > 2 {
		return c
	}
	n, err := strconv.Atoi(c.Ref)
	if err != nil {
		return c
	}
	s := t.Step()
	offScreen := s.Commits && t.S.Made == 0 // something else was shown since
	if i := n - t.firstNumber(); !offScreen && len(c.Ref) == 1 && i >= 0 && t.offersNumbers() {
		if list := s.Choices(t); i < len(list) && list[i].Label != "" {
			return list[i].Do
		}
	}
	if s.Levels || s.Prose || n < 1 || n > len(t.S.Shown) || !t.means(t.S.Shown[n-1]) {
		return c
	}
	return t.S.Shown[n-1]
}

// means reports whether a command that was kept is one that this program knows.
func (t *Turn) means(c Command) bool {
	w := t.e.words[c.Verb]
	return w != nil && (c.Arg == 0 || int(c.Arg) < w.Places) && (c.Of == "" || t.e.words[c.Of] != nil)
}

// offersNumbers reports whether the choices of the present step have numbers.
func (t *Turn) offersNumbers() bool {
	s := t.Step()
	return s.Choices != nil && (s.Numbered || !t.taps)
}

// firstNumber is the number of the first choice of the present step.
func (t *Turn) firstNumber() int {
	if f := t.Flow(); f != nil && f.Numbers > 0 && !t.taps {
		return f.Numbers
	}
	return 1
}

// classOf ranks the turn of a command.
func (t *Turn) classOf(c Command) Class {
	if c.Verb == Yes && t.S.Made != 0 {
		return ClassConfirm
	}
	class, global := ClassMenu, false
	if w := t.e.words[c.Verb]; w != nil {
		class, global = w.Class, w.Global
	}
	if f := t.Flow(); f != nil && (f.Class > ClassStep || !global) {
		class = max(class, f.Class)
	}
	return class
}

// Obey does what a command says, or takes the text as free text.
func (t *Turn) Obey(c Command) {
	s := t.Step()
	if s.Prose && (c.Loose || !t.commandAmid(s, c)) {
		if t.In.Kind == Click { // a menu's key is no part of a story
			t.e.words[Help].Do(t, Command{Verb: Help})
			return
		}
		t.free()
		return
	}
	w := t.e.words[c.Verb]
	if w != nil && w.Do != nil {
		w.Do(t, c)
		return
	}
	if ed := s.edge(c.Verb); ed != nil && t.Mine(c) {
		t.lead(ed, c)
		return
	}
	switch {
	case c.Verb == Back:
		t.Forget()
		t.Ask()
	case w != nil && (t.ofDraft(c) || w.Stale):
		t.e.d.Stale(t, c)
	default:
		t.free()
	}
}

// commandAmid reports whether, at a step where any text is an answer, a command
// is one nevertheless: a global word, a word of this step, or a whole link.
func (t *Turn) commandAmid(s *Step, c Command) bool {
	if w := t.e.words[c.Verb]; w != nil && w.Global {
		return true
	}
	if c.Names() || c.N > 0 {
		return c.Verb != Free && c.Verb != AllDigits
	}
	if c.Verb == Back {
		return true
	}
	for _, v := range s.Amid {
		if v == c.Verb {
			return true
		}
	}
	return false
}

// lead follows an edge and asks the step that it leads to.
func (t *Turn) lead(ed *Edge, c Command) {
	from := t.S.Step
	to := ed.Do(t, c)
	if t.e.watch != nil {
		t.e.watch(from, c.Verb, to)
	}
	if to == Stay || t.action != nil {
		return
	}
	t.Go(to)
}

// Mine reports whether a link belongs to the present draft: it names its unit,
// and where the platform tells the link's mark, that is the draft's.
func (t *Turn) Mine(c Command) bool {
	if c.Verb == AllDigits {
		return true
	}
	if c.Unit != "" && c.Unit != t.S.Draft.Unit || c.Unit == "" && c.Ref != "" {
		return false
	}
	return !t.OtherMark(c)
}

// OtherMark reports whether the platform says that a link is another draft's.
func (t *Turn) OtherMark(c Command) bool {
	w := t.e.words[c.Verb]
	if t.In.Mark == "" || t.In.Mark == "0" || w == nil || !t.ofDraft(c) && !w.Stale {
		return false
	}
	return t.In.Mark != t.Mark()
}

// ofDraft reports whether a command answers a draft; its link carries the draft's mark
// then.
func (t *Turn) ofDraft(c Command) bool {
	if c.Verb == Back {
		return c.Unit != ""
	}
	w := t.e.words[c.Verb]
	return w != nil && w.OfDraft
}

// Stale answers a link, or a word of a draft, that does not fit the present state.
func (t *Turn) Stale(c Command) { t.e.d.Stale(t, c) }

// free takes a text that is no command.
func (t *Turn) free() {
	s, f := t.Step(), t.Flow()
	switch {
	case t.Lost.Why != nil && !t.Drafting():
		t.OfferLost()
	case t.warned > 0 && f != nil && f.Danger != nil && !s.Prose: // it belongs to what happened
		f.Danger(t)
	case s.Free != nil:
		to := s.Free(t)
		if t.e.watch != nil {
			t.e.watch(t.S.Step, Free, to)
		}
		if to != Stay {
			t.Go(to)
		}
	case t.Drafting():
		t.e.d.Stray(t)
	case f != nil:
		t.Unknown()
	default:
		t.e.d.Wander(t)
	}
}

// Unknown repeats the present question after a line on what is wrong.
func (t *Turn) Unknown() {
	switch {
	case t.Step().Early && t.Story():
		t.Say(textProseEarly)
	case t.warned == 0:
		t.Say(t.Step().Unsure)
	}
	t.Ask()
}

// proseRunes is the length from which a text that names no unit is somebody's
// story rather than a name.
const proseRunes = 24

// Story reports whether the text is somebody's story rather than a name.
func (t *Turn) Story() bool { return utf8.RuneCountInString(t.In.Text) > proseRunes }

// Overheard lets the flows take a text outside of any draft.
func (t *Turn) Overheard() bool {
	for i := range t.e.d.Flows {
		if f := &t.e.d.Flows[i]; f.Overhear != nil && f.Overhear(t) {
			return true
		}
	}
	return false
}

// Meant reads what a sentence wants by its verb; Free where it has no such verb.
func (t *Turn) Meant() Command {
	for i := range t.e.d.Flows {
		if f := &t.e.d.Flows[i]; f.Meant != nil {
			if c := f.Meant(t); c.Verb != Free {
				return c
			}
		}
	}
	return Command{}
}

// Has reports whether the text has one of the words of a list.
func (t *Turn) Has(l *catalogue.WordList) bool {
	for _, w := range t.Words(l) {
		if strings.Contains(t.Norm, w) {
			return true
		}
	}
	return false
}
