package rating

import (
	"pingyi/bot"
	"pingyi/bot/flow/browse"
	"pingyi/bot/flow/drafts"
	"pingyi/bot/flow/word"
)

// rate starts the rating of a unit, or lists classes or units to choose from.
func rate(t *bot.Turn, c bot.Command) {
	if t.Drafting() {
		drafts.Hold(t, c)
		return
	}
	page := max(c.N, 1)
	if c.Unit == bot.Unsure {
		c.Unit = ""
	}
	switch {
	case c.Unit != "":
		u, ok := t.W.Directory.ByCode(c.Unit)
		if !ok {
			t.Forget()
			t.Say(textUnknownHome)
			t.Nav(t.Homes()...)
			return
		}
		start(t, &u, arrival{})
	case c.Ref != "":
		t.Forget()
		browse.ListOf(t, c.Ref, page)
		t.S.Step = browse.Units
		if units, byClass := browse.UnitsListed(t); len(units) == 0 && !byClass {
			t.Forget()
			t.Say(textUnknownHome)
			t.Nav(t.Homes()...)
			return
		}
		t.Ask()
	default:
		if c.Verb == word.Rate && c.N == 0 {
			t.S.Campaign = ""
		}
		t.Forget()
		browse.ListOf(t, "", page)
		t.S.Step = browse.Classes
		t.Ask()
	}
}

// again is 评议 in the campaign that was rated in.
func again(t *bot.Turn, c bot.Command) {
	c.Verb = word.Again
	rate(t, c)
}
