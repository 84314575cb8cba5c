// Package scoring turns confirmed ratings into channel points: submissions,
// tallies, methods, ranking, recounts. Figures are computed from exact integer
// sums and counts; the only rounding is the last step.
//
// It may import models and the standard library; it knows no Gin, GORM or
// Redis, and neither bot nor complaints.
package scoring

import (
	"time"

	"pingyi/models"
)

// Submission is a confirmed rating on its way into the record. Everything that
// the transaction needs is decided before it starts, so that a batch of
// submissions is a handful of statements.
type Submission struct {
	Tenant   string
	Campaign string
	Channel  models.Channel
	Account  string // the account that collected it
	Unit     string // code of the rated unit
	Window   string // code of the scanned window, or ""
	Serial   string // of the scanned code as the scan gave it, or ""; nothing verifies it

	// Source is the public text that the rating was read from, zero for one that
	// its person confirmed by form or message. A public rating never replaces a
	// confirmed one, nor a public one of later date; see FullStands, LaterStands.
	Source models.ID

	Rating  models.ID // random id of the new row
	Person  models.ID // HMAC under the key of campaign and account
	Push    models.ID // keyed hash of the push's identity; unique in the tenant
	Draft   models.ID // random at the start of the draft; unique in the tenant
	Receipt string    // XXXX-XXXX-XXXX-XXXX, random
	Answers models.Answers
	// Provenance says what was known of who rated; "" where the platform lets
	// followers alone write.
	Provenance Provenance

	PlatformAt time.Time // the platform's time of the confirming push
	ReceivedAt time.Time // our time of receipt
	Answer     []byte    // the finished answer, sealed; committed with the rating
	Replacing  []byte    // the same for a rating that replaces one; nil: Answer
}

// Provenance is what was known, when a rating was confirmed, of whether its
// citizen follows the account. It does not decide whether the rating counts:
// that is the method's word.
type Provenance string

// Provenances.
const (
	Follower   Provenance = "follower"   // began to follow, by an event of the platform
	Unfollowed Provenance = "unfollowed" // ceased to follow
	Unverified Provenance = "unverified" // no event told; to be looked up at settlement
)

// Withdrawal takes back a person's live rating of a unit.
type Withdrawal struct {
	Tenant, Campaign, Unit string
	Channel                models.Channel
	Person                 models.ID
	Push, Draft            models.ID
	PlatformAt, ReceivedAt time.Time
	Answer                 []byte
}

// Reason is a tapped reason for a low level of the person's own rating.
type Reason struct {
	Tenant     string
	Receipt    string
	Person     models.ID
	Reason     string
	Push       models.ID
	ReceivedAt time.Time
	Answer     []byte
}

// Verdict is what became of a submission, withdrawal or reason.
type Verdict uint8

// Verdicts. All but Counted changed nothing.
const (
	Counted     Verdict = iota
	Repeat              // the push had its effect before; Ack.Answer is its finished answer
	DraftDone           // another push of the same draft had the effect, or this one and its answer was swept; Ack.Receipt and Ack.At tell which
	TooLate             // the window was closed, or the seal is on
	TooEarly            // the window is not open
	Missing             // no such campaign, unit or live rating
	FullStands          // a public text met a rating that its person confirmed
	LaterStands         // a public text met a later one, a later withdrawal, or was deleted
	Outdated            // the person confirmed or took back a rating of the unit by a later push of the platform
)

// Ack answers a submission.
type Ack struct {
	Verdict  Verdict
	Receipt  string    // Counted, DraftDone
	Replaced bool      // Counted: the person had a live rating of the unit; Submission.Replacing was committed
	Unit     string    // DraftDone
	At       time.Time // DraftDone: when the draft was received
	Answer   []byte    // Repeat: sealed
}

// CloseGrace is how long after the close a rating may still arrive whose
// confirming push the platform dated before the close.
const CloseGrace = 60 * time.Second

// PublicGrace is how long after the close a public text may still be fetched
// that the platform dated before the close.
const PublicGrace = 48 * time.Hour

// Tally is what the record counts for one unit on one channel. It is kept by
// the transaction of every rating and must equal a recount.
// Received = Live + Superseded + Excluded + Withdrawn.
type Tally struct {
	Unit                                            string
	Received, Live, Superseded, Excluded, Withdrawn int64
	Ratings                                         int64                          // live ratings with at least one level: n
	Counts                                          [models.MaxDimensions][5]int64 // live answers by dimension and level, [d][level-1]
	ComplaintsReceived, ComplaintsAnswered          int64
	ComplaintsOnTime, ComplaintsSatisfied           int64
	ComplaintsUnsatisfied                           int64 // of those answered on time: called unsatisfied when the citizen was asked
}

// Add counts the answers of one live rating sign times (+1 or -1).
func (t *Tally) Add(a models.Answers, sign int64) {
	t.Live += sign
	if a.HasLevel() {
		t.Ratings += sign
	}
	for d, l := range a {
		if l.HasLevel() {
			t.Counts[d][l-1] += sign
		}
	}
}
