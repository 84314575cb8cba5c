package wechat

import "errors"

// Reason says why a push was refused or not used; a closed list, fit for a
// metrics label.
type Reason string

// Reasons of a Refusal: the push is not authentic. For any reason the
// answer is 403 with an empty body.
const (
	BadSignature Reason = "signature" // wrong, missing, or a query that says something twice
	BadTimestamp Reason = "timestamp" // rightly signed, yet no number of seconds
	Stale        Reason = "freshness" // for the caller, whose Freshness decides it
	BadMode      Reason = "mode"      // plaintext where a key is set, or the other way round
	BadEnvelope  Reason = "envelope"
	BadCipher    Reason = "decrypt"
	BadAppID     Reason = "appid"
	BadReceiver  Reason = "receiver"
)

// Reasons of an Unusable push: it is authentic, but nothing can be done with
// it. The answer is 200 and success.
const (
	Broken     Reason = "broken"
	TooDeep    Reason = "depth"
	Duplicate  Reason = "duplicate"
	Incomplete Reason = "incomplete" // no sender or no time
)

// Reasons lists every reason.
func Reasons() []Reason {
	return []Reason{
		BadSignature, BadTimestamp, Stale, BadMode, BadEnvelope, BadCipher, BadAppID, BadReceiver,
		Broken, TooDeep, Duplicate, Incomplete,
	}
}

// Refusal is the error for a push that is not authentic.
type Refusal struct{ Reason Reason }

func (e *Refusal) Error() string { return "push refused: " + string(e.Reason) }

// ErrUnusable is what errors.Is finds in every Unusable.
var ErrUnusable = errors.New("push unusable")

// Unusable is the error for an authentic push whose message cannot be used.
type Unusable struct{ Reason Reason }

func (e *Unusable) Error() string { return "push unusable: " + string(e.Reason) }

// Is makes errors.Is(err, ErrUnusable) true.
func (e *Unusable) Is(target error) bool { return target == ErrUnusable }

func refuse(r Reason) error { return &Refusal{Reason: r} }
