package wechat

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/silenceper/wechat/v2/util"

	"pingyi/bot"
	"pingyi/internal/bounds"
)

// addSamples adds every sample that ends in ext as a seed.
func addSamples(f *testing.F, ext string, add func(string)) {
	f.Helper()
	entries, err := os.ReadDir("testdata/samples")
	if err != nil {
		f.Fatal(err)
	}
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ext) {
			add(sample(f, e.Name()))
		}
	}
}

// checkPush holds what is true of every push that was opened.
func checkPush(t *testing.T, p Push) {
	t.Helper()
	if p.Citizen == "" || p.Key == "" || p.Dated.Timestamp <= 0 || p.Input.At.IsZero() {
		t.Fatalf("an incomplete push: %+v", p)
	}
	known := false
	for _, k := range Kinds() {
		known = known || k == p.Kind
	}
	if !known {
		t.Fatalf("kind %q", p.Kind)
	}
	for _, s := range []string{p.Citizen, p.Receiver, p.Input.Text, p.Input.Mark, p.Input.Scene, p.Input.Media.ID, p.Input.Media.URL, p.Input.Position.Label} {
		if !utf8.ValidString(s) || cleanString(s) != s {
			t.Fatalf("unclean %q", s)
		}
	}
}

// base64Run is what can be an encrypted message as it stands in an envelope.
var base64Run = regexp.MustCompile(`[A-Za-z0-9+/=]+`)

// checkAuthentic holds that whoever made a push knew the token, and in safe mode
// the AES key and our app id: by the SDK's helpers, on what encoding/xml reads of
// the envelope or on what looks like an encrypted message in it.
func checkAuthentic(t *testing.T, q Query, body []byte, safe bool) {
	t.Helper()
	if !safe {
		if q.Signature != util.Signature(testToken, q.Timestamp, q.Nonce) {
			t.Fatal("a forged push was opened")
		}
		return
	}
	var envelope xmlReference
	_ = xml.Unmarshal([]byte(cleanString(string(body))), &envelope) // what it cannot read is looked for below
	for _, encrypt := range append(base64Run.FindAllString(string(body), -1), strings.TrimSpace(envelope.Encrypt), envelope.Encrypt) {
		if q.MsgSignature == util.Signature(testToken, q.Timestamp, q.Nonce, encrypt) {
			if _, _, err := util.DecryptMsg(testApp, encrypt, testKey); err == nil {
				return
			}
		}
	}
	t.Fatal("a forged or foreign push was opened")
}

func FuzzOpen(f *testing.F) {
	query, body := sealed(f, sample(f, "text.xml"), testApp, testKey)
	f.Add(query, body)
	f.Add(plainQuery(), []byte(sample(f, "text.xml")))
	f.Add(plainQuery(), []byte(sample(f, "text.json")))
	f.Add(query+"&nonce=1", body)
	f.Add("signature=%zz&timestamp=1", []byte("<xml>"))
	safe, plain := safeAccount(f), plainAccount(f)
	f.Fuzz(func(t *testing.T, raw string, body []byte) {
		if len(body) > MaxBody {
			return // is not read to its end
		}
		var q Query
		bounds.Hold(t, bounds.Push, func() { q = ParseQuery(raw) })
		for _, a := range []*Account{safe, plain} {
			var p Push
			var err error
			bounds.Hold(t, bounds.Push, func() { p, err = a.Open(q, body) })
			var refusal *Refusal
			switch {
			case err == nil:
				checkPush(t, p)
				checkAuthentic(t, q, body, a == safe)
			case errors.Is(err, ErrUnusable):
				if p.Dated.Timestamp <= 0 {
					t.Fatal("an unusable push without its time")
				}
				checkAuthentic(t, q, body, a == safe)
			case !errors.As(err, &refusal) || p != (Push{}):
				t.Fatalf("refused with %v and %+v", err, p)
			}
		}
	})
}

// FuzzSealed opens messages that are rightly sealed, for us or for another account:
// no foreign one is opened.
func FuzzSealed(f *testing.F) {
	for _, ext := range []string{".xml", ".json"} {
		addSamples(f, ext, func(s string) { f.Add(s, testApp) })
	}
	f.Add(sample(f, "text.xml"), testApp+"0")
	f.Add(strings.ReplaceAll(sample(f, "text.xml"), testOriginal, "gh_another"), testApp)
	a := safeAccount(f)
	f.Fuzz(func(t *testing.T, message, appID string) {
		if len(message) > MaxBody/2 {
			return
		}
		query, body := sealed(t, message, appID, testKey)
		var p Push
		var err error
		bounds.Hold(t, bounds.Push, func() { p, err = a.Open(ParseQuery(query), body) })
		var refusal *Refusal
		switch {
		case err == nil:
			checkPush(t, p)
			if appID != testApp || p.Receiver != testOriginal {
				t.Fatalf("a push to %q of %q was opened", p.Receiver, appID)
			}
		case errors.Is(err, ErrUnusable):
			if appID != testApp {
				t.Fatalf("a push of %q was taken for one of ours", appID)
			}
		case !errors.As(err, &refusal) || p != (Push{}):
			t.Fatalf("refused with %v and %+v", err, p)
		}
	})
}

// xmlReference is how encoding/xml reads a push.
type xmlReference struct {
	XMLName      xml.Name `xml:"xml"`
	ToUserName   string
	Encrypt      string
	FromUserName string
	CreateTime   string
	MsgType      string
	MsgID        string `xml:"MsgId"`
	Content      string
	Mark         string `xml:"bizmsgmenuid"`
	PicURL       string `xml:"PicUrl"`
	MediaID      string `xml:"MediaId"`
	Recognition  string
	Latitude     string `xml:"Location_X"`
	Longitude    string `xml:"Location_Y"`
	Label        string
	Title        string
	URL          string `xml:"Url"`
	Event        string
	EventKey     string
}

func (r *xmlReference) values() [fieldCount]string {
	return [fieldCount]string{
		r.ToUserName, r.Encrypt, r.FromUserName, r.CreateTime, r.MsgType, r.MsgID, r.Content, r.Mark, r.PicURL,
		r.MediaID, r.Recognition, r.Latitude, r.Longitude, r.Label, r.Title, r.URL, r.Event, r.EventKey,
	}
}

func FuzzInnerXML(f *testing.F) {
	addSamples(f, ".xml", func(s string) { f.Add(s) })
	f.Add(inner("<Content> a<![CDATA[<b>]]>&amp;<!-- c -->d&#13;\r\n</Content>"))
	f.Add(`<?xml version="1.0"?><xml><Foo><List><a/></List></Foo></xml>`)
	f.Add(inner(nested(17, "<![CDATA[]]>")))
	f.Fuzz(func(t *testing.T, s string) {
		if cleanString(s) != s || len(s) > MaxBody {
			return // encoding/xml would refuse it, or it is cleaned differently
		}
		var got fields
		var reason Reason
		bounds.Hold(t, bounds.Push, func() {
			got = fields{}
			reason = scanXML(s, &got)
		})
		if reason != "" {
			return
		}
		var want xmlReference
		if xml.Unmarshal([]byte(s), &want) != nil {
			return
		}
		for id, w := range want.values() {
			if g := got.value[id]; g != cleanString(w) {
				t.Fatalf("field %d is %q, encoding/xml reads %q", id, g, w)
			}
		}
	})
}

func FuzzInnerJSON(f *testing.F) {
	addSamples(f, ".json", func(s string) { f.Add(s) })
	f.Add(`{"Content":"\ud83d\udc4d\ud800\n\/","MsgId":-1.5e+3,"Foo":[[{}],{"a":null}],"Title":null}`)
	f.Fuzz(func(t *testing.T, s string) {
		if cleanString(s) != s || len(s) > MaxBody {
			return
		}
		var got fields
		var reason Reason
		bounds.Hold(t, bounds.Push, func() {
			got = fields{}
			reason = scanJSON(s, &got)
		})
		if reason != "" {
			return
		}
		var want map[string]json.RawMessage
		if json.Unmarshal([]byte(s), &want) != nil {
			return // a raw line end inside of a string
		}
		for name, raw := range want {
			id, known := fieldOf(name)
			if !known {
				continue
			}
			text := string(raw)
			if text == "null" {
				text = ""
			}
			if raw[0] == '"' {
				if err := json.Unmarshal(raw, &text); err != nil {
					t.Fatal(err)
				}
			}
			if got.value[id] != cleanString(text) {
				t.Fatalf("%s is %q, encoding/json reads %q", name, got.value[id], text)
			}
		}
	})
}

func FuzzDecrypt(f *testing.F) {
	encrypt, err := util.EncryptMsg([]byte("0123456789abcdef"), []byte("<xml></xml>"), testApp, testKey)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(encrypt, []byte("<xml></xml>"))
	f.Add([]byte("AAAA"), []byte{})
	a := safeAccount(f)
	f.Fuzz(func(t *testing.T, encoded, message []byte) {
		if len(encoded) > MaxBody || len(message) > MaxBody {
			return
		}
		var got []byte
		var reason Reason
		bounds.Hold(t, bounds.Push, func() { got, _, reason = a.decrypt(&scratch{encoded: encoded}) })
		_, want, err := util.DecryptMsg(testApp, string(encoded), testKey)
		// The SDK does not look at all of the padding, so it opens more.
		if reason == "" && (err != nil || string(got) != string(want)) {
			t.Fatalf("decrypted %q, the SDK %q, %v", got, want, err)
		}
		s := new(scratch)
		if err := s.begin(strings.NewReader("0123456789abcdef")); err != nil {
			t.Fatal(err)
		}
		s.plain = append(s.plain, message...)
		s.encoded = a.encrypt(nil, s, 0)
		if got, _, reason := a.decrypt(s); reason != "" || string(got) != string(message) {
			t.Fatalf("%q came back as %q (%s)", message, got, reason)
		}
	})
}

// FuzzUnpack feeds plaintexts, which nobody can reach through the cipher.
func FuzzUnpack(f *testing.F) {
	f.Add([]byte("0123456789abcdef\x00\x00\x00\x01xwxba5fad812f8e6fb9"), byte(24))
	f.Add([]byte("0123456789abcdef\xff\xff\xff\xff"), byte(12))
	f.Fuzz(func(t *testing.T, plain []byte, pad byte) {
		for len(plain) == 0 || len(plain)%padTo != 0 {
			plain = append(plain, pad)
		}
		message, appID, ok := unpack(plain)
		if !ok {
			return
		}
		n := int(plain[len(plain)-1])
		if n < 1 || n > padTo || headLen+len(message)+len(appID)+n != len(plain) {
			t.Fatalf("%d + %d bytes and %d of padding out of %d", len(message), len(appID), n, len(plain))
		}
		for _, c := range plain[len(plain)-n:] {
			if int(c) != n {
				t.Fatalf("padding %d holds %d", n, c)
			}
		}
	})
}

func FuzzRender(f *testing.F) {
	f.Add("5 ", "非常满意", "市教育局 第1题 非常满意", "5", 3)
	f.Add("<a href=\"", "\x00]]>", "&%\n", "0\"", 400)
	f.Fuzz(func(t *testing.T, plain, label, send, mark string, lines int) {
		if lines < 0 || lines > 100 || len(plain)+len(label)+len(send) > MaxBody {
			return
		}
		var m bot.Message
		for range lines {
			m.Lines = append(m.Lines, bot.Line{{Label: plain}, {Label: label, Send: send, Mark: mark}})
		}
		checkPages(t, RenderPages(m))
	})
}
