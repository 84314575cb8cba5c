// Package withdrawal takes a rating back: which, whether surely, done.
package withdrawal

import (
	"pingyi/bot"
	"pingyi/bot/flow/browse"
	"pingyi/bot/flow/drafts"
	"pingyi/bot/flow/word"
	"pingyi/models"
)

const name = "withdrawal"

// The steps.
const (
	StepChoose bot.StepID = "withdrawal.choose"
	Step       bot.StepID = "withdrawal.sure"
)

// Withdraw takes back the citizen's live rating of a unit.
type Withdraw struct {
	Draft    models.ID
	Campaign string
	Unit     string
}

// ActionName implements bot.Action.
func (Withdraw) ActionName() string { return "withdraw" }

// ListOpen asks for the citizen's own ratings, newest first: bot.Result.Found is
// records.Found.
type ListOpen struct{}

// ActionName implements bot.Action.
func (ListOpen) ActionName() string { return "list_open" }

// Choosing is the choice of a rating to take back. Its step holds no draft.
func Choosing() bot.Flow {
	list := ListOpen{}.ActionName()
	return bot.Flow{
		Name: "withdrawals", Phrases: &texts,
		Words: []bot.Word{{
			Verb: word.Withdraw, Global: true, Do: withdraw, Args: readWithdraw, Send: sendWithdraw, Glued: word.Withdraw,
		}},
		Steps: []bot.Step{{
			ID: StepChoose, Help: textHelpWhich, Ask: browse.AskHome, Free: nameWithdrawal, Unsure: textUnknownHome, Kept: true,
			On: []bot.Edge{
				{Verb: bot.Back, Do: bot.GoTo(bot.Home), To: []bot.StepID{bot.Home}},
				{Verb: bot.Next, Do: turn, Asks: list}, {Verb: word.Previous, Do: turn, Asks: list},
			},
		}},
		Actions: []bot.ActionSpec{{Name: list, Finish: listWithdrawals}},
		Meant: func(t *bot.Turn) bot.Command {
			if t.Has(word.Withdrawing) {
				return bot.Command{Verb: word.Withdraw, Unit: word.UnitWithin(t)}
			}
			return bot.Command{}
		},
	}
}

// Flow is the withdrawal of one rating.
func Flow() bot.Flow {
	return bot.Flow{
		Name: name, Version: 1, Word: word.Withdraw, Phrases: &texts,
		Steps: []bot.Step{{
			ID: Step, Help: textHelpWithdraw, Ask: askSure, Commits: true, Unsure: textUnknownSure,
			Stands: func(t *bot.Turn) bool { return t.S.Draft.Unit != "" },
			On: []bot.Edge{
				{Verb: bot.Confirm, Do: confirmWithdrawal, To: []bot.StepID{Step}, Asks: Withdraw{}.ActionName()},
				{Verb: bot.Yes, Do: drafts.Yes(confirmWithdrawal), To: []bot.StepID{Step}, Asks: Withdraw{}.ActionName()},
				{Verb: bot.Back, Do: backSure, Asks: ListOpen{}.ActionName()},
			},
		}},
		Actions: []bot.ActionSpec{{Name: Withdraw{}.ActionName(), Class: bot.ClassConfirm, Effect: true, Finish: withdrawn}},
		Title:   func(t *bot.Turn) string { return t.Fill(textDraft, t.NameOf(t.S.Draft.Unit)) },
		Dropped: func(t *bot.Turn) { t.Say(textKept, t.NameOf(t.S.Draft.Unit)) },
		Repeat: func(t *bot.Turn) []bot.Choice {
			t.Say(textWithdrawnBefore, t.NameOf(t.S.Last.Unit))
			return []bot.Choice{t.Choice(word.Query)}
		},
	}
}

// withdraw lists the ratings that can be withdrawn, or asks whether to withdraw
// the one named.
func withdraw(t *bot.Turn, c bot.Command) {
	if t.Drafting() {
		drafts.Hold(t, c)
		return
	}
	t.Forget()
	if c.Unit == "" || c.Unit == bot.Unsure {
		c.Loose = false
		t.S.Wish = bot.Command{Verb: word.Withdraw, N: c.N}
		t.Do(ListOpen{})
		return
	}
	if camp := t.Campaign(c.Ref); camp != nil {
		t.S.Campaign = camp.ID
	} else if camp = t.CampaignFor(c.Unit); camp != nil {
		t.S.Campaign = camp.ID
	}
	t.Begin(Step, c.Unit, nil)
	t.Ask()
}

func askSure(t *bot.Turn) {
	d := &t.S.Draft
	t.Say(textSure, t.NameOf(d.Unit))
	t.Nav(
		bot.Choice{Label: t.Word(bot.Confirm), Do: bot.Command{Verb: bot.Confirm, Unit: d.Unit, N: d.Digits(d.Revision), Of: word.Withdraw}},
		bot.Choice{Label: t.Word(word.Cancel), Do: bot.Command{Verb: word.Cancel, Unit: d.Unit, Of: word.Withdraw}})
}

// confirmWithdrawal withdraws if the link, or the word, is about this one.
func confirmWithdrawal(t *bot.Turn, c bot.Command) bot.StepID {
	d := &t.S.Draft
	if c.Of != word.Withdraw && (c.Of != "" || c.N != 0) || c.N != 0 && c.N != d.Digits(d.Revision) {
		if drafts.IsLast(t, c) {
			drafts.Repeat(t)
			return bot.Stay
		}
		t.Say(textOldLink, t.Title())
		return Step
	}
	if drafts.TooOld(t) {
		return Step
	}
	return t.Do(Withdraw{Draft: d.ID, Campaign: t.S.Campaign, Unit: d.Unit})
}

func backSure(t *bot.Turn, _ bot.Command) bot.StepID {
	t.Forget()
	t.S.Wish = bot.Command{Verb: word.Withdraw}
	return t.Do(ListOpen{})
}

func withdrawn(t *bot.Turn, a bot.Action, r bot.Result) {
	w, _ := a.(Withdraw)
	t.Rank(bot.ClassConfirm)
	unit := t.NameOf(w.Unit)
	digits := t.S.Draft.Digits(t.S.Draft.Revision)
	switch r.Status {
	case bot.Done, bot.AlreadyDone:
		t.S.Last = bot.Receipt{Flow: name, Campaign: w.Campaign, Unit: w.Unit, Digits: digits}
		if r.Status == bot.Done {
			t.Say(textWithdrawn, unit, t.CallOf(w.Unit))
		} else {
			t.Say(textWithdrawnBefore, unit)
		}
	case bot.Outdated:
		drafts.Outdated(t, w.Unit)
		return
	case bot.NotFound:
		t.Say(textNoneToWithdraw, unit)
	case bot.TooLate, bot.TooEarly:
		t.Say(textWithdrawLate, unit)
	case bot.Unlinked:
		t.Say(textUnlinked)
	default:
		drafts.Unresolved(t)
		return
	}
	t.Forget()
	t.Nav(t.Homes()...)
}
