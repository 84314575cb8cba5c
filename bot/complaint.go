package bot

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"pingyi/models"
)

// What a complaint may hold; the complaints package holds to the same.
const (
	maxComplaintRunes = 2000
	maxParts          = 30
	maxContactRunes   = 100
	maxAddress        = 1024 // bytes of a media id or address
)

const (
	anonymous uint8 = 1
	openly    uint8 = 2
)

// complain starts a complaint after asking the world whether one may; at the
// choice of the unit of a complaint it chooses.
func (t *turn) complain(c command) {
	if t.w.ComplaintsOff {
		t.noComplaints()
		return
	}
	if t.s.step == stepWho && c.names() && !t.otherMark(c) {
		t.chooseWho(c)
		return
	}
	if t.step().flow == flowComplaint && c.unit != "" && c.unit == t.s.draft.unit {
		t.ask()
		return
	}
	if t.drafting() {
		t.hold(c)
		return
	}
	t.forget()
	c.loose = false
	t.s.wish = c
	t.action, t.class = MayComplain{}, ClassComplaint
}

// complainAfter is 我要投诉: about the unit that was just rated low.
func (t *turn) complainAfter(c command) {
	c = command{verb: vComplain, unit: c.unit, ref: c.ref, n: c.n}
	if l := &t.s.last; !c.names() && l.flow == flowRating && l.low && t.s.step == stepHome {
		c.unit = l.unit
	}
	t.complain(c)
}

// mayComplain begins the draft, or tells once that the day is full.
func (t *turn) mayComplain(_ Action, r Result) {
	wish := t.s.wish
	t.forget()
	t.class = ClassComplaint
	if r.Status == OverLimit {
		t.overLimit()
		return
	}
	t.s.draft = newDraft(t.in.Random, t.in.At)
	t.s.version, t.s.step = flowVersions[flowComplaint], stepWho
	if t.c.taps {
		t.say(textComplaintHello)
		t.privacyLink()
	} else {
		t.say(textComplaintHelloWord, t.e.texts.word(vPrivacy))
	}
	t.s.Told |= ToldPrivacy
	n := t.contacts()
	t.say(textDanger, n.Police, n.Fire)
	if t.in.Kind == Text && t.tellsMore() {
		t.s.draft.parts = []Part{t.told()}
		t.say(textToldKept)
	}
	if wish.names() && wish.n == 0 {
		t.chooseWho(wish)
		return
	}
	if wish.names() {
		t.listOf(wish.ref, wish.n)
	}
	t.ask()
}

// shortestStory is the length from which a sentence that asks for a complaint tells what
// happened too, in characters.
const shortestStory = 14

// tellsMore reports whether the message that asks for a complaint is a sentence and no
// command, so that it need not be written again.
func (t *turn) tellsMore() bool {
	n := utf8.RuneCountInString(t.in.Text)
	return n >= shortestStory && n <= maxComplaintRunes && t.parse(fold(t.in.Text)).verb == vFree
}

// overLimit tells it once a day; after that a push beyond the limit has no
// answer.
func (t *turn) overLimit() {
	day := uint16(t.in.At.In(beijing).Unix() / 86400) //nolint:gosec // until 2149
	if day == t.s.overDay {
		t.silent = true
		return
	}
	t.s.overDay = day
	t.say(textOverLimit)
	t.nav(t.navQuery(), t.navRate())
}

// askWho asks for the unit: by name, from the list, or 不确定.
func (t *turn) askWho() {
	t.nowWho()
	unsureOf := choice{t.e.texts.word(vUnsure), command{verb: vUnsure}}
	switch {
	case t.s.query != "":
		units, byClass := t.unitsListed()
		if byClass {
			t.say(textChooseUnit, t.fitted(safe(t.s.query), 16, 14))
		} else {
			t.say(textCandidates)
		}
		t.listUnits(units, vComplain)
	default:
		t.say(textWho)
		if c := t.campaignFor(""); c != nil && len(c.Classes) > 0 {
			t.say(textWhoList)
			t.listClasses(c, vComplain)
		}
	}
	t.nav(unsureOf, t.navBack(), t.navCancel())
}

// nowWho makes the lists of units name no unit but their own.
func (t *turn) nowWho() { t.seeUnit() }

// chooseWho takes a unit, a class to list, or words to look for.
func (t *turn) chooseWho(c command) {
	if c.unit == "" {
		t.listOf(c.ref, c.n)
		if units, byClass := t.unitsListed(); len(units) == 0 && !byClass {
			t.s.query = ""
			t.unknown()
			return
		}
		t.ask()
		return
	}
	if u, ok := t.w.Directory.ByCode(c.unit); ok && u.Type == models.Window && u.Parent != "" {
		if parent, found := t.w.Directory.ByCode(u.Parent); found {
			c.unit = parent.Code
		}
	}
	t.setUnit(c.unit)
	t.s.step = t.after(stepKind)
	t.ask()
}

func (t *turn) setUnit(code string) {
	d := &t.s.draft
	if d.unit != code {
		d.unit = code
		d.revision++
	}
	t.s.query, t.s.page = "", 0
	t.seeUnit()
}

// after is the next step: while a part of a finished draft is changed that is
// the summary.
func (t *turn) after(next stepID) stepID {
	if t.s.draft.amending {
		t.s.draft.amending = false
		return stepReview
	}
	return next
}

// missing is the first step whose answer the draft of a complaint lacks.
func (d *draft) missing() stepID {
	switch {
	case d.unit == "":
		return stepWho
	case d.kind == 0:
		return stepKind
	case len(d.parts) == 0:
		return stepTell
	case d.identity == 0:
		return stepIdentity
	case !d.contacted:
		return stepContact
	}
	return stepReview
}

// searchWho takes the name of the unit, or part of it.
func (t *turn) searchWho() stepID {
	c := command{verb: vComplain, ref: t.norm}
	if code, ok := t.unitRef(t.norm); ok {
		c.unit = code
	} else if len(t.find(t.norm)) == 0 {
		c.unit = t.unitWithin()
	}
	if c.unit != "" && t.tellsMore() && len(t.s.draft.parts) == 0 {
		t.s.draft.parts = []Part{t.told()}
		t.s.draft.revision++
		t.say(textToldKept)
	}
	t.chooseWho(c)
	return stay
}

func (t *turn) turnWho(c command) stepID { return t.turnPage(c) }

func (t *turn) chooseUnsure(command) stepID {
	if t.s.step != stepWho {
		t.unknown()
		return stay
	}
	t.setUnit(unsure)
	return t.after(stepKind)
}

func (t *turn) askKind() {
	if t.s.draft.unit == unsure {
		t.say(textKindUnsure)
	} else {
		t.say(textKind, t.nameOf(t.s.draft.unit))
	}
	for i, k := range t.e.texts.kinds {
		t.item(choice{k.Label, command{verb: vKind, unit: t.s.draft.unit, arg: uint8(i)}})
	}
	t.nav(t.navDraftBack(), t.navCancel())
}

func (t *turn) navDraftBack() choice {
	return choice{t.e.texts.word(vBack), command{verb: vBack, unit: t.s.draft.unit}}
}

// chooseKind takes the kind, also later from the old list.
func (t *turn) chooseKind(c command) stepID {
	d := &t.s.draft
	if t.s.step == stepWho {
		t.unknown()
		return stay
	}
	if d.kind != c.arg+1 {
		d.kind = c.arg + 1
		d.revision++
	}
	switch {
	case t.s.step != stepKind:
	case d.identity == 0: // 完成 was not said, whatever was sent already
		return t.after(stepTell)
	default:
		return t.after(d.missing())
	}
	t.say(textKindNow, t.e.texts.kinds[c.arg].Label)
	return t.s.step
}

func (t *turn) askTell() {
	if len(t.s.draft.parts) == 0 || t.s.draft.rewriting {
		t.say(textTell)
		t.nav(t.navDraftBack(), t.navCancel())
		return
	}
	t.say(textTellMore, strconv.Itoa(len(t.s.draft.parts)))
	t.nav(t.navFinish(), t.navDraftBack(), t.navCancel())
}

func (t *turn) navFinish() choice {
	return choice{t.e.texts.word(vFinish), command{verb: vFinish, unit: t.s.draft.unit}}
}

// tell takes a text of the complaint.
func (t *turn) tell() stepID {
	t.keep(t.told())
	return stay
}

// told is the present text as a part of a complaint.
func (t *turn) told() Part {
	return Part{Kind: Text, Text: strings.ToValidUTF8(strings.TrimSpace(t.in.Text), "")}
}

// takePart takes a picture, voice, video, place or link at any step of a
// complaint: who sends it means it to be part.
func (t *turn) takePart() {
	p := Part{Kind: t.in.Kind, Media: t.in.Media, Position: t.in.Position}
	if t.in.Kind == Voice || t.in.Kind == Link {
		p.Text = strings.ToValidUTF8(t.in.Text, "")
	}
	for _, s := range []*string{&p.Media.ID, &p.Media.URL, &p.Position.Latitude, &p.Position.Longitude, &p.Position.Label} {
		if len(*s) > maxAddress {
			*s = ""
		}
	}
	t.keep(p)
}

// keep adds a part while there is room, and tells where there is none; nothing
// kept before is lost.
func (t *turn) keep(p Part) {
	d := &t.s.draft
	if d.rewriting && partRunes(p) <= maxComplaintRunes {
		d.rewriting, d.parts = false, nil
	}
	have, more := d.runes(), partRunes(p)
	switch {
	case len(d.parts) >= maxParts:
		t.say(textTooMany, strconv.Itoa(maxParts))
	case have+more > maxComplaintRunes:
		t.say(textTooLong, strconv.Itoa(more), strconv.Itoa(maxComplaintRunes), strconv.Itoa(maxComplaintRunes-have))
	default:
		d.parts = append(d.parts[:len(d.parts):len(d.parts)], p)
		d.revision++
		t.say(textTaken)
		if t.s.step != stepTell {
			t.ask()
			return
		}
		t.say(textTakenHow)
		t.nav(t.navFinish(), t.navDraftBack(), t.navCancel())
		return
	}
	if t.s.step != stepTell {
		t.ask()
		return
	}
	t.nav(t.navFinish(), t.navDraftBack(), t.navCancel())
}

func partRunes(p Part) int {
	return utf8.RuneCountInString(p.Text) + utf8.RuneCountInString(p.Position.Label)
}

// finishTelling ends the texts; an empty complaint is told.
func (t *turn) finishTelling(command) stepID {
	if t.s.step != stepTell {
		t.unknown()
		return stay
	}
	if len(t.s.draft.parts) == 0 {
		t.say(textEmpty)
		return stepTell
	}
	t.s.draft.rewriting = false
	return t.after(t.s.draft.missing())
}

func (t *turn) askIdentity() {
	t.say(textIdentity)
	x := t.e.texts
	t.item(choice{x.word(vAnonymous), command{verb: vAnonymous, unit: t.s.draft.unit}})
	t.append(textAnonymous)
	t.item(choice{x.word(vNamed), command{verb: vNamed, unit: t.s.draft.unit}})
	t.append(textNamed)
	t.nav(t.navDraftBack(), t.navCancel())
}

// chooseIdentity takes 匿名 or 实名, also later from the old list.
func (t *turn) chooseIdentity(c command) stepID {
	d := &t.s.draft
	want := anonymous
	if c.verb == vNamed {
		want = openly
	}
	if t.s.step != stepIdentity && d.identity == 0 {
		t.unknown()
		return stay
	}
	if d.identity != want {
		anew := d.identity != 0 && d.contacted
		d.identity = want
		d.revision++
		if anew { // a name that was left for the one is not meant for the other
			d.contact, d.contacted, d.amending = "", false, false
			return stepContact
		}
	}
	if t.s.step == stepIdentity {
		return t.after(t.s.draft.missing())
	}
	return t.s.step
}
