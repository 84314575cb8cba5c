// Package social reads the public opinions that followers write under and about
// the city's account: a closed grammar for texts, a poller under a hard daily
// budget, the list of what did not count, the rules for accounts, the life of
// the token.
//
// It may import models and scoring. It knows no platform's form, no HTTP, no SQL
// and no keys: all of those are behind the ports API, Store, Keys and Ratings,
// which are wired in cmd.
package social

import (
	"strconv"
	"time"

	"pingyi/models"
)

// Kind is what a public text is. Kind and id together are its identity.
type Kind string

// Kinds of public text.
const (
	Status  Kind = "status"
	Comment Kind = "comment"
)

// Feed is a list of public texts that the platform gives out page by page.
type Feed string

// The three feeds. One comment may stand in both of its feeds.
const (
	CommentsToMe   Feed = "comments/to_me"
	CommentsAbout  Feed = "comments/mentions"
	StatusesAbout  Feed = "statuses/mentions"
	pushedMentions Feed = "" // sent by the platform's push; a feed shows it later
)

// Feeds lists the feeds in the order in which they are polled.
func Feeds() []Feed { return []Feed{CommentsToMe, CommentsAbout, StatusesAbout} }

// Text is one public text.
type Text struct {
	Kind   Kind
	ID     uint64
	Author Profile
	Text   string
	At     time.Time // the platform's
}

// Profile is what is known of an account. A nil field is not known.
type Profile struct {
	UID          string     `json:"uid"`
	CreatedAt    *time.Time `json:"created_at,omitempty"`
	Followers    *int64     `json:"followers,omitempty"`
	Statuses     *int64     `json:"statuses,omitempty"`
	VerifiedType *int       `json:"verified_type,omitempty"` // 1 is government
	Follows      *bool      `json:"follows,omitempty"`       // our account
	Gone         bool       `json:"gone,omitempty"`          // the platform does not know it any more
}

// Complete reports whether everything that a rule may ask for is known.
func (p *Profile) Complete() bool {
	return p.CreatedAt != nil && p.VerifiedType != nil && p.Follows != nil
}

// Merge takes over what newer knows.
func (p *Profile) Merge(newer Profile) {
	if newer.CreatedAt != nil {
		p.CreatedAt = newer.CreatedAt
	}
	if newer.Followers != nil {
		p.Followers = newer.Followers
	}
	if newer.Statuses != nil {
		p.Statuses = newer.Statuses
	}
	if newer.VerifiedType != nil {
		p.VerifiedType = newer.VerifiedType
	}
	if newer.Follows != nil {
		p.Follows = newer.Follows
	}
	p.Gone = p.Gone || newer.Gone
}

// content is what is sealed of a text: everything that leads to its author.
type content struct {
	ID     string  `json:"id"`
	Text   string  `json:"text"`
	Author Profile `json:"author"`
}

func idText(id uint64) string { return strconv.FormatUint(id, 10) }

// Account is our account, which texts are written to.
type Account struct {
	Tenant string
	ID     string // its uid; stable in storage
}

// Item is a stored public text.
type Item struct {
	ID        models.ID // keyed hash of kind and id
	Kind      Kind
	Feed      Feed
	Author    models.ID // keyed hash of the uid
	Sealed    []byte
	At        time.Time // the platform's
	FetchedAt time.Time // ours
}

// Outcome is what became of a text.
type Outcome string

// Outcomes.
const (
	Counted Outcome = "counted"
	Listed  Outcome = "listed" // not counted; its Reason says why
)

// Reading is the one, final reading of a text.
type Reading struct {
	Item     models.ID
	Outcome  Outcome
	Reason   Reason
	Campaign string
	Unit     string
	Level    models.Level
	Rating   models.ID
	At       time.Time
}
