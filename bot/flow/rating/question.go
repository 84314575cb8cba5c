package rating

import (
	"strconv"
	"strings"

	"pingyi/bot"
	"pingyi/bot/catalogue"
	"pingyi/bot/flow/browse"
	"pingyi/bot/flow/drafts"
	"pingyi/bot/flow/word"
	"pingyi/models"
)

// askQuestion asks the present question: its official title, the plain
// sentence, the levels.
func askQuestion(t *bot.Turn) {
	d := of(t)
	i := int(d.At)
	n := catalogue.Small(i + 1)
	dims := dimensions(t)
	dim := dims[i]
	t.Say(textQuestion, n, catalogue.Small(len(dims)), t.Fitted(dim.Title, 30, 20))
	t.Say(textPlain, t.Fitted(dim.Question, 60, 40))
	if d.Answers[i] != models.Unanswered {
		t.Say(textNow, t.Names(levels)[d.Answers[i]].Label)
	}
	about := aboutQuestion(t, uint32(i+1)) //nolint:gosec // below MaxDimensions
	for _, l := range [...]models.Level{5, 4, 3, 2, 1, models.NotMet} {
		level(t, l, about)
	}
	if i == 0 && t.S.Step == StepQuestion {
		t.Say(textDigitsHint, catalogue.Small(len(dims)), example(len(dims)))
	}
	t.Offer()
	if t.Taps() {
		t.Optional()
	}
}

var levelDigits = [...]string{"0 ", "1 ", "2 ", "3 ", "4 ", "5 "}

// level adds the line of a level; its digit is the level, never a place. about
// is what its link sends before the level's word.
func level(t *bot.Turn, l models.Level, about string) {
	name := &t.Names(levels)[l]
	t.Line(bot.Span{Label: levelDigits[l]}, bot.Span{Label: name.Label, Send: t.Str(about, name.Words[0]), Mark: t.Mark()})
}

// questionChoices are what a question offers beside its levels.
func questionChoices(t *bot.Turn) []bot.Choice {
	n := uint32(of(t).At) + 1
	return []bot.Choice{
		{Label: t.Word(word.Skip), Do: bot.Command{Verb: word.Level, Unit: t.Unit.Code, N: n, Arg: uint8(models.Skipped)}},
		{Label: t.Word(bot.Back), Do: bot.Command{Verb: word.QuestionBack, Unit: t.Unit.Code, N: n}},
		drafts.NavCancel(t),
	}
}

// example is a digit string of the right length.
func example(n int) string { return "554455"[:n] }

// answer takes a level for the question that the command names, or for the
// present one.
func answer(t *bot.Turn, c bot.Command) bot.StepID {
	d := of(t)
	asking := t.Step().Levels
	i := int(c.N) - 1
	if c.N == 0 {
		if !asking {
			t.Unknown()
			return bot.Stay
		}
		i = int(d.At)
	}
	if i >= int(d.Count) {
		t.Unknown()
		return bot.Stay
	}
	was := d.Answers[i]
	set(t, uint8(i), models.Level(c.Arg)) //nolint:gosec // below count
	if (!asking || t.S.Step == StepQuestion && i != int(d.At)) && was != models.Unanswered && was != d.Answers[i] {
		t.Say(textChanged, catalogue.Small(i+1), t.Names(levels)[c.Arg].Label)
	}
	return onward(t)
}

func skip(t *bot.Turn, c bot.Command) bot.StepID {
	c.Arg = uint8(models.Skipped)
	return answer(t, c)
}

// onward is the step after an answer: the first question without one, or the
// summary. A rating without any level cannot be confirmed.
func onward(t *bot.Turn) bot.StepID {
	d := of(t)
	if d.At = d.unanswered(); d.At < d.Count {
		return StepQuestion
	}
	d.At = 0
	if !d.given().HasLevel() {
		t.Say(textNoLevel)
		return StepPick
	}
	return StepSummary
}

// answerDigits takes all answers at once, or one digit for the present question.
func answerDigits(t *bot.Turn, c bot.Command) bot.StepID {
	d := of(t)
	want := int(d.Count)
	if len(c.Ref) == 1 && (t.Step().Levels || want > 1) {
		if !t.Step().Levels {
			levelElsewhere(t)
			return bot.Stay
		}
		if c.Ref[0] > '5' {
			t.Say(textDigitWrong, c.Ref)
			return t.S.Step
		}
		return answer(t, bot.Command{Verb: word.Level, Arg: c.Ref[0] - '0'})
	}
	if !digitsFit(t, c.Ref) {
		if t.Step().Levels {
			t.Say(textOrBelow)
		}
		return t.S.Step
	}
	for i := range want {
		set(t, uint8(i), models.Level(c.Ref[i]-'0'))
	}
	return onward(t)
}

// levelElsewhere answers a digit where no question is asked: nothing is changed.
func levelElsewhere(t *bot.Turn) {
	if t.Taps() {
		t.Unknown()
		return
	}
	t.Say(textLevelElsewhere)
	t.Ask()
}

// digitsFit tells precisely what is wrong with a digit string.
func digitsFit(t *bot.Turn, digits string) bool {
	want := int(of(t).Count)
	given := strconv.Itoa(len(digits))
	switch n := len(digits); {
	case n < want:
		t.Say(textDigitsShort, catalogue.Small(want), given, catalogue.Small(want-n), example(want))
		return false
	case n > want:
		t.Say(textDigitsLong, catalogue.Small(want), given, strconv.Itoa(n-want), example(want))
		return false
	}
	level := false
	for i := range want {
		switch c := digits[i]; {
		case c > '5':
			t.Say(textDigitsWrong, catalogue.Small(i+1), digits[i:i+1], example(want))
			return false
		case c > '0':
			level = true
		}
	}
	if !level {
		t.Say(textDigitsNone, catalogue.Small(want))
	}
	return level
}

// backQuestion goes one question back; before the first it leads out of the
// rating to the choice of a unit.
func backQuestion(t *bot.Turn, _ bot.Command) bot.StepID {
	d := of(t)
	if d.At > 0 {
		d.At--
		return StepQuestion
	}
	t.Say(textLeftRating, t.Name(t.Unit))
	t.Forget()
	return browse.Classes
}

// backFrom is the 返回 of a numbered question; one of an earlier question leads
// to the question before that.
func backFrom(t *bot.Turn, c bot.Command) bot.StepID {
	d := of(t)
	if t.S.Step == StepQuestion && c.N == uint32(d.At)+1 {
		return backQuestion(t, c)
	}
	if t.S.Step == StepChange {
		return StepPick
	}
	return t.S.Step
}

// aboutQuestion is what links of a question send before the answer.
func aboutQuestion(t *bot.Turn, n uint32) string {
	around := t.Around(word.Question)
	return t.Str(t.RefName(bot.Command{Unit: t.S.Draft.Unit}), " ", around[0], catalogue.Small(int(n)), around[1], " ")
}

func sendLevel(t *bot.Turn, c bot.Command) string {
	return t.Str(aboutQuestion(t, c.N), t.Names(levels)[c.Arg].Words[0])
}

func sendQuestionBack(t *bot.Turn, c bot.Command) string {
	return t.Str(aboutQuestion(t, c.N), t.Word(bot.Back))
}

// cutQuestion takes `市教育局 第2题 满意` apart.
func cutQuestion(t *bot.Turn, s string) (ref string, n uint32, answer string, ok bool) {
	around := t.Around(word.Question)
	i := strings.LastIndex(s, around[0])
	if i < 0 {
		return "", 0, "", false
	}
	rest := s[i+len(around[0]):]
	digits := 0
	for digits < len(rest) && digits < 2 && rest[digits] >= '0' && rest[digits] <= '9' {
		n = n*10 + uint32(rest[digits]-'0')
		digits++
	}
	if digits == 0 || n == 0 || !strings.HasPrefix(rest[digits:], around[1]) {
		return "", 0, "", false
	}
	return strings.TrimSuffix(s[:i], " "), n, strings.TrimPrefix(rest[digits+len(around[1]):], " "), true
}

// read understands an answer to a numbered question; anything else is Free.
func read(t *bot.Turn, norm string) bot.Command {
	ref, n, answer, ok := cutQuestion(t, norm)
	if !ok {
		return bot.Command{}
	}
	c := bot.Command{Verb: word.Level, N: n}
	if place, known := t.Place(levels, answer); known {
		c.Arg = place
	} else if t.Whole(answer) == bot.Back {
		c.Verb = word.QuestionBack
	} else {
		return bot.Command{}
	}
	c = t.Named(c, ref)
	c.Loose = false
	return c
}

// part reads which question is to be changed.
func part(t *bot.Turn, rest string) (bot.Command, bool) {
	ref, n, answer, ok := cutQuestion(t, rest)
	if !ok || answer != "" {
		return bot.Command{}, false
	}
	return t.Named(bot.Command{Verb: word.Edit, N: n}, ref), true
}
