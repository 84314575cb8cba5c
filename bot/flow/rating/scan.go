package rating

import (
	"strings"

	"pingyi/bot"
	"pingyi/bot/catalogue"
	"pingyi/bot/flow/browse"
	"pingyi/bot/flow/drafts"
	"pingyi/bot/flow/word"
	"pingyi/models"
)

// maxSerial bounds what is kept of a code's serial and signature, in bytes.
const maxSerial = 64 // what the record holds

// Arrive takes a scan or a follow. A code's scene leads straight to what it
// stands for, also over a draft; a code that leads nowhere now leaves the draft
// where it is.
func Arrive(t *bot.Turn) {
	if t.In.Scene == "" {
		browse.Welcome(t)
		return
	}
	kind, rest, _ := strings.Cut(t.In.Scene, ":")
	code, serial, _ := strings.Cut(rest, ".")
	if len(serial) > maxSerial {
		serial = ""
	}
	chosen := t.S.Campaign
	t.S.Campaign = ""
	switch kind {
	case "u", "w":
		if u, ok := t.W.Directory.ByCode(code); ok && code != "" {
			c, rated, _ := ratedAs(t, &u)
			leaveFor(t, canRate(t, c, rated), chosen)
			start(t, &u, arrival{scanned: true, serial: serial})
			return
		}
	case "c":
		if c := t.Campaign(code); c != nil {
			leaveFor(t, c.Open(t.In.At), chosen)
			poster(t, c)
			return
		}
	}
	leaveFor(t, false, chosen)
	t.Say(textUnknownScene)
	if t.Drafting() {
		drafts.StillOpen(t)
		return
	}
	if c := t.CampaignFor(""); c != nil && c.Open(t.In.At) {
		t.Append(textUnknownSceneHow)
	}
	browse.To(t, browse.Classes)
}

// poster leads to the choice of units of a campaign whose code was scanned. The code
// of one that is not open says so by the campaign's own name, and leads to the one that
// is open now, which is named as well.
func poster(t *bot.Turn, c *bot.Campaign) {
	if c.Open(t.In.At) {
		t.S.Campaign = c.ID
		browse.Greet(t, c)
		browse.To(t, browse.Classes)
		return
	}
	t.Say(textPosterOf, t.Fitted(catalogue.Safe(c.Title), 40, 30))
	if t.Drafting() {
		browse.SayClosed(t, c)
		drafts.StillOpen(t)
		return
	}
	other := t.CampaignFor("")
	if other == nil || !other.Open(t.In.At) {
		t.Forget()
		browse.Closed(t, c, "")
		return
	}
	browse.SayClosed(t, c)
	t.Say(textPosterInstead, t.Fitted(catalogue.Safe(other.Title), 40, 30))
	browse.To(t, browse.Classes)
}

// leaveFor gives up the draft for a scan that leads somewhere. Else a draft that
// can still be finished stays, with the campaign that was chosen for it.
func leaveFor(t *bot.Turn, leads bool, chosen string) {
	if !leads && t.Drafting() {
		f, over := t.Flow(), false
		if f.Over != nil {
			_, over = f.Over(t, bot.Command{})
		}
		if !over {
			t.S.Campaign = chosen
			return
		}
	}
	drafts.Leave(t, true)
}

// arrival is how a citizen came to rate a unit.
type arrival struct {
	scanned bool
	serial  string
}

// start begins a blank rating of a unit, or of the unit that a window
// belongs to, and asks its first question.
func start(t *bot.Turn, u *models.Unit, by arrival) {
	window := ""
	if u.Type == models.Window {
		window = u.Code
	}
	c, rated, seen := ratedAs(t, u)
	begin(t, c, rated, window, by, seen)
}

// ratedAs is the campaign in which a unit is rated, or nil, and as which unit: a
// window that is none of a campaign's units, seen then, is rated with its unit.
func ratedAs(t *bot.Turn, u *models.Unit) (c *bot.Campaign, rated, seen *models.Unit) {
	c = t.CampaignFor(u.Code)
	if c == nil && u.Type == models.Window {
		if parent, ok := t.W.Directory.ByCode(u.Parent); ok {
			return t.CampaignFor(parent.Code), &parent, u
		}
	}
	return c, u, nil
}

// canRate reports whether a unit can be rated in a campaign now.
func canRate(t *bot.Turn, c *bot.Campaign, u *models.Unit) bool {
	return c != nil && u.RetiredAt.IsZero() && c.Open(t.In.At) && len(c.DimensionsOf(u.Type)) > 0
}

// begin starts the draft of a rating where it can be rated now.
func begin(t *bot.Turn, c *bot.Campaign, u *models.Unit, window string, by arrival, seen *models.Unit) {
	if !canRate(t, c, u) {
		notNow(t, c, u)
		return
	}
	d := &State{Window: window, Serial: by.serial, Count: uint8(len(c.DimensionsOf(u.Type)))} //nolint:gosec // at most MaxDimensions
	for i := range d.Count {
		d.Answers[i] = models.Unanswered
	}
	t.S.Campaign = c.ID
	t.Begin(StepQuestion, u.Code, d)
	introduce(t, by, seen)
	t.Ask()
}

// notNow tells why a unit cannot be rated. A draft that a scan left stays.
func notNow(t *bot.Turn, c *bot.Campaign, u *models.Unit) {
	over := c != nil && !c.Open(t.In.At)
	switch {
	case over && !t.Drafting():
		t.Forget()
		browse.Closed(t, c, u.Code)
		return
	case over:
		browse.SayClosed(t, c)
	default:
		t.Say(textNotRated, t.Name(u))
	}
	if t.Drafting() {
		drafts.StillOpen(t)
		return
	}
	t.Forget()
	complain := word.ComplainAbout(t, u.Code)
	if !u.RetiredAt.IsZero() {
		complain = t.Choice(word.Complain)
	}
	t.Nav(complain, t.Choice(word.Rate), t.Choice(word.Query))
}

// introduce says what is rated and, the first time, what this is.
func introduce(t *bot.Turn, by arrival, window *models.Unit) {
	if t.S.Told&bot.ToldPrivacy == 0 {
		browse.Greet(t, t.Camp)
		t.Optional()
	}
	name := t.Name(t.Unit)
	switch {
	case window != nil && by.scanned:
		t.Say(textIntroWindow, t.Name(window), name)
	case by.scanned:
		t.Say(textIntroScan, name)
	default:
		t.Say(textIntroName, name)
	}
	count := catalogue.Small(int(of(t).Count))
	if t.Taps() {
		t.Say(textIntroTaps, count)
	} else {
		t.Say(textIntroDigits, count)
	}
	if t.S.Told&bot.ToldUnseen == 0 {
		t.Append(textIntroUnseen, name)
		t.PrivacyLink()
		t.S.Told |= bot.ToldPrivacy | bot.ToldUnseen
	}
}
