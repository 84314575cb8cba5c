package bot

import (
	"strings"
)

// rated tells the receipt. Nothing from here on shows what was chosen.
func (t *turn) rated(a Action, r Result) {
	rate, _ := a.(Rate)
	t.class = ClassConfirm
	name := t.nameOf(rate.Unit)
	camp := t.campaign(rate.Campaign)
	ours := t.s.draft.id == rate.Draft
	low := rate.Answers.Low()
	digits := t.s.draft.digits(t.s.draft.revision)
	switch r.Status {
	case Done, AlreadyDone:
	case Outdated:
		t.outdated(rate.Unit)
		return
	case TooLate, TooEarly, NotFound, Unlinked:
		t.forget()
		switch {
		case r.Status == Unlinked:
			t.say(textRatedUnlinked)
		case camp == nil || r.Status == NotFound:
			t.say(textNotRated, name)
		case r.Status == TooEarly:
			t.say(textTooEarly, t.date(camp.From))
		default:
			t.say(textNotReceived, t.lastDay(camp))
			t.sayStopped(camp)
		}
		t.nav(t.navComplainAbout(rate.Unit), t.navQuery())
		return
	default:
		t.unresolved()
		return
	}
	if ours {
		t.forget()
	}
	t.s.last = receipt{flow: flowRating, campaign: rate.Campaign, unit: rate.Unit, receipt: r.Receipt, digits: digits, low: low && r.Status == Done}
	t.c.lists = true
	switch {
	case r.Status == AlreadyDone:
		t.say(textRatedBefore, name)
	case r.Before:
		t.say(textRatedAgain)
	default:
		t.say(textRated)
	}
	t.say(textReceipt, r.Receipt)
	t.say(textReceiptWhat)
	t.c.optional()
	t.changeLater(rate.Campaign, rate.Unit)
	t.afterwards(rate.Unit, low && r.Status == Done)
}

// outdated ends the draft of a confirmation that is older than what stands: what
// it shows is not what its citizen wanted last.
func (t *turn) outdated(unit string) {
	t.forget()
	t.say(textConfirmOutdated, t.nameOf(unit))
	t.nav(t.navQuery(), choice{t.e.texts.word(vAgain), command{verb: vAgain}})
}

// changeLater says how to change a rating, while that can be done.
func (t *turn) changeLater(campaign, unit string) {
	if c := t.campaign(campaign); c != nil && c.Open(t.in.At) {
		t.say(textChangeLater, t.callOf(unit))
	}
}

// afterwards offers what can follow a rating.
func (t *turn) afterwards(unit string, low bool) {
	if low {
		t.askWhy(unit)
		t.say(textWantHandled)
	}
	complain := t.navComplain()
	complain.label = t.e.texts.word(vComplainAfter)
	if low {
		complain = t.navComplainAbout(unit)
	}
	// Who goes on typing levels after the last question changes nothing here.
	t.numberFrom(numbersBesideLevels)
	t.nav(choice{t.e.texts.word(vAgain), command{verb: vAgain}}, complain)
}

// askWhy offers the reasons of a low level: to tap, or as words where digits were
// levels a moment ago.
func (t *turn) askWhy(unit string) {
	if t.c.taps {
		t.say(textWhy)
		for i, reason := range t.e.texts.reasons {
			t.item(choice{reason.Label, command{verb: vReason, unit: unit, arg: uint8(i)}})
		}
		return
	}
	var words strings.Builder
	for i, reason := range t.e.texts.reasons {
		if i > 0 {
			t.addLabel(&words, textOr)
		}
		words.WriteString(reason.Label)
	}
	t.say(textWhyWords, words.String())
}

// reason takes a tapped reason for the rating just confirmed.
func (t *turn) reason(c command) {
	l := &t.s.last
	if l.flow != flowRating || !l.low || c.unit != l.unit {
		t.say(textReasonLate)
		if t.step().flow != flowNone {
			t.ask()
			return
		}
		t.nav(t.homeChoices()...)
		return
	}
	t.action = GiveReason{Campaign: l.campaign, Unit: l.unit, Receipt: l.receipt, Reason: Reasons[c.arg]}
}

func (t *turn) reasoned(a Action, r Result) {
	g, _ := a.(GiveReason)
	switch r.Status {
	case Done, AlreadyDone:
		t.say(textReasonTaken)
	case NotFound, TooLate, TooEarly:
		t.say(textReasonLate)
	case Unlinked:
		t.say(textUnlinked)
	default:
		t.unresolved()
		return
	}
	if t.drafting() {
		t.ask()
		return
	}
	t.numberFrom(numbersBesideLevels)
	t.nav(choice{t.e.texts.word(vAgain), command{verb: vAgain}}, t.navComplainAbout(g.Unit))
}

func (t *turn) erased(Action, Result) {
	t.s, t.silent = Session{}, true
}

// withdraw lists the ratings that can be withdrawn, or asks whether to withdraw
// the one named.
func (t *turn) withdraw(c command) {
	if t.drafting() {
		t.hold(c)
		return
	}
	t.forget()
	if c.unit == "" || c.unit == unsure {
		c.loose = false
		t.s.wish = command{verb: vWithdraw, n: c.n}
		t.action = ListMine{For: ForWithdrawal}
		return
	}
	t.s.draft = newDraft(t.in.Random, t.in.At)
	t.s.draft.unit = c.unit
	if camp := t.campaign(c.ref); camp != nil {
		t.s.campaign = camp.ID
	} else if camp = t.campaignFor(c.unit); camp != nil {
		t.s.campaign = camp.ID
	}
	t.s.version, t.s.step = flowVersions[flowWithdrawal], stepSure
	t.seeUnit()
	t.ask()
}

func (t *turn) askSure() {
	d := &t.s.draft
	t.say(textSure, t.nameOf(d.unit))
	x := t.e.texts
	about := uint8(flowWithdrawal)
	t.nav(
		choice{x.word(vConfirm), command{verb: vConfirm, unit: d.unit, n: d.digits(d.revision), arg: about}},
		choice{x.word(vCancel), command{verb: vCancel, unit: d.unit, arg: about}})
}

// confirmWithdrawal withdraws if the link, or the word, is about this one.
func (t *turn) confirmWithdrawal(c command) stepID {
	d := &t.s.draft
	f := flowID(c.arg)
	if f != flowWithdrawal && (f != flowNone || c.n != 0) || c.n != 0 && c.n != d.digits(d.revision) {
		if t.isLast(c) {
			t.repeatReceipt()
			return stay
		}
		t.say(textOldLink, t.openName())
		return stepSure
	}
	if t.tooOld() {
		return stepSure
	}
	t.action = Withdraw{Draft: d.id, Campaign: t.s.campaign, Unit: d.unit}
	return stay
}

func (t *turn) backSure(command) stepID {
	t.forget()
	t.s.wish = command{verb: vWithdraw}
	t.action = ListMine{For: ForWithdrawal}
	return stay
}

func (t *turn) withdrawn(a Action, r Result) {
	w, _ := a.(Withdraw)
	t.class = ClassConfirm
	name := t.nameOf(w.Unit)
	digits := t.s.draft.digits(t.s.draft.revision)
	switch r.Status {
	case Done, AlreadyDone:
		t.s.last = receipt{flow: flowWithdrawal, campaign: w.Campaign, unit: w.Unit, digits: digits}
		if r.Status == Done {
			t.say(textWithdrawn, name, t.callOf(w.Unit))
		} else {
			t.say(textWithdrawnBefore, name)
		}
	case Outdated:
		t.outdated(w.Unit)
		return
	case NotFound:
		t.say(textNoneToWithdraw, name)
	case TooLate, TooEarly:
		t.say(textWithdrawLate, name)
	case Unlinked:
		t.say(textUnlinked)
	default:
		t.unresolved()
		return
	}
	t.forget()
	t.nav(t.homeChoices()...)
}

// queryArguments understands a receipt, or a ticket's number and code.
func (t *turn) queryArguments(rest string) command {
	c := command{verb: vQuery}
	rest, c.n = t.cutPage(rest)
	if rest == "" {
		return c
	}
	c.ref = strings.ToUpper(strings.Map(oneDash, t.unlabelled(rest)))
	_, receipt := asReceipt(c.ref)
	no, _, _ := strings.Cut(c.ref, " ")
	c.loose = !receipt && !isTicketNo(no)
	return c
}

// unlabelled takes off what stands before numbers and codes where they are told,
// so that they can be copied as they are; 查询 too, which people write without a
// space behind it.
func (t *turn) unlabelled(text string) string {
	for _, id := range [...]textID{textReceipt, textTicketNo, textTicketNoBefore, textTicketCode} {
		text = strings.ReplaceAll(text, fold(t.label(id)), " ")
	}
	for _, w := range t.e.texts.words[vQuery] {
		text = strings.TrimPrefix(text, w)
	}
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ':' || r == ',' }), " ")
}

func oneDash(r rune) rune {
	switch r {
	case '‐', '‑', '‒', '–', '—', '−', '－', '_':
		return '-'
	}
	return r
}

// bareQuery is a receipt, or a ticket's number and code, without 查询.
func (t *turn) bareQuery() command {
	if c := t.queryArguments(t.norm); !c.loose && c.ref != "" {
		return c
	}
	return command{}
}

// asReceipt writes a receipt as it was given out, whatever is between its
// groups.
func asReceipt(s string) (string, bool) {
	var b strings.Builder
	n := 0
	for i := range len(s) {
		c := s[i]
		if c == '-' || c == ' ' {
			continue
		}
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') || n == 16 {
			return "", false
		}
		if n > 0 && n%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(c)
		n++
	}
	return b.String(), n == 16
}

// isTicketNo reports whether s looks like 20261122-0007.
func isTicketNo(s string) bool {
	day, n, ok := strings.Cut(s, "-")
	if !ok || len(day) != 8 || len(n) < 4 || len(n) > 8 {
		return false
	}
	return strings.Trim(day+n, "0123456789") == ""
}

// queryMine asks for the citizen's own records, or for one that anybody may ask
// for who has its number.
func (t *turn) queryMine(c command) {
	if c.ref == "" {
		t.s.wish = command{verb: vQuery, n: c.n}
		t.action = ListMine{For: ForQuery}
		return
	}
	no, code, _ := strings.Cut(c.ref, " ")
	if isTicketNo(no) {
		code = strings.ReplaceAll(code, " ", "")
		if code == "" {
			t.say(textCodeMissing, no)
			t.nav(t.navQuery())
			return
		}
		t.action = LookUpTicket{No: no, Code: cut(code, 16)}
		return
	}
	if r, ok := asReceipt(c.ref); ok {
		t.action = LookUpReceipt{Receipt: r}
		return
	}
	t.say(textQueryHow)
	t.nav(t.navQuery(), t.navHelp())
}
