package bot

import (
	"time"

	"pingyi/models"
)

// Action is what an advanced turn asks the world to do or to look up before it
// can answer. The engine names it; whoever hosts the engine carries it out and
// hands the Result to Finish.
type Action interface{ isAction() }

// Actions that change something. Each takes effect at most once a push and
// once a draft. Draft is unique among the drafts of one citizen alone.
type (
	// Rate submits a confirmed rating.
	Rate struct {
		Draft    models.ID
		Campaign string
		Unit     string // code
		Window   string // code of the window whose code was scanned, or ""
		Serial   string // of the scanned code, unverified, "<serial>.<signature>" or ""
		Answers  models.Answers
	}
	// Withdraw takes back the citizen's live rating of a unit.
	Withdraw struct {
		Draft    models.ID
		Campaign string
		Unit     string
	}
	// GiveReason adds a tapped reason to a rating with a low level.
	GiveReason struct {
		Campaign string
		Unit     string
		Receipt  string
		Reason   string // one of Reasons
	}
	// File submits a confirmed complaint.
	File struct {
		Draft     models.ID
		Campaign  string // the campaign whose year it is, or ""
		Unit      string // code, or "" where the citizen is not sure
		Kind      string // one of ComplaintKinds
		Parts     []Part
		Anonymous bool
		Contact   string // as typed, or ""
	}
	// Erase destroys whatever ties the citizen's identity to what they sent.
	Erase struct{}
)

// Actions that only look something up.
type (
	// ListMine asks for the citizen's own ratings and tickets, newest first.
	ListMine struct{ For ListFor }
	// LookUpTicket asks for the state of a ticket by number and query code:
	// Done with Tickets[0], NotFound, WrongCode or OverLimit.
	LookUpTicket struct{ No, Code string }
	// LookUpReceipt asks for the rating with a receipt: Done with Ratings[0], whose
	// State alone matters, where the citizen's own account gave the rating; Done
	// without Ratings where another account did; or NotFound.
	LookUpReceipt struct{ Receipt string }
	// MayComplain asks whether the citizen is still within the daily limit.
	MayComplain struct{}
)

// ListFor says what a list is wanted for.
type ListFor uint8

// What a list is wanted for.
const (
	ForQuery ListFor = iota
	ForWithdrawal
)

func (Rate) isAction()          {}
func (Withdraw) isAction()      {}
func (GiveReason) isAction()    {}
func (File) isAction()          {}
func (Erase) isAction()         {}
func (ListMine) isAction()      {}
func (LookUpTicket) isAction()  {}
func (LookUpReceipt) isAction() {}
func (MayComplain) isAction()   {}

// Part is one message of a complaint.
type Part struct {
	Kind     InputKind // Text, Picture, Voice, Video, Place or Link
	Text     string
	Media    Media
	Position Position
}

// ComplaintKinds are the kinds of complaint in the order they are offered; a
// kind's number in the chat is its place here, from 1.
var ComplaintKinds = []string{"attitude", "delay", "charges", "unlawful", "integrity", "other"}

// Reasons are what may be tapped after a low level, in the order offered.
var Reasons = []string{"waiting", "attitude", "buckpassing", "charges", "unclear", "other"}

// Result is what came of an Action. One shape serves all: only the fields that
// an action's comment names are set.
type Result struct {
	Status  Status
	At      time.Time // Counted, AlreadyDone: when it was received
	Receipt string    // Rate
	Before  bool      // Rate: the citizen had a live rating of this unit, which this one replaces
	Unit    string    // Rate, Withdraw, AlreadyDone: code
	Ratings []MyRating
	Tickets []Ticket
	// Unlinked says that the citizen may have more ratings than Ratings: the key
	// that leads from the citizen to those of a campaign is lost.
	Unlinked bool
	// File: number and query code of the new ticket. AlreadyDone for a File
	// draft carries No and, where it can still be told, Code.
	No, Code string
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
	// Unlinked: Rate, Withdraw, GiveReason. The key that tells which ratings are
	// the citizen's is gone, so nothing was recorded.
	Unlinked
)

// RatingState says what became of a received rating.
type RatingState uint8

// States of a rating; received = the sum of all four.
const (
	Live RatingState = iota
	Superseded
	Withdrawn
	Excluded
)

// MyRating is a rating as a list shows it: never with its levels.
type MyRating struct {
	Campaign string
	Unit     string // code
	At       time.Time
	Receipt  string
	State    RatingState
	Open     bool // can still be changed or withdrawn
}

// Ticket is a complaint as its citizen sees it.
type Ticket struct {
	No    string
	Unit  string // code or ""
	Kind  string
	State string // models.ComplaintState
	At    time.Time
	Since time.Time // of the present state
}

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
