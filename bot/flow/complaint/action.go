package complaint

import (
	"pingyi/bot"
	"pingyi/models"
)

// File submits a confirmed complaint. Draft is unique among the drafts of one citizen
// alone.
type File struct {
	Draft     models.ID
	Campaign  string // the campaign whose year it is, or ""
	Unit      string // code, or "" where the citizen is not sure
	Kind      string // one of Kinds
	Parts     []Part
	Anonymous bool
	Contact   string // as typed, or ""
}

// ActionName implements bot.Action.
func (File) ActionName() string { return "file" }

// MayComplain asks whether the citizen is still within the daily limit.
type MayComplain struct{}

// ActionName implements bot.Action.
func (MayComplain) ActionName() string { return "may_complain" }

// Part is one message of a complaint.
type Part struct {
	Kind     bot.InputKind `cbor:"1,keyasint,omitempty"` // Text, Picture, Voice, Video, Place or Link
	Text     string        `cbor:"2,keyasint,omitempty"`
	Media    bot.Media     `cbor:"3,keyasint,omitzero"`
	Position bot.Position  `cbor:"4,keyasint,omitzero"`
}

// Kinds are the kinds of complaint in the order they are offered; a kind's number in
// the chat is its place here, from 1.
var Kinds = []string{"attitude", "delay", "charges", "unlawful", "integrity", "other"}

// KindLabel is the name of a kind; "" where it is not known.
func KindLabel(t *bot.Turn, kind string) string {
	for i, key := range Kinds {
		if key == kind {
			return t.Names(kinds)[i].Label
		}
	}
	return ""
}
