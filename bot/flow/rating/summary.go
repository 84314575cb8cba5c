package rating

import (
	"pingyi/bot"
	"pingyi/bot/catalogue"
	"pingyi/bot/flow/drafts"
	"pingyi/bot/flow/word"
	"pingyi/models"
)

// askSummary shows all answers in words, and what confirms exactly them.
func askSummary(t *bot.Turn) {
	d, dims := of(t), dimensions(t)
	t.Say(textSummary, t.Name(t.Unit))
	for i := range dims {
		title, level := t.Fitted(dims[i].Title, 30, 14), t.Names(levels)[d.Answers[i]].Label
		if t.Taps() {
			t.Say(textSummaryLine, catalogue.Small(i+1), title, level)
		} else { // where choices are numbers, nothing else has one
			t.Say(textSummaryPlain, title, level)
		}
	}
	t.Say(textSummaryFoot)
	t.Offer()
}

func summaryChoices(t *bot.Turn) []bot.Choice {
	d := &t.S.Draft
	return []bot.Choice{
		{Label: t.Word(bot.Confirm), Do: bot.Command{Verb: bot.Confirm, Unit: d.Unit, N: d.Digits(d.Revision)}},
		{Label: t.Word(word.Edit), Do: bot.Command{Verb: word.Edit, Unit: d.Unit}},
		drafts.NavCancel(t),
	}
}

// askPick asks which answer to change.
func askPick(t *bot.Turn) {
	d, dims := of(t), dimensions(t)
	t.Say(textPickQuestion)
	for i := range dims {
		title := t.Fitted(dims[i].Title, 30, 14)
		if t.Taps() {
			t.Item(bot.Choice{Label: title, Do: bot.Command{Verb: word.Edit, Unit: t.S.Draft.Unit, N: uint32(i + 1)}})
		} else { // digits are levels here: a question is named
			t.Say(textPickLine, word.Number(t, i+1), title)
		}
		t.Append(textPickLevel, t.Names(levels)[d.Answers[i]].Label)
	}
	t.Offer()
}

// pickChoices leave 7 free on a platform without links, so that 8 and 9 mean what
// they mean at a question.
func pickChoices(t *bot.Turn) []bot.Choice {
	list := []bot.Choice{t.Choice(bot.Back), drafts.NavCancel(t)}
	if t.Taps() {
		return list
	}
	return append([]bot.Choice{{}}, list...)
}

// editRating leads to the choice of an answer, or to the question named.
func editRating(t *bot.Turn, c bot.Command) bot.StepID {
	d := of(t)
	if d.unanswered() < d.Count {
		t.Unknown()
		return bot.Stay
	}
	if c.N == 0 || c.N > uint32(d.Count) {
		return StepPick
	}
	d.At = uint8(c.N - 1) //nolint:gosec // below count
	return StepChange
}

// pickByName takes a question by its title, or by its number as in 第2题.
func pickByName(t *bot.Turn) bot.StepID {
	dims := dimensions(t)
	for i := range dims {
		if t.Norm == catalogue.Fold(dims[i].Title) {
			return editRating(t, bot.Command{Verb: word.Edit, N: uint32(i + 1)})
		}
	}
	if ref, n, answer, ok := cutQuestion(t, t.Norm); ok && ref == "" && answer == "" && n <= uint32(of(t).Count) {
		return editRating(t, bot.Command{Verb: word.Edit, N: n})
	}
	drafts.Stray(t)
	return bot.Stay
}

func backSummary(t *bot.Turn, _ bot.Command) bot.StepID {
	of(t).At = of(t).Count - 1
	return StepQuestion
}

// backPick leads back to the summary, or where there is none to the last
// question.
func backPick(t *bot.Turn, c bot.Command) bot.StepID {
	if of(t).given().HasLevel() {
		return StepSummary
	}
	return backSummary(t, c)
}

// confirmRating submits the rating if what the link's summary showed, or what
// the summary on the screen shows, is what would be submitted.
func confirmRating(t *bot.Turn, c bot.Command) bot.StepID {
	d := of(t)
	if c.Of != "" {
		t.Stale(c)
		return bot.Stay
	}
	whole := d.given().Complete() && d.given().HasLevel()
	switch {
	case c.N == 0 && t.S.Step != StepSummary, !whole && c.N == 0:
		t.Say(textNotYet)
		return t.S.Step
	case c.N != 0 && (!whole || c.N != t.S.Draft.Digits(t.S.Draft.Revision)):
		return oldSummary(t, c)
	case drafts.TooOld(t):
		return t.S.Step
	}
	return t.Do(Rate{
		Draft: t.S.Draft.ID, Campaign: t.S.Campaign, Unit: t.S.Draft.Unit, Window: d.Window, Serial: d.Serial,
		Answers: append(models.Answers(nil), d.given()...),
	})
}

// oldSummary answers the confirmation of a summary that is not the present one:
// nothing is submitted, and the present state is shown.
func oldSummary(t *bot.Turn, c bot.Command) bot.StepID {
	if drafts.IsLast(t, c) {
		drafts.Repeat(t)
		return bot.Stay
	}
	t.Say(textOldSummary)
	if d := of(t); d.given().Complete() && d.given().HasLevel() {
		return StepSummary
	}
	return t.S.Step
}
