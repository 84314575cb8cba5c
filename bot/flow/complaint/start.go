package complaint

import (
	"strings"
	"unicode/utf8"

	"pingyi/bot"
	"pingyi/bot/catalogue"
	"pingyi/bot/flow/browse"
	"pingyi/bot/flow/drafts"
	"pingyi/bot/flow/office"
	"pingyi/bot/flow/word"
)

// complain starts a complaint after asking the world whether one may; at the
// choice of the unit of a complaint it chooses.
func complain(t *bot.Turn, c bot.Command) {
	if t.W.ComplaintsOff {
		noComplaints(t)
		return
	}
	if t.S.Step == StepWho && c.Names() && !t.OtherMark(c) {
		chooseWho(t, c)
		return
	}
	if complaining(t) && c.Unit != "" && c.Unit == t.S.Draft.Unit {
		t.Ask()
		return
	}
	if t.Drafting() {
		drafts.Hold(t, c)
		return
	}
	t.Forget()
	c.Loose = false
	t.S.Wish = c
	t.Rank(bot.ClassComplaint)
	t.Do(MayComplain{})
}

// complainAfter is 我要投诉: about the unit that was just rated low.
func complainAfter(t *bot.Turn, c bot.Command) {
	c = bot.Command{Verb: word.Complain, Unit: c.Unit, Ref: c.Ref, N: c.N}
	if l := &t.S.Last; !c.Names() && l.Low && t.S.Step == bot.Home {
		c.Unit = l.Unit
	}
	complain(t, c)
}

// mayComplain begins the draft, or tells once that the day is full.
func mayComplain(t *bot.Turn, _ bot.Action, r bot.Result) {
	wish := t.S.Wish
	t.Forget()
	t.Rank(bot.ClassComplaint)
	if r.Status == bot.OverLimit {
		overLimit(t)
		return
	}
	t.Begin(StepWho, "", &State{})
	if t.Taps() {
		t.Say(textComplaintHello)
		t.PrivacyLink()
	} else {
		t.Say(textComplaintHelloWord, t.Word(bot.Privacy))
	}
	t.S.Told |= bot.ToldPrivacy
	n := office.Contacts(t)
	t.Say(textDanger, n.Police, n.Fire)
	if t.In.Kind == bot.Text && tellsMore(t) {
		of(t).Parts = []Part{told(t)}
		t.Say(textToldKept)
	}
	if wish.Names() && wish.N == 0 {
		chooseWho(t, wish)
		return
	}
	if wish.Names() {
		browse.ListOf(t, wish.Ref, wish.N)
	}
	t.Ask()
}

// shortestStory is the length from which a sentence that asks for a complaint tells what
// happened too, in characters.
const shortestStory = 14

// tellsMore reports whether the message that asks for a complaint is a sentence and no
// command, so that it need not be written again.
func tellsMore(t *bot.Turn) bool {
	n := utf8.RuneCountInString(t.In.Text)
	return n >= shortestStory && n <= maxComplaintRunes && t.Parse(catalogue.Fold(t.In.Text)).Verb == bot.Free
}

// overLimit tells it once a day; after that a push beyond the limit has no
// answer.
func overLimit(t *bot.Turn) {
	day := uint16(t.In.At.In(word.Beijing).Unix() / 86400) //nolint:gosec // until 2149
	if day == t.S.LimitDay {
		t.Silent()
		return
	}
	t.S.LimitDay = day
	t.Say(textOverLimit)
	t.Nav(t.Choice(word.Query), t.Choice(word.Rate))
}

// noComplaints is said where complaints are not taken: whom to ring, and that nothing
// was kept.
func noComplaints(t *bot.Turn) {
	t.Say(textComplaintsOff)
	office.Say(t)
	office.SayHotlines(t)
	if t.Drafting() {
		drafts.StillOpen(t)
		return
	}
	t.Forget()
	t.Nav(t.Choice(word.Rate), t.Choice(word.Query))
}

// keepComplaint says that a complaint cannot be taken back here, and what can.
func keepComplaint(t *bot.Turn, _ bot.Command) {
	t.Say(textComplaintStays)
	office.Say(t)
	if t.Drafting() {
		drafts.StillOpen(t)
		return
	}
	t.Nav(t.Choice(word.Query), t.Choice(word.Withdraw))
}

// accused is a complaint about the unit that a sentence names, or else about what
// stands behind its verb.
func accused(t *bot.Turn) bot.Command {
	c := bot.Command{Verb: word.Complain, Unit: word.UnitWithin(t)}
	if c.Unit != "" {
		return c
	}
	for _, w := range t.Words(word.Accusing) {
		if _, rest, ok := strings.Cut(t.Norm, w); ok {
			if rest = strings.TrimLeft(rest, " :,"); rest != "" && len([]rune(rest)) <= mostWords && len(browse.Find(t, rest)) > 0 {
				c.Ref = rest
			}
			return c
		}
	}
	return c
}

// campaignOfYear is the campaign in whose year a complaint falls, or "".
func campaignOfYear(t *bot.Turn) string {
	year := t.In.At.In(word.Beijing).Year()
	for _, c := range t.W.Campaigns {
		if c.From.In(word.Beijing).Year() <= year {
			return c.ID
		}
	}
	return ""
}
