package bot

import (
	"encoding/binary"
	"errors"
	"fmt"

	"pingyi/models"
)

// The layouts of the encoding below, up to 15: the layout shares its byte with the
// version of the draft's flow. They differ in the id of the draft alone, whose
// beginning earlier releases did not keep.
const (
	layoutUndated  = 1
	sessionVersion = 2
)

// ErrSession is what UnmarshalBinary's errors wrap: the bytes are no session of
// this layout, and the dialogue has to start again.
var ErrSession = errors.New("not a session of this version")

// What an encoded session holds beyond its head.
const (
	hasRate uint16 = 1 << iota
	hasDraft
	hasComplaint
	hasShown
	hasList
	hasWish
	hasLast
	hasOver
	hasMade
)

// maxText bounds every text of a session, in bytes; a push holds less.
const (
	maxText  = 1 << 16
	maxShown = 64
)

// How the encoding packs: Told and whether hasMade is set stand above the step; a
// draft's place and count share a byte with whether it has a window and a serial.
const (
	toldShift       = 6
	withMade   byte = 1 << 5
	withWindow byte = 1 << 7
	withSerial byte = 1 << 6
)

// Every step has a number below withMade.
var _ [withMade - byte(numSteps) - 1]struct{}

// MarshalBinary encodes the session; it never fails.
func (s Session) MarshalBinary() ([]byte, error) { return s.AppendBinary(make([]byte, 0, 64)) }

// AppendBinary appends the encoded session to b: version, contents, told and
// step, campaign, then what the contents bits name. A live rating takes 24
// bytes: with what sealing adds it is the longest value that Redis keeps in one
// piece with its object. It never fails.
func (s Session) AppendBinary(b []byte) ([]byte, error) {
	has := s.contents()
	layout := byte(sessionVersion)
	if !s.draft.id.IsZero() && !s.draft.dated {
		layout = layoutUndated
	}
	place := byte(s.Told&(ToldPrivacy|ToldUnseen))<<toldShift | byte(s.step)
	if has&hasMade != 0 {
		place |= withMade
	}
	b = append(b, layout<<4|s.version, byte(has), place) //nolint:gosec // hasMade stands in place
	b = putText(b, s.campaign)
	if has&hasRate != 0 {
		b = binary.BigEndian.AppendUint16(b, s.RateMinute%RateMinutes<<7|uint16(s.RateCount&127))
	}
	if has&hasDraft != 0 {
		b = s.draft.append(b)
	}
	if has&hasComplaint != 0 {
		b = s.draft.appendComplaint(b)
	}
	if has&hasShown != 0 {
		b = append(b, byte(min(len(s.shown), maxShown)))
		for _, c := range s.shown[:min(len(s.shown), maxShown)] {
			b = c.append(b)
		}
	}
	if has&hasList != 0 {
		b = binary.AppendUvarint(putText(b, s.query), uint64(s.page))
	}
	if has&hasWish != 0 {
		b = s.wish.append(b)
	}
	if has&hasLast != 0 {
		b = s.last.append(b, s.campaign)
	}
	if has&hasOver != 0 {
		b = binary.AppendUvarint(b, uint64(s.overDay))
	}
	if has&hasMade != 0 {
		b = binary.AppendUvarint(b, uint64(s.made)) //nolint:gosec // after 1970
	}
	// The pages come last, where an older layout ends.
	for i, page := range s.Rest[:min(len(s.Rest), maxRest)] {
		if i == 0 {
			b = append(b, byte(min(len(s.Rest), maxRest)))
		}
		b = putText(b, page)
	}
	return b, nil
}

func (s *Session) contents() uint16 {
	var has uint16
	set := func(bit uint16, yes bool) {
		if yes {
			has |= bit
		}
	}
	set(hasRate, s.RateMinute != 0 || s.RateCount != 0)
	set(hasDraft, !s.draft.id.IsZero() || s.version != 0)
	set(hasComplaint, s.draft.complaint())
	set(hasShown, len(s.shown) > 0)
	set(hasList, s.query != "" || s.page != 0)
	set(hasWish, s.wish != command{})
	set(hasLast, s.last.flow != flowNone)
	set(hasOver, s.overDay != 0 || len(s.Rest) > 0)
	set(hasMade, s.made > 0)
	return has
}

func (d *draft) complaint() bool {
	return d.kind != 0 || d.identity != 0 || d.amending || d.contacted || d.rewriting || len(d.parts) > 0 || d.contact != ""
}

func (d *draft) append(b []byte) []byte {
	b = append(b, d.id[:idBytes]...)
	b = binary.AppendUvarint(b, uint64(d.revision))
	b = putText(b, d.unit)
	packed := d.at<<3 | d.count
	if d.window != "" {
		packed |= withWindow
	}
	if d.serial != "" {
		packed |= withSerial
	}
	b = append(b, packed)
	if d.window != "" {
		b = putText(b, d.window)
	}
	if d.serial != "" {
		b = putText(b, d.serial)
	}
	bits := uint32(0) // three an answer
	for i := range d.count {
		bits |= uint32(d.answers[i]) << (3 * i)
	}
	for n := d.answerBytes(); n > 0; n-- {
		b = append(b, byte(bits))
		bits >>= 8
	}
	return b
}

func (d *draft) answerBytes() int { return (3*int(d.count) + 7) / 8 }

func (d *draft) appendComplaint(b []byte) []byte {
	flags := byte(0)
	if d.amending {
		flags |= 1
	}
	if d.contacted {
		flags |= 2
	}
	if d.rewriting {
		flags |= 4
	}
	b = append(b, d.kind, d.identity<<3|flags, byte(len(d.parts))) //nolint:gosec // at most maxParts
	for i := range d.parts {
		p := &d.parts[i]
		b = append(b, byte(p.Kind))
		for _, text := range p.texts() {
			b = putText(b, *text)
		}
	}
	return putText(b, d.contact)
}

// texts are the texts of a part in the order of the encoding.
func (p *Part) texts() [6]*string {
	return [6]*string{&p.Text, &p.Media.ID, &p.Media.URL, &p.Position.Latitude, &p.Position.Longitude, &p.Position.Label}
}

func (c command) append(b []byte) []byte {
	b = append(b, byte(c.verb), c.arg)
	b = binary.AppendUvarint(b, uint64(c.n))
	b = putText(b, c.unit)
	return putText(b, c.ref)
}

// valid reports whether the command is one that can be obeyed or sent.
func (c command) valid() bool {
	switch c.verb {
	case vLevel:
		return c.arg <= uint8(models.Skipped)
	case vKind:
		return int(c.arg) < len(ComplaintKinds)
	case vReason:
		return int(c.arg) < len(Reasons)
	case vAmend:
		return int(c.arg) < len(amendments)
	case vRestart:
		return c.arg == 0 || verb(c.arg) == vRate || verb(c.arg) == vAgain || verb(c.arg) == vComplain || verb(c.arg) == vWithdraw
	}
	return c.verb < numVerbs && c.arg < uint8(numFlows)
}

func putText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// UnmarshalBinary decodes what AppendBinary made, and nothing else.
func (s *Session) UnmarshalBinary(data []byte) error {
	r := reader{b: data}
	layout := r.byte()
	if layout>>4 != sessionVersion && layout>>4 != layoutUndated {
		return fmt.Errorf("layout: %w", ErrSession)
	}
	has := uint16(r.byte())
	place := r.byte()
	if place&withMade != 0 {
		has |= hasMade
	}
	out := Session{version: layout & 15, Told: Told(place >> toldShift), step: stepID(place & (withMade - 1)), campaign: r.text()}
	if has&hasRate != 0 {
		rate := binary.BigEndian.Uint16(r.take(2))
		out.RateMinute, out.RateCount = rate>>7, byte(rate&127)
	}
	if has&hasDraft != 0 {
		out.draft.read(&r)
		out.draft.dated = layout>>4 == sessionVersion && !out.draft.id.IsZero()
	}
	if has&hasComplaint != 0 {
		out.draft.readComplaint(&r)
	}
	if has&hasShown != 0 {
		out.shown = make([]command, min(int(r.byte()), maxShown))
		for i := range out.shown {
			out.shown[i] = r.command()
		}
	}
	if has&hasList != 0 {
		out.query, out.page = r.text(), uint16(r.uint(1<<16-1)) //nolint:gosec // bounded
	}
	if has&hasWish != 0 {
		out.wish = r.command()
	}
	if has&hasLast != 0 {
		out.last.read(&r, out.campaign)
	}
	if has&hasOver != 0 {
		out.overDay = uint16(r.uint(1<<16 - 1)) //nolint:gosec // bounded
	}
	if has&hasMade != 0 {
		out.made = int64(r.uint(1<<40 - 1)) //nolint:gosec // bounded
	}
	if has&hasOver != 0 {
		out.Rest = r.rest()
	}
	if r.bad || len(r.b) > 0 || out.step >= numSteps || out.contents() != has || !out.reviewable() {
		return fmt.Errorf("contents: %w", ErrSession)
	}
	*s = out
	return nil
}

// reviewable reports whether a complaint that is at its summary, or is changed from
// there, has the kind that the summary shows.
func (s *Session) reviewable() bool {
	reviewed := s.step == stepReview || s.step == stepAmend || s.draft.amending
	return !reviewed || s.draft.kind != 0
}

func (d *draft) read(r *reader) {
	copy(d.id[:], r.take(idBytes))
	d.revision = uint32(r.uint(1<<32 - 1)) //nolint:gosec // bounded
	d.unit = r.text()
	packed := r.byte()
	d.at, d.count = packed>>3&7, packed&7
	if packed&withWindow != 0 {
		d.window = r.text()
		r.bad = r.bad || d.window == ""
	}
	if packed&withSerial != 0 {
		d.serial = r.text()
		r.bad = r.bad || d.serial == ""
	}
	if d.count > models.MaxDimensions || d.at > d.count {
		r.bad = true
		return
	}
	bits := uint32(0)
	for i, b := range r.take(d.answerBytes()) {
		bits |= uint32(b) << (8 * i)
	}
	for i := range d.count {
		d.answers[i] = models.Level(bits >> (3 * i) & 7)
	}
	r.bad = r.bad || bits>>(3*d.count) != 0
}

func (d *draft) readComplaint(r *reader) {
	d.kind = r.byte()
	flags := r.byte()
	d.identity, d.amending, d.contacted, d.rewriting = flags>>3, flags&1 != 0, flags&2 != 0, flags&4 != 0
	parts := int(r.byte())
	if parts > maxParts || int(d.kind) > len(ComplaintKinds) || d.identity > 2 {
		r.bad = true
		return
	}
	if parts > 0 {
		d.parts = make([]Part, parts)
	}
	for i := range d.parts {
		p := &d.parts[i]
		p.Kind = InputKind(r.byte())
		for _, text := range p.texts() {
			*text = r.text()
		}
		r.bad = r.bad || p.Kind > Link
	}
	d.contact = r.text()
}

// reader takes an encoding apart; after a fault it yields zeroes and is bad.
type reader struct {
	b   []byte
	bad bool
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

func (r *reader) command() command {
	c := command{verb: verb(r.byte()), arg: r.byte(), n: uint32(r.uint(1<<32 - 1)), unit: r.text(), ref: r.text()} //nolint:gosec // bounded
	r.bad = r.bad || !c.valid()
	return c
}
