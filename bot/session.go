package bot

import (
	"crypto/sha256"
	"encoding/binary"
	"time"

	"pingyi/models"
)

// Told is what a citizen was told once and need not be told again.
type Told uint8

// What may have been told.
const (
	ToldPrivacy Told = 1 << iota // the link to the privacy notice, at the first contact
	ToldUnseen                   // that the unit does not see who rates
	// givenUp is kept between Advance and Finish: a draft was given up, and
	// what Finish says must begin with that.
	givenUp
	// inDanger is kept likewise: what Finish says must begin with whom to ring.
	inDanger
)

// Session is all dialogue state of one citizen. The zero Session is a new
// citizen's. It is a value: the engine never changes what another copy of it
// may share. Package codec writes and reads it.
type Session struct {
	// RateMinute and RateCount are the host's: the pushes, up to 127, of the
	// minute that RateMinute names, counted from 1970 modulo RateMinutes. A
	// citizen who comes back after just that time goes on with the old count, which does no harm.
	RateMinute uint16
	RateCount  uint8
	Told       Told
	// Rest is the host's as well: the pages of its last answer that the citizen
	// has not asked for yet, at most MaxRest.
	Rest []string

	// What follows is the engine's and the flows'.
	Step     StepID
	Version  uint8  // of the flow that the draft runs in
	Campaign string // of the draft, or chosen by a campaign's code
	Draft    Draft
	Shown    []Command // what the numbers of the list last shown stand for
	Query    string    // class or words of the list of units last shown
	Page     uint16    // of the list last shown
	Wish     Command   // what was wanted in the middle of a draft, or what a look-up is for
	Last     Receipt
	Made     int64  // platform time, in unix seconds, of the push that showed the present summary; 0: none, or not known
	LimitDay uint16 // day since 1970 in Beijing on which a daily limit was told
}

// Draft is what a citizen began and has not finished: a rating, say.
type Draft struct {
	ID       models.ID
	Undated  bool   // the id does not tell when the draft began; so in a session of an earlier release
	Revision uint32 // counts the changes, from 1
	Unit     string // code, Unsure, or "" while not chosen
	State    State  // the flow's own; nil where it has none
}

// State is what a flow keeps of a draft beside its unit: a pointer to a struct of its
// own, encoded as CBOR. The engine gives each turn a copy of the struct; what its
// slices hold must not be changed.
type State interface {
	// Content appends all that a confirmation would submit, each part with its
	// length, so that no two drafts run together.
	Content(b []byte, unit string) []byte
}

// StateKind makes the states of a flow.
type StateKind struct {
	fresh func() State
	copy  func(State) State
}

// StateOf is the kind of state that a struct is: StateOf[Answers]() where *Answers is a
// State.
func StateOf[S any, P interface {
	*S
	State
}]() *StateKind {
	return &StateKind{
		fresh: func() State { return P(new(S)) },
		copy: func(from State) State {
			p, ok := from.(P)
			if !ok {
				return nil
			}
			s := *p
			return P(&s)
		},
	}
}

const (
	// RateMinutes is how many minutes a session tells apart.
	RateMinutes = 512
	// MaxRest bounds the pages that wait in a session.
	MaxRest = 16
)

// A draft's id has idBytes bytes and zeroes behind them: idRandom random ones and
// the seconds of the push that began the draft, as the platform dated it, modulo
// beginnings. It tells the drafts of one citizen apart; the host joins it with the
// citizen when it carries an Action out.
const (
	idBytes    = 6
	idRandom   = 3
	beginnings = 1 << 24 // seconds, half a year
)

// newDraft begins a draft with a push of the platform's time at.
func newDraft(random models.ID, at time.Time) Draft {
	d := Draft{Revision: 1}
	copy(d.ID[:idRandom], random[:])
	seconds := uint32(at.Unix() % beginnings)                                                               //nolint:gosec // below beginnings
	d.ID[idRandom], d.ID[idRandom+1], d.ID[idRandom+2] = byte(seconds>>16), byte(seconds>>8), byte(seconds) //nolint:gosec // the bytes are what is wanted
	if d.ID.IsZero() {                                                                                      // which stands for no draft
		d.ID[0] = 1
	}
	return d
}

// BegunAfter reports whether the draft began after a push of the platform's time
// at, in whole seconds. It reports false of a draft whose beginning is not known.
func (d *Draft) BegunAfter(at time.Time) bool {
	if d.Undated {
		return false
	}
	began := int64(d.ID[idRandom])<<16 | int64(d.ID[idRandom+1])<<8 | int64(d.ID[idRandom+2])
	since := ((at.Unix()-began)%beginnings + beginnings) % beginnings
	return since >= beginnings/2 // less than nothing: no draft stays open for months
}

// Receipt is the last draft that had its effect, so that its confirmation can be
// answered again.
type Receipt struct {
	Flow     string `cbor:"1,keyasint,omitempty"` // "": there is none
	Campaign string `cbor:"2,keyasint,omitempty"`
	Unit     string `cbor:"3,keyasint,omitempty"`
	Receipt  string `cbor:"4,keyasint,omitempty"` // or the ticket's number
	Code     string `cbor:"5,keyasint,omitempty"` // of the ticket
	Digits   uint32 `cbor:"6,keyasint,omitempty"` // that confirmed it
	Low      bool   `cbor:"7,keyasint,omitempty"` // a reason may be given
}

// Digits are what stands in the link that confirms a revision of a draft: six
// digits from SHA-256 of the draft's id, the revision and what the summary shows,
// never with a zero in front. The revision alone would not do: where Redis fell
// back to an older session, another change can have the same number. Revision 0
// marks the draft itself.
func (d *Draft) Digits(revision uint32) uint32 {
	var head [len(models.ID{}) + 4]byte
	copy(head[:], d.ID[:])
	binary.BigEndian.PutUint32(head[len(d.ID):], revision)
	if revision == 0 {
		return sixDigits(head[:])
	}
	b := append(make([]byte, 0, 64), head[:]...)
	if d.State != nil {
		return sixDigits(d.State.Content(b, d.Unit))
	}
	return sixDigits(AppendText(AppendText(append(b, 0, 0, 0), d.Unit), ""))
}

func sixDigits(b []byte) uint32 {
	sum := sha256.Sum256(b)
	return uint32(binary.BigEndian.Uint64(sum[:8])%900000) + 100000
}

// AppendText appends a text with its length in front.
func AppendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// drop ends the draft and the list that was shown with it; the campaign stays
// chosen.
func (s *Session) drop() {
	s.Step, s.Version, s.Draft = Home, 0, Draft{}
	s.Shown, s.Query, s.Page, s.Wish, s.Made = nil, "", 0, Command{}, 0
}
