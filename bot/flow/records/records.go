// Package records shows citizens what they submitted, and answers links whose dialogue is
// over from what the record holds.
package records

import (
	"pingyi/bot"
	"pingyi/bot/flow/browse"
	"pingyi/bot/flow/word"
)

// Step is where the records are listed.
const Step bot.StepID = "records.list"

// Flow is the list of the citizen's records, and the look-up of one.
func Flow() bot.Flow {
	return bot.Flow{
		Name: "records", Phrases: &texts,
		Words: []bot.Word{{Verb: word.Query, Global: true, Do: queryMine, Args: queryArguments, Home: true}},
		Steps: []bot.Step{{
			ID: Step, Help: textHelpHome, Ask: browse.AskHome, Unsure: textUnknownHome,
			On: []bot.Edge{
				{Verb: bot.Back, Do: bot.GoTo(bot.Home), To: []bot.StepID{bot.Home}},
				{Verb: bot.Next, Do: turnRecords, Asks: ListMine{}.ActionName()}, {Verb: word.Previous, Do: turnRecords, Asks: ListMine{}.ActionName()},
			},
		}},
		Actions: []bot.ActionSpec{
			{Name: ListMine{}.ActionName(), Finish: listed},
			{Name: LookUpTicket{}.ActionName(), Finish: ticketed},
			{Name: LookUpReceipt{}.ActionName(), Finish: receipted},
		},
		Overhear: overhear,
		Meant: func(t *bot.Turn) bot.Command {
			if t.Has(word.Asking) {
				return bot.Command{Verb: word.Query}
			}
			return bot.Command{}
		},
	}
}
