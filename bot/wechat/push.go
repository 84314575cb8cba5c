package wechat

import (
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"strings"
	"time"

	"pingyi/bot"
)

// Kinds of push; a closed list, fit for a metrics label.
const (
	KindText        = "text"
	KindImage       = "image"
	KindVoice       = "voice"
	KindVideo       = "video"
	KindShortVideo  = "shortvideo"
	KindLocation    = "location"
	KindLink        = "link"
	KindSubscribe   = "subscribe"
	KindUnsubscribe = "unsubscribe"
	KindScan        = "scan"
	KindClick       = "click"
	KindView        = "view"
	KindPosition    = "position"     // the event LOCATION, which may come every 5 s
	KindTemplate    = "template"     // TEMPLATESENDJOBFINISH
	KindConsent     = "subscription" // the events subscribe_msg_...
	KindOther       = "other"
)

// Kinds lists every kind.
func Kinds() []string {
	return []string{
		KindText, KindImage, KindVoice, KindVideo, KindShortVideo, KindLocation, KindLink,
		KindSubscribe, KindUnsubscribe, KindScan, KindClick, KindView, KindPosition,
		KindTemplate, KindConsent, KindOther,
	}
}

// Push is an authentic push. Its texts are clean: UTF-8 without control
// characters other than tab and line ends. They may share one string with the
// whole message, so a caller that keeps one for long clones it.
type Push struct {
	Citizen  string // FromUserName, the openid: never in a log
	Receiver string // ToUserName
	// Key is the same for every repeat of a push and for nothing else of this
	// account: MsgId, and for what has none sender, time and content. It may
	// hold the openid: hash it before it is stored.
	Key   string
	Kind  string // one of Kinds
	Input bot.Input
	Dated Dated // how old it may be is Freshness's affair
	Nonce string

	key   int // 0: it was not encrypted; else 1 + the place of the key that worked
	token int // the place of the token that worked
}

// Open authenticates, decrypts and parses a push. Its error is a *Refusal where
// the push is not authentic, and an *Unusable where it is but its message
// cannot be used; the Push that comes with the latter has Dated and Nonce, so that
// freshness can still be asked for, and a Key where its citizen can be told.
//
// The body is not kept. In safe mode msg_signature decides; signature, which
// covers less, must be right where it is given.
func (a *Account) Open(q Query, body []byte) (Push, error) {
	s := a.borrow()
	defer a.scratch.Put(s)

	p := Push{Nonce: q.Nonce}
	if len(body) > MaxBody {
		return Push{}, refuse(BadEnvelope)
	}
	safe := len(a.keys) > 0
	token, reason := a.checkQuery(s, q, safe)
	if reason != "" {
		return Push{}, refuse(reason)
	}
	p.token = token
	var f fields
	message := string(body)
	scanned := f.scan(message)
	if safe {
		if scanned != "" {
			return Push{}, refuse(BadEnvelope)
		}
		message, reason = a.unseal(s, q, &f, &p)
		if reason != "" {
			return Push{}, refuse(reason)
		}
		f = fields{}
		scanned = f.scan(message)
	}
	if !p.date(q, &f, safe, scanned == "") {
		return Push{}, refuse(BadTimestamp)
	}
	if scanned == Broken && a.ours(strings.TrimSpace(f.value[fToUserName])) {
		p.salvage(message, &f)
	}
	if scanned != "" {
		return p, &Unusable{Reason: scanned}
	}
	if !a.ours(strings.TrimSpace(f.value[fToUserName])) {
		return Push{}, refuse(BadReceiver)
	}
	if !p.read(&f) {
		return p, &Unusable{Reason: Incomplete}
	}
	return p, nil
}

// Handshake answers the platform's check of the address: what to send back as
// it is. Freshness is not asked for, nothing depends on it.
func (a *Account) Handshake(q Query) (echo string, err error) {
	s := a.borrow()
	defer a.scratch.Put(s)
	if q.faulty || a.signer(s, q, nil, q.Signature) < 0 {
		return "", refuse(BadSignature)
	}
	return q.EchoStr, nil
}

// signer is the place of the token that a signature was made with, -1 where it was
// made with none of ours.
func (a *Account) signer(s *scratch, q Query, body []byte, signature string) int {
	for i, token := range a.tokens {
		if sameSignature(s.sign(token, q.Timestamp, q.Nonce, body), signature) {
			return i
		}
	}
	return -1
}

// checkQuery checks what can be checked before the body is looked at. token is the
// one that signature was made with, the first where none was asked for.
func (a *Account) checkQuery(s *scratch, q Query, safe bool) (token int, reason Reason) {
	encrypted := q.EncryptType == "aes"
	needed := !safe || !encrypted
	if q.faulty {
		return 0, BadSignature
	}
	if needed || q.signed || q.Signature != "" {
		if token = a.signer(s, q, nil, q.Signature); token < 0 {
			return 0, BadSignature
		}
	}
	if safe != encrypted || !safe && q.EncryptType != "" && q.EncryptType != "raw" {
		return 0, BadMode
	}
	return token, ""
}

// unseal checks the envelope and decrypts what is in it.
func (a *Account) unseal(s *scratch, q Query, f *fields, p *Push) (message string, reason Reason) {
	encrypted := f.value[fEncrypt]
	if encrypted == "" {
		return "", BadEnvelope
	}
	s.encoded = append(s.encoded[:0], encrypted...)
	signer := a.signer(s, q, s.encoded, q.MsgSignature)
	if signer < 0 || signer != p.token && (q.signed || q.Signature != "") {
		return "", BadSignature // both signatures are made with one token
	}
	p.token = signer
	if to := strings.TrimSpace(f.value[fToUserName]); to != "" && !a.ours(to) {
		return "", BadReceiver
	}
	plain, key, reason := a.decrypt(s)
	if reason != "" {
		return "", reason
	}
	p.key = 1 + key
	return string(plain), ""
}

func (a *Account) ours(receiver string) bool {
	return a.originalID == "" || receiver == a.originalID
}

// swappedReach is how long ago, in seconds, a nonce that reads as a time gives a
// swapped query away. In safe mode the sealed CreateTime refuses an older one. Of
// random nonces of ten digits one in 650,000 lies within.
const swappedReach = 3600

// date reads what tells the push's age; false where the query's timestamp is no
// time, or a sealed message that could be read has none. Of a message that breaks
// off before its CreateTime nothing is asked: it has no effect.
func (p *Push) date(q Query, f *fields, safe, whole bool) bool {
	var ok bool
	d := Dated{Reach: swappedReach, Signature: q.Signature}
	if safe {
		d.Signature = q.MsgSignature
		if d.Sealed, ok = parseSeconds(strings.TrimSpace(f.value[fCreateTime])); !ok && whole {
			return false
		}
	}
	d.Timestamp, ok = parseTimestamp(q.Timestamp)
	d.Swapped, _ = parseTimestamp(q.Nonce) // 0 where it is no time
	p.Dated = d
	return ok
}

// parseTimestamp reads the timestamp of a query: ten digits, the first not 0. In
// any other form the signature would hold for digits that stood in the nonce.
func parseTimestamp(s string) (int64, bool) {
	const digits = 10 // from 2001 until 2286
	if len(s) != digits || s[0] == '0' {
		return 0, false
	}
	return parseSeconds(s)
}

// parseSeconds reads a unix time of one to twelve digits, which is not 0.
func parseSeconds(s string) (int64, bool) {
	const longest = 12 // far beyond the year 9999, far from overflow
	if digits, rest := cutDigits(s); rest != "" || digits == "" || len(digits) > longest {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && n > 0
}

// read takes the fields over; false without a sender or a time.
func (p *Push) read(f *fields) bool {
	for id := range f.value {
		switch field(id) {
		case fContent, fRecognition, fLabel, fTitle: // people's words stay as they came
		default:
			f.value[id] = strings.TrimSpace(f.value[id])
		}
	}
	v := &f.value
	p.Citizen, p.Receiver = v[fFromUserName], v[fToUserName]
	created, ok := parseSeconds(v[fCreateTime])
	if !ok || p.Citizen == "" {
		return false
	}
	if isEvent(v) {
		p.event(v)
	} else {
		p.message(v)
	}
	p.Input.At = time.Unix(created, 0).UTC()
	p.Key = identity(v)
	return true
}

// isEvent asks in any case, as the platform's pages write names in several.
func isEvent(v *[fieldCount]string) bool { return strings.EqualFold(v[fMsgType], "event") }

// identity is the Key of a push. NUL cannot stand in a field, so that no two
// keys run together.
func identity(v *[fieldCount]string) string {
	const nul = "\x00"
	from := v[fFromUserName] + nul + v[fCreateTime] + nul
	if isEvent(v) {
		return from + v[fEvent] + nul + v[fEventKey]
	}
	if id := v[fMsgID]; id != "" && id != "0" {
		return id
	}
	h := sha256.New()
	for _, s := range v {
		h.Write([]byte(s)) // never fails
		h.Write([]byte(nul))
	}
	return from + v[fMsgType] + nul + hex.EncodeToString(h.Sum(nil))
}

func (p *Push) message(v *[fieldCount]string) {
	in := &p.Input
	p.Kind = strings.ToLower(v[fMsgType])
	media := bot.Media{ID: v[fMediaID]}
	switch p.Kind {
	case KindText:
		in.Kind, in.Text, in.Mark = bot.Text, v[fContent], v[fMark]
	case KindImage:
		in.Kind, in.Media = bot.Picture, bot.Media{ID: v[fMediaID], URL: v[fPicURL]}
	case KindVoice:
		in.Kind, in.Media, in.Text = bot.Voice, media, v[fRecognition]
	case KindVideo, KindShortVideo:
		in.Kind, in.Media = bot.Video, media
	case KindLocation:
		in.Kind = bot.Place
		in.Position = bot.Position{Latitude: v[fLatitude], Longitude: v[fLongitude], Label: v[fLabel]}
	case KindLink:
		in.Kind, in.Text = bot.Link, strings.TrimSpace(v[fTitle]+"\n"+v[fURL])
	default:
		p.Kind = KindOther
	}
}

func (p *Push) event(v *[fieldCount]string) {
	in := &p.Input
	switch strings.ToLower(v[fEvent]) {
	case "subscribe":
		p.Kind, in.Kind = KindSubscribe, bot.Follow
		if scene, ok := strings.CutPrefix(v[fEventKey], "qrscene_"); ok {
			in.Scene = scene
		}
	case "scan":
		p.Kind, in.Kind, in.Scene = KindScan, bot.Scan, v[fEventKey]
	case "unsubscribe":
		p.Kind, in.Kind = KindUnsubscribe, bot.Unfollow
	case "click":
		p.Kind, in.Kind, in.Text = KindClick, bot.Click, v[fEventKey]
	case "view":
		p.Kind = KindView
	case "location":
		p.Kind = KindPosition
	case "templatesendjobfinish":
		p.Kind = KindTemplate
	case "subscribe_msg_popup_event", "subscribe_msg_change_event", "subscribe_msg_sent_event":
		p.Kind = KindConsent
	default:
		p.Kind = KindOther
	}
}
