package rating

import (
	"strings"

	"pingyi/bot"
	"pingyi/bot/flow/browse"
	"pingyi/bot/flow/drafts"
	"pingyi/bot/flow/word"
)

// rated tells the receipt. Nothing from here on shows what was chosen.
func rated(t *bot.Turn, a bot.Action, r bot.Result) {
	rate, _ := a.(Rate)
	t.Rank(bot.ClassConfirm)
	unit := t.NameOf(rate.Unit)
	camp := t.Campaign(rate.Campaign)
	ours := t.S.Draft.ID == rate.Draft
	low := rate.Answers.Low()
	digits := t.S.Draft.Digits(t.S.Draft.Revision)
	switch r.Status {
	case bot.Done, bot.AlreadyDone:
	case bot.Outdated:
		drafts.Outdated(t, rate.Unit)
		return
	case bot.TooLate, bot.TooEarly, bot.NotFound, bot.Unlinked:
		t.Forget()
		switch {
		case r.Status == bot.Unlinked:
			t.Say(textRatedUnlinked)
		case camp == nil || r.Status == bot.NotFound:
			t.Say(textNotRated, unit)
		case r.Status == bot.TooEarly:
			t.Say(textTooEarly, word.Date(t, camp.From))
		default:
			t.Say(textNotReceived, word.LastDay(t, camp))
			browse.SayStopped(t, camp)
		}
		t.Nav(word.ComplainAbout(t, rate.Unit), t.Choice(word.Query))
		return
	default:
		drafts.Unresolved(t)
		return
	}
	if ours {
		t.Forget()
	}
	t.S.Last = bot.Receipt{Flow: name, Campaign: rate.Campaign, Unit: rate.Unit, Receipt: r.Receipt, Digits: digits, Low: low && r.Status == bot.Done}
	t.Lists()
	switch {
	case r.Status == bot.AlreadyDone:
		t.Say(textRatedBefore, unit)
	case r.Before:
		t.Say(textRatedAgain)
	default:
		t.Say(textRated)
	}
	t.Say(textReceipt, r.Receipt)
	t.Say(textReceiptWhat)
	t.Optional()
	drafts.ChangeLater(t, rate.Campaign, rate.Unit)
	afterwards(t, rate.Unit, low && r.Status == bot.Done)
}

// afterwards offers what can follow a rating.
func afterwards(t *bot.Turn, unit string, low bool) {
	if low {
		askWhy(t, unit)
		t.Say(textWantHandled)
	}
	complain := t.Choice(word.Complain)
	complain.Label = t.Word(word.ComplainAfter)
	if low {
		complain = word.ComplainAbout(t, unit)
	}
	// Who goes on typing levels after the last question changes nothing here.
	t.NumberFrom(besideLevels)
	t.Nav(t.Choice(word.Again), complain)
}

// askWhy offers the reasons of a low level: to tap, or as words where digits were
// levels a moment ago.
func askWhy(t *bot.Turn, unit string) {
	if t.Taps() {
		t.Say(textWhy)
		for i, reason := range t.Names(reasons) {
			t.Item(bot.Choice{Label: reason.Label, Do: bot.Command{Verb: word.Reason, Unit: unit, Arg: uint8(i)}})
		}
		return
	}
	var words strings.Builder
	for i, reason := range t.Names(reasons) {
		if i > 0 {
			words.WriteString(t.Label(textOr))
		}
		words.WriteString(reason.Label)
	}
	t.Say(textWhyWords, words.String())
}

// reason takes a tapped reason for the rating just confirmed.
func reason(t *bot.Turn, c bot.Command) {
	l := &t.S.Last
	if l.Flow != name || !l.Low || c.Unit != l.Unit {
		t.Say(textReasonLate)
		if t.Flow() != nil {
			t.Ask()
			return
		}
		t.Nav(t.Homes()...)
		return
	}
	t.Do(GiveReason{Campaign: l.Campaign, Unit: l.Unit, Receipt: l.Receipt, Reason: Reasons[c.Arg]})
}

func reasoned(t *bot.Turn, a bot.Action, r bot.Result) {
	g, _ := a.(GiveReason)
	switch r.Status {
	case bot.Done, bot.AlreadyDone:
		t.Say(textReasonTaken)
	case bot.NotFound, bot.TooLate, bot.TooEarly:
		t.Say(textReasonLate)
	case bot.Unlinked:
		t.Say(textUnlinked)
	default:
		drafts.Unresolved(t)
		return
	}
	if t.Drafting() {
		t.Ask()
		return
	}
	t.NumberFrom(besideLevels)
	t.Nav(t.Choice(word.Again), word.ComplainAbout(t, g.Unit))
}

// readReason understands 原因 市教育局 等候太久.
func readReason(t *bot.Turn, rest string) bot.Command {
	if i := strings.LastIndexByte(rest, ' '); i > 0 {
		if place, ok := t.Place(reasons, rest[i+1:]); ok {
			return t.Named(bot.Command{Verb: word.Reason, Arg: place}, rest[:i])
		}
	}
	return bot.Command{}
}

func sendReason(t *bot.Turn, c bot.Command) string {
	return t.Join(t.Word(word.Reason), t.RefName(c), t.Names(reasons)[c.Arg].Words[0])
}

// overhear takes the name of a reason right after a low rating, and a number that stands
// for nothing there: the digits of levels do, and the same choices are shown again under
// their numbers. A list from 1 would take the next level that is typed for a choice.
func overhear(t *bot.Turn) bool {
	if l := &t.S.Last; l.Flow == name && l.Low {
		if place, ok := t.Place(reasons, t.Norm); ok {
			reason(t, bot.Command{Verb: word.Reason, Unit: l.Unit, Arg: place})
			return true
		}
	}
	if !browse.IsNumber(t.Norm) || len(t.S.Shown) == 0 || t.S.Shown[0].Verb != bot.Free {
		return false
	}
	t.Say(textNoSuchNumber, t.Norm)
	t.NumberFrom(besideLevels)
	t.Nav(t.Choice(word.Again), bot.Choice{Label: t.Word(word.ComplainAfter), Do: bot.Command{Verb: word.Complain}})
	return true
}

// repeat says again that the last rating was taken.
func repeat(t *bot.Turn) []bot.Choice {
	l := t.S.Last
	t.Say(textRatedBefore, t.NameOf(l.Unit))
	t.Say(textReceipt, l.Receipt)
	drafts.ChangeLater(t, l.Campaign, l.Unit)
	return []bot.Choice{t.Choice(word.Again), t.Choice(word.Query)}
}
