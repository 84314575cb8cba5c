package bot

import (
	"fmt"
	"strings"
	"sync"

	"pingyi/models"
)

// Engine advances dialogues. It holds no state of any citizen and may be used
// by many goroutines at once.
type Engine struct {
	texts     *Texts
	lexicon   *lexicon
	steps     [numSteps]step
	globals   [numVerbs]func(*turn, command)
	finishers [numActions]func(*turn, Action, Result)

	busy, unfinished, tooFast, unread Message

	turns sync.Pool // of *turn: what a turn needs besides its answer

	watch func(from stepID, v verb, to stepID) // set by tests alone
}

// New makes an engine that speaks texts, and validates it.
func New(texts *Texts) (*Engine, error) {
	if texts == nil {
		return nil, fmt.Errorf("an engine needs texts")
	}
	e := &Engine{texts: texts, lexicon: newLexicon(texts), steps: newSteps()}
	e.globals = [numVerbs]func(*turn, command){
		vRate: (*turn).rate, vAgain: (*turn).again, vComplain: (*turn).complain, vComplainAfter: (*turn).complainAfter,
		vQuery: (*turn).queryMine, vWithdraw: (*turn).withdraw, vCancel: (*turn).cancel, vHelp: (*turn).help,
		vPrivacy: (*turn).privacy, vContinue: (*turn).resume, vRestart: (*turn).restart,
		vKeepComplaint: (*turn).keepComplaint,
	}
	e.finishers = [numActions]func(*turn, Action, Result){
		actRate: (*turn).rated, actWithdraw: (*turn).withdrawn, actReason: (*turn).reasoned, actFile: (*turn).filed,
		actErase: (*turn).erased, actList: (*turn).listed, actTicket: (*turn).ticketed, actReceipt: (*turn).receipted,
		actMay: (*turn).mayComplain,
	}
	e.busy, e.unfinished, e.tooFast = e.fixed(textBusy), e.fixed(textUnfinished), e.fixed(textTooFast)
	e.unread = e.fixed(textUnread)
	if err := e.Validate(); err != nil {
		return nil, err
	}
	return e, nil
}

// fixed is a message of the catalogue that is the same for everybody.
func (e *Engine) fixed(id textID) Message {
	t := &turn{e: e}
	t.c.start(false)
	t.say(id)
	return t.c.message()
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

// Advance moves a session on by one message. It is pure: whatever it needs is
// in its arguments, and the same arguments give the same result. Where the
// outcome has an Action, the returned session is the one to hand to Finish.
func (e *Engine) Advance(w *World, s Session, in Input) (Session, Outcome) {
	switch in.Kind {
	case Unfollow:
		// The host's count is nobody's and stays: leaving and coming back buys no pushes.
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
		t.arrive()
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
	if t.s.Told&inDanger != 0 {
		t.s.Told &^= inDanger
		t.sayDanger()
	}
	if t.s.Told&givenUp != 0 {
		t.s.Told &^= givenUp
		t.say(textLeftOpen)
	}
	if f := e.finishers[actionOf(a)]; f != nil {
		f(t, a, r)
	}
	s, out := t.done()
	return s, out.Say
}

// ClassOf guesses the class of a message from the message alone, for admission
// before anything is looked up.
func ClassOf(in Input) Class {
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
	switch {
	case strings.HasPrefix(text, "确认"), strings.HasPrefix(text, "確認"):
		return ClassConfirm
	case strings.HasPrefix(text, "投诉"), strings.HasPrefix(text, "投訴"), text == "完成", len(text) > refRunes*6:
		return ClassComplaint
	case strings.HasPrefix(text, "评议"), strings.HasPrefix(text, "查询"), strings.HasPrefix(text, "帮助"),
		strings.HasPrefix(text, "隐私"), strings.HasPrefix(text, "再评"):
		return ClassMenu
	}
	return ClassStep
}

// MayAct reports whether a message could have an effect in some session: it
// confirms, says yes, or gives a reason, perhaps by its number. Taps that answer a question
// cannot.
func (e *Engine) MayAct(in Input) bool {
	if in.Kind != Text {
		return false
	}
	text := strings.TrimSpace(in.Text)
	if plain := len(text) > 1 && text[0] >= '0' && text[0] <= '9'; plain {
		return false
	}
	text = fold(text)
	for _, v := range [...]verb{vConfirm, vReason} {
		for _, w := range e.texts.words[v] {
			if strings.HasPrefix(text, w) {
				return true
			}
		}
	}
	if e.lexicon.whole[lower(text)].verb == vYes {
		return true
	}
	_, reason := e.lexicon.reasons[lower(text)]
	return reason || len(text) == 1 && text[0] >= '1' && text[0] <= '9'
}

// turn is one message on its way through the engine.
type turn struct {
	e  *Engine
	w  *World
	in Input
	s  Session // a copy, changed freely but for what its slices hold
	c  composer

	norm string // the folded text

	// of the draft, when there is one
	camp   *Campaign
	unit   *models.Unit
	dims   []models.Dimension
	ref    string // how links name the unit
	marked string // the mark of the draft's links
	about  string // what links of question aboutN send before the answer
	aboutN uint32

	inside sentenceUnit // the unit that the present text names, once it was looked for
	warned int          // lines on danger that the answer begins with
	lost   textID       // why the draft was given up at the start of this turn, or 0
	lostOn string       // code of the unit of that draft

	lostWhy string // why its campaign was stopped, or ""
	action  Action
	class   Class
	silent  bool // rightly says nothing
}

func (e *Engine) turn(w *World, s Session, in Input) *turn {
	t, _ := e.turns.Get().(*turn)
	if t == nil {
		t = &turn{}
	}
	*t = turn{e: e, w: w, in: in, s: s, c: composer{lines: t.c.lines[:0]}}
	t.c.start(w.Platform.Taps)
	t.restore()
	t.c.worded = t.step().levels || t.step().prose
	return t
}

// done is the session and outcome as they stand; the turn must not be used
// after it.
func (t *turn) done() (Session, Outcome) {
	s, out := t.outcome()
	e := t.e
	*t = turn{c: composer{lines: t.c.lines[:0]}} // nothing of a citizen stays behind
	e.turns.Put(t)
	return s, out
}

// outcome is what done gives. A turn that said nothing by mistake says what one
// can do: no message is met with silence.
func (t *turn) outcome() (Session, Outcome) {
	if t.action != nil {
		if t.warned > 0 {
			t.s.Told |= inDanger
		}
		if len(t.c.lines) > t.warned {
			t.s.Told |= givenUp
		}
		return t.s, Outcome{Action: t.action, Class: t.class}
	}
	if t.silent {
		return t.s, Outcome{Class: t.class}
	}
	if len(t.c.lines) == t.warned {
		t.ask()
	}
	t.firstContact()
	m := t.c.message()
	if t.c.lists {
		t.s.shown = t.c.shown
	}
	return t.s, Outcome{Say: m, Class: t.class}
}

// firstContact links the privacy notice in the first answer of all.
func (t *turn) firstContact() {
	if t.s.Told&ToldPrivacy != 0 {
		return
	}
	t.s.Told |= ToldPrivacy
	if n := len(t.c.spans); t.c.taps && n > 0 && t.c.spans[n-1].Send != "" {
		t.c.put(Span{Label: " "})
	} else {
		t.c.open()
	}
	t.privacyLink()
}

// step is the present step.
func (t *turn) step() *step { return &t.e.steps[t.s.step] }

// drafting reports whether a draft would be lost by starting another thing.
func (t *turn) drafting() bool {
	f := t.step().flow
	return f == flowRating || f == flowComplaint
}

// ask asks the present step's question. The lists shown before are over.
func (t *turn) ask() {
	t.c.lists, t.c.shown = true, nil
	s := t.step()
	t.c.worded = s.levels || s.prose
	t.s.made = 0
	if s.commits {
		t.s.made = t.in.At.Unix()
	}
	t.c.blank()
	s.ask(t)
}

// restore looks up what the draft is about. A draft of an older flow, or of a
// campaign or unit that is gone, is given up; t.lost says why.
func (t *turn) restore() {
	flow := t.step().flow
	if flow == flowNone {
		return
	}
	if t.s.version != flowVersions[flow] || t.s.draft.id.IsZero() {
		t.lose(textLostVersion)
		return
	}
	if flow == flowComplaint && t.w.ComplaintsOff {
		t.lose(textLostOff)
		return
	}
	if flow == flowRating {
		t.camp = t.campaign(t.s.campaign)
		if t.camp != nil {
			t.unit = t.camp.unit(t.s.draft.unit)
		}
		if t.unit != nil {
			t.dims = t.camp.lookup().dimensions(t.unit.Type)
		}
		if len(t.dims) == 0 || len(t.dims) != int(t.s.draft.count) {
			t.lose(textLostChanged)
		}
	} else {
		t.seeUnit()
	}
	if t.lost == 0 && !t.s.stands() {
		t.lose(textLostVersion)
	}
}

// seeUnit looks up the unit of a complaint or withdrawal.
func (t *turn) seeUnit() {
	t.unit, t.ref = nil, ""
	code := t.s.draft.unit
	if code == "" || code == unsure {
		return
	}
	if u, ok := t.w.Directory.ByCode(code); ok {
		t.unit = &u
	}
}

// lose gives up the draft at the start of a turn.
func (t *turn) lose(why textID) {
	if t.step().flow == flowRating {
		t.lostOn = t.s.draft.unit
	}
	if why == textLostClosed && t.camp != nil {
		t.lostWhy = t.camp.Stopped
	}
	t.forget()
	t.lost = why
}

// tellLost says why the draft is gone.
func (t *turn) tellLost() {
	t.say(t.lost)
	if t.lostWhy != "" {
		t.say(textWhyStopped, safe(t.lostWhy))
	}
}

// forget ends the draft.
func (t *turn) forget() {
	t.s.drop()
	t.c.worded = false
	t.camp, t.unit, t.dims, t.ref, t.marked, t.about = nil, nil, nil, "", "", ""
}
