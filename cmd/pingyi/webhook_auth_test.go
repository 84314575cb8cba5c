package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
)

// otherAES is a key that the account does not have; previousAES is its key
// before a rotation. The last character of either has a spare bit set.
const (
	otherAES    = "zyxwvutsrqponmlkjihgfedcba9876543210ZYXWVUT"
	previousAES = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFB"
)

func TestWebhook_whatIsNotAuthentic_is403AndEmptyWhateverIsWrong(t *testing.T) {
	w := newWorld(t).withMetrics()
	w.env["PINGYI_WECHAT_AES_KEY_PREVIOUS"] = previousAES
	in := w.serve()
	set := func(name, value string) func(url.Values, string) string {
		return func(q url.Values, body string) string { q.Set(name, value); return body }
	}
	cases := map[string]struct {
		reason string
		change func(l *letter)
	}{
		"another token":        {"signature", func(l *letter) { l.token = "AnotherToken" }},
		"signature of another": {"signature", func(l *letter) { l.forge = set("signature", strings.Repeat("0", 40)) }},
		"signature empty":      {"signature", func(l *letter) { l.forge = set("signature", "") }},
		"msg_signature wrong":  {"signature", func(l *letter) { l.forge = set("msg_signature", strings.Repeat("0", 40)) }},
		"msg_signature empty":  {"signature", func(l *letter) { l.forge = set("msg_signature", "") }},
		"timestamp changed":    {"signature", func(l *letter) { l.forge = set("timestamp", strconv.FormatInt(time.Now().Unix()-1, 10)) }},
		"nonce changed":        {"signature", func(l *letter) { l.forge = set("nonce", "2") }},
		"timestamp no number":  {"signature", func(l *letter) { l.forge = set("timestamp", "now") }},
		"stale":                {"freshness", func(l *letter) { l.at = time.Now().Add(-305 * time.Second) }},
		"from the future":      {"freshness", func(l *letter) { l.at = time.Now().Add(305 * time.Second) }},
		"plaintext":            {"mode", func(l *letter) { l.aes = "" }},
		"plaintext called aes": {"envelope", func(l *letter) { l.aes = ""; l.forge = set("encrypt_type", "aes") }},
		"aes called raw":       {"mode", func(l *letter) { l.forge = set("encrypt_type", "raw") }},
		"aes not called so":    {"mode", func(l *letter) { l.forge = func(q url.Values, b string) string { q.Del("encrypt_type"); return b } }},
		"another key":          {"decrypt", func(l *letter) { l.aes = otherAES }},
		"another app":          {"appid", func(l *letter) { l.appID = "wxfedcba9876543210" }},
		"another app, old key": {"appid", func(l *letter) { l.appID, l.aes = "wxfedcba9876543210", previousAES }},
		"envelope for another": {"receiver", func(l *letter) { l.envelope = "gh_ffffffffffff" }},
		"message for another":  {"receiver", func(l *letter) { l.inner = strings.Replace(l.inner, testGH, "gh_ffffffffffff", 1) }},
		"envelope cut off":     {"envelope", func(l *letter) { l.forge = func(_ url.Values, b string) string { return b[:len(b)-9] } }},
		"envelope empty":       {"envelope", func(l *letter) { l.forge = func(url.Values, string) string { return "" } }},
		"envelope of noise":    {"envelope", func(l *letter) { l.forge = func(url.Values, string) string { return "\x00\xff<<<" } }},
		"envelope with DOCTYPE": {"envelope", func(l *letter) {
			l.forge = func(_ url.Values, b string) string { return `<!DOCTYPE x [<!ENTITY a "b">]>` + b }
		}},
		"two Encrypt": {"envelope", func(l *letter) {
			l.forge = func(_ url.Values, b string) string {
				return strings.Replace(b, "<xml>", "<xml><Encrypt>AAAA</Encrypt>", 1)
			}
		}},
		"Encrypt too deep": {"envelope", func(l *letter) {
			l.forge = func(_ url.Values, b string) string {
				return "<xml>" + strings.Repeat("<a>", 16) + strings.Repeat("</a>", 16) + b[len("<xml>"):]
			}
		}},
	}
	p := in.phone()
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			before := in.metric(t, refusals(c.reason))
			l := in.letterOf(note(t, p.who.OpenID, "帮助"))
			c.change(&l)
			if status, raw := in.send(t, l); status != http.StatusForbidden || raw != "" {
				t.Fatalf("%d %q, want 403 and nothing", status, raw)
			}
			if got := in.metric(t, refusals(c.reason)) - before; got != 1 {
				t.Fatalf("%v refusals for %s, want 1\n%s", got, c.reason, grepLines(in.metricsText(t), "pingyi_refusals_total"))
			}
		})
	}
	if status, raw := in.send(t, in.letterOf(note(t, p.who.OpenID, "帮助"))); status != http.StatusOK || !strings.HasPrefix(raw, "<xml>") {
		t.Fatalf("the same push unforged: %d %q", status, raw)
	}
	for _, path := range []string{"/wechat/nobody?" + "x=1", "/wechat"} {
		if status, raw := in.post(t, path, strings.NewReader("x")); status != http.StatusForbidden || raw != "" {
			t.Errorf("%s: %d %q", path, status, raw)
		}
	}
}

func grepLines(text, part string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		if strings.Contains(line, part) && !strings.HasSuffix(line, " 0\n") {
			b.WriteString(line)
		}
	}
	return b.String()
}

func TestWebhook_demoAccountWithoutKey_takesPlaintextAndAnswersIt(t *testing.T) {
	w := newWorld(t)
	delete(w.env, "PINGYI_WECHAT_AES_KEY")
	in := w.serve()
	l := in.letterOf(note(t, in.phone().who.OpenID, "教育局"))
	status, raw := in.send(t, l)
	if status != http.StatusOK {
		t.Fatalf("%d %q", status, raw)
	}
	contains(t, openReply(t, raw, "").Content, "市教育局", "第1题")
	l.aes = testAES // encrypted where no key is known
	if status, raw := in.send(t, l); status != http.StatusForbidden || raw != "" {
		t.Fatalf("encrypted without a key: %d %q", status, raw)
	}
}

func TestWebhook_previousKey_isAcceptedAndAnsweredWith(t *testing.T) {
	w := newWorld(t)
	w.env["PINGYI_WECHAT_AES_KEY_PREVIOUS"] = previousAES
	in := w.serve()
	for _, key := range []string{testAES, previousAES} {
		l := in.letterOf(note(t, in.phone().who.OpenID, "教育局"))
		l.aes = strings.TrimRight(canonical(key), "=")
		status, raw := in.send(t, l)
		if status != http.StatusOK {
			t.Fatalf("%d %q", status, raw)
		}
		contains(t, openReply(t, raw, l.aes).Content, "第1题")
	}
}

// canonical writes a key without the spare bits of its last character, as
// strict decoders want it.
func canonical(key string) string {
	last := strings.IndexByte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", key[len(key)-1])
	return key[:len(key)-1] + string("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"[last&^3])
}

func TestWebhook_handshake_echoesWhatIsSignedAlone(t *testing.T) {
	w := newWorld(t)
	w.env["PINGYI_WECHAT_TOKEN"] = "AAAAA" // the official documentation's sample
	in := w.serve()
	const query = "/wechat?signature=f464b24fc39322e44b38aa78f5edd27bd1441696&timestamp=1714036504&nonce=1514711492"
	status, _, body := in.get(query+"&echostr=4375120948345356249", "")
	if status != http.StatusOK || string(body) != "4375120948345356249" {
		t.Fatalf("%d %q", status, body)
	}
	for name, path := range map[string]string{
		"forged": strings.Replace(query, "f464", "f465", 1) + "&echostr=1", "none": "/wechat", "another nonce": query + "1&echostr=1",
		"twice": query + "&nonce=1&echostr=1",
	} {
		if status, _, body := in.get(path, ""); status != http.StatusForbidden || len(body) != 0 {
			t.Errorf("%s: %d %q", name, status, body)
		}
	}
}

func TestWebhook_largerThan64KiB_is413(t *testing.T) {
	in := newWorld(t).withMetrics().serve()
	const size = 64<<10 + 1
	for name, body := range map[string]io.Reader{
		"with a length": strings.NewReader(strings.Repeat("x", size)), "in chunks": io.MultiReader(strings.NewReader(strings.Repeat("x", size))),
	} {
		if status, raw := in.post(t, "/wechat", body); status != http.StatusRequestEntityTooLarge || raw != "" {
			t.Errorf("%s: %d %q", name, status, raw)
		}
	}
	if got := in.metric(t, refusals("too_large")); got != 2 {
		t.Errorf("%v counted", got)
	}
}

func TestWebhook_authenticButUnusable_isSuccessAndCounted(t *testing.T) {
	in := newWorld(t).withMetrics().serve()
	who := in.phone().who.OpenID
	text := "<MsgType>text</MsgType><Content>帮助</Content><MsgId>1</MsgId>"
	deep := func(n int) string {
		return pushXML(t, testGH, who, text+strings.Repeat("<a>", n)+strings.Repeat("</a>", n))
	}
	const unusable = `pingyi_pushes_total{kind="other",outcome="unusable",platform="wechat"}`
	const ignored = `pingyi_pushes_total{kind="other",outcome="ignored",platform="wechat"}`
	for name, c := range map[string]struct{ inner, counted, reason string }{
		"depth 17":       {deep(16), unusable, "depth"},
		"a field twice":  {pushXML(t, testGH, who, text+"<MsgId>2</MsgId>"), unusable, "duplicate"},
		"cut off":        {pushXML(t, testGH, who, text)[:120], unusable, "broken"},
		"no XML":         {"hello", unusable, "broken"},
		"empty":          {"", unusable, "broken"},
		"JSON cut off":   {`{"ToUserName":"` + testGH + `"`, unusable, "broken"},
		"JSON twice":     {`{"ToUserName":"` + testGH + `","FromUserName":"o1","FromUserName":"o2","CreateTime":1,"MsgType":"text"}`, unusable, "duplicate"},
		"JSON too deep":  {`{"ToUserName":"` + testGH + `","a":` + strings.Repeat("[", 16) + strings.Repeat("]", 16) + `}`, unusable, "depth"},
		"no sender":      {pushXML(t, testGH, "", text), unusable, "incomplete"},
		"unknown type":   {pushXML(t, testGH, who, "<MsgType>hologram</MsgType><MsgId>3</MsgId>"), ignored, ""},
		"unknown event":  {pushXML(t, testGH, who, "<MsgType>event</MsgType><Event>debug_demo</Event>"), ignored, ""},
		"view":           {pushXML(t, testGH, who, "<MsgType>event</MsgType><Event>VIEW</Event><EventKey>https://x</EventKey>"), ignored, ""},
		"position event": {pushXML(t, testGH, who, "<MsgType>event</MsgType><Event>LOCATION</Event><Latitude>1</Latitude>"), ignored, ""},
		"template sent":  {pushXML(t, testGH, who, "<MsgType>event</MsgType><Event>TEMPLATESENDJOBFINISH</Event><MsgID>9</MsgID><Status>success</Status>"), ignored, ""},
	} {
		t.Run(name, func(t *testing.T) {
			before, reasons := in.metric(t, c.counted), 0.0
			if c.reason != "" {
				reasons = in.metric(t, refusals(c.reason))
			}
			if status, raw := in.send(t, in.letterOf(c.inner)); status != http.StatusOK || raw != "success" {
				t.Fatalf("%d %q, want 200 success", status, raw)
			}
			if got := in.metric(t, c.counted) - before; got != 1 {
				t.Fatalf("counted %v times as %s", got, c.counted)
			}
			if c.reason != "" && in.metric(t, refusals(c.reason)) != reasons+1 {
				t.Fatalf("not counted as %s", c.reason)
			}
		})
	}
	if status, raw := in.send(t, in.letterOf(deep(15))); status != http.StatusOK || !strings.HasPrefix(raw, "<xml>") {
		t.Errorf("depth 16: %d %q", status, raw)
	}
}

func TestWebhook_jsonPush_isAnsweredInXML(t *testing.T) {
	in := newWorld(t).serve()
	who := in.phone().who.OpenID
	inner := fmt.Sprintf(`{"ToUserName":%q,"FromUserName":%q,"CreateTime":%d,"MsgType":"text","Content":"教育局","MsgId":%s}`,
		testGH, who, time.Now().Unix(), freshID(t))
	for _, outer := range []string{"xml", "json"} {
		l := in.letterOf(inner)
		if outer == "json" {
			l.forge = func(_ url.Values, body string) string {
				_, rest, _ := strings.Cut(body, "<Encrypt><![CDATA[")
				secret, _, _ := strings.Cut(rest, "]]>")
				return fmt.Sprintf(`{"ToUserName":%q,"Encrypt":%q}`, testGH, secret)
			}
		}
		status, raw := in.send(t, l)
		if status != http.StatusOK {
			t.Fatalf("%s envelope: %d %q", outer, status, raw)
		}
		contains(t, openReply(t, raw, testAES).Content, "【市教育局】", "第1题")
	}
}
