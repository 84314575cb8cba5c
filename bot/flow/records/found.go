package records

import (
	"time"

	"pingyi/bot"
)

// Found is what the look-ups find: bot.Result.Found.
type Found struct {
	Ratings []MyRating
	Tickets []Ticket
	// Unlinked says that the citizen may have more ratings than Ratings: the key
	// that leads from the citizen to those of a campaign is lost.
	Unlinked bool
}

// In is what a result found.
func In(r bot.Result) Found {
	f, _ := r.Found.(Found)
	return f
}

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
