package simulator

import (
	"context"
	"time"

	"pingyi/models"
)

// Face plays one platform towards one account of the server. Platform is
// WeChat's; another platform's stands beside it.
type Face interface {
	// Push delivers what a citizen did and judges the answer. It keeps the
	// citizen's follow state. A server that stays silent or answers wrongly is
	// no error but a Fault of the Exchange. Errors: ErrNotFollowing, a push
	// that cannot be made, a done context.
	Push(ctx context.Context, c *Citizen, act Act) (Exchange, error)
	// Redeliver sends the very bytes of an earlier exchange again and judges
	// the answer anew. Errors: a done context.
	Redeliver(ctx context.Context, first Exchange) (Exchange, error)
}

// ErrNotFollowing is returned where the platform would not let a citizen write:
// a citizen who does not follow the account can only scan a code or follow it.
var ErrNotFollowing = models.Errorf(models.Conflict, "not_following", "the citizen does not follow the account")

// Citizen is somebody with a phone. A Citizen is used by one goroutine at a time.
type Citizen struct {
	OpenID    string // on Weibo the uid
	Following bool

	at   time.Time // Weibo: the platform's second of what was done last
	done []string  // Weibo: what was done in it
}

// ActKind says what a citizen does.
type ActKind string

// What a citizen can do.
const (
	ActText     ActKind = "text"
	ActTap      ActKind = "tap"
	ActScan     ActKind = "scan"
	ActFollow   ActKind = "follow"
	ActUnfollow ActKind = "unfollow"
	ActPicture  ActKind = "picture"
	ActVoice    ActKind = "voice"
	ActPlace    ActKind = "place"
	ActClick    ActKind = "click"
	ActMention  ActKind = "mention" // on Weibo, in public
)

// Act is one thing that a citizen does. Only the fields that its kind names are
// set; the functions below make them.
type Act struct {
	Kind      ActKind
	Text      string // text and tap: the words; voice: what was recognised, or ""; click: the entry's key
	Mark      string // tap: msgmenuid of the link, or ""
	Scene     string // scan
	PicURL    string // picture
	Latitude  string // place, degrees
	Longitude string // place, degrees
	Label     string // place; mention: status or comment
}

// Say types words.
func Say(text string) Act { return Act{Kind: ActText, Text: text} }

// Tap taps a link of an answer.
func Tap(l Link) Act { return Act{Kind: ActTap, Text: l.Content, Mark: l.MenuID} }

// Scan scans a code; a citizen who does not follow yet follows by it.
func Scan(scene string) Act { return Act{Kind: ActScan, Scene: scene} }

// Follow begins to follow the account, without a code.
func Follow() Act { return Act{Kind: ActFollow} }

// Unfollow stops following the account.
func Unfollow() Act { return Act{Kind: ActUnfollow} }

// Picture sends a picture that the platform keeps at an address.
func Picture(address string) Act { return Act{Kind: ActPicture, PicURL: address} }

// Voice sends a voice message; recognised may be "".
func Voice(recognised string) Act { return Act{Kind: ActVoice, Text: recognised} }

// Place sends a place from the map, in degrees.
func Place(latitude, longitude, label string) Act {
	return Act{Kind: ActPlace, Latitude: latitude, Longitude: longitude, Label: label}
}

// Click taps an entry of the account's menu.
func Click(key string) Act { return Act{Kind: ActClick, Text: key} }

// Mention names the account in public; subtype is status or comment.
func Mention(subtype, text string) Act { return Act{Kind: ActMention, Text: text, Label: subtype} }

// Link is a choice of an answer: taking it sends Content as the citizen's own
// words. It is a tap link, or on a platform without them a numbered line, whose
// number is typed.
type Link struct {
	Label   string
	Content string
	MenuID  string
}

// Fault is what is wrong with an answer, as a stable code.
type Fault string

// What can be wrong with an answer. Each of them makes WeChat tell the citizen
// that the account cannot serve at the moment, and Weibo show nothing.
const (
	FaultSilent    Fault = "no_answer"      // three tries without an answer in time
	FaultStatus    Fault = "status"         // not 200
	FaultEmpty     Fault = "empty"          // neither success nor a text
	FaultTooBig    Fault = "too_big"        // more than 64 KiB
	FaultEnvelope  Fault = "bad_envelope"   // no encrypted envelope, or not all of it
	FaultSignature Fault = "bad_signature"  // MsgSignature does not fit
	FaultCipher    Fault = "bad_cipher"     // cannot be decrypted, or for another app id
	FaultXML       Fault = "not_xml"        // does not begin with <xml>, or is broken
	FaultSender    Fault = "wrong_sender"   // FromUserName is not the account
	FaultReceiver  Fault = "wrong_receiver" // ToUserName is not the citizen
	FaultTime      Fault = "bad_time"       // CreateTime is no time
	FaultType      Fault = "not_text"       // MsgType is not text
	FaultTooLong   Fault = "too_long"       // Content over 2048 bytes, or 300 characters and more on Weibo
	FaultJSON      Fault = "not_json"       // Weibo: no JSON object with result true
	FaultData      Fault = "bad_data"       // Weibo: data is no encoded JSON
)

// Exchange is a push and what came of it.
type Exchange struct {
	Act      Act
	OpenID   string
	Push     string // the message before encryption
	Envelope string // the body as sent; equals Push where nothing is encrypted
	URL      string // path and query as sent, without the host
	Status   int    // of the last try that was answered, else 0
	Tries    int
	Raw      string // the answer as received
	Plain    string // the answer decrypted
	Text     string // what the account says, tags included; "" for success
	Links    []Link // the tap links in Text, in order
	Faults   []Fault
	Duration time.Duration // from the first try to the end of the last
}

// Shown is the text as the citizen's phone shows it: links as their labels.
func (e Exchange) Shown() string {
	var s []byte
	for _, p := range Pieces(e.Text) {
		s = append(s, p.Text...)
	}
	return string(s)
}
