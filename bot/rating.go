package bot

import (
	"strconv"

	"pingyi/models"
)

// askQuestion asks the present question: its official title, the plain
// sentence, the levels.
func (t *turn) askQuestion() {
	d := &t.s.draft
	i := int(d.at)
	n := small(i + 1)
	dim := t.dims[i]
	t.say(textQuestion, n, small(len(t.dims)), t.fitted(dim.Title, 30, 20))
	t.say(textPlain, t.fitted(dim.Question, 60, 40))
	if d.answers[i] != models.Unanswered {
		t.say(textNow, t.e.texts.levels[d.answers[i]].Label)
	}
	about := t.aboutQuestion(uint32(i + 1)) //nolint:gosec // below MaxDimensions
	for _, l := range [...]models.Level{5, 4, 3, 2, 1, models.NotMet} {
		t.level(l, about)
	}
	if i == 0 && t.s.step == stepQuestion {
		t.say(textDigitsHint, small(len(t.dims)), example(len(t.dims)))
	}
	t.offer()
	if t.c.taps {
		t.c.optional()
	}
}

var levelDigits = [...]string{"0 ", "1 ", "2 ", "3 ", "4 ", "5 "}

// level adds the line of a level; its digit is the level, never a place. about
// is what its link sends before the level's word.
func (t *turn) level(l models.Level, about string) {
	name := &t.e.texts.levels[l]
	t.c.open()
	t.c.put(Span{Label: levelDigits[l]})
	t.c.put(Span{Label: name.Label, Send: t.c.str(about, name.Words[0]), Mark: t.mark()})
}

// questionChoices are what a question offers beside its levels.
func (t *turn) questionChoices() []choice {
	x := t.e.texts
	n := uint32(t.s.draft.at) + 1
	return []choice{
		{x.word(vSkip), command{verb: vLevel, unit: t.unit.Code, n: n, arg: uint8(models.Skipped)}},
		{x.word(vBack), command{verb: vQuestionBack, unit: t.unit.Code, n: n}},
		t.navCancel(),
	}
}

func (t *turn) navCancel() choice {
	flow := uint8(t.step().flow)
	if flowID(flow) == flowRating {
		flow = uint8(flowNone)
	}
	return choice{t.e.texts.word(vCancel), command{verb: vCancel, unit: t.s.draft.unit, arg: flow}}
}

// example is a digit string of the right length.
func example(n int) string { return "554455"[:n] }

// answer takes a level for the question that the command names, or for the
// present one.
func (t *turn) answer(c command) stepID {
	d := &t.s.draft
	asking := t.step().levels
	i := int(c.n) - 1
	if c.n == 0 {
		if !asking {
			t.unknown()
			return stay
		}
		i = int(d.at)
	}
	if i >= int(d.count) {
		t.unknown()
		return stay
	}
	was := d.answers[i]
	d.set(uint8(i), models.Level(c.arg)) //nolint:gosec // below count
	if (!asking || t.s.step == stepQuestion && i != int(d.at)) && was != models.Unanswered && was != d.answers[i] {
		t.say(textChanged, small(i+1), t.e.texts.levels[c.arg].Label)
	}
	return t.onward()
}

func (t *turn) skip(c command) stepID {
	c.arg = uint8(models.Skipped)
	return t.answer(c)
}

// onward is the step after an answer: the first question without one, or the
// summary. A rating without any level cannot be confirmed.
func (t *turn) onward() stepID {
	d := &t.s.draft
	if d.at = d.unanswered(); d.at < d.count {
		return stepQuestion
	}
	d.at = 0
	if !d.given().HasLevel() {
		t.say(textNoLevel)
		return stepPick
	}
	return stepSummary
}

// answerDigits takes all answers at once, or one digit for the present question.
func (t *turn) answerDigits(c command) stepID {
	d := &t.s.draft
	want := int(d.count)
	if len(c.ref) == 1 && (t.step().levels || want > 1) {
		if !t.step().levels {
			t.levelElsewhere()
			return stay
		}
		if c.ref[0] > '5' {
			t.say(textDigitWrong, c.ref)
			return t.s.step
		}
		return t.answer(command{verb: vLevel, arg: c.ref[0] - '0'})
	}
	if !t.digitsFit(c.ref) {
		if t.step().levels {
			t.say(textOrBelow)
		}
		return t.s.step
	}
	for i := range want {
		d.set(uint8(i), models.Level(c.ref[i]-'0'))
	}
	return t.onward()
}

// levelElsewhere answers a digit where no question is asked: nothing is changed.
func (t *turn) levelElsewhere() {
	if t.c.taps {
		t.unknown()
		return
	}
	t.say(textLevelElsewhere)
	t.ask()
}

// digitsFit tells precisely what is wrong with a digit string.
func (t *turn) digitsFit(digits string) bool {
	want := int(t.s.draft.count)
	given := strconv.Itoa(len(digits))
	switch n := len(digits); {
	case n < want:
		t.say(textDigitsShort, small(want), given, small(want-n), example(want))
		return false
	case n > want:
		t.say(textDigitsLong, small(want), given, strconv.Itoa(n-want), example(want))
		return false
	}
	level := false
	for i := range want {
		switch c := digits[i]; {
		case c > '5':
			t.say(textDigitsWrong, small(i+1), digits[i:i+1], example(want))
			return false
		case c > '0':
			level = true
		}
	}
	if !level {
		t.say(textDigitsNone, small(want))
	}
	return level
}

// askSummary shows all answers in words, and what confirms exactly them.
func (t *turn) askSummary() {
	d := &t.s.draft
	t.say(textSummary, t.name(t.unit))
	for i := range t.dims {
		title, level := t.fitted(t.dims[i].Title, 30, 14), t.e.texts.levels[d.answers[i]].Label
		if t.c.taps {
			t.say(textSummaryLine, small(i+1), title, level)
		} else { // where choices are numbers, nothing else has one
			t.say(textSummaryPlain, title, level)
		}
	}
	t.say(textSummaryFoot)
	t.offer()
}

func (t *turn) summaryChoices() []choice {
	d, x := &t.s.draft, t.e.texts
	return []choice{
		{x.word(vConfirm), command{verb: vConfirm, unit: d.unit, n: d.digits(d.revision)}},
		{x.word(vEdit), command{verb: vEdit, unit: d.unit}},
		t.navCancel(),
	}
}

// askPick asks which answer to change.
func (t *turn) askPick() {
	d := &t.s.draft
	t.say(textPickQuestion)
	for i := range t.dims {
		title := t.fitted(t.dims[i].Title, 30, 14)
		if t.c.taps {
			t.item(choice{title, command{verb: vEdit, unit: d.unit, n: uint32(i + 1)}})
		} else { // digits are levels here: a question is named
			t.say(textPickLine, t.e.texts.question[0]+small(i+1)+t.e.texts.question[1], title)
		}
		t.append(textPickLevel, t.e.texts.levels[d.answers[i]].Label)
	}
	t.offer()
}

// pickChoices leave 7 free on a platform without links, so that 8 and 9 mean what
// they mean at a question.
func (t *turn) pickChoices() []choice {
	list := []choice{{t.e.texts.word(vBack), command{verb: vBack}}, t.navCancel()}
	if t.c.taps {
		return list
	}
	return append([]choice{{}}, list...)
}

// editRating leads to the choice of an answer, or to the question named.
func (t *turn) editRating(c command) stepID {
	d := &t.s.draft
	if d.unanswered() < d.count {
		t.unknown()
		return stay
	}
	if c.n == 0 || c.n > uint32(d.count) {
		return stepPick
	}
	d.at = uint8(c.n - 1) //nolint:gosec // below count
	return stepChange
}

// pickByName takes a question by its title, or by its number as in 第2题.
func (t *turn) pickByName() stepID {
	for i := range t.dims {
		if t.norm == fold(t.dims[i].Title) {
			return t.editRating(command{verb: vEdit, n: uint32(i + 1)})
		}
	}
	if ref, n, word, ok := t.cutQuestion(t.norm); ok && ref == "" && word == "" && n <= uint32(t.s.draft.count) {
		return t.editRating(command{verb: vEdit, n: n})
	}
	t.stray()
	return stay
}

// backQuestion goes one question back; before the first it leads out of the
// rating to the choice of a unit.
func (t *turn) backQuestion(command) stepID {
	d := &t.s.draft
	if d.at > 0 {
		d.at--
		return stepQuestion
	}
	t.say(textLeftRating, t.name(t.unit))
	t.forget()
	return stepClasses
}

// backFrom is the 返回 of a numbered question; one of an earlier question leads
// to the question before that.
func (t *turn) backFrom(c command) stepID {
	d := &t.s.draft
	if t.s.step == stepQuestion && c.n == uint32(d.at)+1 {
		return t.backQuestion(c)
	}
	if t.s.step == stepChange {
		return stepPick
	}
	return t.s.step
}

func (t *turn) backSummary(command) stepID {
	t.s.draft.at = t.s.draft.count - 1
	return stepQuestion
}

// backPick leads back to the summary, or where there is none to the last
// question.
func (t *turn) backPick(c command) stepID {
	if t.s.draft.given().HasLevel() {
		return stepSummary
	}
	return t.backSummary(c)
}

// confirmRating submits the rating if what the link's summary showed, or what
// the summary on the screen shows, is what would be submitted.
func (t *turn) confirmRating(c command) stepID {
	d := &t.s.draft
	if flowID(c.arg) != flowNone {
		t.stale(c)
		return stay
	}
	whole := d.given().Complete() && d.given().HasLevel()
	switch {
	case c.n == 0 && t.s.step != stepSummary, !whole && c.n == 0:
		t.say(textNotYet)
		return t.s.step
	case c.n != 0 && (!whole || c.n != d.digits(d.revision)):
		return t.oldSummary(c)
	case t.tooOld():
		return t.s.step
	}
	t.action = Rate{
		Draft: d.id, Campaign: t.s.campaign, Unit: d.unit, Window: d.window, Serial: d.serial,
		Answers: append(models.Answers(nil), d.given()...),
	}
	return stay
}

// tooOld reports, and says, that a confirmation was sent before the present draft
// began: it can only have been meant for another.
func (t *turn) tooOld() bool {
	if !t.s.draft.begunAfter(t.in.At) {
		return false
	}
	t.say(textConfirmTooOld)
	return true
}

// oldSummary answers the confirmation of a summary that is not the present one:
// nothing is submitted, and the present state is shown.
func (t *turn) oldSummary(c command) stepID {
	if t.isLast(c) {
		t.repeatReceipt()
		return stay
	}
	t.say(textOldSummary)
	if d := &t.s.draft; d.given().Complete() && d.given().HasLevel() {
		return stepSummary
	}
	return t.s.step
}
