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
// may share.
type Session struct {
	// RateMinute and RateCount are the host's: the pushes, up to 127, of the
	// minute that RateMinute names, counted from 1970 modulo RateMinutes. Whoever
	// comes back after just that time goes on with the old count, which does no harm.
	RateMinute uint16
	RateCount  uint8
	Told       Told
	// Rest is the host's as well: the pages of its last answer that the citizen
	// has not asked for yet, at most maxRest.
	Rest []string

	step     stepID
	version  uint8  // of the flow that the draft runs in
	campaign string // of the draft, or chosen by a campaign's code
	draft    draft
	shown    []command // what the numbers of the list last shown stand for
	query    string    // class or words of the list of units last shown
	page     uint16    // of the list last shown
	wish     command   // what was wanted in the middle of a draft, or what a look-up is for
	last     receipt
	made     int64  // platform time, in unix seconds, of the push that showed the present summary; 0: none, or not known
	overDay  uint16 // day since 1970 in Beijing on which the limit of complaints was told
}

// draft is an unfinished rating, complaint or withdrawal.
type draft struct {
	id       models.ID
	dated    bool   // the id tells when the draft began; not so in a session of an earlier release
	revision uint32 // counts the changes, from 1
	unit     string // code, unsure, or "" while not chosen
	window   string
	serial   string

	// of a rating
	at      uint8 // the question that is asked, from 0
	count   uint8 // of dimensions
	answers [models.MaxDimensions]models.Level

	// of a complaint
	kind      uint8 // place in ComplaintKinds from 1; 0 while not chosen
	identity  uint8 // 1 anonymous, 2 named; 0 while not chosen
	amending  bool  // a part of a finished draft is being changed
	rewriting bool  // the next part replaces those that there are
	contacted bool  // the contact was asked and answered
	parts     []Part
	contact   string
}

// RateMinutes is how many minutes a session tells apart.
const RateMinutes = 512

// A draft's id has idBytes bytes and zeroes behind them: idRandom random ones and
// the seconds of the push that began the draft, as the platform dated it, modulo
// beginnings. It tells the drafts of one citizen apart, and whoever carries an
// Action out joins it with whose it is. Each byte would be one more in every
// session.
const (
	idBytes    = 6
	idRandom   = 3
	beginnings = 1 << 24 // seconds, half a year
)

// newDraft begins a draft with a push of the platform's time at.
func newDraft(random models.ID, at time.Time) draft {
	d := draft{dated: true, revision: 1}
	copy(d.id[:idRandom], random[:])
	seconds := uint32(at.Unix() % beginnings)                                                               //nolint:gosec // below beginnings
	d.id[idRandom], d.id[idRandom+1], d.id[idRandom+2] = byte(seconds>>16), byte(seconds>>8), byte(seconds) //nolint:gosec // the bytes are what is wanted
	if d.id.IsZero() {                                                                                      // which stands for no draft
		d.id[0] = 1
	}
	return d
}

// begunAfter reports whether the draft began after a push of the platform's time
// at, in whole seconds. It reports false of a draft whose beginning is not known.
func (d *draft) begunAfter(at time.Time) bool {
	if !d.dated {
		return false
	}
	began := int64(d.id[idRandom])<<16 | int64(d.id[idRandom+1])<<8 | int64(d.id[idRandom+2])
	since := ((at.Unix()-began)%beginnings + beginnings) % beginnings
	return since >= beginnings/2 // less than nothing: no draft stays open for months
}

// receipt is the last draft that had its effect, so that its confirmation can
// be answered again.
type receipt struct {
	flow     flowID // flowNone: there is none
	campaign string
	unit     string
	receipt  string // or the ticket's number
	code     string // of the ticket
	digits   uint32 // that confirmed it
	low      bool   // a reason may be given
}

// digits are what stands in the link that confirms a revision of a draft: six
// digits from SHA-256 of the draft's id, the revision and what the summary shows,
// never with a zero in front. The revision alone would not do: where Redis fell
// back to an older session, another change can have the same number. Revision 0
// marks the draft itself.
func (d *draft) digits(revision uint32) uint32 {
	b := make([]byte, 0, 64)
	b = append(b, d.id[:]...)
	b = binary.BigEndian.AppendUint32(b, revision)
	if revision != 0 {
		b = d.content(b)
	}
	sum := sha256.Sum256(b)
	return uint32(binary.BigEndian.Uint64(sum[:8])%900000) + 100000
}

// content appends all that a confirmation would submit, each part with its
// length, so that no two drafts run together.
func (d *draft) content(b []byte) []byte {
	b = append(b, d.count)
	for _, a := range d.given() {
		b = append(b, byte(a))
	}
	b = append(b, d.kind, d.identity)
	for _, s := range [...]string{d.unit, d.contact} {
		b = putText(b, s)
	}
	for i := range d.parts {
		p := &d.parts[i]
		b = append(b, byte(p.Kind))
		for _, s := range [...]string{p.Text, p.Media.ID, p.Media.URL, p.Position.Latitude, p.Position.Longitude} {
			b = putText(b, s)
		}
	}
	return b
}

// given are the answers of a rating.
func (d *draft) given() models.Answers { return models.Answers(d.answers[:d.count]) }

// unanswered is the first question without an answer, or count.
func (d *draft) unanswered() uint8 {
	for i := range d.count {
		if d.answers[i] == models.Unanswered {
			return i
		}
	}
	return d.count
}

// set changes an answer; the summaries shown before are old then.
func (d *draft) set(i uint8, l models.Level) {
	if d.answers[i] != l {
		d.answers[i] = l
		d.revision++
	}
}

// runes counts the text of a complaint.
func (d *draft) runes() int {
	n := 0
	for i := range d.parts {
		n += partRunes(d.parts[i])
	}
	return n
}

// stands reports whether the draft has what its step needs. It always has but
// in a session that another version of the program left.
func (s *Session) stands() bool {
	d := &s.draft
	switch s.step {
	case stepQuestion, stepChange:
		return d.at < d.count
	case stepSummary:
		return d.given().Complete() && d.given().HasLevel()
	case stepPick:
		return d.given().Complete()
	case stepSure:
		return d.unit != ""
	case stepHoldRating:
		return d.count > 0
	case stepKind, stepTell, stepIdentity, stepContact:
		return d.unit != "" && int(d.kind) <= len(ComplaintKinds) && (s.step == stepKind || d.kind != 0)
	case stepReview, stepAmend:
		return d.missing() == stepReview
	}
	return true
}

// drop ends the draft and whatever list was shown with it; the campaign stays
// chosen.
func (s *Session) drop() {
	s.step, s.version, s.draft = stepHome, 0, draft{}
	s.shown, s.query, s.page, s.wish, s.made = nil, "", 0, command{}, 0
}
