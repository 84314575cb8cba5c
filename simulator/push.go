package simulator

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math/big"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/silenceper/wechat/v2/util"

	"pingyi/models"
)

// Account is the official account that is played.
type Account struct {
	AppID      string
	Token      string
	AESKey     string // EncodingAESKey of 43 characters; "" is plaintext mode
	OriginalID string // gh_...
}

// canonicalKey decodes a key of 43 characters without regard to the spare bits
// of the last one, which some issued keys have set, and encodes it anew.
func canonicalKey(key string) (string, error) {
	raw, err := base64.StdEncoding.DecodeString(key + "=")
	if err != nil || len(key) != 43 || len(raw) != 32 {
		return "", models.Errorf(models.Invalid, "aes_key", "the AES key is not 43 characters of base64")
	}
	return strings.TrimSuffix(base64.StdEncoding.EncodeToString(raw), "="), nil
}

// message writes the platform's XML: one element a line.
type message struct{ b strings.Builder }

func (m *message) word(name, value string) {
	// The end mark of a section may not stand inside it.
	value = strings.ReplaceAll(value, "]]>", "]]]]><![CDATA[>")
	fmt.Fprintf(&m.b, "<%s><![CDATA[%s]]></%s>\n", name, value, name)
}

func (m *message) number(name, value string) { fmt.Fprintf(&m.b, "<%s>%s</%s>\n", name, value, name) }

func (m *message) event(name, key string) {
	m.word("MsgType", "event")
	m.word("Event", name)
	m.word("EventKey", key)
}

// inner is the message before encryption. It sets the citizen's follow state
// as the platform would.
func (p *Platform) inner(c *Citizen, act Act, now time.Time) (string, error) {
	if !c.Following && act.Kind != ActScan && act.Kind != ActFollow {
		return "", ErrNotFollowing
	}
	m := &message{}
	m.b.WriteString("<xml>\n")
	m.word("ToUserName", p.account.OriginalID)
	m.word("FromUserName", c.OpenID)
	m.number("CreateTime", strconv.FormatInt(now.Unix(), 10))
	if err := p.body(m, c, act); err != nil {
		return "", err
	}
	m.b.WriteString("</xml>")
	return m.b.String(), nil
}

func (p *Platform) body(m *message, c *Citizen, act Act) error {
	switch act.Kind {
	case ActScan:
		return p.scan(m, c, act.Scene)
	case ActFollow:
		m.event("subscribe", "")
		c.Following = true
		return nil
	case ActUnfollow:
		m.event("unsubscribe", "")
		c.Following = false
		return nil
	case ActClick:
		m.event("CLICK", act.Text)
		return nil
	case ActText, ActTap:
		m.word("MsgType", "text")
		m.word("Content", act.Text)
	case ActPicture, ActVoice:
		media, err := p.random(32)
		if err != nil {
			return err
		}
		p.media(m, act, base64.RawURLEncoding.EncodeToString(media))
	case ActPlace:
		m.word("MsgType", "location")
		m.number("Location_X", act.Latitude)
		m.number("Location_Y", act.Longitude)
		m.number("Scale", "15")
		m.word("Label", act.Label)
	default:
		return models.Errorf(models.Invalid, "unknown_act", "no act of kind %q", act.Kind)
	}
	m.number("MsgId", strconv.FormatUint(p.msgID.Add(1), 10))
	if act.Kind == ActTap && act.Mark != "" {
		m.number("bizmsgmenuid", act.Mark)
	}
	return nil
}

func (p *Platform) scan(m *message, c *Citizen, scene string) error {
	if n := len([]rune(scene)); n < 1 || n > 64 {
		return models.Errorf(models.Invalid, "scene_length", "a scene has 1 to 64 characters, not %d", n)
	}
	ticket, err := p.random(48)
	if err != nil {
		return err
	}
	if c.Following {
		m.event("SCAN", scene)
	} else {
		m.event("subscribe", "qrscene_"+scene)
	}
	m.word("Ticket", "gQ"+base64.RawURLEncoding.EncodeToString(ticket))
	c.Following = true
	return nil
}

func (p *Platform) media(m *message, act Act, id string) {
	if act.Kind == ActPicture {
		m.word("MsgType", "image")
		m.word("PicUrl", act.PicURL)
		m.word("MediaId", id)
		return
	}
	m.word("MsgType", "voice")
	m.word("MediaId", id)
	m.word("Format", "amr")
	if act.Text != "" {
		m.word("Recognition", act.Text)
	}
}

// seal puts a message into the body and the query that the platform sends.
func (p *Platform) seal(inner, openID string, now time.Time) (body, query string, err error) {
	nonce, err := p.nonce()
	if err != nil {
		return "", "", err
	}
	stamp := strconv.FormatInt(now.Unix(), 10)
	q := url.Values{}
	q.Set("signature", util.Signature(p.account.Token, stamp, nonce))
	q.Set("timestamp", stamp)
	q.Set("nonce", nonce)
	q.Set("openid", openID)
	if p.account.AESKey == "" {
		return inner, q.Encode(), nil
	}
	salt, err := p.random(8)
	if err != nil {
		return "", "", err
	}
	// The platform's 16 random bytes are printable: 8 bytes in hexadecimal.
	cipher, err := util.EncryptMsg([]byte(hex.EncodeToString(salt)), []byte(inner), p.account.AppID, p.account.AESKey)
	if err != nil {
		return "", "", fmt.Errorf("encrypt the push: %w", err)
	}
	q.Set("encrypt_type", "aes")
	q.Set("msg_signature", util.Signature(p.account.Token, stamp, nonce, string(cipher)))
	m := &message{}
	m.b.WriteString("<xml>\n")
	m.word("ToUserName", p.account.OriginalID)
	m.word("Encrypt", string(cipher))
	m.b.WriteString("</xml>")
	return m.b.String(), q.Encode(), nil
}

// nonce is up to ten digits, as the platform's are.
func (p *Platform) nonce() (string, error) {
	b, err := p.random(5)
	if err != nil {
		return "", err
	}
	n := new(big.Int).SetBytes(b)
	return n.Mod(n, big.NewInt(1e10)).String(), nil
}
