package bot

import (
	"unicode/utf8"

	"pingyi/folding"
	"pingyi/models"
)

// pageSize is how many units a page lists; with the longest names and their
// links it fits into an answer.
const pageSize = 8

// searchLimit bounds what a search lists over all its pages.
const searchLimit = 40

// isClass reports whether a folded text is a class of the present campaign.
func (t *turn) isClass(text string) bool {
	_, ok := t.className(text)
	return ok
}

func (t *turn) className(text string) (string, bool) {
	c := t.campaignFor("")
	if c == nil || text == "" {
		return "", false
	}
	name := folding.Name(text)
	for _, class := range c.Classes {
		if text == class || name == folding.Name(class) {
			return class, true
		}
	}
	return "", false
}

// maxPage is more than any list has.
const maxPage = 1000

// listOf makes a list stand at a page of a class, or of what is found for some
// words.
func (t *turn) listOf(words string, page uint32) {
	if class, ok := t.className(words); ok {
		words = class
	} else if r := []rune(words); len(r) > refRunes {
		words = string(r[:refRunes])
	}
	t.s.query, t.s.page = words, uint16(min(max(page, 1), maxPage))
}

// browse goes to a step of the choice of units and asks it.
func (t *turn) browse(id stepID) {
	t.s.step, t.s.page = id, 1
	t.ask()
}

// askHome says what one can begin with.
func (t *turn) askHome() {
	t.say(textHome)
	t.nav(t.homeChoices()...)
}

func (t *turn) homeChoices() []choice { return []choice{t.navRate(), t.navComplain(), t.navQuery()} }

func (t *turn) navRate() choice { return choice{t.e.texts.word(vRate), command{verb: vRate}} }

func (t *turn) navComplain() choice {
	return choice{t.e.texts.word(vComplain), command{verb: vComplain}}
}

// navComplainAbout is the offer to complain about a unit.
func (t *turn) navComplainAbout(code string) choice {
	return choice{t.e.texts.word(vComplainAfter), command{verb: vComplain, unit: code}}
}

func (t *turn) navQuery() choice { return choice{t.e.texts.word(vQuery), command{verb: vQuery}} }

func (t *turn) navHelp() choice { return choice{t.e.texts.word(vHelp), command{verb: vHelp}} }

func (t *turn) navBack() choice { return choice{t.e.texts.word(vBack), command{verb: vBack}} }

// askClasses lists the classes of the open campaign, or says when it opens.
func (t *turn) askClasses() {
	c := t.campaignFor("")
	if c == nil {
		t.say(textNoCampaign)
		t.nav(t.navComplain(), t.navQuery(), t.navHelp())
		return
	}
	if !c.Open(t.in.At) {
		t.closed(c, "")
		return
	}
	t.say(textChooseClass)
	t.listClasses(c, vRate)
	t.say(textChooseHow)
	t.c.optional()
	t.nav(t.navBack(), t.navHelp())
}

// listClasses lists the classes on the page that the session stands at.
func (t *turn) listClasses(c *Campaign, v verb) {
	from, to := t.pageOf(len(c.Classes))
	for _, class := range c.Classes[from:to] {
		t.item(choice{t.fitted(safe(class), 14, 14), command{verb: v, ref: class}})
	}
	t.pageNav(command{verb: v}, len(c.Classes))
}

// pageOf is the range of the present page among n things; the page is brought
// into range first.
func (t *turn) pageOf(n int) (from, to int) {
	last := max(1, (n+pageSize-1)/pageSize)
	t.s.page = uint16(min(max(int(t.s.page), 1), last)) //nolint:gosec // a few pages
	from = (int(t.s.page) - 1) * pageSize
	return from, min(from+pageSize, n)
}

// pageNav adds the way to the pages before and after, where there are any. The
// command says of what list.
func (t *turn) pageNav(of command, n int) {
	var ways []choice
	if page := uint32(t.s.page); page > 1 {
		of.n = page - 1
		ways = append(ways, choice{t.e.texts.word(vPrevious), of})
	}
	if int(t.s.page)*pageSize < n {
		of.n = uint32(t.s.page) + 1
		ways = append(ways, choice{t.e.texts.word(vNext), of})
	}
	if len(ways) > 0 {
		t.nav(ways...)
	}
}

// askUnits lists the units of the class, or found by the words, that the
// session stands at.
func (t *turn) askUnits() {
	units, byClass := t.unitsListed()
	if byClass {
		if c := t.campaignFor(""); !c.Open(t.in.At) {
			t.closed(c, "")
			return
		}
		t.say(textChooseUnit, t.fitted(safe(t.s.query), 16, 14))
	} else {
		t.say(textCandidates)
	}
	t.listUnits(units, vRate)
	t.nav(t.navBack(), t.navHelp())
	t.c.optional()
}

// unitsListed are the units of the list that the session stands at.
func (t *turn) unitsListed() (units []*models.Unit, byClass bool) {
	if class, ok := t.className(fold(t.s.query)); ok {
		return t.campaignFor("").lookup().byClass[class], true
	}
	return t.find(fold(t.s.query)), false
}

// find is what an exact name, alias or code means, else what a search finds.
func (t *turn) find(text string) []*models.Unit {
	if text == "" {
		return nil
	}
	found := t.w.Directory.Exact(text)
	if len(found) == 0 {
		found = t.w.Directory.Search(cut(text, 40), searchLimit)
	}
	units := make([]*models.Unit, len(found))
	for i := range found {
		units[i] = &found[i]
	}
	return units
}

// listUnits lists a page of units; a window is shown with its unit, and a unit
// that has the name of another with its code.
func (t *turn) listUnits(units []*models.Unit, v verb) {
	from, to := t.pageOf(len(units))
	for _, u := range units[from:to] {
		t.item(choice{t.fitted(t.clean(u.Name), 14, 14), command{verb: v, unit: u.Code}})
		if u.Type == models.Window && u.Parent != "" {
			if parent, ok := t.w.Directory.ByCode(u.Parent); ok {
				t.append(textOfUnit, t.fitted(t.clean(parent.Name), 12, 8))
			}
		} else if t.hasNamesake(u) {
			t.append(textOfUnit, t.apart(u))
		}
	}
	t.pageNav(command{verb: v, ref: t.s.query}, len(units))
}

// hasNamesake reports whether another unit has the same name, so that the name
// alone would not tell which is meant.
func (t *turn) hasNamesake(u *models.Unit) bool { return len(t.w.Directory.Namesakes(u.Code)) > 0 }

// turnPage turns the list of classes or units.
func (t *turn) turnPage(c command) stepID {
	was := t.s.page
	if c.verb == vNext {
		t.s.page++
	} else if t.s.page > 0 {
		t.s.page--
	}
	t.ask()
	if t.s.page == was && c.verb == vNext {
		t.s.page = was
	}
	return stay
}

func (t *turn) backToClasses(command) stepID {
	t.s.query, t.s.page = "", 1
	return stepClasses
}

// wander takes a text outside of any draft: a unit's name starts its rating,
// part of one lists what it may mean.
func (t *turn) wander() {
	if t.s.last.flow == flowRating && t.s.last.low {
		if place, ok := t.e.lexicon.reasons[lower(t.norm)]; ok {
			t.reason(command{verb: vReason, unit: t.s.last.unit, arg: place})
			return
		}
	}
	if c := t.bareQuery(); c.verb == vQuery {
		t.queryMine(c)
		return
	}
	switch t.e.lexicon.whole[lower(t.norm)].verb {
	case vHello:
		t.welcome()
		return
	case vYes, vThanks:
		if c, ok := t.onlyChoice(); ok && t.e.lexicon.whole[lower(t.norm)].verb == vYes {
			t.obey(c)
			return
		}
		t.forget()
		t.say(textThanks)
		t.ask()
		return
	case vNext, vPrevious:
		t.say(textNoPage)
		t.ask()
		return
	}
	if code, ok := t.unitRef(t.norm); ok && code != unsure {
		t.rate(command{verb: vRate, unit: code})
		return
	}
	if t.isNumber(t.norm) && len(t.s.shown) > 0 {
		t.noSuchNumber()
		return
	}
	if t.isClass(t.norm) {
		t.rate(command{verb: vRate, ref: t.norm})
		return
	}
	t.wanderOn()
}

// wanderOn takes a text that is no word, name or number: its verb decides; a unit that
// it names is offered; what a search finds is listed.
func (t *turn) wanderOn() {
	if c := t.meant(); c.verb != vFree {
		t.obey(c)
		return
	}
	whole := len(t.w.Directory.Exact(t.norm)) > 0
	if code := t.unitWithin(); code != "" && t.warned == 0 && !whole {
		t.offerBoth(code)
		return
	}
	units := t.find(t.norm)
	if _, digits := digitsOnly(t.norm); len(units) == 0 && digits { // an answer, but to what?
		t.say(textNothingOpen)
		t.ask()
		return
	}
	// What a search finds in a story is what happened there, not a wish to rate it.
	story := t.story() && !whole
	if story || len(units) == 0 {
		switch {
		case t.warned > 0:
			t.say(textHome)
		case story:
			t.say(t.or(textProseOutside, textProseOutsideOff))
		default:
			t.say(t.step().unsure)
		}
		t.c.worded = false
		t.nav(t.homeChoices()...)
		return
	}
	t.forget()
	t.listOf(t.norm, 1)
	t.s.step = stepUnits
	t.ask()
}

// onlyChoice is the unit of a list of one, which a yes takes: it begins something and
// commits nothing.
func (t *turn) onlyChoice() (command, bool) {
	var only command
	for _, c := range t.s.shown {
		if (c.verb != vRate && c.verb != vWithdraw && c.verb != vComplain) || c.unit == "" || c.unit == unsure {
			continue
		}
		if only.verb != vFree {
			return command{}, false
		}
		only = c
	}
	return only, only.verb != vFree && t.s.step != stepHome
}

// noSuchNumber answers a number that no list has. Right after a rating the digits of
// levels stand for nothing, and the same choices are shown again under their numbers:
// a list from 1 would take the next level that is typed for a choice.
func (t *turn) noSuchNumber() {
	t.say(textNoSuchNumber, t.norm)
	if t.s.shown[0].verb != vFree {
		t.ask()
		return
	}
	x := t.e.texts
	t.numberFrom(numbersBesideLevels)
	t.nav(choice{x.word(vAgain), command{verb: vAgain}}, choice{x.word(vComplainAfter), command{verb: vComplain}})
}

// or is the text for whether complaints are taken.
func (t *turn) or(on, off textID) textID {
	if t.w.ComplaintsOff {
		return off
	}
	return on
}

// proseRunes is the length from which a text that names no unit is somebody's
// story rather than a name.
const proseRunes = 24

func (t *turn) story() bool { return utf8.RuneCountInString(t.in.Text) > proseRunes }

// isNumber reports whether a text looks like a place in a list.
func (t *turn) isNumber(text string) bool {
	d, ok := digitsOnly(text)
	return ok && len(d) <= 2
}

// rate starts the rating of a unit, or lists classes or units to choose from.
func (t *turn) rate(c command) {
	if t.drafting() {
		t.hold(c)
		return
	}
	page := max(c.n, 1)
	if c.unit == unsure {
		c.unit = ""
	}
	switch {
	case c.unit != "":
		u, ok := t.w.Directory.ByCode(c.unit)
		if !ok {
			t.forget()
			t.say(textUnknownHome)
			t.nav(t.homeChoices()...)
			return
		}
		t.startRating(&u, arrival{})
	case c.ref != "":
		t.forget()
		t.listOf(c.ref, page)
		t.s.step = stepUnits
		if units, byClass := t.unitsListed(); len(units) == 0 && !byClass {
			t.forget()
			t.say(textUnknownHome)
			t.nav(t.homeChoices()...)
			return
		}
		t.ask()
	default:
		if c.verb == vRate && c.n == 0 {
			t.s.campaign = ""
		}
		t.forget()
		t.listOf("", page)
		t.s.step = stepClasses
		t.ask()
	}
}

// again is 评议 in the campaign that was rated in.
func (t *turn) again(c command) {
	c.verb = vAgain
	t.rate(c)
}
