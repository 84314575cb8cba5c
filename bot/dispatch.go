package bot

import (
	"strconv"
	"strings"
)

// hear takes a text: a number of the list last shown, a global word, an answer
// to the present step, an old link, or free text, in this order.
func (t *turn) hear() {
	t.norm = fold(t.in.Text)
	if strings.TrimSpace(t.in.Text) == "" || t.norm == "" && len(t.in.Text) <= foldLimit {
		t.help(command{verb: vHelp})
		return
	}
	c := t.picked(t.parse(t.norm))
	if t.closedMeanwhile(c) {
		t.lose(textLostClosed)
	}
	t.class = t.classOf(c)
	if c.verb == vFree || t.step().prose {
		t.warn(t.in.Text)
	}
	t.sayLost(c)
	t.obey(c)
}

// picked replaces a number by what it stands for: a choice of the present step, or a
// place in the list last shown. Where digits or texts are answers no number is a
// place in a list.
func (t *turn) picked(c command) command {
	if c.verb != vDigits || len(c.ref) > 2 {
		return c
	}
	n, err := strconv.Atoi(c.ref)
	if err != nil {
		return c
	}
	s := t.step()
	offScreen := s.commits && t.s.made == 0 // something else was shown since
	if i := n - t.firstNumber(); !offScreen && len(c.ref) == 1 && i >= 0 && t.offersNumbers() {
		if list := s.choices(t); i < len(list) && list[i].label != "" {
			return list[i].do
		}
	}
	if s.levels || s.prose || n < 1 || n > len(t.s.shown) || t.s.shown[n-1].verb == vFree {
		return c
	}
	return t.s.shown[n-1]
}

// offersNumbers reports whether the choices of the present step have numbers.
func (t *turn) offersNumbers() bool {
	s := t.step()
	return s.choices != nil && (s.numbered || !t.c.taps)
}

// firstNumber is the number of the first choice of the present step. Within a rating
// on a platform without links, 0 to 5 are levels alone.
func (t *turn) firstNumber() int {
	if !t.c.taps && t.step().flow == flowRating {
		return numbersBesideLevels
	}
	return 1
}

// numbersBesideLevels is the first number of a choice where digits are levels.
const numbersBesideLevels = 7

// closedMeanwhile reports whether the window closed over a rating draft. A
// confirmation goes on nevertheless: the record alone knows whether it was
// received before.
func (t *turn) closedMeanwhile(c command) bool {
	return t.step().flow == flowRating && c.verb != vConfirm && !t.camp.Open(t.in.At)
}

func (t *turn) classOf(c command) Class {
	switch flow := t.step().flow; {
	case c.verb == vConfirm:
		return ClassConfirm
	case c.verb == vYes && t.s.made != 0:
		return ClassConfirm
	case flow == flowComplaint || c.verb == vComplain || c.verb == vKind:
		return ClassComplaint
	case flow == flowRating && t.e.globals[c.verb] == nil:
		return ClassStep
	}
	return ClassMenu
}

// obey does what a command says, or takes the text as free text.
func (t *turn) obey(c command) {
	s := t.step()
	if s.prose && (c.loose || !t.commandAmid(s, c)) {
		if t.in.Kind == Click { // a menu's key is nobody's words
			t.help(command{verb: vHelp})
			return
		}
		t.free()
		return
	}
	if f := t.e.globals[c.verb]; f != nil {
		f(t, c)
		return
	}
	if c.verb == vReason {
		t.reason(c)
		return
	}
	if ed := s.edge(c.verb); ed != nil && t.mine(c) {
		t.lead(ed, c)
		return
	}
	switch {
	case c.verb == vBack:
		t.forget()
		t.ask()
	case c.ofDraft() || c.verb == vQuestionBack:
		t.stale(c)
	default:
		t.free()
	}
}

// commandAmid reports whether, at a step where any text is an answer, a command
// is one nevertheless: a global word, a word of this step, or a whole link.
func (t *turn) commandAmid(s *step, c command) bool {
	if t.e.globals[c.verb] != nil {
		return true
	}
	if c.names() || c.n > 0 {
		return c.verb != vFree && c.verb != vDigits
	}
	switch c.verb {
	case vBack:
		return true
	case vFinish:
		return true
	case vSkip, vAnonymous, vNamed, vConfirm, vEdit, vYes: // no telephone number
		return s.name == t.e.steps[stepContact].name
	}
	return false
}

// lead follows an edge and asks the step that it leads to.
func (t *turn) lead(ed *edge, c command) {
	from := t.s.step
	to := ed.do(t, c)
	if t.e.watch != nil {
		t.e.watch(from, c.verb, to)
	}
	if to == stay || t.action != nil {
		return
	}
	t.s.step = to
	t.ask()
}

// mine reports whether a link belongs to the present draft: it names its unit,
// and where the platform tells the link's mark, that is the draft's.
func (t *turn) mine(c command) bool {
	if c.verb == vDigits {
		return true
	}
	if c.unit != "" && c.unit != t.s.draft.unit || c.unit == "" && c.ref != "" {
		return false
	}
	return !t.otherMark(c)
}

// otherMark reports whether the platform says that a link is another draft's.
func (t *turn) otherMark(c command) bool {
	if t.in.Mark == "" || t.in.Mark == "0" || !c.ofDraft() && c.verb != vQuestionBack {
		return false
	}
	return t.in.Mark != t.mark()
}

// free takes a text that is no command.
func (t *turn) free() {
	s := t.step()
	switch {
	case t.lost != 0 && !t.drafting():
		t.offerLost()
	case t.warned > 0 && s.flow == flowComplaint && !s.prose: // it belongs to what happened
		t.keep(t.told())
	case s.free != nil:
		to := s.free(t)
		if t.e.watch != nil {
			t.e.watch(t.s.step, vFree, to)
		}
		if to != stay {
			t.s.step = to
			t.ask()
		}
	case t.drafting():
		t.stray()
	case s.flow == flowWithdrawal:
		t.unknown()
	default:
		t.wander()
	}
}

// stray takes a text amid a draft that is no answer: the name of a unit to rate, a
// wish for something else, or nothing that is understood. The name of the draft's own
// unit repeats the question.
func (t *turn) stray() {
	if code, ok := t.unitRef(t.norm); ok && code != unsure {
		if code == t.s.draft.unit && t.step().flow == flowRating {
			t.ask()
			return
		}
		t.hold(command{verb: vRate, unit: code})
		return
	}
	if c := t.meant(); c.verb != vFree {
		t.obey(c)
		return
	}
	t.unknown()
}

// unknown repeats the present question after a line on what is wrong.
func (t *turn) unknown() {
	switch {
	case (t.s.step == stepWho || t.s.step == stepKind || t.s.step == stepHoldComplaint) && t.story():
		t.say(textProseEarly)
	case t.warned == 0:
		t.say(t.step().unsure)
	}
	t.ask()
}

// sayLost tells that the draft was given up, where the command goes on to
// something else.
func (t *turn) sayLost(c command) {
	if t.lost == 0 || c.verb == vFree || c.ofDraft() || c.verb == vDigits {
		return
	}
	t.tellLost()
}

// offerLost tells that the draft was given up and how to begin again.
func (t *turn) offerLost() {
	t.tellLost()
	if t.lostOn != "" && t.lost != textLostClosed {
		t.nav(choice{t.e.texts.word(vRate), command{verb: vRate, unit: t.lostOn}}, t.navComplain(), t.navQuery())
		return
	}
	t.nav(t.homeChoices()...)
}
