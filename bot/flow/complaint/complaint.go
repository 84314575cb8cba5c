// Package complaint is the complaint about a unit: which, of what kind, what happened,
// from whom, a summary, its confirmation.
package complaint

import (
	"pingyi/bot"
	"pingyi/bot/flow/browse"
	"pingyi/bot/flow/drafts"
	"pingyi/bot/flow/word"
)

const name = "complaint"

// mostWords is the longest text that is looked for in the register.
const mostWords = 12

// The steps.
const (
	StepWho      bot.StepID = "complaint.who"
	StepKind     bot.StepID = "complaint.kind"
	StepTell     bot.StepID = "complaint.tell"
	StepIdentity bot.StepID = "complaint.identity"
	StepContact  bot.StepID = "complaint.contact"
	StepReview   bot.StepID = "complaint.review"
	StepAmend    bot.StepID = "complaint.amend"
	StepHold     bot.StepID = "complaint.hold"
)

// The parts of a complaint that can be changed, in the order offered.
const (
	amendUnit uint8 = iota
	amendKind
	amendMore
	amendRewrite
	amendIdentity
)

// Flow is the complaint about a unit.
func Flow() bot.Flow {
	return bot.Flow{
		Name: name, Version: 1, Class: bot.ClassComplaint, Word: word.Complain, Keeps: true,
		State: bot.StateOf[State](), Phrases: &texts, Words: words(), Steps: steps(),
		Actions: []bot.ActionSpec{
			{Name: File{}.ActionName(), Class: bot.ClassConfirm, Effect: true, Finish: filed},
			{Name: MayComplain{}.ActionName(), Class: bot.ClassComplaint, Finish: mayComplain},
		},
		Restore: restore, Resume: resume, Hold: StepHold, Title: title, Repeat: repeat,
		Onward:  func(t *bot.Turn) string { return t.Label(textHoldGoOn) },
		Left:    left,
		Danger:  func(t *bot.Turn) { keep(t, told(t)) },
		Receive: takePart, Part: part, Meant: meant,
	}
}

func words() []bot.Word {
	own := func(v bot.Verb) bot.Word { return bot.Word{Verb: v, OfDraft: true, Send: sendOwn} }
	finish := own(word.Finish)
	finish.Class = bot.ClassComplaint
	return []bot.Word{
		{Verb: word.Complain, Global: true, Do: complain, Args: readComplaint, Home: true, Class: bot.ClassComplaint, Glued: word.Complain},
		{Verb: word.ComplainAfter, Global: true, Do: complainAfter, Args: readComplaint, Class: bot.ClassComplaint, Glued: word.Complain},
		{Verb: word.Kind, Unspoken: true, OfDraft: true, Send: sendKind, Class: bot.ClassComplaint, Places: len(Kinds)},
		{Verb: bot.NotSure, OfDraft: true, Send: func(t *bot.Turn, _ bot.Command) string { return t.Join(t.Word(word.Complain), t.Word(bot.NotSure)) }},
		own(word.Anonymous), own(word.Named), own(word.Skip), finish,
		{Verb: word.Amend, Unspoken: true, OfDraft: true, Send: sendAmend, Places: len(parts)},
		{Verb: wordKeep, Unspoken: true, Global: true, Do: keepComplaint},
	}
}

// wordKeep is a wish to take a complaint back, which cannot be done here.
const wordKeep bot.Verb = "keep_complaint"

func steps() []bot.Step {
	all := []bot.StepID{StepWho, StepKind, StepTell, StepIdentity, StepContact, StepReview, StepAmend}
	shared := []bot.Edge{
		{Verb: word.Kind, Do: chooseKind, To: all},
		{Verb: bot.NotSure, Do: chooseUnsure, To: all},
		{Verb: word.Anonymous, Do: chooseIdentity, To: all},
		{Verb: word.Named, Do: chooseIdentity, To: all},
		{Verb: word.Finish, Do: finishTelling, To: all},
		{Verb: word.Skip, Do: skipContact, To: all},
		{Verb: bot.Confirm, Do: confirmComplaint, To: all, Asks: File{}.ActionName()},
		{Verb: word.Edit, Do: editComplaint, To: all},
		{Verb: word.Amend, Do: amend, To: all},
		{Verb: bot.Back, Do: backComplaint, To: append([]bot.StepID{bot.Home}, all...)},
	}
	with := func(more ...bot.Edge) []bot.Edge { return append(more, shared...) }
	hold := drafts.HoldStep(StepHold, []bot.Verb{
		word.Level, bot.AllDigits, word.Skip, word.QuestionBack, bot.Confirm, word.Edit, bot.Yes, bot.Back,
		word.Kind, bot.NotSure, word.Anonymous, word.Named, word.Finish, word.Amend,
	}, []bot.StepID{StepWho, StepKind, StepTell, StepIdentity, StepContact, StepReview})
	hold.Early = true
	return []bot.Step{
		{
			ID: StepWho, Help: textHelpWho, Ask: askWho, Free: searchWho, FreeTo: all, Unsure: textUnknownWho, Early: true,
			On: with(bot.Edge{Verb: bot.Next, Do: browse.TurnPage}, bot.Edge{Verb: word.Previous, Do: browse.TurnPage}),
		},
		{ID: StepKind, Help: textHelpKind, Ask: askKind, Unsure: textUnknownKind, Early: true, Stands: hasUnit, On: with()},
		{
			ID: StepTell, Help: textHelpTell, Ask: askTell, Free: tell, Prose: true, Amid: []bot.Verb{word.Finish},
			Unsure: textUnknownKind, Stands: hasKind, On: with(),
		},
		{ID: StepIdentity, Help: textHelpIdentity, Ask: askIdentity, Unsure: textUnknownIdentity, Stands: hasKind, On: with()},
		{
			ID: StepContact, Help: textHelpContact, Ask: askContact, Free: takeContact, FreeTo: all, Prose: true, Unsure: textUnknownKind, Stands: hasKind,
			// No telephone number is one of these words, and what a yes answers is not asked.
			Amid: []bot.Verb{word.Finish, word.Skip, word.Anonymous, word.Named, bot.Confirm, word.Edit, bot.Yes},
			On:   with(bot.Edge{Verb: bot.Yes, Do: bot.GoTo(StepContact), To: []bot.StepID{StepContact}}),
		},
		{
			ID: StepReview, Help: textHelpSummary, Ask: askReview, Commits: true, Unsure: textUnknownSummary, Stands: isWhole,
			On: with(bot.Edge{Verb: bot.Yes, Do: drafts.Yes(confirmComplaint), To: []bot.StepID{StepReview}, Asks: File{}.ActionName()}),
		},
		{ID: StepAmend, Help: textHelpPick, Ask: askAmend, Free: amendByName, FreeTo: all, Unsure: textUnknownPick, Stands: isWhole, On: with()},
		hold,
	}
}

// title names the open complaint.
func title(t *bot.Turn) string {
	if u := t.S.Draft.Unit; u != "" && u != bot.Unsure {
		return t.Fill(textDraftOf, t.NameOf(u))
	}
	return t.Label(textDraft)
}

// left says that the complaint was given up. It may have been long: where that was for a
// code, how to write it again is told too.
func left(t *bot.Turn, scanned bool) {
	t.Say(textLeft)
	if scanned {
		t.Append(textLeftHow)
	}
}

// repeat says again that the last complaint was registered.
func repeat(t *bot.Turn) []bot.Choice {
	t.Say(textFiledBefore)
	ticketLines(t, t.S.Last.Receipt, t.S.Last.Code)
	return []bot.Choice{t.Choice(word.Query)}
}

// meant reads a complaint, or the wish to take one back, off a sentence.
func meant(t *bot.Turn) bot.Command {
	switch {
	case !t.Has(word.Accusing):
	case t.Has(word.Withdrawing):
		return bot.Command{Verb: wordKeep}
	case !t.Has(word.Asking):
		return accused(t)
	}
	return bot.Command{}
}
