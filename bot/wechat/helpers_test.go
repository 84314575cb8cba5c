package wechat

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/silenceper/wechat/v2/util"
)

const (
	testApp      = "wxba5fad812f8e6fb9"
	testToken    = "AAAAA"
	testKey      = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
	otherKey     = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
	testOriginal = "gh_e136c6e50636"
	testOpenID   = "oMgHVjngRipVsoxg6TuX3vz6glDg"
	testSeconds  = "1408090610"
	testNonce    = "415670741"
)

func mustNew(t testing.TB, o Options) *Account {
	t.Helper()
	a, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func safeAccount(t testing.TB) *Account {
	t.Helper()
	return mustNew(t, Options{AppID: testApp, Token: testToken, AESKey: testKey, OriginalID: testOriginal})
}

func plainAccount(t testing.TB) *Account {
	t.Helper()
	return mustNew(t, Options{AppID: testApp, Token: testToken, OriginalID: testOriginal, AllowPlaintext: true})
}

// plainQuery is the query of a rightly signed plaintext push.
func plainQuery() string {
	return "signature=" + util.Signature(testToken, testSeconds, testNonce) +
		"&timestamp=" + testSeconds + "&nonce=" + testNonce + "&openid=" + testOpenID
}

// sealed is a push as the platform sends it in safe mode, made with the SDK.
func sealed(t testing.TB, message, appID, key string) (query string, body []byte) {
	t.Helper()
	encrypt, err := util.EncryptMsg([]byte("0123456789abcdef"), []byte(message), appID, key)
	if err != nil {
		t.Fatal(err)
	}
	query = plainQuery() + "&encrypt_type=aes&msg_signature=" +
		util.Signature(testToken, testSeconds, testNonce, string(encrypt))
	return query, []byte("<xml><ToUserName><![CDATA[" + testOriginal + "]]></ToUserName><Encrypt><![CDATA[" +
		string(encrypt) + "]]></Encrypt></xml>")
}

// inner is a text message in XML with the given fields in place of Content.
func inner(fields string) string {
	return "<xml><ToUserName><![CDATA[" + testOriginal + "]]></ToUserName><FromUserName><![CDATA[" + testOpenID +
		"]]></FromUserName><CreateTime>1408090606</CreateTime><MsgType><![CDATA[text]]></MsgType>" +
		fields + "<MsgId>6054768590064713728</MsgId></xml>"
}

func sample(t testing.TB, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "samples", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// openSealed opens message as the platform would send it to safeAccount.
func openSealed(t testing.TB, message string) (Push, error) {
	t.Helper()
	query, body := sealed(t, message, testApp, testKey)
	return safeAccount(t).Open(ParseQuery(query), body)
}

func mustOpen(t testing.TB, message string) Push {
	t.Helper()
	p, err := openSealed(t, message)
	if err != nil {
		t.Fatalf("open: %v", err)
	}
	return p
}

func wantRefusal(t testing.TB, err error, want Reason) {
	t.Helper()
	var refusal *Refusal
	if !errors.As(err, &refusal) || refusal.Reason != want {
		t.Errorf("error is %v, want a refusal for %s", err, want)
	}
}

func wantUnusable(t testing.TB, err error, want Reason) {
	t.Helper()
	var unusable *Unusable
	if !errors.As(err, &unusable) || unusable.Reason != want || !errors.Is(err, ErrUnusable) {
		t.Errorf("error is %v, want unusable for %s", err, want)
	}
}

type vector struct {
	Token        string `json:"token"`
	AESKey       string `json:"encoding_aes_key"`
	AppID        string `json:"app_id"`
	OpenID       string `json:"openid"`
	Timestamp    string `json:"timestamp"`
	Nonce        string `json:"nonce"`
	Signature    string `json:"signature"`
	MsgSignature string `json:"msg_signature"`
	Echo         string `json:"echostr"`
	Random       string `json:"random"`
	Plain        string `json:"plain"`
	Encrypt      string `json:"encrypt"`
}

type vectors struct {
	Handshakes []vector `json:"handshakes"`
	Push       vector   `json:"push"`
	Reply      vector   `json:"reply"`
}

func loadVectors(t testing.TB) vectors {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "vectors.json"))
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// answer seals text for p and opens it again with the SDK.
func answer(t testing.TB, a *Account, p Push, text, key string) string {
	t.Helper()
	out, err := a.Seal(p, Reply(p, 1408090611, text), rand.Reader, time.Unix(1408090611, 0))
	if err != nil {
		t.Fatal(err)
	}
	_, plain, err := util.DecryptMsg(testApp, between(t, out, "<Encrypt><![CDATA[", "]]></Encrypt>"), key)
	if err != nil {
		t.Fatal(err)
	}
	return string(plain)
}

func between(t testing.TB, b []byte, from, to string) string {
	t.Helper()
	_, rest, ok := bytes.Cut(b, []byte(from))
	got, _, ok2 := strings.Cut(string(rest), to)
	if !ok || !ok2 {
		t.Fatalf("no %s...%s in %s", from, to, b)
	}
	return got
}

// Reply is the answer to p before encryption.
func Reply(p Push, at int64, text string) []byte { return appendReply(nil, p, at, text) }

// Seal is the envelope of any message, as Answer makes it of a reply.
func (a *Account) Seal(p Push, plain []byte, random io.Reader, now time.Time) ([]byte, error) {
	s := a.borrow()
	defer a.scratch.Put(s)
	if err := s.begin(random); err != nil {
		return nil, err
	}
	s.plain = append(s.plain, plain...)
	return a.seal(nil, s, p, now)
}
