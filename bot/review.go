package bot

import (
	"strconv"
	"strings"
)

// previewRunes is how much of what was written a summary shows.
const previewRunes = 60

// askReview shows the complaint as it would be submitted: shortened, but for
// every choice in words.
func (t *turn) askReview() {
	d := &t.s.draft
	t.say(textReview)
	t.say(textReviewUnit, t.nameOf(d.unit))
	t.say(textReviewKind, t.e.texts.kinds[d.kind-1].Label)
	if text := d.written(); text != "" {
		t.say(textReviewText, safe(cut(text, previewRunes)), strconv.Itoa(d.runes()))
	}
	if media := t.media(); media != "" {
		t.say(textReviewMedia, media)
	}
	how := t.e.texts.word(vAnonymous)
	if d.identity == openly {
		how = t.e.texts.word(vNamed)
	}
	t.say(textReviewHow, how)
	if d.contact == "" {
		t.say(textReviewNoContact)
	} else {
		t.say(textReviewContact, safe(cut(d.contact, 30)))
	}
	t.say(textReviewFoot)
	x := t.e.texts
	about := uint8(flowComplaint)
	t.nav(
		choice{x.word(vConfirm), command{verb: vConfirm, unit: d.unit, n: d.digits(d.revision), arg: about}},
		choice{x.word(vEdit), command{verb: vEdit, unit: d.unit, arg: about}},
		t.navCancel())
}

// written is what was written, in one line.
func (d *draft) written() string {
	var words []string
	n := 0
	for i := range d.parts {
		if p := &d.parts[i]; p.Text != "" && n < previewRunes*4 {
			words = append(words, strings.Fields(cut(p.Text, previewRunes*2))...)
			n += len(p.Text)
		}
	}
	return strings.Join(words, " ")
}

// media counts what was sent besides texts.
func (t *turn) media() string {
	var counts [Link + 1]int
	for i := range t.s.draft.parts {
		counts[t.s.draft.parts[i].Kind]++
	}
	var out []string
	for _, of := range [...]struct {
		kind InputKind
		text textID
	}{{Picture, textPictures}, {Voice, textVoices}, {Video, textVideos}, {Place, textPlaces}, {Link, textLinks}} {
		if n := counts[of.kind]; n > 0 {
			out = append(out, t.fill(of.text, strconv.Itoa(n)))
		}
	}
	return strings.Join(out, t.label(textOr))
}

// editComplaint leads to the choice of the part to change, once there is a
// whole draft to change.
func (t *turn) editComplaint(command) stepID {
	if t.s.draft.missing() != stepReview {
		t.unknown()
		return stay
	}
	return stepAmend
}

func (t *turn) askAmend() {
	t.say(textAmend)
	for i, a := range t.e.texts.amends {
		t.item(choice{a.Label, command{verb: vAmend, unit: t.s.draft.unit, arg: uint8(i)}})
	}
	t.nav(t.navDraftBack(), t.navCancel())
}

// amendByName takes a part by its name.
func (t *turn) amendByName() stepID {
	if place, ok := t.e.lexicon.amends[lower(t.norm)]; ok {
		return t.amend(command{verb: vAmend, arg: place})
	}
	t.stray()
	return stay
}

// amend leads to the step of one part; its answer leads back to the summary.
func (t *turn) amend(c command) stepID {
	d := &t.s.draft
	if d.missing() != stepReview {
		t.unknown()
		return stay
	}
	d.amending = true
	switch c.arg {
	case amendUnit:
		return stepWho
	case amendKind:
		return stepKind
	case amendRewrite:
		d.rewriting = true
		return stepTell
	case amendMore:
		return stepTell
	case amendIdentity:
		return stepIdentity
	}
	return stepContact
}

// backComplaint goes one step back. While a part is changed that leads to the
// summary; before the unit it leads out of the complaint.
func (t *turn) backComplaint(command) stepID {
	d := &t.s.draft
	if d.amending {
		d.amending, d.rewriting = false, false
		return stepReview
	}
	switch t.s.step {
	case stepKind:
		return stepWho
	case stepTell:
		return stepKind
	case stepIdentity:
		return stepTell
	case stepContact:
		return stepIdentity
	case stepReview:
		return stepContact
	case stepAmend:
		return stepReview
	}
	if t.s.query != "" {
		t.s.query, t.s.page = "", 0
		return stepWho
	}
	t.say(textCancelled, t.draftName())
	t.forget()
	return stepHome
}

// confirmComplaint submits the complaint if what the link's summary showed, or
// what the summary on the screen shows, is what would be submitted.
func (t *turn) confirmComplaint(c command) stepID {
	d := &t.s.draft
	if f := flowID(c.arg); f != flowComplaint && (f != flowNone || c.n != 0) {
		t.stale(c)
		return stay
	}
	whole := d.missing() == stepReview
	switch {
	case c.n == 0 && (t.s.step != stepReview || !whole):
		t.say(textNotYet)
		return t.s.step
	case c.n != 0 && (!whole || c.n != d.digits(d.revision)):
		if t.isLast(c) {
			t.repeatReceipt()
			return stay
		}
		t.say(textOldSummary)
		if whole {
			d.amending = false
			return stepReview
		}
		return t.s.step
	case t.tooOld():
		return t.s.step
	}
	unit := d.unit
	if unit == unsure {
		unit = ""
	}
	t.action = File{
		Draft: d.id, Campaign: t.campaignOfYear(), Unit: unit, Kind: ComplaintKinds[d.kind-1],
		Parts: append([]Part(nil), d.parts...), Anonymous: d.identity == anonymous, Contact: d.contact,
	}
	return stay
}

// filed tells the number and the query code.
func (t *turn) filed(a Action, r Result) {
	f, _ := a.(File)
	t.class = ClassConfirm
	switch r.Status {
	case Done:
		t.say(textFiled)
	case AlreadyDone:
		t.say(textFiledBefore)
	case OverLimit:
		t.say(textOverLimitKept)
		t.nav(t.navQuery(), choice{t.e.texts.word(vContinue), t.resumeCommand()})
		return
	default:
		t.unresolved()
		return
	}
	unit := t.s.draft.unit
	if t.s.draft.id == f.Draft {
		t.s.last = receipt{flow: flowComplaint, unit: unit, receipt: r.No, code: r.Code, digits: t.s.draft.digits(t.s.draft.revision)}
		t.forget()
	}
	t.ticketLines(r.No, r.Code)
	t.say(textFiledThen)
	t.nav(t.navQuery(), t.navRate())
}

// ticketLines are the ticket's number and query code, each on a line of its
// own.
func (t *turn) ticketLines(no, code string) {
	t.say(textTicketNo, no)
	if code != "" {
		t.say(textTicketCode, code)
	}
}

// yes is a typed 好 at a summary: it confirms what the summary shows. One that came
// within the same or the next second was sent before that could be read, so the
// summary is shown again.
func (t *turn) yes(command) stepID {
	const readingTime = 2 // seconds; both are the platform's, which are whole
	if t.s.made != 0 && t.in.At.Unix()-t.s.made < readingTime {
		t.say(textReadFirst)
		return t.s.step
	}
	confirm := command{verb: vConfirm}
	switch t.step().flow {
	case flowComplaint:
		return t.confirmComplaint(confirm)
	case flowWithdrawal:
		return t.confirmWithdrawal(confirm)
	default:
		return t.confirmRating(confirm)
	}
}

// unresolved is said where the host has no answer: never that it failed.
func (t *turn) unresolved() {
	t.say(textBusy)
	t.nav(t.navQuery())
}
