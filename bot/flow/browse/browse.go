// Package browse is where a citizen is outside of any draft: what one can begin with, the
// lists of classes and units, and what a text means that is no word.
package browse

import (
	"pingyi/bot"
	"pingyi/bot/flow/word"
)

// The steps.
const (
	Classes bot.StepID = "browse.classes"
	Units   bot.StepID = "browse.units"
)

const (
	wordHello  bot.Verb = "hello"
	wordThanks bot.Verb = "thanks"
)

// Flow is the choice of what to do and of a unit. Its steps hold no draft.
func Flow() bot.Flow {
	home := []bot.StepID{bot.Home}
	return bot.Flow{
		Name: "browse", Phrases: &texts,
		Words: []bot.Word{
			{Verb: bot.AllDigits, Unspoken: true}, {Verb: bot.Back, Send: sendBack}, {Verb: bot.Next}, {Verb: word.Previous},
			{Verb: wordHello}, {Verb: wordThanks},
		},
		Steps: []bot.Step{
			{ID: bot.Home, Help: textHelpHome, Ask: AskHome, Unsure: textUnknownHome},
			{
				ID: Classes, Help: textHelpChoose, Ask: askClasses, Unsure: textUnknownHome, Listed: true,
				On: []bot.Edge{{Verb: bot.Back, Do: bot.GoTo(bot.Home), To: home}, {Verb: bot.Next, Do: TurnPage}, {Verb: word.Previous, Do: TurnPage}},
			},
			{
				ID: Units, Help: textHelpChoose, Ask: askUnits, Unsure: textUnknownHome, Listed: true,
				On: []bot.Edge{
					{Verb: bot.Back, Do: backToClasses, To: []bot.StepID{Classes}},
					{Verb: bot.Next, Do: TurnPage}, {Verb: word.Previous, Do: TurnPage},
				},
			},
		},
	}
}

// sendBack is what a link back sends; within a complaint it names whose.
func sendBack(t *bot.Turn, c bot.Command) string {
	if c.Unit != "" {
		return t.Join(t.Word(word.Complain), t.RefName(c), t.Word(bot.Back))
	}
	return t.Word(bot.Back)
}
