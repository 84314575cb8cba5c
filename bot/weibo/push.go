package weibo

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"

	"pingyi/bot"
)

// Kinds of push; a closed list, fit for a metrics label.
const (
	KindText        = "text"
	KindPosition    = "position"
	KindVoice       = "voice"
	KindImage       = "image"
	KindFollow      = "follow"
	KindUnfollow    = "unfollow"
	KindSubscribe   = "subscribe"
	KindUnsubscribe = "unsubscribe"
	KindScan        = "scan"
	KindScanFollow  = "scan_follow"
	KindClick       = "click"
	KindView        = "view"
	KindMention     = "mention"
	KindOther       = "other"
)

// Kinds lists every kind.
func Kinds() []string {
	return []string{
		KindText, KindPosition, KindVoice, KindImage, KindFollow, KindUnfollow, KindSubscribe, KindUnsubscribe,
		KindScan, KindScanFollow, KindClick, KindView, KindMention, KindOther,
	}
}

// Following is what a push says about whether its citizen follows the account.
type Following uint8

// What can be known. Subscribing to messages is not following.
const (
	FollowingUnknown Following = iota
	FollowingBegan             // follow, scan_follow
	FollowingEnded             // unfollow
)

// Mention is a public status or comment that names the account. It is no
// private message and is not answered like one.
type Mention struct {
	Subtype string // status or comment; "" means that the push is no mention
	ID      string // of the status or comment
	Text    string
}

// Push is an authentic push. Its texts are clean: UTF-8 without control
// characters other than tab and line ends.
type Push struct {
	Citizen  string // sender_id, the uid: never in a log
	Receiver string // receiver_id
	// Key is the same for every repeat of a push. The platform gives no id, so
	// two equal messages of one citizen within one second are one push.
	Key       string
	Kind      string // one of Kinds
	Input     bot.Input
	Mention   Mention
	Following Following
	Timestamp int64 // of the query, unix seconds; how old it may be the caller decides
	// Swapped is the time that the nonce would be in the place of the timestamp,
	// unix seconds, and Reach for how many seconds that gives a swapped query away.
	Swapped, Reach int64
	// Others are the other times that the signature could be read with, unix seconds,
	// in order: a signature is taken with one of them.
	Others    []int64
	Signature string
	Nonce     string
}

// Open authenticates and parses a push. Its error is a *Refusal where the push
// is not authentic, and an *Unusable where it is but its message cannot be used;
// the Push that comes with the latter has its times and its Signature, so that
// freshness can still be asked for.
//
// Whether a repeat has a new nonce is not documented, so none is remembered.
func (a *Account) Open(q Query, body []byte) (Push, error) {
	if len(body) > MaxBody {
		return Push{}, refuse(BadEnvelope)
	}
	secret, ok := a.authentic(q)
	if !ok {
		return Push{}, refuse(BadSignature)
	}
	p := Push{Signature: q.Signature, Nonce: q.Nonce}
	p.Swapped, p.Reach = swapped(q.Nonce)
	p.Others = others(secret, q.Timestamp, q.Nonce)
	if p.Timestamp, ok = parseTime(q.Timestamp); !ok {
		return Push{}, refuse(BadTimestamp)
	}
	object, reason := parse(body)
	if reason != "" {
		return p, &Unusable{Reason: reason}
	}
	if p.Receiver = text(object, "receiver_id"); p.Receiver != a.uid {
		return Push{}, refuse(BadReceiver)
	}
	sender := text(object, "sender_id")
	created, err := time.Parse(time.RubyDate, text(object, "created_at"))
	if err != nil || !isID(sender) {
		return p, &Unusable{Reason: Incomplete}
	}
	p.Citizen = sender
	p.Input.At = created.UTC()
	data, _ := object["data"].(map[string]any) // without data every field of it is ""
	if p.Key, err = identity(object); err != nil {
		return p, &Unusable{Reason: Broken}
	}
	p.read(text(object, "type"), text(object, "text"), data)
	return p, nil
}

// identity is the hash of what tells one push from another. Fields are cleaned
// of NUL, so it can stand between them; encoding/json sorts the names in data.
func identity(object map[string]any) (string, error) {
	data, err := json.Marshal(object["data"])
	if err != nil {
		return "", err
	}
	parts := []string{
		text(object, "sender_id"), text(object, "created_at"), text(object, "type"), text(object, "text"), string(data),
	}
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:]), nil
}

func (p *Push) read(kind, words string, data map[string]any) {
	in := &p.Input
	kind = strings.ToLower(kind)
	p.Kind = kind
	switch kind {
	case KindText:
		in.Kind, in.Text = bot.Text, words
	case KindPosition:
		in.Kind = bot.Place
		in.Position = bot.Position{Latitude: text(data, "latitude"), Longitude: text(data, "longitude"), Label: words}
	case KindVoice:
		in.Kind, in.Media = bot.Voice, media(data)
	case KindImage:
		in.Kind, in.Media = bot.Picture, media(data)
	case "event":
		p.event(text(data, "subtype"), text(data, "key"))
	case KindMention:
		p.mention(text(data, "subtype"), text(data, "key"), words)
	default:
		p.Kind = KindOther
	}
}

func (p *Push) event(subtype, key string) {
	in := &p.Input
	subtype = strings.ToLower(subtype)
	p.Kind = subtype
	switch subtype {
	case KindFollow:
		in.Kind, p.Following = bot.Follow, FollowingBegan
	case KindScanFollow:
		in.Kind, in.Scene, p.Following = bot.Follow, scene(key), FollowingBegan
	case KindUnfollow:
		in.Kind, p.Following = bot.Unfollow, FollowingEnded
	case KindSubscribe: // a first contact, to be greeted
		in.Kind = bot.Follow
	case KindUnsubscribe: // wants no messages, may follow on: nothing is erased
	case KindScan:
		in.Kind, in.Scene = bot.Scan, scene(key)
	case KindClick:
		in.Kind, in.Text = bot.Click, key
	case KindView:
	default:
		p.Kind = KindOther
	}
}

func (p *Push) mention(subtype, id, words string) {
	if subtype != "status" && subtype != "comment" {
		p.Kind = KindOther
		return
	}
	p.Mention = Mention{Subtype: subtype, ID: id, Text: words}
}

// media names what was sent by the id that its receiver, the account, uses.
func media(data map[string]any) bot.Media {
	id := text(data, "tovfid")
	if id == "" {
		id = text(data, "vfid")
	}
	return bot.Media{ID: id}
}

// scene is the neutral scene of a code's key `<action_name>_<scene_id>`, the
// name of which may hold underscores itself: "n:<scene_id>", or "".
func scene(key string) string {
	id := key[strings.LastIndexByte(key, '_')+1:]
	if !isID(id) {
		return ""
	}
	return "n:" + id
}
