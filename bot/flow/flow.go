// Package flow is the dialogue: it registers every flow with the engine. One more flow is
// one more line here.
package flow

import (
	"pingyi/bot"
	"pingyi/bot/catalogue"
	"pingyi/bot/flow/browse"
	"pingyi/bot/flow/complaint"
	"pingyi/bot/flow/drafts"
	"pingyi/bot/flow/earlier"
	"pingyi/bot/flow/help"
	"pingyi/bot/flow/human"
	"pingyi/bot/flow/office"
	"pingyi/bot/flow/public"
	"pingyi/bot/flow/rating"
	"pingyi/bot/flow/records"
	"pingyi/bot/flow/withdrawal"
	"pingyi/bot/flow/word"
)

// New makes the engine with the built-in texts of a language, such as zh-Hans.
func New(language string) (*bot.Engine, error) {
	texts, err := catalogue.Load(language)
	if err != nil {
		return nil, err
	}
	return bot.New(texts, Dialogue())
}

// Dialogue is all flows, in the order in which they are asked what a text means.
func Dialogue() bot.Dialogue {
	return bot.Dialogue{
		Flows: []bot.Flow{
			browse.Flow(), rating.Flow(), complaint.Flow(), withdrawal.Choosing(), withdrawal.Flow(), records.Flow(),
			drafts.Flow(), help.Flow(), human.Flow(), office.Flow(), public.Flow(),
			{Name: "word", Phrases: &word.Phrases},
		},
		Arrive: rating.Arrive, Receive: browse.Receive, Wander: browse.Wander, Stray: drafts.Stray, Stale: records.Stale,
		Warn: help.Warn, Danger: help.SayDanger,
		Earlier: earlier.Read,
	}
}
