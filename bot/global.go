package bot

// draftName says which draft is meant.
func (t *turn) draftName() string {
	switch {
	case t.step().flow == flowRating:
		return t.fill(textDraftRating, t.name(t.unit))
	case t.s.draft.unit == "" || t.s.draft.unit == unsure:
		return t.label(textDraftComplaint)
	}
	return t.fill(textDraftComplaintOf, t.nameOf(t.s.draft.unit))
}

// restart gives up the draft for what the command, or the wish kept, says; else
// it begins the same thing again.
func (t *turn) restart(c command) {
	next := command{verb: verb(c.arg), unit: c.unit, ref: c.ref, n: c.n}
	if c.arg == 0 {
		next = t.s.wish
	}
	flow, unit := t.step().flow, t.s.draft.unit
	switch next.verb {
	case vRate, vAgain, vComplain, vWithdraw:
	default:
		switch flow {
		case flowRating:
			next = command{verb: vRate, unit: unit}
		case flowComplaint:
			next = command{verb: vComplain, unit: unit}
		default:
			t.forget()
			t.ask()
			return
		}
	}
	if t.drafting() {
		t.leave()
	}
	t.e.globals[next.verb](t, next)
}

// resume goes on where a draft stands, or where a list was shown.
func (t *turn) resume(c command) {
	switch {
	case t.drafting() && c.unit != "" && c.unit != t.s.draft.unit:
		t.say(textOldLink, t.draftName())
	case t.held():
		t.s.step = t.resumed()
	case t.lost != 0:
		t.offerLost()
		return
	case t.s.step == stepHome:
		t.say(textNothingOpen)
	}
	t.ask()
}

// cancel ends the draft.
func (t *turn) cancel(c command) {
	s := t.step()
	switch {
	case t.lost != 0:
		t.forget()
		t.nav(t.homeChoices()...)
	case s.flow == flowNone && c.names():
		t.stale(c)
	case s.flow == flowNone:
		t.say(textNothingOpen)
		t.forget()
		t.ask()
	case !t.mine(c) || c.names() && flowID(c.arg) != t.cancelFlow():
		t.stale(c)
	default:
		if s.flow == flowWithdrawal {
			t.say(textKept, t.nameOf(t.s.draft.unit))
		} else {
			t.say(textCancelled, t.draftName())
		}
		t.forget()
		t.ask()
	}
}

// cancelFlow is the flow that the present draft's 取消 names.
func (t *turn) cancelFlow() flowID {
	if f := t.step().flow; f != flowRating {
		return f
	}
	return flowNone
}

// help says what one can do now; the dialogue stays where it is. Where choices
// are numbers, those of the step are shown again: a help with numbers of its own
// would make 2 mean 取消 where it just said to give the number of a kind.
func (t *turn) help(command) {
	s := t.step()
	if t.lost != 0 {
		t.offerLost()
		return
	}
	if s.help == textHelpQuestion {
		t.say(s.help, small(len(t.dims)), example(len(t.dims)))
	} else {
		t.say(s.help)
	}
	if s.flow != flowNone {
		t.say(textHelpDraft)
		if !t.c.taps {
			t.c.optional()
			t.ask()
			return
		}
		t.nav(choice{t.e.texts.word(vContinue), t.resumeCommand()}, t.navCancel())
		return
	}
	switch t.s.step {
	case stepClasses, stepUnits:
		if !t.c.taps {
			t.ask()
			return
		}
	case stepChooseWithdrawal: // its list is the record's; it stays as it is
		t.c.worded = true
	}
	t.say(textHelpWords)
	t.s.Told |= ToldPrivacy
	x := t.e.texts
	t.nav(append(t.homeChoices(), choice{x.word(vWithdraw), command{verb: vWithdraw}}, choice{x.word(vPrivacy), command{verb: vPrivacy}})...)
	t.s.Told |= ToldPrivacy
}

// privacy shows the notice on what is kept; the dialogue stays where it is.
func (t *turn) privacy(command) {
	t.s.Told |= ToldPrivacy
	t.sayPrivacy()
	t.s.Told |= ToldPrivacy
	if t.step().flow != flowNone {
		t.navContinue()
		return
	}
	t.nav(t.homeChoices()...)
}

// receive takes a picture, voice, video, place or link.
func (t *turn) receive() {
	t.class = ClassComplaint
	if t.in.Kind == Voice {
		t.warn(t.in.Text)
	}
	if t.step().flow == flowComplaint {
		t.takePart()
		return
	}
	if t.step().flow == flowRating && !t.camp.Open(t.in.At) {
		t.lose(textLostClosed)
	}
	if t.lost != 0 {
		t.offerLost()
		return
	}
	t.say(t.or(textMediaOutside, textMediaOutsideOff))
	if t.step().flow != flowNone {
		t.ask()
		return
	}
	t.nav(t.homeChoices()...)
}
