package records

import (
	"pingyi/bot"
	"pingyi/bot/flow/browse"
	"pingyi/bot/flow/drafts"
	"pingyi/bot/flow/word"
)

// Stale answers a link, or a word of a draft, that does not fit the present
// state: nothing is changed, and it is said why and what stands.
func Stale(t *bot.Turn, c bot.Command) {
	if c.Verb == bot.Confirm && drafts.IsLast(t, c) {
		drafts.Repeat(t)
		return
	}
	open := t.Flow() != nil
	linked := c.Names() || c.N > 0
	switch {
	case t.Lost.Why != nil && c.Verb != bot.Confirm:
		t.OfferLost()
	case c.Verb == bot.Confirm && !open:
		wantState(t, c)
	case !open && !linked:
		wanderOrSay(t, c)
	case !open:
		ended(t, c)
	case !linked:
		t.Unknown()
	default:
		t.Say(textOldLink, t.Title())
		t.Ask()
	}
}

// wanderOrSay takes a bare word of a draft where none is open: it may be a name
// after all.
func wanderOrSay(t *bot.Turn, c bot.Command) {
	switch c.Verb {
	case word.Finish, word.Edit, word.Skip, bot.NotSure, word.Level, word.Anonymous, word.Named:
		t.Say(textNothingOpen)
		t.Forget()
		t.Ask()
	default:
		browse.Wander(t)
	}
}

// ended answers a link of a dialogue that is over.
func ended(t *bot.Turn, c bot.Command) {
	l := &t.S.Last
	if l.Flow != "" && t.FlowNamed(l.Flow).Again != "" && c.Unit != "" && c.Unit == l.Unit && (c.Verb == word.Level || c.Verb == word.Edit || c.Verb == word.Cancel || c.Verb == word.QuestionBack) {
		drafts.Repeat(t)
		return
	}
	t.Say(textEnded)
	if c.Unit != "" && c.Unit != bot.Unsure {
		switch {
		case c.Verb == word.Level || c.Verb == word.Edit && c.Of == "" || c.Verb == word.QuestionBack:
			t.Say(textRateAnew, t.NameOf(c.Unit), t.CallOf(c.Unit))
		case c.Verb != word.Cancel:
			t.Say(textComplainAnew)
		}
	}
	t.Nav(t.Homes()...)
}

// wantState answers a confirmation of which the session knows nothing: the
// record is asked, and what it holds is shown.
func wantState(t *bot.Turn, c bot.Command) {
	c.Loose = false
	t.S.Wish = c
	t.Do(ListMine{})
	t.Rank(bot.ClassConfirm)
}
