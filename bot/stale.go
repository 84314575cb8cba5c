package bot

// stale answers a link, or a word of a draft, that does not fit the present
// state: nothing is changed, and it is said why and what stands.
func (t *turn) stale(c command) {
	if c.verb == vReason {
		t.reason(c)
		return
	}
	if c.verb == vConfirm && t.isLast(c) {
		t.repeatReceipt()
		return
	}
	s := t.step()
	linked := c.names() || c.n > 0
	switch {
	case t.lost != 0 && c.verb != vConfirm:
		t.offerLost()
	case c.verb == vConfirm && s.flow == flowNone:
		t.wantState(c)
	case s.flow == flowNone && !linked:
		t.wanderOrSay(c)
	case s.flow == flowNone:
		t.ended(c)
	case !linked:
		t.unknown()
	default:
		t.say(textOldLink, t.openName())
		t.ask()
	}
}

// openName names the draft that is open, withdrawals too.
func (t *turn) openName() string {
	if t.step().flow == flowWithdrawal {
		return t.fill(textDraftWithdrawal, t.nameOf(t.s.draft.unit))
	}
	return t.draftName()
}

// wanderOrSay takes a bare word of a draft where none is open: it may be a name
// after all.
func (t *turn) wanderOrSay(c command) {
	switch c.verb {
	case vFinish, vEdit, vSkip, vUnsure, vLevel, vAnonymous, vNamed:
		t.say(textNothingOpen)
		t.forget()
		t.ask()
	default:
		t.wander()
	}
}

// ended answers a link of a dialogue that is over.
func (t *turn) ended(c command) {
	l := &t.s.last
	if l.flow == flowRating && c.unit != "" && c.unit == l.unit && (c.verb == vLevel || c.verb == vEdit || c.verb == vCancel || c.verb == vQuestionBack) {
		t.repeatReceipt()
		return
	}
	t.say(textEnded)
	if c.unit != "" && c.unit != unsure {
		switch {
		case c.verb == vLevel || c.verb == vEdit && flowID(c.arg) == flowNone || c.verb == vQuestionBack:
			t.say(textRateAnew, t.nameOf(c.unit), t.callOf(c.unit))
		case c.verb != vCancel:
			t.say(textComplainAnew)
		}
	}
	t.nav(t.homeChoices()...)
}

// isLast reports whether a confirmation is that of the last draft that had its
// effect.
func (t *turn) isLast(c command) bool {
	l := &t.s.last
	if l.flow == flowNone {
		return false
	}
	if c.n != 0 {
		return c.n == l.digits && (c.unit == "" || c.unit == l.unit || c.unit == unsure)
	}
	if t.step().flow != flowNone || c.names() && c.unit != l.unit {
		return false
	}
	flow := flowID(c.arg)
	return !c.names() || flow == l.flow || flow == flowNone && l.flow == flowRating
}

// repeatReceipt says again what the last effect was.
func (t *turn) repeatReceipt() {
	l := t.s.last
	x := t.e.texts
	var onward []choice
	switch l.flow {
	case flowComplaint:
		t.say(textFiledBefore)
		t.ticketLines(l.receipt, l.code)
		onward = []choice{t.navQuery()}
	case flowWithdrawal:
		t.say(textWithdrawnBefore, t.nameOf(l.unit))
		onward = []choice{t.navQuery()}
	default:
		t.say(textRatedBefore, t.nameOf(l.unit))
		t.say(textReceipt, l.receipt)
		t.changeLater(l.campaign, l.unit)
		onward = []choice{{x.word(vAgain), command{verb: vAgain}}, t.navQuery()}
	}
	if t.step().flow != flowNone {
		t.say(textStillOpen, t.openName())
		onward = []choice{{x.word(vContinue), t.resumeCommand()}}
	}
	t.nav(onward...)
}

// wantState answers a confirmation of which the session knows nothing: the
// record is asked, and what it holds is shown.
func (t *turn) wantState(c command) {
	c.loose = false
	t.s.wish = c
	t.action = ListMine{For: ForQuery}
	t.class = ClassConfirm
}
