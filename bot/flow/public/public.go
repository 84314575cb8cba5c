// Package public answers the author of a public text about a unit, by a private message.
package public

import (
	"pingyi/bot"
	"pingyi/bot/catalogue"
)

var (
	texts catalogue.Phrases

	textCounted    = texts.Text("public.counted", "unit")
	textStands     = texts.Text("public.stands", "unit")
	textUnlinked   = texts.Text("public.unlinked", "unit")
	textChange     = texts.Text("public.change", "unit")
	textUnread     = texts.Text("public.unread")
	textHow        = texts.Text("public.how", "example")
	textPrivate    = texts.Text("public.private")
	textHowPrivate = texts.Text("public.how_private", "example")
	textComplain   = texts.Text("public.complain")
	textNotRated   = texts.Text("window.not_rated", "unit")
)

// Flow are the texts of the package.
func Flow() bot.Flow { return bot.Flow{Name: "public", Phrases: &texts} }

// Fate is what became of a text that somebody wrote in public, as its
// author is told.
type Fate uint8

// Fates. The zero one is not told.
const (
	Counted    Fate = iota + 1 // it counts as a rating
	Stands                     // a rating by message or form stands
	NotRated                   // the unit is not rated now
	How                        // it is not exactly a rating
	HowPrivate                 // as How, and only messages count
	Unlinked                   // it was not recorded; see Unlinked
)

// Text is a public text as an answer needs it: names of the unit that it
// rates, where it rates one, and of one that serves as an example; either may be
// empty.
type Text struct {
	Fate    Fate
	Unit    string
	Example string
}

// Answer tells the author of a public text what became of it. It needs no session: what
// it asks for is said in words, never by numbers.
func Answer(e *bot.Engine, p Text) bot.Message {
	return e.Plain(func(t *bot.Turn) { answer(t, p) })
}

func answer(t *bot.Turn, p Text) {
	unit, example := nameOf(t, p.Unit), nameOf(t, p.Example)
	switch p.Fate {
	case Counted:
		t.Say(textCounted, unit)
		t.Say(textChange, unit)
	case Stands:
		t.Say(textStands, unit)
		t.Say(textChange, unit)
	case NotRated:
		t.Say(textNotRated, unit)
		t.Say(textComplain)
	case Unlinked:
		t.Say(textUnlinked, unit)
		t.Say(textComplain)
	case How:
		t.Say(textUnread)
		t.Say(textHow, example)
		t.Say(textPrivate)
	case HowPrivate:
		t.Say(textUnread)
		t.Say(textHowPrivate, example)
		t.Say(textComplain)
	}
}

// nameOf is a unit's name, which the citizen may have to write as it is.
func nameOf(t *bot.Turn, name string) string { return t.Fitted(t.Clean(name), 40, 40) }
