package complaint

import (
	"pingyi/bot"
	"pingyi/bot/catalogue"
)

// What a complaint may hold; the complaints package holds to the same.
const (
	maxComplaintRunes = 2000
	maxParts          = 30
	maxContactRunes   = 100
	maxAddress        = 1024 // bytes of a media id or address
)

// Who a complaint is from.
const (
	anonymous uint8 = 1
	openly    uint8 = 2
)

// State is an unfinished complaint.
type State struct {
	Kind      uint8  `cbor:"1,keyasint,omitempty"` // place in Kinds from 1; 0 while not chosen
	Identity  uint8  `cbor:"2,keyasint,omitempty"` // 1 anonymous, 2 named; 0 while not chosen
	Amending  bool   `cbor:"3,keyasint,omitempty"` // a part of a finished draft is being changed
	Rewriting bool   `cbor:"4,keyasint,omitempty"` // the next part replaces those that there are
	Contacted bool   `cbor:"5,keyasint,omitempty"` // the contact was asked and answered
	Parts     []Part `cbor:"6,keyasint,omitempty"`
	Contact   string `cbor:"7,keyasint,omitempty"`
}

// of is the state of the open complaint.
func of(t *bot.Turn) *State {
	s, _ := t.S.Draft.State.(*State)
	return s
}

// complaining reports whether a complaint is open.
func complaining(t *bot.Turn) bool { return t.Flow() != nil && t.Flow().Name == name }

// Content implements bot.State.
func (d *State) Content(b []byte, unit string) []byte {
	b = append(b, 0, d.Kind, d.Identity)
	b = bot.AppendText(bot.AppendText(b, unit), d.Contact)
	for i := range d.Parts {
		p := &d.Parts[i]
		b = append(b, byte(p.Kind))
		for _, s := range [...]string{p.Text, p.Media.ID, p.Media.URL, p.Position.Latitude, p.Position.Longitude} {
			b = bot.AppendText(b, s)
		}
	}
	return b
}

// runes counts the text.
func (d *State) runes() int {
	n := 0
	for i := range d.Parts {
		n += partRunes(d.Parts[i])
	}
	return n
}

// restore looks up the unit of the draft.
func restore(t *bot.Turn) *catalogue.Phrase {
	if t.W.ComplaintsOff {
		return textLostOff
	}
	t.SeeUnit()
	d := of(t)
	if int(d.Kind) > len(Kinds) || d.Identity > openly || len(d.Parts) > maxParts || d.Amending && d.Kind == 0 {
		return textLostVersion
	}
	for i := range d.Parts {
		if d.Parts[i].Kind > bot.Link {
			return textLostVersion
		}
	}
	return nil
}

func hasUnit(t *bot.Turn) bool { return t.S.Draft.Unit != "" }

func hasKind(t *bot.Turn) bool { return hasUnit(t) && of(t).Kind != 0 }

func isWhole(t *bot.Turn) bool { return missing(t) == StepReview }

// resume is the step where a draft that was held goes on.
func resume(t *bot.Turn) bot.StepID {
	d := of(t)
	if d.Amending || missing(t) == StepReview {
		d.Amending, d.Rewriting = false, false
		return StepReview
	}
	if missing(t) == StepIdentity { // 完成 was not said perhaps
		return StepTell
	}
	return missing(t)
}
