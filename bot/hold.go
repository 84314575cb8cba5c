package bot

// hold keeps a draft when something else is wanted in the middle of it, and asks
// which of the two. What was wanted is kept in the session.
func (t *turn) hold(c command) {
	c.loose = false
	t.s.wish = c
	if t.step().flow == flowComplaint {
		t.s.step = stepHoldComplaint
	} else {
		t.s.step = stepHoldRating
	}
	t.ask()
}

// held reports whether the citizen is being asked which of two things is wanted.
func (t *turn) held() bool { return t.s.step == stepHoldRating || t.s.step == stepHoldComplaint }

func (t *turn) askHold() {
	t.say(textHold, t.draftName())
	t.say(textHoldHow)
	t.offer()
}

// holdChoices are at most three: going on, what was wanted, and where a complaint
// amid a rating names no unit, one about another unit than the rated one.
func (t *turn) holdChoices() []choice {
	c, unit := t.s.wish, t.s.draft.unit
	onward := []choice{{t.goOnLabel(), t.resumeCommand()}}
	instead := func(label string, c command) {
		onward = append(onward, choice{label, command{verb: vRestart, arg: uint8(c.verb), unit: c.unit, ref: c.ref, n: c.n}})
	}
	switch {
	case c.verb == vWithdraw:
		instead(t.label(textHoldWithdraw), c)
	case c.verb == vComplain && c.unit != "" && c.unit != unsure:
		instead(t.fill(textHoldComplainOf, t.nameOf(c.unit)), c)
	case c.verb == vComplain && t.step().flow == flowRating && !c.names():
		instead(t.fill(textHoldComplainOf, t.nameOf(unit)), command{verb: vComplain, unit: unit})
		instead(t.label(textHoldComplainOther), c)
	case c.verb == vComplain:
		instead(t.label(textHoldComplainOther), c)
	case c.unit != "":
		instead(t.fill(textHoldRateOf, t.nameOf(c.unit)), c)
	default:
		if c.verb != vAgain {
			c.verb = vRate
		}
		instead(t.label(textHoldRateOther), c)
	}
	return onward
}

func (t *turn) goOnLabel() string {
	if t.step().flow == flowComplaint {
		return t.label(textHoldGoOnComplaint)
	}
	return t.fill(textHoldGoOn, t.name(t.unit))
}

// nameHeld takes the name of a unit, which means what was wanted with that unit:
// the draft's own goes on with the draft.
func (t *turn) nameHeld() stepID {
	code, ok := t.unitRef(t.norm)
	if !ok || code == unsure {
		if c := t.meant(); c.verb != vFree {
			t.obey(c)
			return stay
		}
		t.unknown()
		return stay
	}
	wish := t.s.wish
	if code == t.s.draft.unit && wish.verb != vComplain && wish.verb != vWithdraw {
		return t.resumed()
	}
	t.hold(command{verb: wish.verb, unit: code})
	return stay
}

// amidHold takes an answer to the draft while the citizen is asked which of two
// things is wanted. A link names its draft and goes on with it; a bare word or digit
// does not tell which of the two it means, so it changes nothing.
func (t *turn) amidHold(c command) stepID {
	switch {
	case c.verb == vBack && !c.names():
		return t.resumed()
	case c.verb == vDigits, !c.names() && c.n == 0:
		t.unknown()
		return stay
	}
	t.s.step = t.resumed()
	t.obey(c)
	return stay
}

// resumed is the step at which a draft that was held goes on.
func (t *turn) resumed() stepID {
	t.s.wish = command{}
	d := &t.s.draft
	if t.step().flow == flowComplaint {
		if d.amending || d.missing() == stepReview {
			d.amending, d.rewriting = false, false
			return stepReview
		}
		if d.missing() == stepIdentity { // 完成 was not said perhaps
			return stepTell
		}
		return d.missing()
	}
	if d.unanswered() < d.count {
		return stepQuestion
	}
	d.at = 0
	if !d.given().HasLevel() {
		return stepPick
	}
	return stepSummary
}

func (t *turn) resumeCommand() command {
	c := command{verb: vContinue, unit: t.s.draft.unit}
	if t.step().flow == flowComplaint {
		c.arg = uint8(flowComplaint)
	}
	return c
}
