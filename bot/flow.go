package bot

import (
	"fmt"
	"sort"
	"strings"

	"pingyi/bot/catalogue"
)

// Flow is one thing that can be done in the dialogue: its steps, words, texts and
// actions, and the state of its drafts. Every hook may be nil.
type Flow struct {
	Name string
	// Version is raised when the steps or the state change so that a draft made before
	// no longer fits; such a draft starts again, politely. 0: the steps hold no draft.
	Version uint8
	Class   Class // of a turn within
	Word    Verb  // how links name its drafts; "" where they name none
	Keeps   bool  // its draft is kept, and the citizen asked, when another thing is wanted
	Again   Verb  // begins the same thing with the same unit again
	Numbers int   // the first number of a choice where nothing can be tapped; 0: 1
	State   *StateKind

	Phrases *catalogue.Phrases
	Words   []Word
	Steps   []Step
	Actions []ActionSpec

	// Restore looks up what the draft is about, and says why it cannot go on.
	Restore func(*Turn) *catalogue.Phrase
	// Over reports why the draft cannot go on with a command.
	Over func(*Turn, Command) (Loss, bool)
	// Title names the draft: 对【市教育局】的评价.
	Title func(*Turn) string
	// Onward labels the choice to go on with a draft that was held, Resume is the step
	// where that leads, and Hold the step that asks which of two things is wanted.
	Onward func(*Turn) string
	Resume func(*Turn) StepID
	Hold   StepID
	// Left says that the draft was given up for something else, perhaps for a code that
	// was scanned. Dropped says that it was cancelled; nil: by its title.
	Left    func(t *Turn, scanned bool)
	Dropped func(*Turn)
	// Repeat says again what the flow's last effect was, and what is offered then.
	Repeat func(*Turn) []Choice
	// Danger takes a text of the draft that speaks of danger; Receive takes a picture
	// and the like.
	Danger, Receive func(*Turn)

	// Part reads which part of a draft is to be changed: what follows 修改.
	Part func(t *Turn, rest string) (Command, bool)
	// Read understands a whole text that begins with no word.
	Read func(*Turn, string) Command
	// Overhear takes a text outside of any draft, and reports whether it did.
	Overhear func(*Turn) bool
	// Meant reads what a sentence wants by its verb.
	Meant func(*Turn) Command
}

// StepID names a step, such as "rating.summary"; it is kept in sessions.
type StepID string

const (
	// Home is the step of a new citizen, and the one to which a draft ends.
	Home StepID = ""
	// Stay is what a handler returns that has said everything itself.
	Stay StepID = "-"
)

// Step is one step of a flow: what it asks, what it accepts, where that leads.
type Step struct {
	ID     StepID
	Help   *catalogue.Phrase
	Unsure *catalogue.Phrase // said to an answer that does not fit
	Ask    func(*Turn)
	On     []Edge
	// Free takes any text that is no command; nil where such a text is not
	// understood. FreeTo is where it leads.
	Free   func(*Turn) StepID
	FreeTo []StepID
	// Choices are those that a digit can stand for at this step alone. Where they
	// can be tapped they are shown in one line and have no digit, unless Numbered.
	Choices  func(*Turn) []Choice
	Numbered bool
	Levels   bool   // digits are levels
	Prose    bool   // any text is an answer, digits and words too
	Amid     []Verb // bare words that are none of those answers
	Commits  bool   // what it shows is committed by 确认, or by a 好 that was typed after it was shown
	Early    bool   // somebody's story comes too early here
	Listed   bool   // help shows its list again where the list has numbers
	Kept     bool   // its list stays as it is while help is shown
	// HelpWith are the arguments of Help.
	HelpWith func(*Turn) []string
	// Stands reports whether the draft has what the step needs. It always has but in
	// a session that another version of the program left.
	Stands func(*Turn) bool

	flow *Flow
}

// Edge is one kind of answer that a step accepts.
type Edge struct {
	Verb Verb
	Do   func(*Turn, Command) StepID
	To   []StepID // where it may lead, but for Stay
	Asks string   // the action that it may ask for
}

// Dialogue is all flows, and what is done where no flow says otherwise.
type Dialogue struct {
	Flows []Flow // in the order in which they are asked
	// Arrive takes a scan or a follow, Receive a picture and the like outside of any
	// flow that takes them.
	Arrive, Receive func(*Turn)
	// Warn begins the answer to a text that speaks of danger with whom to ring, which
	// Danger says.
	Warn   func(*Turn, string)
	Danger func(*Turn)
	// Wander takes a text outside of any draft, Stray one amid a draft.
	Wander, Stray func(*Turn)
	// Stale answers a link, or a word of a draft, that does not fit the present state.
	Stale func(*Turn, Command)
	// Earlier reads the session of a release before; nil: there is none.
	Earlier func([]byte) (Session, error)
}

// edge finds what the step does with a verb.
func (s *Step) edge(v Verb) *Edge {
	for i := range s.On {
		if s.On[i].Verb == v {
			return &s.On[i]
		}
	}
	return nil
}

// draft is the flow of the draft that the step is part of, or nil.
func (s *Step) draft() *Flow {
	if s.flow.Version == 0 {
		return nil
	}
	return s.flow
}

// GoTo is a handler that only leads on.
func GoTo(id StepID) func(*Turn, Command) StepID {
	return func(*Turn, Command) StepID { return id }
}

// register gathers what the flows bring.
func (e *Engine) register() error {
	for i := range e.d.Flows {
		f := &e.d.Flows[i]
		e.phrases = append(e.phrases, f.Phrases)
		for j := range f.Steps {
			s := f.Steps[j]
			if s.flow = f; e.steps[s.ID] != nil {
				return fmt.Errorf("two steps are called %q", s.ID)
			}
			e.steps[s.ID] = &s
		}
		for j := range f.Words {
			w := &f.Words[j]
			if e.words[w.Verb] != nil {
				return fmt.Errorf("the word %s is registered twice", w.Verb)
			}
			e.words[w.Verb] = w
			e.order = append(e.order, w)
		}
		for j := range f.Actions {
			a := &f.Actions[j]
			if e.actions[a.Name] != nil {
				return fmt.Errorf("the action %s is registered twice", a.Name)
			}
			e.actions[a.Name] = a
		}
	}
	return nil
}

// Validate checks the dialogue as a whole: every edge lands in a step that exists,
// every step can end and has its texts, every action that may be asked for is
// registered, every verb has words. It names every fault. New has checked the texts.
func (e *Engine) Validate() error {
	var faults []string
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	d := &e.d
	if e.steps[Home] == nil || d.Arrive == nil || d.Receive == nil || d.Warn == nil || d.Danger == nil || d.Wander == nil || d.Stray == nil || d.Stale == nil {
		fault("the dialogue is not complete")
	}
	for _, v := range []Verb{AllDigits, Back, Help, Privacy, Next, Confirm, Yes, NotSure} {
		if e.words[v] == nil {
			fault("no flow has the word %s", v)
		}
	}
	for name, a := range e.actions {
		if name == "" || a.Finish == nil {
			fault("action %q has no name or no finisher", name)
		}
	}
	for id, s := range e.steps {
		e.validStep(s, func(format string, args ...any) { fault("step %q %s", id, fmt.Sprintf(format, args...)) })
	}
	for i := range d.Flows {
		e.validFlow(&d.Flows[i], fault)
	}
	if len(faults) == 0 {
		return nil
	}
	sort.Strings(faults)
	return fmt.Errorf("dialogue: %s", strings.Join(faults, "; "))
}

func (e *Engine) validFlow(f *Flow, fault func(string, ...any)) {
	if f.Version == 0 {
		return
	}
	if f.Title == nil || f.Repeat == nil || f.Keeps && (f.Onward == nil || f.Resume == nil || f.Left == nil || e.steps[f.Hold] == nil) {
		fault("flow %s cannot name, hold or repeat a draft", f.Name)
	}
	if f.Again != "" && e.words[f.Again] == nil || f.Word != "" && e.words[f.Word] == nil {
		fault("flow %s has a word that is not registered", f.Name)
	}
}

func (e *Engine) validStep(s *Step, fault func(string, ...any)) {
	if s.Ask == nil || s.Help == nil || s.Unsure == nil {
		fault("is not complete")
	} else if e.c.Lines[s.Help] == nil || e.c.Lines[s.Unsure] == nil {
		fault("has a text that its flow does not declare")
	}
	for _, to := range s.leads() {
		if e.steps[to] == nil {
			fault("leads to %q, which is no step", to)
		}
	}
	for _, ed := range s.On {
		if ed.Do == nil || e.words[ed.Verb] == nil {
			fault("takes %s, which has no handler or is no word", ed.Verb)
		}
		if ed.Asks != "" && e.actions[ed.Asks] == nil {
			fault("asks for %s, which is not registered", ed.Asks)
		}
	}
	if s.draft() != nil && s.edge(Back) == nil {
		fault("has no way back")
	}
	if !e.ends(s, map[StepID]bool{}) {
		fault("cannot end")
	}
}

// leads lists where a step may lead.
func (s *Step) leads() []StepID {
	out := append([]StepID{}, s.FreeTo...)
	for _, ed := range s.On {
		out = append(out, ed.To...)
	}
	return out
}

// ends reports whether the end of the flow, an action with an effect or a step
// outside of any draft, can be reached.
func (e *Engine) ends(s *Step, seen map[StepID]bool) bool {
	if s.draft() == nil {
		return true
	}
	seen[s.ID] = true
	for _, ed := range s.On {
		if a := e.actions[ed.Asks]; a != nil && a.Effect {
			return true
		}
	}
	for _, to := range s.leads() {
		if next := e.steps[to]; next != nil && !seen[to] && e.ends(next, seen) {
			return true
		}
	}
	return false
}
