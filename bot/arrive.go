package bot

import (
	"strings"

	"pingyi/models"
)

// maxSerial bounds what is kept of a code's serial and signature, in bytes.
const maxSerial = 64 // what the record holds

// arrive takes a scan or a follow. A code's scene leads straight to what it
// stands for, whatever was going on before.
func (t *turn) arrive() {
	if t.in.Scene == "" {
		t.welcome()
		return
	}
	kind, rest, _ := strings.Cut(t.in.Scene, ":")
	code, serial, _ := strings.Cut(rest, ".")
	if len(serial) > maxSerial {
		serial = ""
	}
	complaining := t.step().flow == flowComplaint
	t.leave()
	if complaining { // it may have been long: that it has to be written again is better told
		t.append(textLeftComplaintHow)
	}
	t.s.campaign = ""
	switch kind {
	case "u", "w":
		if u, ok := t.w.Directory.ByCode(code); ok && code != "" {
			t.startRating(&u, arrival{scanned: true, serial: serial})
			return
		}
	case "c":
		if c := t.campaign(code); c != nil {
			t.s.campaign = c.ID
			t.greet(c)
			t.browse(stepClasses)
			return
		}
	}
	t.say(textUnknownScene)
	if c := t.campaignFor(""); c != nil && c.Open(t.in.At) {
		t.append(textUnknownSceneHow)
	}
	t.browse(stepClasses)
}

// leave gives up a draft for a scan, and says so.
func (t *turn) leave() {
	switch t.step().flow {
	case flowRating:
		t.say(textLeftRating, t.name(t.unit))
	case flowComplaint:
		t.say(textLeftComplaint)
	}
	if t.lost != 0 {
		t.say(t.lost)
	}
	t.forget()
}

// welcome greets somebody who began to follow without a code.
func (t *turn) welcome() {
	c := t.campaignFor("")
	t.greet(c)
	t.say(textWelcome)
	if c != nil && len(c.Units) > 0 {
		t.say(textWelcomeHow, t.name(&c.Units[0]))
		t.c.optional()
	}
	if t.drafting() {
		t.ask()
		return
	}
	t.forget()
	t.s.Told |= ToldPrivacy
	t.nav(append(t.homeChoices(), choice{t.e.texts.word(vPrivacy), command{verb: vPrivacy}})...)
}

// greet says hello, naming the campaign where there is one.
func (t *turn) greet(c *Campaign) {
	if c == nil {
		t.say(textHello)
		return
	}
	t.say(textHelloCampaign, safe(t.fitted(c.Title, 40, 30)))
}

// arrival is how a citizen came to rate a unit.
type arrival struct {
	scanned bool
	serial  string
}

// startRating begins a blank rating of a unit, or of the unit that a window
// belongs to, and asks its first question.
func (t *turn) startRating(u *models.Unit, by arrival) {
	window := ""
	c := t.campaignFor(u.Code)
	if u.Type == models.Window {
		window = u.Code
		if c == nil { // rated with its unit
			if parent, ok := t.w.Directory.ByCode(u.Parent); ok {
				t.s.step = stepHome
				seen := *u
				u, c = &parent, t.campaignFor(parent.Code)
				t.begin(c, u, window, by, &seen)
				return
			}
		}
	}
	t.begin(c, u, window, by, nil)
}

// begin starts the draft of a rating where it can be rated now.
func (t *turn) begin(c *Campaign, u *models.Unit, window string, by arrival, seen *models.Unit) {
	t.forget()
	switch {
	case c == nil:
		t.say(textNotRated, t.name(u))
		t.nav(t.navComplainAbout(u.Code), t.navRate(), t.navQuery())
		return
	case !c.Open(t.in.At):
		t.closed(c, u.Code)
		return
	}
	dims := c.lookup().dimensions(u.Type)
	if len(dims) == 0 {
		t.say(textNotRated, t.name(u))
		t.nav(t.navComplainAbout(u.Code), t.navRate(), t.navQuery())
		return
	}
	d := draft{id: draftID(t.in.Random), revision: 1, unit: u.Code, window: window, serial: by.serial, count: uint8(len(dims))} //nolint:gosec // at most MaxDimensions
	for i := range dims {
		d.answers[i] = models.Unanswered
	}
	t.s.campaign, t.s.draft, t.s.version, t.s.step = c.ID, d, flowVersions[flowRating], stepQuestion
	t.restore()
	t.introduce(by, seen)
	t.ask()
}

// introduce says what is rated and, the first time, what this is.
func (t *turn) introduce(by arrival, window *models.Unit) {
	if t.s.Told&ToldPrivacy == 0 {
		t.greet(t.camp)
		t.c.optional()
	}
	name := t.name(t.unit)
	switch {
	case window != nil && by.scanned:
		t.say(textIntroWindow, t.name(window), name)
	case by.scanned:
		t.say(textIntroScan, name)
	default:
		t.say(textIntroName, name)
	}
	count := small(len(t.dims))
	if t.c.taps {
		t.say(textIntroTaps, count)
	} else {
		t.say(textIntroDigits, count)
	}
	if t.s.Told&ToldUnseen == 0 {
		t.append(textIntroUnseen, name)
		t.privacyLink()
		t.s.Told |= ToldPrivacy | ToldUnseen
	}
}

// privacyLink adds the link to the privacy notice to the present line.
func (t *turn) privacyLink() {
	word := t.e.texts.word(vPrivacy)
	if t.c.taps {
		t.c.put(t.span(choice{word, command{verb: vPrivacy}}))
		return
	}
	t.append(textPrivacyWord, word)
}

// closed tells that a campaign is not open, with its day, and what can be done.
func (t *turn) closed(c *Campaign, code string) {
	if t.in.At.Before(c.From) {
		t.say(textTooEarly, t.date(c.From))
	} else {
		t.say(textTooLate, t.lastDay(c))
	}
	complain := t.navComplain()
	if code != "" {
		complain = t.navComplainAbout(code)
	}
	t.nav(complain, t.navQuery(), t.navHelp())
}

// name is a unit's name as lines show it.
func (t *turn) name(u *models.Unit) string { return t.fitted(t.clean(u.Name), 20, 16) }

// nameOf is the name of a unit by its code, or the code.
func (t *turn) nameOf(code string) string {
	if code == unsure || code == "" {
		return t.e.texts.word(vUnsure)
	}
	if t.unit != nil && t.unit.Code == code {
		return t.name(t.unit)
	}
	if u, ok := t.w.Directory.ByCode(code); ok {
		return t.name(&u)
	}
	return code
}
