package browse

import (
	"pingyi/bot"
	"pingyi/bot/catalogue"
	"pingyi/bot/flow/word"
)

// Wander takes a text outside of any draft: a unit's name starts its rating,
// part of one lists what it may mean.
func Wander(t *bot.Turn) {
	if t.Overheard() {
		return
	}
	switch t.Whole(t.Norm) {
	case wordHello:
		Welcome(t)
		return
	case bot.Yes, wordThanks:
		if c, ok := onlyChoice(t); ok && t.Whole(t.Norm) == bot.Yes {
			t.Obey(c)
			return
		}
		t.Forget()
		t.Say(textThanks)
		t.Ask()
		return
	case bot.Next, word.Previous:
		t.Say(textNoPage)
		t.Ask()
		return
	}
	if code, ok := t.UnitRef(t.Norm); ok && code != bot.Unsure {
		t.Obey(bot.Command{Verb: word.Rate, Unit: code})
		return
	}
	if IsNumber(t.Norm) && len(t.S.Shown) > 0 {
		t.Say(textNoSuchNumber, t.Norm)
		t.Ask()
		return
	}
	if IsClass(t, t.Norm) {
		t.Obey(bot.Command{Verb: word.Rate, Ref: t.Norm})
		return
	}
	wanderOn(t)
}

// wanderOn takes a text that is no word, name or number: its verb decides; a unit that
// it names is offered; what a search finds is listed.
func wanderOn(t *bot.Turn) {
	if c := t.Meant(); c.Verb != bot.Free {
		t.Obey(c)
		return
	}
	whole := len(t.W.Directory.Exact(t.Norm)) > 0
	if code := word.UnitWithin(t); code != "" && !t.Warned() && !whole {
		offerBoth(t, code)
		return
	}
	units := Find(t, t.Norm)
	if _, digits := catalogue.Digits(t.Norm); len(units) == 0 && digits { // an answer, but to what?
		t.Say(textNothingOpen)
		t.Ask()
		return
	}
	// What a search finds in a story is what happened there, not a wish to rate it.
	story := t.Story() && !whole
	if story || len(units) == 0 {
		switch {
		case t.Warned():
			t.Say(textHome)
		case story:
			t.Say(or(t, textProseOutside, textProseOutsideOff))
		default:
			t.Say(t.Step().Unsure)
		}
		t.Worded(false)
		t.Nav(t.Homes()...)
		return
	}
	t.Forget()
	ListOf(t, t.Norm, 1)
	t.S.Step = Units
	t.Ask()
}

// onlyChoice is the unit of a list of one, which a yes takes: it begins something and
// commits nothing.
func onlyChoice(t *bot.Turn) (bot.Command, bool) {
	var only bot.Command
	for _, c := range t.S.Shown {
		if (c.Verb != word.Rate && c.Verb != word.Withdraw && c.Verb != word.Complain) || c.Unit == "" || c.Unit == bot.Unsure {
			continue
		}
		if only.Verb != bot.Free {
			return bot.Command{}, false
		}
		only = c
	}
	return only, only.Verb != bot.Free && t.S.Step != bot.Home
}

// IsNumber reports whether a text looks like a place in a list.
func IsNumber(text string) bool {
	d, ok := catalogue.Digits(text)
	return ok && len(d) <= 2
}

// offerBoth asks whether a unit that a sentence names is to be rated or complained
// about.
func offerBoth(t *bot.Turn, code string) {
	t.Forget()
	if t.Story() {
		t.Say(textNotKept)
	}
	t.Say(textBoth, t.NameOf(code))
	t.Relist()
	t.Item(bot.Choice{Label: t.Label(textBothRate), Do: bot.Command{Verb: word.Rate, Unit: code}})
	t.Item(bot.Choice{Label: t.Label(textBothComplain), Do: bot.Command{Verb: word.Complain, Unit: code}})
}
