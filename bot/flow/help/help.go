// Package help says what one can do at any moment, and what is kept of a citizen.
package help

import (
	"pingyi/bot"
	"pingyi/bot/flow/drafts"
	"pingyi/bot/flow/office"
	"pingyi/bot/flow/word"
)

// Flow are the words of help and the privacy notice.
func Flow() bot.Flow {
	return bot.Flow{
		Name: "help", Phrases: &texts,
		Words: []bot.Word{{Verb: bot.Help, Global: true, Do: help}, {Verb: bot.Privacy, Global: true, Do: privacy}},
	}
}

// help says what one can do now; the dialogue stays where it is. Where choices
// are numbers, those of the step are shown again: a help with numbers of its own
// would make 2 mean 取消 where it just said to give the number of a kind.
func help(t *bot.Turn, _ bot.Command) {
	s := t.Step()
	if t.Lost.Why != nil {
		t.OfferLost()
		return
	}
	var with []string
	if s.HelpWith != nil {
		with = s.HelpWith(t)
	}
	t.Say(s.Help, with...)
	if t.Flow() != nil {
		t.Say(textHelpDraft)
		if !t.Taps() {
			t.Optional()
			t.Ask()
			return
		}
		t.Nav(drafts.NavResume(t), drafts.NavCancel(t))
		return
	}
	if s.Listed && !t.Taps() {
		t.Ask()
		return
	}
	if s.Kept {
		t.Worded(true)
	}
	t.Say(textHelpWords)
	t.S.Told |= bot.ToldPrivacy
	t.Nav(append(t.Homes(), t.Choice(word.Withdraw), t.Choice(bot.Privacy))...)
	t.S.Told |= bot.ToldPrivacy
}

// privacy shows the notice on what is kept; the dialogue stays where it is.
func privacy(t *bot.Turn, _ bot.Command) {
	t.S.Told |= bot.ToldPrivacy
	sayPrivacy(t)
	t.S.Told |= bot.ToldPrivacy
	if t.Flow() != nil {
		drafts.NavContinue(t)
		return
	}
	t.Nav(t.Homes()...)
}

// sayPrivacy says what is kept of a citizen, for how long, who could open it, and
// whom to ask. Each line is true of what the program does.
func sayPrivacy(t *bot.Turn) {
	t.Say(textPrivacy)
	c := t.CampaignFor("")
	if c != nil && !c.Appealed.IsZero() {
		t.Say(textPrivacyKeyDay, word.Date(t, c.Appealed))
	} else {
		t.Say(textPrivacyKey)
	}
	if !t.W.ComplaintsOff {
		t.Say(textPrivacyComplaints)
	}
	t.Say(textPrivacyLeave)
	n := office.Contacts(t)
	if n.Phone == "" {
		t.Say(textPrivacyAskHotline, n.Hotline)
		return
	}
	t.Say(textPrivacyAsk, n.Office, n.Phone)
}
