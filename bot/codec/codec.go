// Package codec is the form in which sessions are kept: CBOR, a struct a flow.
//
// It may import bot and models.
package codec

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/fxamacker/cbor/v2"

	"pingyi/bot"
	"pingyi/models"
)

// ErrSession is what the errors of Unmarshal wrap: the bytes are no session that
// this program reads, and the dialogue has to start again.
var ErrSession = errors.New("not a session of this version")

// Bounds of what a session holds; an answer and a push hold less.
const (
	maxShown = 64
	maxText  = 1 << 16
)

// kept is the form in which a session is kept: a CBOR map with small integers for keys.
// A key that is not there is zero, one that is not known is left out, so a field may be
// added while two versions run side by side. A key is never used again for another thing.
type kept struct {
	RateMinute uint16          `cbor:"1,keyasint,omitempty"`
	RateCount  uint8           `cbor:"2,keyasint,omitempty"`
	Told       bot.Told        `cbor:"3,keyasint,omitempty"`
	Rest       []string        `cbor:"4,keyasint,omitempty"`
	Step       bot.StepID      `cbor:"5,keyasint,omitempty"`
	Version    uint8           `cbor:"6,keyasint,omitempty"`
	Campaign   string          `cbor:"7,keyasint,omitempty"`
	ID         []byte          `cbor:"8,keyasint,omitempty"`
	Undated    bool            `cbor:"9,keyasint,omitempty"`
	Revision   uint32          `cbor:"10,keyasint,omitempty"`
	Unit       string          `cbor:"11,keyasint,omitempty"`
	State      cbor.RawMessage `cbor:"12,keyasint,omitempty"`
	Shown      []bot.Command   `cbor:"13,keyasint,omitempty"`
	Query      string          `cbor:"14,keyasint,omitempty"`
	Page       uint16          `cbor:"15,keyasint,omitempty"`
	Wish       *bot.Command    `cbor:"16,keyasint,omitempty"`
	Last       *bot.Receipt    `cbor:"17,keyasint,omitempty"`
	Made       int64           `cbor:"18,keyasint,omitempty"`
	LimitDay   uint16          `cbor:"19,keyasint,omitempty"`
}

// Every map of CBOR with less than 24 keys begins with one of these; the form of the
// release before begins with another byte.
const (
	firstOfMap = 0xa0
	lastOfMap  = 0xb7
)

var (
	encoding = must(cbor.EncOptions{}.EncMode())
	decoding = must(cbor.DecOptions{
		DupMapKey: cbor.DupMapKeyEnforcedAPF, IndefLength: cbor.IndefLengthForbidden, TagsMd: cbor.TagsForbidden,
		UTF8:             cbor.UTF8DecodeInvalid, // a citizen may send anything
		MaxArrayElements: maxShown, MaxMapPairs: maxShown, MaxNestedLevels: 8,
	}.DecMode())
)

func must[M any](m M, err error) M {
	if err != nil {
		panic(err) // the options above are constants
	}
	return m
}

// Marshal writes a session.
func Marshal(s bot.Session) ([]byte, error) {
	k := kept{
		RateMinute: s.RateMinute % bot.RateMinutes, RateCount: s.RateCount & 127, Told: s.Told & (bot.ToldPrivacy | bot.ToldUnseen),
		Rest: s.Rest[:min(len(s.Rest), bot.MaxRest)], Step: s.Step, Version: s.Version, Campaign: s.Campaign,
		ID: bytes.TrimRight(s.Draft.ID[:], "\x00"), Undated: s.Draft.Undated, Revision: s.Draft.Revision, Unit: s.Draft.Unit,
		Shown: s.Shown[:min(len(s.Shown), maxShown)], Query: s.Query, Page: s.Page, Made: s.Made, LimitDay: s.LimitDay,
	}
	if s.Wish != (bot.Command{}) {
		k.Wish = &s.Wish
	}
	if s.Last.Flow != "" {
		k.Last = &s.Last
	}
	if s.Draft.State != nil {
		state, err := encoding.Marshal(s.Draft.State)
		if err != nil {
			return nil, fmt.Errorf("state of a draft: %w", err)
		}
		k.State = state
	}
	b, err := encoding.Marshal(&k)
	if err != nil {
		return nil, fmt.Errorf("session: %w", err)
	}
	return b, nil
}

// Unmarshal reads what Marshal wrote, or the release before, for an engine. Of a draft
// whose state cannot be read the dialogue says so when it is advanced: the session has
// the draft and no state.
func Unmarshal(data []byte, e *bot.Engine) (bot.Session, error) {
	if len(data) == 0 {
		return bot.Session{}, fmt.Errorf("nothing: %w", ErrSession)
	}
	if first := data[0]; first < firstOfMap || first > lastOfMap {
		s, err := e.Earlier(data)
		if err != nil {
			return bot.Session{}, fmt.Errorf("%w: %w", ErrSession, err)
		}
		return s, nil
	}
	var k kept
	if err := decoding.Unmarshal(data, &k); err != nil {
		return bot.Session{}, fmt.Errorf("form: %w", ErrSession)
	}
	if !k.bounded() {
		return bot.Session{}, fmt.Errorf("contents: %w", ErrSession)
	}
	s := bot.Session{
		RateMinute: k.RateMinute, RateCount: k.RateCount, Told: k.Told, Rest: k.Rest, Step: k.Step, Version: k.Version, Campaign: k.Campaign,
		Draft: bot.Draft{Undated: k.Undated, Revision: k.Revision, Unit: k.Unit},
		Shown: k.Shown, Query: k.Query, Page: k.Page, Made: k.Made, LimitDay: k.LimitDay,
	}
	copy(s.Draft.ID[:], k.ID)
	if k.Wish != nil {
		s.Wish = *k.Wish
	}
	if k.Last != nil {
		s.Last = *k.Last
	}
	if state := e.StateAt(s.Step); state != nil && len(k.State) > 0 && decoding.Unmarshal(k.State, state) == nil {
		s.Draft.State = state
	}
	return s, nil
}

// bounded reports whether a session holds no more than one that was written by us.
func (k *kept) bounded() bool {
	if k.RateMinute >= bot.RateMinutes || k.RateCount > 127 || len(k.Rest) > bot.MaxRest || len(k.ID) > len(models.ID{}) || k.Made < 0 || k.Made >= 1<<40 {
		return false
	}
	for _, s := range []string{string(k.Step), k.Campaign, k.Unit, k.Query} {
		if len(s) > maxText {
			return false
		}
	}
	return true
}
