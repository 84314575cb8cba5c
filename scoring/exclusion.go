package scoring

import (
	"time"

	"pingyi/models"
)

// Act is who did something administrative, and who agreed. Both names are as they
// were typed; Via is what entered them, an API key or a user of the operating
// system. Empty: unknown, as it was not kept then.
type Act struct {
	By, ApprovedBy, Note string
	At                   time.Time
	Via                  string
}

// Exclusion is an event of a rating's exclusion: odd ones exclude, even ones
// restore. They are only added; the last one holds.
type Exclusion struct {
	Rating  models.ID
	Channel models.Channel
	Unit    string
	Seq     int
	Reason  string
	// Withdrawn says that the rating was taken back, so that it counts in no
	// figure, also where the event restores it.
	Withdrawn bool
	Act
}

// Excludes reports whether the event left the rating out.
func (x *Exclusion) Excludes() bool { return x.Seq%2 == 1 }

// LiveRating is a live rating as exclusions need it.
type LiveRating struct {
	Rating  models.ID
	Unit    string
	Person  models.ID
	Receipt string
	Public  bool // read from a public text
	At      time.Time
}

// OwnRating is a rating as its person may be told of it: never with its levels.
// Account and Person say whose it is; they are for comparing alone.
type OwnRating struct {
	Account  string
	Person   models.ID
	Campaign string
	Channel  models.Channel
	Unit     string
	At       time.Time // received
	Receipt  string
	State    models.RatingState
}
