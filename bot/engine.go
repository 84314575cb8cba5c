package bot

import (
	"fmt"
	"sort"
	"strings"
	"sync"

	"pingyi/bot/catalogue"
)

// Engine advances dialogues. It holds no state of any citizen and may be used
// by many goroutines at once.
type Engine struct {
	d       Dialogue
	phrases []*catalogue.Phrases
	order   []*Word // as registered
	words   map[Verb]*Word
	steps   map[StepID]*Step
	actions map[string]*ActionSpec

	c       *catalogue.Catalogue
	lexicon *lexicon

	busy, unfinished, tooFast, unread Message

	turns sync.Pool // of *Turn: what a turn needs besides its answer

	watch func(from StepID, v Verb, to StepID) // set by tests alone
}

// New makes an engine that speaks texts and holds a dialogue, and validates both.
func New(texts *catalogue.Texts, d Dialogue) (*Engine, error) {
	if texts == nil {
		return nil, fmt.Errorf("an engine needs texts")
	}
	e := &Engine{
		d: d, phrases: []*catalogue.Phrases{&own}, words: map[Verb]*Word{}, steps: map[StepID]*Step{},
		actions: map[string]*ActionSpec{Erase{}.ActionName(): {Name: Erase{}.ActionName(), Class: ClassConfirm, Effect: true, Finish: erased}},
	}
	err := e.register()
	if err != nil {
		return nil, err
	}
	if e.c, err = catalogue.Bind(texts, e.phrases, e.spoken()); err != nil {
		return nil, err
	}
	e.lexicon = newLexicon(e)
	for text, into := range map[*catalogue.Phrase]*Message{textBusy: &e.busy, textUnfinished: &e.unfinished, textTooFast: &e.tooFast, textUnread: &e.unread} {
		*into = e.Plain(func(t *Turn) { t.Say(text) })
	}
	if err := e.Validate(); err != nil {
		return nil, err
	}
	return e, nil
}

// flow is the first flow that is the one; an empty one where there is none.
func (e *Engine) flow(is func(*Flow) bool) *Flow {
	for i := range e.d.Flows {
		if f := &e.d.Flows[i]; is(f) {
			return f
		}
	}
	return &Flow{Repeat: func(*Turn) []Choice { return nil }}
}

// spoken are the verbs that have words.
func (e *Engine) spoken() []Verb {
	var out []Verb
	for _, w := range e.order {
		if !w.Unspoken {
			out = append(out, w.Verb)
		}
	}
	return out
}

// erased ends the dialogue of a citizen who left.
func erased(t *Turn, _ Action, _ Result) { t.S, t.silent = Session{}, true }

// Plain is a message that needs no session: what it asks for is said in words, never by
// numbers.
func (e *Engine) Plain(say func(*Turn)) Message {
	t := &Turn{e: e, speech: speech{e.c, e.lexicon}}
	t.start(false, e.c)
	say(t)
	return t.message()
}

// Busy is what a citizen is told whose message could not be finished in time:
// never that it failed, and to send 查询.
func (e *Engine) Busy() Message { return e.busy }

// Unfinished is what a citizen is told whose message had no effect and was
// not finished in time: to send it again.
func (e *Engine) Unfinished() Message { return e.unfinished }

// Unread is what a citizen is told whose message broke its own envelope.
func (e *Engine) Unread() Message { return e.unread }

// TooFast is what a citizen is told, once, who sends more than the host takes.
func (e *Engine) TooFast() Message { return e.tooFast }

// StateAt is a fresh state of the flow that has a step; nil where there is none.
func (e *Engine) StateAt(step StepID) State {
	if s := e.steps[step]; s != nil && s.flow.State != nil {
		return s.flow.State.fresh()
	}
	return nil
}

// Earlier reads the session of a release before.
func (e *Engine) Earlier(data []byte) (Session, error) {
	if e.d.Earlier == nil {
		return Session{}, fmt.Errorf("no earlier form is read")
	}
	return e.d.Earlier(data)
}

// Action is how an action is registered; nil for none.
func (e *Engine) Action(a Action) *ActionSpec {
	if a == nil {
		return nil
	}
	return e.actions[a.ActionName()]
}

// Effects are the names of the actions that change something.
func (e *Engine) Effects() []string {
	var out []string
	for name, a := range e.actions {
		if a.Effect {
			out = append(out, name)
		}
	}
	sort.Strings(out)
	return out
}

// Advance moves a session on by one message. It is pure: all that it needs is
// in its arguments, and the same arguments give the same result. Where the
// outcome has an Action, the returned session is the one to hand to Finish.
func (e *Engine) Advance(w *World, s Session, in Input) (Session, Outcome) {
	switch in.Kind {
	case Unfollow:
		// The host's count names no citizen and stays: leaving and coming back buys no pushes.
		return Session{RateMinute: s.RateMinute, RateCount: s.RateCount}, Outcome{Action: Erase{}, Class: ClassConfirm}
	case Other:
		return s, Outcome{}
	}
	if in.Kind > Link {
		return s, Outcome{}
	}
	t := e.turn(w, s, in)
	switch in.Kind {
	case Follow, Scan:
		e.d.Arrive(t)
	case Text, Click:
		t.hear()
	default:
		t.receive()
	}
	return t.done()
}

// Finish turns the Result of the Action that Advance asked for into what is
// said, and ends or continues the dialogue. It is pure as Advance is, so that
// it may be called again when a transaction is run again.
func (e *Engine) Finish(w *World, s Session, in Input, a Action, r Result) (Session, Message) {
	t := e.turn(w, s, in)
	if t.S.Told&inDanger != 0 {
		t.S.Told &^= inDanger
		e.d.Danger(t)
	}
	if t.S.Told&givenUp != 0 {
		t.S.Told &^= givenUp
		t.Say(textLeftOpen)
	}
	if spec := e.Action(a); spec != nil {
		t.Rank(spec.Class)
		spec.Finish(t, a, r)
	}
	s, out := t.done()
	return s, out.Say
}

// ClassOf guesses the class of a message from the message alone, for admission
// before anything is looked up.
func (e *Engine) ClassOf(in Input) Class {
	switch in.Kind {
	case Unfollow:
		return ClassConfirm
	case Picture, Voice, Video, Place, Link:
		return ClassComplaint
	case Text:
	default:
		return ClassMenu
	}
	text := strings.TrimSpace(in.Text)
	for _, h := range e.lexicon.ranked { // the highest class first
		if h.class < ClassComplaint && len(text) > refRunes*6 {
			return ClassComplaint
		}
		if strings.HasPrefix(text, h.word) {
			return h.class
		}
	}
	return ClassStep
}

// MayAct reports whether a message could have an effect in some session: it begins
// with a word that has one, says yes, or is a name or a number that may stand for such a
// word. Taps that answer a question cannot.
func (e *Engine) MayAct(in Input) bool {
	if in.Kind != Text {
		return false
	}
	text := strings.TrimSpace(in.Text)
	if plain := len(text) > 1 && text[0] >= '0' && text[0] <= '9'; plain {
		return false
	}
	text = catalogue.Fold(text)
	for _, w := range e.lexicon.acting {
		if strings.HasPrefix(text, w) {
			return true
		}
	}
	low := catalogue.Lower(text)
	return e.lexicon.whole[low].Verb == Yes || e.lexicon.named[low] || len(text) == 1 && text[0] >= '1' && text[0] <= '9'
}
