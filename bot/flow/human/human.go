// Package human answers a citizen who wants to talk to a person: this account is not staffed,
// and these are the numbers to ring.
package human

import (
	"pingyi/bot"
	"pingyi/bot/catalogue"
	"pingyi/bot/flow/office"
)

// verb is 人工, perhaps with the unit whose number is wanted.
const verb bot.Verb = "human"

var (
	texts catalogue.Phrases

	textAuto    = texts.Text("human.auto")
	textRing    = texts.Text("human.ring")
	textNoPhone = texts.Text("human.no_phone", "hotline")
	textKept    = texts.Text("human.kept")
)

// Flow is the word; it has no step of its own.
func Flow() bot.Flow {
	return bot.Flow{
		Name: "human", Phrases: &texts,
		Words: []bot.Word{{
			Verb: verb, Global: true, Do: answer,
			Args: func(t *bot.Turn, rest string) bot.Command { return t.Named(bot.Command{Verb: verb}, rest) },
		}},
	}
}

// answer says whom to ring. A draft is kept and its question asked again.
func answer(t *bot.Turn, c bot.Command) {
	t.Say(textAuto)
	if unit := about(t, c); office.HasPhone(t) || office.UnitPhone(t, unit) != "" {
		t.Append(textRing)
		office.SayBefore(t)
		office.SayUnit(t, unit)
		office.SayHotline(t)
	} else {
		t.Append(textNoPhone, office.Contacts(t).Hotline)
	}
	if t.Flow() == nil {
		t.Nav(t.Homes()...)
		return
	}
	t.Say(textKept)
	t.Optional()
	t.Ask()
}

// about is the code of the unit whose number is wanted: the one that is named, else that
// of the draft, or where none is open that of the last one that had its effect.
func about(t *bot.Turn, c bot.Command) string {
	switch {
	case c.Unit != "":
		return c.Unit
	case t.Flow() != nil:
		return t.S.Draft.Unit
	}
	return t.S.Last.Unit
}
