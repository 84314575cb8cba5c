// Package bot is the engine of the dialogue: it advances a session by one message, is
// pure, and knows no flow by name. The flows are packages of bot/flow, the texts and
// words stand in bot/catalogue. bot/wechat and bot/weibo turn a platform's pushes into
// Input and a Message into the platform's form.
//
// It may import bot/catalogue, folding and models; it knows no Gin, GORM or Redis, and
// neither scoring nor complaints.
package bot

import (
	"time"

	"pingyi/models"
)

// InputKind says what a citizen did.
type InputKind uint8

// What a citizen can do, on either platform.
const (
	Other    InputKind = iota // a push that asks for no answer: success
	Text                      // typed words, or the content of a tapped link
	Scan                      // scanned a code while already following
	Follow                    // began to follow, Scene set when by a code
	Unfollow                  // stopped following: everything that names them is erased
	Click                     // a menu entry, Text is its key: a word of the catalogue
	Picture                   // Media
	Voice                     // Media, Text the platform's recognition where it gave one
	Video                     // Media
	Place                     // Position
	Link                      // Text is title and address
)

// Input is a citizen's message, freed of its platform. It carries the clock and
// the randomness that the engine may use, so that the engine stays pure.
type Input struct {
	Kind     InputKind
	Text     string
	Mark     string // the mark of the tapped link where the platform returns it; "" or "0" mean unknown
	Scene    string // of a code: u:<code>, w:<code>, c:<campaign>, perhaps with .<serial>.<signature>; n:<number> see World.Scenes
	Media    Media
	Position Position
	At       time.Time // the platform's time of the push
	Now      time.Time // our time of receipt
	Random   models.ID // 16 fresh random bytes; becomes the id of a draft that this input starts
}

// Media names a picture, voice or video that the platform keeps for us.
type Media struct {
	ID  string `cbor:"1,keyasint,omitempty"` // the platform's id
	URL string `cbor:"2,keyasint,omitempty"` // of a picture, where given
}

// Position is a place sent from the map, in degrees.
type Position struct {
	Latitude  string `cbor:"1,keyasint,omitempty"`
	Longitude string `cbor:"2,keyasint,omitempty"`
	Label     string `cbor:"3,keyasint,omitempty"`
}

// Message is an answer, freed of its platform. The zero Message means that
// nothing is to be said.
type Message struct {
	Lines []Line
}

// Line is a line of an answer: plain text, tap choices, or both in order.
type Line []Span

// Span is a piece of a line. Where Send is set it is a choice: tapping it sends
// Send as the citizen's own words. On a platform without tap links a choice is
// shown as its Label alone (its number stands before it in the line).
type Span struct {
	Label string
	Send  string
	Mark  string // travels with the tap where the platform carries it (msgmenuid); at most 10 digits
}

// Empty reports whether there is nothing to say.
func (m Message) Empty() bool { return len(m.Lines) == 0 }

// Platform is what the engine may know of a citizen's platform.
type Platform struct {
	Taps bool // choices can be tapped; else they are numbered lines
}

// Campaign is what the dialogue needs of a campaign, in force for the account
// that the citizen writes to. It is never changed after it was published.
type Campaign struct {
	ID         string
	Title      string    // 2017年度政风行风评议
	From, To   time.Time // the rating window, half open
	Appealed   time.Time // when the appeal period ends, after which its keys may be destroyed; zero where not known
	Stopped    string    // why it ended before its time; "": it did not
	Classes    []string  // in the order of the register
	Units      []models.Unit
	Dimensions map[models.UnitType][]models.Dimension // all sets have the same length

	index indexOf
}

// Ahead reports whether the rating window is still to come at t. One that was
// stopped before it began never is.
func (c *Campaign) Ahead(t time.Time) bool { return t.Before(c.From) && c.From.Before(c.To) }

// Open reports whether a rating that the platform took at t counts.
func (c *Campaign) Open(t time.Time) bool { return !t.Before(c.From) && t.Before(c.To) }

// World is the read-only view of a tenant that a turn is advanced in.
type World struct {
	Platform  Platform
	Campaigns []*Campaign // for this account's channel, newest From first; also those not yet open or closed
	Directory Directory
	// Scenes is what the codes of the account stand for where they carry a number
	// alone: from n:<number> to a scene as in Input. The host replaces the one by
	// the other before the engine is run.
	Scenes map[string]string
	// Contacts are whom citizens are told to ring.
	Contacts Contacts
	// ComplaintsOff is set where no person could read a complaint: then none is taken,
	// and a citizen who wants to complain is told whom to ring.
	ComplaintsOff bool
}

// Directory finds units among the whole register of a tenant, windows included.
type Directory interface {
	// ByCode finds a unit or window, also a retired one; codes match without
	// regard to case and width.
	ByCode(code string) (models.Unit, bool)
	// Exact lists the units whose name, alias or code is the whole of text.
	Exact(text string) []models.Unit
	// Search lists units by part of a name or alias, pinyin or initials, best
	// first, at most limit. It includes what Exact finds.
	Search(text string, limit int) []models.Unit
	// Namesakes lists the other units that have the name of the unit with this code:
	// none for nearly all. Every answer that names a unit asks, so it is a look-up.
	Namesakes(code string) []models.Unit
}

var kindNames = [...]string{"other", "text", "scan", "follow", "unfollow", "click", "picture", "voice", "video", "place", "link"}

// String is a closed set of labels for metrics and logs.
func (k InputKind) String() string {
	if k > Link {
		k = Other
	}
	return kindNames[k]
}
