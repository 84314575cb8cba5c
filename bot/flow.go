package bot

import "fmt"

// flowID names a flow: what a draft is a draft of.
type flowID uint8

const (
	flowNone flowID = iota
	flowRating
	flowComplaint
	flowWithdrawal
	numFlows
)

// flowVersions are raised when a flow's steps change so that a draft made
// before no longer fits; such a draft starts again, politely.
var flowVersions = [numFlows]uint8{flowNone: 0, flowRating: 1, flowComplaint: 1, flowWithdrawal: 1}

// stepID names a step; its number is stored in sessions.
type stepID uint8

// The steps. Append only: the numbers are stored.
const (
	stepHome stepID = iota
	stepClasses
	stepUnits
	stepRecords
	stepChooseWithdrawal

	stepQuestion
	stepSummary
	stepPick
	stepChange

	stepWho
	stepKind
	stepTell
	stepIdentity
	stepContact
	stepReview
	stepAmend

	stepSure

	stepHoldRating
	stepHoldComplaint
	numSteps

	// stay is what a handler returns that has said everything itself.
	stay = numSteps
)

// step is one step of a flow: what it asks, what it accepts, where that leads.
type step struct {
	name string
	flow flowID
	help textID
	ask  func(*turn)
	on   []edge
	// free takes any text that is no command; nil where such a text is not
	// understood.
	free func(*turn) stepID
	// freeTo is where free leads.
	freeTo []stepID
	// choices are those that a digit can stand for at this step alone. Where they
	// can be tapped they are shown in one line and have no digit, unless numbered.
	choices  func(*turn) []choice
	numbered bool
	levels   bool   // digits are levels
	prose    bool   // any text is an answer, digits and words too
	commits  bool   // what it shows is committed by 确认, or by a 好 that was typed after it was shown
	unsure   textID // what is said to an answer that does not fit
}

// edge is one kind of answer that a step accepts.
type edge struct {
	verb verb
	do   func(*turn, command) stepID
	to   []stepID // where it may lead, but for stay
	asks actionID // what it may ask of the world
}

// actionID numbers the actions, so that Validate can tell that each has a
// finisher.
type actionID uint8

const (
	actNone actionID = iota
	actRate
	actWithdraw
	actReason
	actFile
	actErase
	actList
	actTicket
	actReceipt
	actMay
	numActions
)

func actionOf(a Action) actionID {
	switch a.(type) {
	case Rate:
		return actRate
	case Withdraw:
		return actWithdraw
	case GiveReason:
		return actReason
	case File:
		return actFile
	case Erase:
		return actErase
	case ListMine:
		return actList
	case LookUpTicket:
		return actTicket
	case LookUpReceipt:
		return actReceipt
	case MayComplain:
		return actMay
	}
	return actNone
}

// edge finds what the step does with a verb.
func (s *step) edge(v verb) *edge {
	for i := range s.on {
		if s.on[i].verb == v {
			return &s.on[i]
		}
	}
	return nil
}

// newSteps is the whole dialogue.
func newSteps() [numSteps]step {
	var all [numSteps]step
	addBrowsing(&all)
	addRating(&all)
	addComplaint(&all)
	addWithdrawal(&all)
	addHolds(&all)
	return all
}

func addBrowsing(all *[numSteps]step) {
	home := []stepID{stepHome}
	all[stepHome] = step{name: "home", help: textHelpHome, ask: (*turn).askHome, unsure: textUnknownHome}
	all[stepClasses] = step{
		name: "classes", help: textHelpChoose, ask: (*turn).askClasses, unsure: textUnknownHome,
		on: []edge{{verb: vBack, do: goTo(stepHome), to: home}, {verb: vNext, do: (*turn).turnPage}, {verb: vPrevious, do: (*turn).turnPage}},
	}
	all[stepUnits] = step{
		name: "units", help: textHelpChoose, ask: (*turn).askUnits, unsure: textUnknownHome,
		on: []edge{
			{verb: vBack, do: (*turn).backToClasses, to: []stepID{stepClasses}},
			{verb: vNext, do: (*turn).turnPage}, {verb: vPrevious, do: (*turn).turnPage},
		},
	}
	all[stepRecords] = step{
		name: "records", help: textHelpHome, ask: (*turn).askHome, unsure: textUnknownHome,
		on: []edge{
			{verb: vBack, do: goTo(stepHome), to: home},
			{verb: vNext, do: (*turn).turnRecords, asks: actList}, {verb: vPrevious, do: (*turn).turnRecords, asks: actList},
		},
	}
	all[stepChooseWithdrawal] = step{
		name: "choose withdrawal", help: textHelpWhich, ask: (*turn).askHome, free: (*turn).nameWithdrawal, unsure: textUnknownHome,
		on: []edge{
			{verb: vBack, do: goTo(stepHome), to: home},
			{verb: vNext, do: (*turn).turnRecords, asks: actList}, {verb: vPrevious, do: (*turn).turnRecords, asks: actList},
		},
	}
}

func addRating(all *[numSteps]step) {
	onward := []stepID{stepQuestion, stepSummary, stepPick}
	answers := []edge{
		{verb: vLevel, do: (*turn).answer, to: onward},
		{verb: vSkip, do: (*turn).skip, to: onward},
		{verb: vDigits, do: (*turn).answerDigits, to: append([]stepID{stepChange}, onward...)},
	}
	shared := []edge{
		{verb: vQuestionBack, do: (*turn).backFrom, to: []stepID{stepQuestion, stepSummary, stepPick, stepChange, stepClasses}},
		{verb: vConfirm, do: (*turn).confirmRating, to: append([]stepID{stepChange}, onward...), asks: actRate},
		{verb: vEdit, do: (*turn).editRating, to: []stepID{stepPick, stepChange, stepQuestion}},
	}
	yes := edge{verb: vYes, do: (*turn).yes, to: []stepID{stepSummary}, asks: actRate}
	with := func(more ...edge) []edge { return append(append(append([]edge{}, answers...), shared...), more...) }
	all[stepQuestion] = step{
		name: "question", flow: flowRating, help: textHelpQuestion, ask: (*turn).askQuestion, choices: (*turn).questionChoices, levels: true, unsure: textUnknownLevel,
		on: with(edge{verb: vBack, do: (*turn).backQuestion, to: []stepID{stepQuestion, stepClasses}}),
	}
	all[stepSummary] = step{
		name: "summary", flow: flowRating, help: textHelpSummary, ask: (*turn).askSummary, choices: (*turn).summaryChoices, commits: true, unsure: textUnknownSummary,
		on: with(yes, edge{verb: vBack, do: (*turn).backSummary, to: []stepID{stepQuestion}}),
	}
	all[stepPick] = step{
		name: "pick", flow: flowRating, help: textHelpPick, ask: (*turn).askPick, choices: (*turn).pickChoices, free: (*turn).pickByName, freeTo: []stepID{stepChange, stepPick}, unsure: textUnknownPick,
		on: with(edge{verb: vBack, do: (*turn).backPick, to: []stepID{stepSummary, stepQuestion}}),
	}
	all[stepChange] = step{
		name: "change", flow: flowRating, help: textHelpQuestion, ask: (*turn).askQuestion, choices: (*turn).questionChoices, levels: true, unsure: textUnknownLevel,
		on: with(edge{verb: vBack, do: goTo(stepPick), to: []stepID{stepPick}}),
	}
}

func addComplaint(all *[numSteps]step) {
	steps := []stepID{stepWho, stepKind, stepTell, stepIdentity, stepContact, stepReview, stepAmend}
	shared := []edge{
		{verb: vKind, do: (*turn).chooseKind, to: steps},
		{verb: vUnsure, do: (*turn).chooseUnsure, to: steps},
		{verb: vAnonymous, do: (*turn).chooseIdentity, to: steps},
		{verb: vNamed, do: (*turn).chooseIdentity, to: steps},
		{verb: vFinish, do: (*turn).finishTelling, to: steps},
		{verb: vSkip, do: (*turn).skipContact, to: steps},
		{verb: vConfirm, do: (*turn).confirmComplaint, to: steps, asks: actFile},
		{verb: vEdit, do: (*turn).editComplaint, to: steps},
		{verb: vAmend, do: (*turn).amend, to: steps},
		{verb: vBack, do: (*turn).backComplaint, to: append([]stepID{stepHome}, steps...)},
	}
	add := func(id stepID, s step) {
		s.flow = flowComplaint
		s.on = append(s.on, shared...)
		all[id] = s
	}
	turning := []edge{{verb: vNext, do: (*turn).turnWho}, {verb: vPrevious, do: (*turn).turnWho}}
	add(stepWho, step{name: "who", help: textHelpWho, ask: (*turn).askWho, free: (*turn).searchWho, freeTo: steps, on: turning, unsure: textUnknownWho})
	add(stepKind, step{name: "kind", help: textHelpKind, ask: (*turn).askKind, unsure: textUnknownKind})
	add(stepTell, step{name: "tell", help: textHelpTell, ask: (*turn).askTell, free: (*turn).tell, prose: true, unsure: textUnknownKind})
	add(stepIdentity, step{name: "identity", help: textHelpIdentity, ask: (*turn).askIdentity, unsure: textUnknownIdentity})
	add(stepContact, step{
		name: "contact", help: textHelpContact, ask: (*turn).askContact, free: (*turn).takeContact, freeTo: steps, prose: true, unsure: textUnknownKind,
		on: []edge{{verb: vYes, do: goTo(stepContact), to: []stepID{stepContact}}}, // no telephone number, and what it answers is not asked
	})
	add(stepReview, step{
		name: "review", help: textHelpSummary, ask: (*turn).askReview, commits: true, unsure: textUnknownSummary,
		on: []edge{{verb: vYes, do: (*turn).yes, to: []stepID{stepReview}, asks: actFile}},
	})
	add(stepAmend, step{name: "amend", help: textHelpPick, ask: (*turn).askAmend, free: (*turn).amendByName, freeTo: steps, unsure: textUnknownPick})
}

func addWithdrawal(all *[numSteps]step) {
	all[stepSure] = step{
		name: "sure", flow: flowWithdrawal, help: textHelpWithdraw, ask: (*turn).askSure, commits: true, unsure: textUnknownSure,
		on: []edge{
			{verb: vConfirm, do: (*turn).confirmWithdrawal, to: []stepID{stepSure}, asks: actWithdraw},
			{verb: vYes, do: (*turn).yes, to: []stepID{stepSure}, asks: actWithdraw},
			{verb: vBack, do: (*turn).backSure, asks: actList},
		},
	}
}

// addHolds adds the question what is wanted of two things, one for each kind of
// draft that may be open. A level or a link of the draft goes on with it.
func addHolds(all *[numSteps]step) {
	draft := []verb{vLevel, vDigits, vSkip, vQuestionBack, vConfirm, vEdit, vYes, vKind, vUnsure, vAnonymous, vNamed, vFinish, vAmend, vBack}
	add := func(id stepID, name string, flow flowID, to []stepID) {
		s := step{
			name: name, flow: flow, help: textHelpHold, ask: (*turn).askHold, free: (*turn).nameHeld, freeTo: to,
			choices: (*turn).holdChoices, numbered: true, unsure: textUnknownHold,
		}
		for _, v := range draft {
			s.on = append(s.on, edge{verb: v, do: (*turn).amidHold, to: to})
		}
		all[id] = s
	}
	add(stepHoldRating, "hold rating", flowRating, []stepID{stepHoldRating, stepQuestion, stepSummary, stepPick})
	add(stepHoldComplaint, "hold complaint", flowComplaint, []stepID{stepHoldComplaint, stepWho, stepKind, stepTell, stepIdentity, stepContact, stepReview})
}

// goTo is a handler that only leads on.
func goTo(id stepID) func(*turn, command) stepID {
	return func(*turn, command) stepID { return id }
}

// Validate checks the dialogue as a whole: every edge lands in a step that
// exists, every step can end, has a question and a help text, every action that
// may be asked has a finisher. New has checked the texts.
func (e *Engine) Validate() error {
	for id := range numSteps {
		s := &e.steps[id]
		if s.name == "" || s.ask == nil || s.help == 0 || s.unsure == 0 {
			return fmt.Errorf("step %d is not complete", id)
		}
		for _, to := range s.leads() {
			if to >= numSteps {
				return fmt.Errorf("step %s leads to no step", s.name)
			}
		}
		for _, ed := range s.on {
			if ed.do == nil || ed.asks != actNone && e.finishers[ed.asks] == nil {
				return fmt.Errorf("step %s: an answer has no handler or finisher", s.name)
			}
		}
		if s.flow != flowNone && s.edge(vBack) == nil {
			return fmt.Errorf("step %s has no way back", s.name)
		}
		if !e.ends(id, map[stepID]bool{}) {
			return fmt.Errorf("step %s cannot end", s.name)
		}
	}
	for a := actRate; a < numActions; a++ {
		if e.finishers[a] == nil {
			return fmt.Errorf("action %d has no finisher", a)
		}
	}
	return nil
}

// leads lists where a step may lead.
func (s *step) leads() []stepID {
	out := append([]stepID{}, s.freeTo...)
	for _, ed := range s.on {
		out = append(out, ed.to...)
	}
	return out
}

// ends reports whether the end of the flow, an action with an effect or a step
// outside of any flow, can be reached.
func (e *Engine) ends(id stepID, seen map[stepID]bool) bool {
	s := &e.steps[id]
	if s.flow == flowNone {
		return true
	}
	seen[id] = true
	for _, ed := range s.on {
		if ed.asks == actRate || ed.asks == actFile || ed.asks == actWithdraw {
			return true
		}
	}
	for _, to := range s.leads() {
		if !seen[to] && e.ends(to, seen) {
			return true
		}
	}
	return false
}
