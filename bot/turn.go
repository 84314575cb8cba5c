package bot

import (
	"pingyi/bot/catalogue"
	"pingyi/models"
)

// Turn is one message on its way through the engine: what a flow sees of it, and what it
// changes. It must not be kept.
type Turn struct {
	W  *World
	In Input
	S  Session // a copy, changed freely but for what its slices hold

	Norm   string       // the folded text
	Camp   *Campaign    // of the draft, where its flow looked it up
	Unit   *models.Unit // of the draft, where there is one
	Lost   Loss         // why the draft was given up at the start of this turn
	Within *string      // code of the unit that the text names, once it was looked for

	composer
	speech

	e  *Engine
	at *Step

	ref    string // how links name Unit
	marked string // the mark of the draft's links

	warned int // lines on danger that the answer begins with

	action Action
	class  Class
	silent bool // rightly says nothing
}

// Loss is why a draft was given up. The zero Loss: it was not.
type Loss struct {
	Why    *catalogue.Phrase
	Reason string // why its campaign was stopped, or ""
	Final  bool   // the same cannot be begun again
	Flow   *Flow  // of the draft
	Unit   string // code of the draft's unit, or ""
}

func (e *Engine) turn(w *World, s Session, in Input) *Turn {
	t, _ := e.turns.Get().(*Turn)
	if t == nil {
		t = &Turn{}
	}
	*t = Turn{e: e, W: w, In: in, S: s, composer: composer{lines: t.lines[:0]}, speech: speech{e.c, e.lexicon}}
	t.start(w.Platform.Taps, e.c)
	t.restore()
	t.worded = t.Step().Levels || t.Step().Prose
	return t
}

// done is the session and outcome as they stand; the turn must not be used
// after it.
func (t *Turn) done() (Session, Outcome) {
	s, out := t.outcome()
	e := t.e
	*t = Turn{composer: composer{lines: t.lines[:0]}} // nothing of a citizen stays behind
	e.turns.Put(t)
	return s, out
}

// outcome is what done gives. A turn that said nothing by mistake says what one
// can do: no message is met with silence.
func (t *Turn) outcome() (Session, Outcome) {
	if t.action != nil {
		if t.warned > 0 {
			t.S.Told |= inDanger
		}
		if len(t.lines) > t.warned {
			t.S.Told |= givenUp
		}
		if spec := t.e.Action(t.action); spec != nil {
			t.Rank(spec.Class)
		}
		return t.S, Outcome{Action: t.action, Class: t.class}
	}
	if t.silent {
		return t.S, Outcome{Class: t.class}
	}
	if len(t.lines) == t.warned {
		t.Ask()
	}
	t.firstContact()
	m := t.message()
	if t.lists {
		t.S.Shown = t.shown
	}
	return t.S, Outcome{Say: m, Class: t.class}
}

// firstContact links the privacy notice in the first answer of all.
func (t *Turn) firstContact() {
	if t.S.Told&ToldPrivacy != 0 {
		return
	}
	t.S.Told |= ToldPrivacy
	if n := len(t.spans); t.taps && n > 0 && t.spans[n-1].Send != "" {
		t.put(Span{Label: " "})
	} else {
		t.open()
	}
	t.PrivacyLink()
}

// PrivacyLink adds the link to the privacy notice to the present line.
func (t *Turn) PrivacyLink() {
	if t.taps {
		t.put(t.span(t.Choice(Privacy)))
		return
	}
	t.Append(textPrivacyWord, t.Word(Privacy))
}

// Do asks the world for an action; what came of it is told by the action's finisher.
func (t *Turn) Do(a Action) StepID {
	t.action = a
	return Stay
}

// Rank makes the turn rank no lower than a class.
func (t *Turn) Rank(c Class) { t.class = max(t.class, c) }

// Warn makes what was said so far the words on danger that the answer begins with. The
// message then goes on its way.
func (t *Turn) Warn() {
	t.blank()
	t.warned = len(t.lines)
}

// Warned reports whether the answer begins with words on danger.
func (t *Turn) Warned() bool { return t.warned > 0 }

// Silent makes the turn rightly say nothing.
func (t *Turn) Silent() { t.silent = true }

// Step is the present step.
func (t *Turn) Step() *Step {
	if t.at == nil || t.at.ID != t.S.Step {
		t.at = t.e.steps[t.S.Step]
	}
	return t.at
}

// Flow is the flow of the open draft, or nil.
func (t *Turn) Flow() *Flow { return t.Step().draft() }

// Drafting reports whether a draft would be lost by starting another thing.
func (t *Turn) Drafting() bool {
	f := t.Flow()
	return f != nil && f.Keeps
}

// FlowNamed is the flow with a name; an empty one where there is none.
func (t *Turn) FlowNamed(name string) *Flow {
	return t.e.flow(func(f *Flow) bool { return f.Name == name })
}

// FlowOf is the flow whose drafts links name by a word; an empty one where there is none.
func (t *Turn) FlowOf(v Verb) *Flow {
	return t.e.flow(func(f *Flow) bool { return f.Version > 0 && f.Word == v })
}

// Title names the open draft.
func (t *Turn) Title() string { return t.Flow().Title(t) }

// Begin starts the draft of a flow at one of its steps. The draft that was open is
// forgotten.
func (t *Turn) Begin(step StepID, unit string, s State) {
	t.Forget()
	t.S.Draft = newDraft(t.In.Random, t.In.At)
	t.S.Draft.Unit, t.S.Draft.State = unit, s
	t.S.Step = step
	t.S.Version = t.Step().flow.Version
	t.restore()
}

// Ask asks the present step's question. The lists shown before are over.
func (t *Turn) Ask() {
	t.Relist()
	s := t.Step()
	t.worded = s.Levels || s.Prose
	t.S.Made = 0
	if s.Commits {
		t.S.Made = t.In.At.Unix()
	}
	t.blank()
	s.Ask(t)
}

// Go goes to a step and asks it.
func (t *Turn) Go(to StepID) {
	t.S.Step = to
	t.Ask()
}

// restore looks up what the draft is about. A draft of an older flow, or of a
// campaign or unit that is gone, is given up; t.Lost says why.
func (t *Turn) restore() {
	if t.e.words[t.S.Wish.Verb] == nil { // of another version
		t.S.Wish = Command{}
	}
	if t.Step() == nil {
		t.S.drop()
		t.Lost = Loss{Why: textLostVersion}
		return
	}
	f := t.Flow()
	if f == nil {
		return
	}
	d := &t.S.Draft
	if t.S.Version != f.Version || d.ID.IsZero() {
		t.lose(Loss{Why: textLostVersion})
		return
	}
	if f.State != nil {
		if d.State = f.State.copy(d.State); d.State == nil {
			t.lose(Loss{Why: textLostVersion})
			return
		}
	}
	if f.Restore == nil {
		t.SeeUnit()
	} else if why := f.Restore(t); why != nil {
		t.lose(Loss{Why: why})
		return
	}
	if s := t.Step(); s.Stands != nil && !s.Stands(t) {
		t.lose(Loss{Why: textLostVersion})
	}
}

// SeeUnit looks up the unit of the draft.
func (t *Turn) SeeUnit() {
	t.Unit, t.ref = nil, ""
	code := t.S.Draft.Unit
	if code == "" || code == Unsure {
		return
	}
	if u, ok := t.W.Directory.ByCode(code); ok {
		t.Unit = &u
	}
}

// lose gives up the draft at the start of a turn.
func (t *Turn) lose(l Loss) {
	l.Flow, l.Unit = t.Flow(), t.S.Draft.Unit
	t.Forget()
	t.Lost = l
}

// TellLost says why the draft is gone.
func (t *Turn) TellLost() {
	t.Say(t.Lost.Why)
	if t.Lost.Reason != "" {
		t.Say(textWhyStopped, catalogue.Safe(t.Lost.Reason))
	}
}

// OfferLost tells that the draft was given up and how to begin again.
func (t *Turn) OfferLost() {
	t.TellLost()
	list := t.Homes()
	if l := t.Lost; l.Unit != "" && !l.Final && l.Flow.Again != "" {
		again := t.Choice(l.Flow.Again)
		again.Do.Unit = l.Unit
		if len(list) > 0 && list[0].Do.Verb == again.Do.Verb {
			list = list[1:]
		}
		list = append([]Choice{again}, list...)
	}
	t.Nav(list...)
}

// Forget ends the draft.
func (t *Turn) Forget() {
	t.S.drop()
	t.worded = false
	t.Camp, t.Unit, t.ref, t.marked = nil, nil, "", ""
}
