package bot

import (
	"strings"

	"pingyi/models"
)

// maxSerial bounds what is kept of a code's serial and signature, in bytes.
const maxSerial = 64 // what the record holds

// arrive takes a scan or a follow. A code's scene leads straight to what it
// stands for, whatever was going on before; one that leads nowhere now costs
// nobody their draft.
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
	chosen := t.s.campaign
	t.s.campaign = ""
	switch kind {
	case "u", "w":
		if u, ok := t.w.Directory.ByCode(code); ok && code != "" {
			c, rated, _ := t.ratedAs(&u)
			t.leaveFor(t.canRate(c, rated), chosen)
			t.startRating(&u, arrival{scanned: true, serial: serial})
			return
		}
	case "c":
		if c := t.campaign(code); c != nil {
			t.leaveFor(c.Open(t.in.At), chosen)
			t.poster(c)
			return
		}
	}
	t.leaveFor(false, chosen)
	t.say(textUnknownScene)
	if t.drafting() {
		t.stillOpen()
		return
	}
	if c := t.campaignFor(""); c != nil && c.Open(t.in.At) {
		t.append(textUnknownSceneHow)
	}
	t.browse(stepClasses)
}

// poster leads to the choice of units of a campaign whose code was scanned. The code
// of one that is not open says so by the campaign's own name, and leads to the one that
// is open now, which is named as well.
func (t *turn) poster(c *Campaign) {
	if c.Open(t.in.At) {
		t.s.campaign = c.ID
		t.greet(c)
		t.browse(stepClasses)
		return
	}
	t.say(textPosterOf, t.fitted(safe(c.Title), 40, 30))
	if t.drafting() {
		t.sayClosed(c)
		t.stillOpen()
		return
	}
	other := t.campaignFor("")
	if other == nil || !other.Open(t.in.At) {
		t.forget()
		t.closed(c, "")
		return
	}
	t.sayClosed(c)
	t.say(textPosterInstead, t.fitted(safe(other.Title), 40, 30))
	t.browse(stepClasses)
}

// leaveFor gives up the draft for a scan that leads somewhere. Else a draft that
// can still be finished stays, with the campaign that was chosen for it.
func (t *turn) leaveFor(leads bool, chosen string) {
	flow := t.step().flow
	if !leads && (flow == flowComplaint || flow == flowRating && t.camp.Open(t.in.At)) {
		t.s.campaign = chosen
		return
	}
	t.leave()
	if flow == flowComplaint { // it may have been long: that it has to be written again is better told
		t.append(textLeftComplaintHow)
	}
}

// stillOpen ends an answer amid a draft: it is there, and how to go on.
func (t *turn) stillOpen() {
	t.say(textStillOpen, t.openName())
	t.navContinue()
}

// navContinue offers to go on with the draft after an answer that does not ask its
// question: the numbers of its choices are not on the screen then. Within a rating on a
// platform without links it is a word, as digits are levels there.
func (t *turn) navContinue() {
	t.s.made = 0
	if t.step().flow == flowRating {
		t.c.worded = true
	}
	t.nav(choice{t.e.texts.word(vContinue), t.resumeCommand()})
}

// leave gives up a draft, and says so.
func (t *turn) leave() {
	switch t.step().flow {
	case flowRating:
		t.say(textLeftRating, t.name(t.unit))
	case flowComplaint:
		t.say(textLeftComplaint)
	}
	if t.lost != 0 {
		t.tellLost()
	}
	t.forget()
}

// welcome greets somebody who began to follow without a code.
func (t *turn) welcome() {
	c := t.campaignFor("")
	t.greet(c)
	switch {
	case c == nil:
		t.say(textNoCampaign)
	case !c.Open(t.in.At):
		t.sayClosed(c)
	default:
		t.say(textWelcome)
		if u := c.example(); u != nil {
			t.say(textWelcomeHow, t.name(u))
			t.c.optional()
		}
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
	if u.Type == models.Window {
		window = u.Code
	}
	c, rated, seen := t.ratedAs(u)
	t.begin(c, rated, window, by, seen)
}

// ratedAs is the campaign in which a unit is rated, or nil, and as which unit: a
// window that is none of a campaign's units, seen then, is rated with its unit.
func (t *turn) ratedAs(u *models.Unit) (c *Campaign, rated, seen *models.Unit) {
	c = t.campaignFor(u.Code)
	if c == nil && u.Type == models.Window {
		if parent, ok := t.w.Directory.ByCode(u.Parent); ok {
			return t.campaignFor(parent.Code), &parent, u
		}
	}
	return c, u, nil
}

// canRate reports whether a unit can be rated in a campaign now.
func (t *turn) canRate(c *Campaign, u *models.Unit) bool {
	return c != nil && u.RetiredAt.IsZero() && c.Open(t.in.At) && len(c.lookup().dimensions(u.Type)) > 0
}

// begin starts the draft of a rating where it can be rated now.
func (t *turn) begin(c *Campaign, u *models.Unit, window string, by arrival, seen *models.Unit) {
	if !t.canRate(c, u) {
		t.notNow(c, u)
		return
	}
	t.forget()
	dims := c.lookup().dimensions(u.Type)
	d := newDraft(t.in.Random, t.in.At)
	d.unit, d.window, d.serial, d.count = u.Code, window, by.serial, uint8(len(dims)) //nolint:gosec // at most MaxDimensions
	for i := range dims {
		d.answers[i] = models.Unanswered
	}
	t.s.campaign, t.s.draft, t.s.version, t.s.step = c.ID, d, flowVersions[flowRating], stepQuestion
	t.restore()
	t.introduce(by, seen)
	t.ask()
}

// notNow tells why a unit cannot be rated. A draft that a scan left stays.
func (t *turn) notNow(c *Campaign, u *models.Unit) {
	over := c != nil && !c.Open(t.in.At)
	switch {
	case over && !t.drafting():
		t.forget()
		t.closed(c, u.Code)
		return
	case over:
		t.sayClosed(c)
	default:
		t.say(textNotRated, t.name(u))
	}
	if t.drafting() {
		t.stillOpen()
		return
	}
	t.forget()
	complain := t.navComplainAbout(u.Code)
	if !u.RetiredAt.IsZero() {
		complain = t.navComplain()
	}
	t.nav(complain, t.navRate(), t.navQuery())
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
	t.sayClosed(c)
	complain := t.navComplain()
	if code != "" {
		complain = t.navComplainAbout(code)
	}
	t.nav(complain, t.navQuery(), t.navHelp())
}

// sayClosed tells that a campaign is not open, with its day.
func (t *turn) sayClosed(c *Campaign) {
	if c.ahead(t.in.At) {
		t.say(textTooEarly, t.date(c.From))
		return
	}
	t.say(textTooLate, t.lastDay(c))
	t.sayStopped(c)
}

// sayStopped tells why a campaign ended before its time, where it did.
func (t *turn) sayStopped(c *Campaign) {
	if c.Stopped != "" {
		t.say(textWhyStopped, safe(c.Stopped))
	}
}

// name is a unit's name as lines show it. Where another unit has the same name, its
// superior or its code stands behind it.
func (t *turn) name(u *models.Unit) string {
	name := t.fitted(t.clean(u.Name), 20, 16)
	if !t.hasNamesake(u) {
		return name
	}
	return name + t.fill(textOfUnit, t.apart(u))
}

// apart tells a unit from those that have its name: by its superior where that is
// another than theirs, else by its code.
func (t *turn) apart(u *models.Unit) string {
	if parent, ok := t.w.Directory.ByCode(u.Parent); ok && u.Type == models.Window {
		return t.fitted(t.clean(parent.Name), 12, 8)
	}
	if u.Superior == "" {
		return u.Code
	}
	for _, other := range t.w.Directory.Namesakes(u.Code) {
		if other.Superior == u.Superior {
			return u.Code
		}
	}
	return t.fitted(t.clean(u.Superior), 12, 8)
}

// callOf is how a citizen names a unit, known by its code, in a message of their own: its
// name, with its code where others have that name.
func (t *turn) callOf(code string) string {
	if u, ok := t.w.Directory.ByCode(code); ok && t.hasNamesake(&u) {
		return t.coded(&u)
	}
	return t.nameOf(code)
}

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
