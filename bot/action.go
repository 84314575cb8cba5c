package bot

import (
	"time"
)

// Action is what an advanced turn asks the world to do or to look up before it can
// answer. A flow names it; the host of the engine carries it out and hands the Result
// to Finish. One with an effect takes it at most once a push and once a draft.
type Action interface {
	// ActionName is the name under which the flow registered the action.
	ActionName() string
}

// ActionSpec registers an action.
type ActionSpec struct {
	Name   string // of a closed list: a label of metrics
	Class  Class  // the least rank of a turn that asks for it
	Effect bool   // it changes something, rather than looks something up
	// Finish says what came of it, and ends or continues the dialogue.
	Finish func(*Turn, Action, Result)
}

// Erase destroys what ties the citizen's identity to what they sent. The engine
// asks for it when a citizen leaves.
type Erase struct{}

// ActionName implements Action.
func (Erase) ActionName() string { return "erase" }

// Result is what came of an Action. One shape serves all: only the fields that
// an action's comment names are set.
type Result struct {
	Status  Status
	At      time.Time // Done, AlreadyDone: when it was received
	Receipt string    // of a rating
	Before  bool      // of a rating: the citizen had a live rating of this unit, which this one replaces
	Unit    string    // code
	// Number and query code of a new ticket. AlreadyDone for its draft carries No
	// and, where it can still be told, Code.
	No, Code string
	// Found is what a look-up found, in the form that its flow says.
	Found any
}

// Status of a Result.
type Status uint8

// What can come of an action.
const (
	Done        Status = iota
	AlreadyDone        // the draft had its effect before; Receipt, or No, says which
	NotFound
	TooLate  // the rating window closed before the confirmation
	TooEarly // the rating window is not open yet
	OverLimit
	WrongCode // of a ticket; OverLimit when tried too often
	Outdated  // the citizen rated the unit again, or took the rating back, after they sent the confirmation
	// Unlinked: the key that tells which ratings are the citizen's is gone, so nothing
	// was recorded.
	Unlinked
)

// Outcome is what an advanced turn leads to: either Say, or an Action whose
// Result Finish turns into what is said. Silent turns have neither.
type Outcome struct {
	Say    Message
	Action Action
	// Class ranks the turn for admission under overload.
	Class Class
}

// Class ranks turns for admission under overload; the highest is refused last.
type Class uint8

// Classes, from first to last refused.
const (
	ClassMenu Class = iota
	ClassStep
	ClassComplaint
	ClassConfirm
)

var classNames = [...]string{"menu", "step", "complaint", "confirm"}

// String is a closed set of labels for metrics; "" of what is no class.
func (c Class) String() string {
	if c > ClassConfirm {
		return ""
	}
	return classNames[c]
}
