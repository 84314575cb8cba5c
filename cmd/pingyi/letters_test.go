package main

import (
	"bufio"
	"crypto/sha1"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/silenceper/wechat/v2/util"
)

// letter is a push on its way, made piece by piece so that a test can forge
// each of them. The SDK's crypto is the second opinion on ours.
type letter struct {
	token, aes, appID string
	envelope          string // ToUserName of the envelope; "-" leaves it out
	inner             string // the message itself
	at                time.Time
	nonce             string
	forge             func(q url.Values, body string) string // after the signing; returns the body
}

// letterOf is what the platform would send for a message.
func (in *instance) letterOf(inner string) letter {
	return letter{
		token: in.w.env["PINGYI_WECHAT_TOKEN"], aes: in.w.env["PINGYI_WECHAT_AES_KEY"], appID: in.w.env["PINGYI_WECHAT_APP_ID"],
		envelope: testGH, inner: inner, at: time.Now(), nonce: "1714112445",
	}
}

// note is the XML of a text message with a fresh id.
func note(t testing.TB, from, words string) string {
	t.Helper()
	return pushXML(t, testGH, from, "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA["+words+"]]></Content><MsgId>"+freshID(t)+"</MsgId>")
}

// pushXML is the XML of a message with the given fields.
func pushXML(t testing.TB, to, from, fields string) string {
	t.Helper()
	return fmt.Sprintf("<xml><ToUserName><![CDATA[%s]]></ToUserName><FromUserName><![CDATA[%s]]></FromUserName><CreateTime>%d</CreateTime>%s</xml>",
		to, from, time.Now().Unix(), fields)
}

func freshID(t testing.TB) string {
	t.Helper()
	n, err := strconv.ParseUint(randomHex(t, 7), 16, 64)
	if err != nil {
		t.Fatal(err)
	}
	return strconv.FormatUint(n|1<<60, 10)
}

func sign(parts ...string) string {
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, "")))
	return hex.EncodeToString(sum[:])
}

// seal makes query and body. Without an AES key the message travels as it is.
func (l letter) seal(t testing.TB) (query, body string) {
	t.Helper()
	stamp := strconv.FormatInt(l.at.Unix(), 10)
	q := url.Values{"timestamp": {stamp}, "nonce": {l.nonce}, "openid": {"not-looked-at"}, "signature": {sign(l.token, stamp, l.nonce)}}
	body = l.inner
	if l.aes != "" {
		b, err := util.EncryptMsg([]byte(randomHex(t, 8)), []byte(l.inner), l.appID, l.aes)
		if err != nil {
			t.Fatal(err)
		}
		q.Set("encrypt_type", "aes")
		q.Set("msg_signature", sign(l.token, stamp, l.nonce, string(b)))
		body = "<xml><ToUserName><![CDATA[" + l.envelope + "]]></ToUserName><Encrypt><![CDATA[" + string(b) + "]]></Encrypt></xml>"
		if l.envelope == "-" {
			body = "<xml><Encrypt><![CDATA[" + string(b) + "]]></Encrypt></xml>"
		}
	}
	if l.forge != nil {
		body = l.forge(q, body)
	}
	return q.Encode(), body
}

// send delivers a letter and returns what came back as it is.
func (in *instance) send(t testing.TB, l letter) (status int, raw string) {
	t.Helper()
	query, body := l.seal(t)
	return in.post(t, "/wechat?"+query, strings.NewReader(body))
}

func (in *instance) post(t testing.TB, path string, body io.Reader) (status int, raw string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, in.base+path, body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "text/xml")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(b)
}

// reply is an answer, decrypted with a key where one is given.
type reply struct {
	Plain      string `xml:"-"`
	CreateTime string
	Content    string
}

func openReply(t testing.TB, raw, aes string) reply {
	t.Helper()
	plain := raw
	if aes != "" {
		var env struct{ Encrypt, MsgSignature, TimeStamp, Nonce string }
		if err := xml.Unmarshal([]byte(raw), &env); err != nil {
			t.Fatalf("%v in %q", err, raw)
		}
		if got := sign(testToken, env.TimeStamp, env.Nonce, env.Encrypt); got != env.MsgSignature {
			t.Fatalf("the answer's signature is %s, not %s", env.MsgSignature, got)
		}
		_, b, err := util.DecryptMsg(testAppID, env.Encrypt, aes)
		if err != nil {
			t.Fatalf("the answer does not open: %v", err)
		}
		plain = string(b)
	}
	r := reply{Plain: plain}
	if !strings.HasPrefix(plain, "<xml>") {
		t.Fatalf("an answer begins %.20q, not <xml>", plain)
	}
	if err := xml.Unmarshal([]byte(plain), &r); err != nil {
		t.Fatalf("%v in %q", err, plain)
	}
	return r
}

// withMetrics turns /metrics on, at any free port.
func (w *world) withMetrics() *world {
	w.env["PINGYI_METRICS_ADDR"] = "127.0.0.1:0"
	return w
}

// metricsText is what /metrics shows. Its address is in the log alone.
func (in *instance) metricsText(t testing.TB) string {
	t.Helper()
	_, rest, ok := strings.Cut(in.log.String(), "metrics=")
	if !ok {
		t.Fatalf("the log names no address of /metrics\n%s", in.log)
	}
	addr, _, _ := strings.Cut(rest, " ")
	return in.metricsAt(t, addr)
}

func (in *instance) metricsAt(t testing.TB, addr string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+addr+"/metrics", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("/metrics: %d %v", res.StatusCode, err)
	}
	return string(b)
}

// metric is the value of one series, named as /metrics writes it.
func (in *instance) metric(t testing.TB, series string) float64 {
	t.Helper()
	lines := bufio.NewScanner(strings.NewReader(in.metricsText(t)))
	for lines.Scan() {
		if value, ok := strings.CutPrefix(lines.Text(), series+" "); ok {
			n, err := strconv.ParseFloat(value, 64)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	t.Fatalf("/metrics has no %s", series)
	return 0
}

func refusals(reason string) string {
	return fmt.Sprintf(`pingyi_refusals_total{platform="wechat",reason=%q}`, reason)
}
