package drafts

import (
	"pingyi/bot"
	"pingyi/bot/flow/word"
)

// Hold keeps a draft when something else is wanted in the middle of it, and asks
// which of the two. What was wanted is kept in the session.
func Hold(t *bot.Turn, c bot.Command) {
	c.Loose = false
	t.S.Wish = c
	t.Go(t.Flow().Hold)
}

// HoldStep is the step of a flow that asks which of two things is wanted. A level or a
// link of the draft, one of verbs, goes on with it at one of the steps to.
func HoldStep(id bot.StepID, verbs []bot.Verb, to []bot.StepID) bot.Step {
	to = append([]bot.StepID{id}, to...)
	s := bot.Step{
		ID: id, Help: textHelpHold, Ask: askHold, Free: nameHeld, FreeTo: to,
		Choices: holdChoices, Numbered: true, Unsure: textUnknownHold,
	}
	for _, v := range verbs {
		s.On = append(s.On, bot.Edge{Verb: v, Do: amidHold, To: to})
	}
	return s
}

// Held reports whether the citizen is being asked which of two things is wanted.
func Held(t *bot.Turn) bool {
	f := t.Flow()
	return f != nil && f.Keeps && t.S.Step == f.Hold
}

func askHold(t *bot.Turn) {
	t.Say(textHold, t.Title())
	t.Say(textHoldHow)
	t.Offer()
}

// holdChoices are at most three: going on, what was wanted, and where a complaint
// amid a rating names no unit, one about another unit than the rated one.
func holdChoices(t *bot.Turn) []bot.Choice {
	c, unit := t.S.Wish, t.S.Draft.Unit
	f := t.Flow()
	onward := []bot.Choice{{Label: f.Onward(t), Do: NavResume(t).Do}}
	instead := func(label string, c bot.Command) {
		onward = append(onward, bot.Choice{Label: label, Do: bot.Command{Verb: word.Restart, Of: c.Verb, Unit: c.Unit, Ref: c.Ref, N: c.N}})
	}
	switch {
	case c.Verb == word.Withdraw:
		instead(t.Label(textHoldWithdraw), c)
	case c.Verb == word.Complain && c.Unit != "" && c.Unit != bot.Unsure:
		instead(t.Fill(textHoldComplainOf, t.NameOf(c.Unit)), c)
	case c.Verb == word.Complain && f.Word != word.Complain && !c.Names():
		instead(t.Fill(textHoldComplainOf, t.NameOf(unit)), bot.Command{Verb: word.Complain, Unit: unit})
		instead(t.Label(textHoldComplainOther), c)
	case c.Verb == word.Complain:
		instead(t.Label(textHoldComplainOther), c)
	case c.Unit != "":
		instead(t.Fill(textHoldRateOf, t.NameOf(c.Unit)), c)
	default:
		if c.Verb != word.Again {
			c.Verb = word.Rate
		}
		instead(t.Label(textHoldRateOther), c)
	}
	return onward
}

// nameHeld takes the name of a unit, which means what was wanted with that unit:
// the draft's own goes on with the draft.
func nameHeld(t *bot.Turn) bot.StepID {
	code, ok := t.UnitRef(t.Norm)
	if !ok || code == bot.Unsure {
		if c := t.Meant(); c.Verb != bot.Free {
			t.Obey(c)
			return bot.Stay
		}
		t.Unknown()
		return bot.Stay
	}
	wish := t.S.Wish
	if code == t.S.Draft.Unit && wish.Verb != word.Complain && wish.Verb != word.Withdraw {
		return resumed(t)
	}
	Hold(t, bot.Command{Verb: wish.Verb, Unit: code})
	return bot.Stay
}

// amidHold takes an answer to the draft while the citizen is asked which of two
// things is wanted. A link names its draft and goes on with it; a bare word or digit
// does not tell which of the two it means, so it changes nothing.
func amidHold(t *bot.Turn, c bot.Command) bot.StepID {
	switch {
	case c.Verb == bot.Back && !c.Names():
		return resumed(t)
	case c.Verb == bot.AllDigits, !c.Names() && c.N == 0:
		t.Unknown()
		return bot.Stay
	}
	t.S.Step = resumed(t)
	t.Obey(c)
	return bot.Stay
}

// resumed is the step at which a draft that was held goes on.
func resumed(t *bot.Turn) bot.StepID {
	t.S.Wish = bot.Command{}
	return t.Flow().Resume(t)
}

// Stray takes a text amid a draft that is no answer: the name of a unit to rate, a
// wish for something else, or nothing that is understood. The name of the draft's own
// unit repeats the question.
func Stray(t *bot.Turn) {
	if code, ok := t.UnitRef(t.Norm); ok && code != bot.Unsure {
		if code == t.S.Draft.Unit && t.Flow().Again != "" {
			t.Ask()
			return
		}
		Hold(t, bot.Command{Verb: word.Rate, Unit: code})
		return
	}
	if c := t.Meant(); c.Verb != bot.Free {
		t.Obey(c)
		return
	}
	t.Unknown()
}
