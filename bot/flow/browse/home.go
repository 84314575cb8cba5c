package browse

import (
	"pingyi/bot"
	"pingyi/bot/catalogue"
	"pingyi/bot/flow/word"
)

// AskHome says what one can begin with.
func AskHome(t *bot.Turn) {
	t.Say(textHome)
	t.Nav(t.Homes()...)
}

// Welcome greets somebody who began to follow without a code.
func Welcome(t *bot.Turn) {
	c := t.CampaignFor("")
	Greet(t, c)
	switch {
	case c == nil:
		t.Say(textNoCampaign)
	case !c.Open(t.In.At):
		SayClosed(t, c)
	default:
		t.Say(textWelcome)
		if u := c.Example(); u != nil {
			t.Say(textWelcomeHow, t.Name(u))
			t.Optional()
		}
	}
	if t.Drafting() {
		t.Ask()
		return
	}
	t.Forget()
	t.S.Told |= bot.ToldPrivacy
	t.Nav(append(t.Homes(), t.Choice(bot.Privacy))...)
}

// Greet says hello, naming the campaign where there is one.
func Greet(t *bot.Turn, c *bot.Campaign) {
	if c == nil {
		t.Say(textHello)
		return
	}
	t.Say(textHelloCampaign, catalogue.Safe(t.Fitted(c.Title, 40, 30)))
}

// Closed tells that a campaign is not open, with its day, and what can be done.
func Closed(t *bot.Turn, c *bot.Campaign, code string) {
	SayClosed(t, c)
	complain := t.Choice(word.Complain)
	if code != "" {
		complain = word.ComplainAbout(t, code)
	}
	t.Nav(complain, t.Choice(word.Query), t.Choice(bot.Help))
}

// SayClosed tells that a campaign is not open, with its day.
func SayClosed(t *bot.Turn, c *bot.Campaign) {
	if c.Ahead(t.In.At) {
		t.Say(textTooEarly, word.Date(t, c.From))
		return
	}
	t.Say(textTooLate, word.LastDay(t, c))
	SayStopped(t, c)
}

// SayStopped tells why a campaign ended before its time, where it did.
func SayStopped(t *bot.Turn, c *bot.Campaign) {
	if c.Stopped != "" {
		t.Say(textWhyStopped, catalogue.Safe(c.Stopped))
	}
}

// Receive takes a picture, voice, video, place or link that is part of nothing.
func Receive(t *bot.Turn) {
	t.Say(or(t, textMediaOutside, textMediaOutsideOff))
	if t.Flow() != nil {
		t.Ask()
		return
	}
	t.Nav(t.Homes()...)
}

// or is the text for whether complaints are taken.
func or(t *bot.Turn, on, off *catalogue.Phrase) *catalogue.Phrase {
	if t.W.ComplaintsOff {
		return off
	}
	return on
}
