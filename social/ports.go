package social

import (
	"context"
	"errors"
	"time"

	"pingyi/models"
	"pingyi/scoring"
)

// Page is what one call of a feed gave: newest first, at most as many as asked.
type Page struct{ Texts []Text }

// API is the platform. Every call of it costs one of the day's calls, answered
// or not; the caller has spent it before.
type API interface {
	// Page lists texts of a feed with an id greater than since and, unless highest
	// is 0, not greater than highest, newest first, at most count.
	Page(ctx context.Context, feed Feed, since, highest uint64, count int) (Page, error)
	// Profile looks an account up; Follows is not known by it.
	Profile(ctx context.Context, uid string) (Profile, error)
	// Follows tells whether an account follows ours.
	Follows(ctx context.Context, uid string) (bool, error)
	// Name is the name that an account is mentioned by.
	Name(ctx context.Context, uid string) (string, error)
}

// Keep is a page on its way into the store.
type Keep struct {
	Items   []Item
	Round   int64  // of the reconciliation that saw them, or 0
	Cursor  string // name of the cursor that moves with the items; "" moves none
	State   []byte // its next state, sealed
	Version int64  // that it was read at
}

// What an error of API may be, beside its own: there is no such account; the access
// token is of no use any more.
var (
	ErrUnknownUser = errors.New("there is no such account")
	ErrToken       = errors.New("the access token is refused")
)

// Budget counts calls.
type Budget interface {
	// Spend takes one call of a pool on a day, unless limit calls are taken. It is
	// committed before it returns true, and true is returned at most limit times
	// a day however many servers ask and whenever they end.
	Spend(ctx context.Context, a Account, day, pool string, limit int) (bool, error)
}

// Cursors remember how far each feed was read.
type Cursors interface {
	// Cursor is the stored state of a cursor; version 0 and nil: it never moved.
	Cursor(ctx context.Context, a Account, name string) (state []byte, version int64, err error)
	// Keep stores the items that are not known and moves the cursor, in one
	// transaction. models.Conflict: the cursor moved meanwhile, nothing is stored.
	Keep(ctx context.Context, a Account, k Keep) error
}

// Items are the stored texts.
type Items interface {
	// Unread lists at most limit texts that have no reading, oldest first.
	Unread(ctx context.Context, a Account, limit int) ([]Item, error)
	// WriteDown stores readings, each text's once; a second one changes nothing.
	WriteDown(ctx context.Context, a Account, readings []Reading) error
	// Item is a stored text and what became of it, nil where it was not read yet.
	// models.NotFound: there is no such text.
	Item(ctx context.Context, a Account, item models.ID) (Item, *Reading, error)
	// PublicRating is the rating that a text became.
	PublicRating(ctx context.Context, tenant string, item models.ID) (models.ID, error)
}

// SealedAccount is something sealed about a citizen of an account: their id, or what
// is known of them.
type SealedAccount struct {
	Citizen models.ID
	Sealed  []byte
}

// Checks find texts that are gone.
type Checks interface {
	// Unseen lists at most limit texts of a feed, written at or after from and
	// fetched before the round began, that the round did not see, that
	// counted and are not retracted. One that was not read yet has its turn in
	// the next round: it may have counted and its reading not been written.
	Unseen(ctx context.Context, a Account, feed Feed, round int64, from time.Time, limit int) ([]Unseen, error)
	// Retract withdraws the rating of a text once; see scoring. models.Conflict:
	// the public record is sealed.
	Retract(ctx context.Context, tenant, account, campaign string, item models.ID, now time.Time) (withdrawn bool, err error)
}

// Unseen is a text that a reconciliation did not find.
type Unseen struct {
	Item     models.ID
	Campaign string
}

// Leases let one server at a time poll; they only save work.
type Leases interface {
	// Lease takes or renews a lease until a time, if no other holder has it at now.
	Lease(ctx context.Context, a Account, name string, holder models.ID, now, until time.Time) (bool, error)
}

// Store is everything that is kept.
type Store interface {
	Budget
	Cursors
	Items
	Checks
	Leases
}

// Keys are those of one account. What they make is the same for ever.
type Keys interface {
	Item(kind Kind, id string) models.ID
	Author(uid string) models.ID
	// Person is who the author is as a rater of a campaign; the account's first
	// rating in it makes the key. models.KeyGone: that key is lost or destroyed.
	Person(ctx context.Context, campaign, uid string) (models.ID, error)
	Seal(plain []byte, use models.ID) []byte
	Open(sealed []byte, use models.ID) ([]byte, error)
}

// Ratings takes public ratings; store.Writer does.
type Ratings interface {
	Submit(ctx context.Context, s scoring.Submission) (scoring.Ack, error)
}

// Campaign is what reading needs of one.
type Campaign struct {
	ID       string
	From, To time.Time // the rating window, half open
	Dims     int
	Units    map[string]bool
	Public   bool // the method counts public texts
}

// Active reports whether texts of the campaign may be fetched at now.
func (c *Campaign) Active(now time.Time) bool {
	return c.Public && !now.Before(c.From) && now.Before(c.To.Add(scoring.PublicGrace))
}

// World is the present view of the account's tenant.
type World struct {
	Names     []string // that our account is mentioned by
	Directory Directory
	Campaigns []Campaign // approved ones that the account collects for
}

// floor is the beginning of the first active campaign; zero: none is.
func (w *World) floor(now time.Time) time.Time {
	var floor time.Time
	for i := range w.Campaigns {
		if c := &w.Campaigns[i]; c.Active(now) && (floor.IsZero() || c.From.Before(floor)) {
			floor = c.From
		}
	}
	return floor
}
