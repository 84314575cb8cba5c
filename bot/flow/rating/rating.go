// Package rating is the rating of a unit: a question a dimension, a summary, its
// confirmation, the reason of a low level. A scanned code begins it.
package rating

import (
	"pingyi/bot"
	"pingyi/bot/catalogue"
	"pingyi/bot/flow/browse"
	"pingyi/bot/flow/drafts"
	"pingyi/bot/flow/word"
	"pingyi/models"
)

const name = "rating"

// The steps.
const (
	StepQuestion bot.StepID = "rating.question"
	StepSummary  bot.StepID = "rating.summary"
	StepPick     bot.StepID = "rating.pick"
	StepChange   bot.StepID = "rating.change"
	StepHold     bot.StepID = "rating.hold"
)

// besideLevels is the first number of a choice where digits are levels.
const besideLevels = 7

// Flow is the rating of a unit.
func Flow() bot.Flow {
	return bot.Flow{
		Name: name, Version: 1, Class: bot.ClassStep, Keeps: true, Again: word.Rate, Numbers: besideLevels,
		State: bot.StateOf[State](), Phrases: &texts, Words: words(), Steps: steps(),
		Actions: []bot.ActionSpec{
			{Name: Rate{}.ActionName(), Class: bot.ClassConfirm, Effect: true, Finish: rated},
			{Name: GiveReason{}.ActionName(), Class: bot.ClassStep, Effect: true, Finish: reasoned},
		},
		Restore: restore, Over: over, Resume: onwardFrom, Hold: StepHold, Repeat: repeat,
		Title:  func(t *bot.Turn) string { return t.Fill(textDraftRating, t.Name(t.Unit)) },
		Onward: func(t *bot.Turn) string { return t.Fill(textHoldGoOn, t.Name(t.Unit)) },
		Left:   func(t *bot.Turn, _ bool) { t.Say(textLeftRating, t.Name(t.Unit)) },
		Part:   part, Read: read, Overhear: overhear,
	}
}

func words() []bot.Word {
	return []bot.Word{
		{Verb: word.Rate, Global: true, Do: rate, Args: readUnit(word.Rate), Home: true, Glued: word.Rate},
		{Verb: word.Again, Global: true, Do: again, Args: readUnit(word.Again)},
		{Verb: word.Level, Unspoken: true, OfDraft: true, Send: sendLevel, Places: int(models.Skipped) + 1},
		{Verb: word.QuestionBack, Unspoken: true, Stale: true, Send: sendQuestionBack},
		{Verb: word.Reason, Do: reason, Args: readReason, Send: sendReason, OfDraft: true, Acts: true, Places: len(Reasons)},
	}
}

// readUnit reads a unit, a class or words, and a page, behind a word.
func readUnit(v bot.Verb) func(*bot.Turn, string) bot.Command {
	return func(t *bot.Turn, rest string) bot.Command {
		c := bot.Command{Verb: v}
		rest, c.N = t.CutPage(rest)
		if v == word.Rate && browse.IsClass(t, rest) {
			c.Ref = rest
			return c
		}
		return t.Named(c, rest)
	}
}

func steps() []bot.Step {
	onward := []bot.StepID{StepQuestion, StepSummary, StepPick}
	shared := []bot.Edge{
		{Verb: word.Level, Do: answer, To: onward},
		{Verb: word.Skip, Do: skip, To: onward},
		{Verb: bot.AllDigits, Do: answerDigits, To: append([]bot.StepID{StepChange}, onward...)},
		{Verb: word.QuestionBack, Do: backFrom, To: []bot.StepID{StepQuestion, StepSummary, StepPick, StepChange, browse.Classes}},
		{Verb: bot.Confirm, Do: confirmRating, To: append([]bot.StepID{StepChange}, onward...), Asks: Rate{}.ActionName()},
		{Verb: word.Edit, Do: editRating, To: []bot.StepID{StepPick, StepChange, StepQuestion}},
	}
	with := func(more ...bot.Edge) []bot.Edge { return append(append([]bot.Edge{}, shared...), more...) }
	asking := func(s bot.Step) bot.Step {
		s.Help, s.HelpWith, s.Ask, s.Choices, s.Levels, s.Unsure, s.Stands = textHelpQuestion, helpWith, askQuestion, questionChoices, true, textUnknownLevel, hasQuestion
		return s
	}
	return []bot.Step{
		asking(bot.Step{ID: StepQuestion, On: with(bot.Edge{Verb: bot.Back, Do: backQuestion, To: []bot.StepID{StepQuestion, browse.Classes}})}),
		{
			ID: StepSummary, Help: textHelpSummary, Ask: askSummary, Choices: summaryChoices, Commits: true, Unsure: textUnknownSummary, Stands: canConfirm,
			On: with(
				bot.Edge{Verb: bot.Yes, Do: drafts.Yes(confirmRating), To: []bot.StepID{StepSummary}, Asks: Rate{}.ActionName()},
				bot.Edge{Verb: bot.Back, Do: backSummary, To: []bot.StepID{StepQuestion}}),
		},
		{
			ID: StepPick, Help: textHelpPick, Ask: askPick, Choices: pickChoices, Free: pickByName, FreeTo: []bot.StepID{StepChange, StepPick}, Unsure: textUnknownPick,
			Stands: func(t *bot.Turn) bool { return of(t).given().Complete() },
			On:     with(bot.Edge{Verb: bot.Back, Do: backPick, To: []bot.StepID{StepSummary, StepQuestion}}),
		},
		asking(bot.Step{ID: StepChange, On: with(bot.Edge{Verb: bot.Back, Do: bot.GoTo(StepPick), To: []bot.StepID{StepPick}})}),
		drafts.HoldStep(StepHold, []bot.Verb{
			word.Level, bot.AllDigits, word.Skip, word.QuestionBack, bot.Confirm, word.Edit, bot.Yes, bot.Back,
			word.Kind, bot.NotSure, word.Anonymous, word.Named, word.Finish, word.Amend,
		}, onward),
	}
}

func helpWith(t *bot.Turn) []string {
	n := int(of(t).Count)
	return []string{catalogue.Small(n), example(n)}
}
