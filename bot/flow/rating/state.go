package rating

import (
	"slices"

	"pingyi/bot"
	"pingyi/bot/catalogue"
	"pingyi/models"
)

// State is an unfinished rating.
type State struct {
	Window  string                             `cbor:"1,keyasint,omitempty"`
	Serial  string                             `cbor:"2,keyasint,omitempty"`
	At      uint8                              `cbor:"3,keyasint,omitempty"` // the question that is asked, from 0
	Count   uint8                              `cbor:"4,keyasint,omitempty"` // of questions
	Answers [models.MaxDimensions]models.Level `cbor:"5,keyasint"`
}

// of is the state of the open rating.
func of(t *bot.Turn) *State {
	s, _ := t.S.Draft.State.(*State)
	return s
}

// Content implements bot.State.
func (s *State) Content(b []byte, unit string) []byte {
	b = append(b, s.Count)
	for _, a := range s.given() {
		b = append(b, byte(a))
	}
	return bot.AppendText(bot.AppendText(append(b, 0, 0), unit), "")
}

// given are the answers.
func (s *State) given() models.Answers { return models.Answers(s.Answers[:s.Count]) }

// unanswered is the first question without an answer, or Count.
func (s *State) unanswered() uint8 {
	for i := range s.Count {
		if s.Answers[i] == models.Unanswered {
			return i
		}
	}
	return s.Count
}

// set changes an answer; the summaries shown before are old then.
func set(t *bot.Turn, i uint8, l models.Level) {
	if s := of(t); s.Answers[i] != l {
		s.Answers[i] = l
		t.S.Draft.Revision++
	}
}

// dimensions are the questions of the open rating.
func dimensions(t *bot.Turn) []models.Dimension { return t.Camp.DimensionsOf(t.Unit.Type) }

// restore looks up campaign and unit of the draft.
func restore(t *bot.Turn) *catalogue.Phrase {
	s := of(t)
	if s.Count > models.MaxDimensions || s.At > s.Count || slices.Max(s.Answers[:]) > models.Unanswered {
		return textLostVersion
	}
	if t.Camp = t.Campaign(t.S.Campaign); t.Camp != nil {
		t.Unit = t.Camp.Unit(t.S.Draft.Unit)
	}
	if t.Unit == nil || len(dimensions(t)) == 0 || len(dimensions(t)) != int(s.Count) {
		return textLostChanged
	}
	return nil
}

// over reports whether the window closed over the draft. A confirmation goes on
// nevertheless: the record alone knows whether it was received before.
func over(t *bot.Turn, c bot.Command) (bot.Loss, bool) {
	if c.Verb == bot.Confirm || t.Camp.Open(t.In.At) {
		return bot.Loss{}, false
	}
	return bot.Loss{Why: textLostClosed, Reason: t.Camp.Stopped, Final: true}, true
}

func hasQuestion(t *bot.Turn) bool { return of(t).At < of(t).Count }

func canConfirm(t *bot.Turn) bool { return of(t).given().Complete() && of(t).given().HasLevel() }

// onwardFrom is the step where a draft that was held goes on.
func onwardFrom(t *bot.Turn) bot.StepID {
	s := of(t)
	if s.unanswered() < s.Count {
		return StepQuestion
	}
	s.At = 0
	if !s.given().HasLevel() {
		return StepPick
	}
	return StepSummary
}
