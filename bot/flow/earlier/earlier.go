// Package earlier reads the sessions of the release before, whose dialogues last a day. It
// goes with the release after this one.
package earlier

import (
	"encoding/binary"
	"errors"
	"strings"

	"pingyi/bot"
	"pingyi/bot/flow/browse"
	"pingyi/bot/flow/complaint"
	"pingyi/bot/flow/rating"
	"pingyi/bot/flow/records"
	"pingyi/bot/flow/withdrawal"
	"pingyi/bot/flow/word"
	"pingyi/models"
)

// The layouts that are read, and how they packed: what was told stands above the step
// and whether the time of the summary was kept; a draft's place and count share a byte
// with whether it has a window and a serial.
const (
	layoutUndated = 1 // its drafts do not tell when they began
	layoutDated   = 2
	toldShift     = 6

	withMade   byte = 1 << 5
	withWindow byte = 1 << 7
	withSerial byte = 1 << 6

	idBytes  = 6
	maxText  = 1 << 16
	maxShown = 64
	maxRest  = 16
	maxParts = 30
)

// What a session holds beyond its head.
const (
	hasRate byte = 1 << iota
	hasDraft
	hasComplaint
	hasShown
	hasList
	hasWish
	hasLast
	hasOver
)

// steps and verbs by their numbers.
var (
	steps = [...]bot.StepID{
		bot.Home, browse.Classes, browse.Units, records.Step, withdrawal.StepChoose,
		rating.StepQuestion, rating.StepSummary, rating.StepPick, rating.StepChange,
		complaint.StepWho, complaint.StepKind, complaint.StepTell, complaint.StepIdentity, complaint.StepContact, complaint.StepReview, complaint.StepAmend,
		withdrawal.Step, rating.StepHold, complaint.StepHold,
	}
	verbs = [...]bot.Verb{
		bot.Free, word.Rate, word.Again, word.Complain, word.ComplainAfter, word.Query, word.Withdraw, bot.Back, word.Cancel, bot.Help, bot.Privacy,
		word.Continue, word.Restart, bot.Next, word.Previous, word.Skip, bot.Confirm, word.Edit, word.Finish, word.Anonymous, word.Named, bot.NotSure,
		word.Reason, word.Level, word.QuestionBack, word.Kind, word.Amend, bot.AllDigits,
	}
	flows = [...]string{"", "rating", "complaint", "withdrawal"}
	words = [...]bot.Verb{"", "", word.Complain, word.Withdraw} // by which links name a flow
)

var errForm = errors.New("no session of the release before")

// Read reads a session.
func Read(data []byte) (bot.Session, error) {
	r := &reader{b: data}
	layout := r.byte()
	if layout>>4 != layoutDated && layout>>4 != layoutUndated {
		return bot.Session{}, errForm
	}
	has, place := r.byte(), r.byte()
	s := bot.Session{Version: layout & 15, Told: bot.Told(place >> toldShift), Campaign: r.text()}
	if n := int(place & (withMade - 1)); n < len(steps) {
		s.Step = steps[n]
	} else {
		r.bad = true
	}
	if has&hasRate != 0 {
		rate := binary.BigEndian.Uint16(r.take(2))
		s.RateMinute, s.RateCount = rate>>7, byte(rate&127)
	}
	r.draft(&s, has, layout>>4 == layoutUndated)
	if has&hasShown != 0 {
		s.Shown = make([]bot.Command, min(int(r.byte()), maxShown))
		for i := range s.Shown {
			s.Shown[i] = r.command()
		}
	}
	if has&hasList != 0 {
		s.Query, s.Page = r.text(), uint16(r.uint(1<<16-1)) //nolint:gosec // bounded
	}
	if has&hasWish != 0 {
		s.Wish = r.command()
	}
	if has&hasLast != 0 {
		s.Last = r.receipt(s.Campaign)
	}
	if has&hasOver != 0 {
		s.LimitDay = uint16(r.uint(1<<16 - 1)) //nolint:gosec // bounded
	}
	if place&withMade != 0 {
		s.Made = int64(r.uint(1<<40 - 1)) //nolint:gosec // bounded
	}
	if has&hasOver != 0 {
		s.Rest = r.rest()
	}
	if r.bad || len(r.b) > 0 {
		return bot.Session{}, errForm
	}
	return s, nil
}

// reader takes an encoding apart; after a fault it yields zeroes and is bad.
type reader struct {
	b   []byte
	bad bool
}

// draft reads what every draft had, and gives it the state of the flow it runs in.
func (r *reader) draft(s *bot.Session, has byte, undated bool) {
	var rate rating.State
	var complain complaint.State
	if has&hasDraft != 0 {
		d := &s.Draft
		copy(d.ID[:], r.take(idBytes))
		d.Undated = undated && !d.ID.IsZero()
		d.Revision = uint32(r.uint(1<<32 - 1)) //nolint:gosec // bounded
		d.Unit = r.text()
		rate = r.rating()
	}
	if has&hasComplaint != 0 {
		complain = r.complaint()
	}
	switch flow, _, _ := strings.Cut(string(s.Step), "."); {
	case has&hasDraft == 0:
	case flow == "rating":
		s.Draft.State = &rate
	case flow == "complaint":
		s.Draft.State = &complain
	}
}

func (r *reader) rating() (s rating.State) {
	packed := r.byte()
	s.At, s.Count = packed>>3&7, packed&7
	if packed&withWindow != 0 {
		s.Window = r.text()
	}
	if packed&withSerial != 0 {
		s.Serial = r.text()
	}
	if s.Count > models.MaxDimensions || s.At > s.Count {
		r.bad = true
		return s
	}
	bits := uint32(0) // three an answer
	for i, b := range r.take((3*int(s.Count) + 7) / 8) {
		bits |= uint32(b) << (8 * i)
	}
	for i := range s.Count {
		s.Answers[i] = models.Level(bits >> (3 * i) & 7)
	}
	return s
}

func (r *reader) complaint() (s complaint.State) {
	s.Kind = r.byte()
	flags := r.byte()
	s.Identity, s.Amending, s.Contacted, s.Rewriting = flags>>3, flags&1 != 0, flags&2 != 0, flags&4 != 0
	parts := int(r.byte())
	if parts > maxParts {
		r.bad = true
		return s
	}
	for range parts {
		p := complaint.Part{Kind: bot.InputKind(r.byte())}
		for _, text := range [...]*string{&p.Text, &p.Media.ID, &p.Media.URL, &p.Position.Latitude, &p.Position.Longitude, &p.Position.Label} {
			*text = r.text()
		}
		s.Parts = append(s.Parts, p)
	}
	s.Contact = r.text()
	return s
}

// command reads what a number stands for. One byte was a place, a verb or a flow.
func (r *reader) command() bot.Command {
	v, arg := int(r.byte()), r.byte()
	c := bot.Command{N: uint32(r.uint(1<<32 - 1)), Unit: r.text(), Ref: r.text()} //nolint:gosec // bounded
	if v >= len(verbs) {
		r.bad = true
		return c
	}
	switch c.Verb = verbs[v]; {
	case c.Verb == word.Level || c.Verb == word.Kind || c.Verb == word.Reason || c.Verb == word.Amend:
		c.Arg = arg
	case c.Verb == word.Restart && int(arg) < len(verbs):
		c.Of = verbs[arg]
	case c.Verb != word.Restart && int(arg) < len(words):
		c.Of = words[arg]
	default:
		r.bad = true
	}
	return c
}

// What a receipt held.
const (
	lastLow byte = 1 << iota
	lastPacked
	lastCampaign
	lastCode
	lastFlow // the flow's number stands from here on
)

func (r *reader) receipt(campaign string) bot.Receipt {
	flags := r.byte()
	d := r.take(3)
	out := bot.Receipt{Low: flags&lastLow != 0, Campaign: campaign, Digits: uint32(d[0])<<16 | uint32(d[1])<<8 | uint32(d[2]), Unit: r.text()}
	if n := int(flags / lastFlow); n < len(flows) {
		out.Flow = flows[n]
	} else {
		r.bad = true
	}
	if flags&lastPacked != 0 {
		out.Receipt = unpackReceipt(r.take(10))
	} else {
		out.Receipt = r.text()
	}
	if flags&lastCampaign != 0 {
		out.Campaign = r.text()
	}
	if flags&lastCode != 0 {
		out.Code = r.text()
	}
	return out
}

// receiptAlphabet is Crockford's base 32, in which receipts are written.
const receiptAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// unpackReceipt writes the 80 bits of a receipt as XXXX-XXXX-XXXX-XXXX.
func unpackReceipt(p []byte) string {
	var out [19]byte
	at := 0
	for half := range 2 {
		var v uint64
		for _, c := range p[half*5 : half*5+5] {
			v = v<<8 | uint64(c)
		}
		for i := range 8 {
			if at%5 == 4 {
				out[at] = '-'
				at++
			}
			out[at] = receiptAlphabet[v>>(35-5*i)&31]
			at++
		}
	}
	return string(out[:])
}

func (r *reader) take(n int) []byte {
	if n > len(r.b) {
		r.bad, r.b = true, nil
		return make([]byte, n)
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

func (r *reader) byte() byte { return r.take(1)[0] }

func (r *reader) uint(limit uint64) uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 || v > limit {
		r.bad, r.b = true, nil
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *reader) text() string { return string(r.take(int(r.uint(maxText)))) } //nolint:gosec // bounded

// rest reads the pages that end an encoding, if there are any.
func (r *reader) rest() []string {
	if r.bad || len(r.b) == 0 {
		return nil
	}
	n := r.byte()
	if n == 0 || n > maxRest {
		r.bad = true
		return nil
	}
	pages := make([]string, n)
	for i := range pages {
		pages[i] = r.text()
	}
	return pages
}
