package web

import (
	"crypto/rand"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/silenceper/wechat/v2/util"

	"pingyi/bot"
	"pingyi/bot/wechat"
	"pingyi/intake"
	"pingyi/models"
	"pingyi/web/hook"
)

const (
	testAppID  = "wx0123456789abcdef"
	testToken  = "a-token"
	testAESKey = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
	testOurs   = "gh_0123456789ab"
	testOpenID = "oSecretCitizenOpenID"
)

// freshUntilTold refuses where stale is set.
type freshUntilTold struct{ stale bool }

func (f *freshUntilTold) Accept(wechat.Dated) bool { return !f.stale }

// hookRig is a rig with one official account without a name and one named
// maanshan.
type hookRig struct {
	*rig
	intake *fakeIntake
	fresh  *freshUntilTold
}

func newHookRig(t testing.TB, reply func(intake.Push) intake.Answer, change func(*Options)) *hookRig {
	t.Helper()
	front, err := wechat.New(wechat.Options{AppID: testAppID, Token: testToken, AESKey: testAESKey, OriginalID: testOurs})
	if err != nil {
		t.Fatal(err)
	}
	h := &hookRig{intake: &fakeIntake{reply: reply}, fresh: &freshUntilTold{}}
	h.rig = newRig(t, func(o *Options) {
		o.Hooks.Intake, o.Hooks.Freshness, o.Hooks.Busy = h.intake, h.fresh, "系统正忙，请稍后回复 查询"
		for _, name := range []string{"", "maanshan"} {
			o.Hooks.WeChat = append(o.Hooks.WeChat, hook.WeChat{
				Account: &intake.Account{Name: name, ID: testAppID, Tenant: "default", Channel: models.Mobile, Face: plainFace{}},
				Front:   front,
			})
		}
		if change != nil {
			change(o)
		}
	})
	return h
}

func say(text string) func(intake.Push) intake.Answer {
	return func(intake.Push) intake.Answer { return intake.Answer{At: 1795334400, Text: text} }
}

// signed is the query and body of a push in safe mode, as the platform sends it.
func signed(t testing.TB, message string) (query, body string) {
	t.Helper()
	random := make([]byte, 16)
	if _, err := rand.Read(random); err != nil {
		t.Fatal(err)
	}
	sealed, err := util.EncryptMsg(random, []byte(message), testAppID, testAESKey)
	if err != nil {
		t.Fatal(err)
	}
	at, nonce := strconv.FormatInt(time.Now().Unix(), 10), "415670741"
	q := url.Values{
		"signature": {util.Signature(testToken, at, nonce)}, "timestamp": {at}, "nonce": {nonce}, "openid": {testOpenID},
		"encrypt_type": {"aes"}, "msg_signature": {util.Signature(testToken, at, nonce, string(sealed))},
	}
	return "?" + q.Encode(), "<xml><ToUserName><![CDATA[" + testOurs + "]]></ToUserName><Encrypt><![CDATA[" + string(sealed) + "]]></Encrypt></xml>"
}

func message(kind, more string) string {
	return fmt.Sprintf("<xml><ToUserName><![CDATA[%s]]></ToUserName><FromUserName><![CDATA[%s]]></FromUserName><CreateTime>1795334399</CreateTime>"+
		"<MsgType><![CDATA[%s]]></MsgType>%s</xml>", testOurs, testOpenID, kind, more)
}

func text(words string) string {
	return message("text", "<Content><![CDATA["+words+"]]></Content><MsgId>6054768590064713728</MsgId>")
}

// push sends a message to an account and gives the answer.
func (h *hookRig) push(t *testing.T, path, message string) *httptest.ResponseRecorder {
	t.Helper()
	query, body := signed(t, message)
	return h.call(t, http.MethodPost, path+query, strings.NewReader(body))
}

// unsealed is the plain answer inside of an encrypted one.
func unsealed(t *testing.T, w *httptest.ResponseRecorder) string {
	t.Helper()
	var envelope struct{ Encrypt, MsgSignature, TimeStamp, Nonce string }
	if err := xml.Unmarshal(w.Body.Bytes(), &envelope); err != nil {
		t.Fatalf("%v: %s", err, w.Body)
	}
	if util.Signature(testToken, envelope.TimeStamp, envelope.Nonce, envelope.Encrypt) != envelope.MsgSignature {
		t.Error("the answer is not signed rightly")
	}
	_, plain, err := util.DecryptMsg(testAppID, envelope.Encrypt, testAESKey)
	if err != nil {
		t.Fatal(err)
	}
	return string(plain)
}

func wantBare(t *testing.T, w *httptest.ResponseRecorder, status int, body string) {
	t.Helper()
	if w.Code != status || w.Body.String() != body {
		t.Errorf("%d %q, want %d %q", w.Code, w.Body, status, body)
	}
}

func (h *hookRig) pushes(kind, outcome string) float64 {
	return h.metric("pingyi_pushes_total", "platform", hook.WeChatName, "kind", kind, "outcome", outcome)
}

func (h *hookRig) refusals(reason string) float64 {
	return h.metric("pingyi_refusals_total", "platform", hook.WeChatName, "reason", reason)
}

func TestPush_text_reachesTheIntakeAndIsAnsweredSealed(t *testing.T) {
	h := newHookRig(t, say("您好"), nil)
	before := time.Now()
	w := h.push(t, "/wechat", text("市教育局 第2题 满意"))
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "text/xml; charset=utf-8" || !strings.HasPrefix(w.Body.String(), "<xml>") {
		t.Fatalf("%d %v %s", w.Code, w.Header(), w.Body)
	}
	want := "<xml><ToUserName><![CDATA[" + testOpenID + "]]></ToUserName><FromUserName><![CDATA[" + testOurs + "]]></FromUserName>" +
		"<CreateTime>1795334400</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[您好]]></Content></xml>"
	if got := unsealed(t, w); got != want {
		t.Errorf("answer %s", got)
	}
	p := h.intake.taken()[0]
	if p.Account.Name != "" || p.Citizen != testOpenID || p.Key != "6054768590064713728" || p.Input.Kind != bot.Text || p.Input.Text != "市教育局 第2题 满意" {
		t.Errorf("push %+v", p)
	}
	if p.Input.Now.Before(before) || p.Input.Random.IsZero() || p.Input.At.Unix() != 1795334399 {
		t.Errorf("clock and randomness: %+v", p.Input)
	}
	deadline, ok := h.intake.ctxs[0].Deadline()
	if !ok || deadline.After(time.Now().Add(intake.Budget)) || deadline.Before(before.Add(intake.Budget-time.Second)) {
		t.Errorf("deadline %v", deadline)
	}
	if h.pushes("text", "answered") != 1 {
		t.Error("not counted")
	}
}

func TestPush_namedAccount_isItsOwn(t *testing.T) {
	h := newHookRig(t, say("您好"), nil)
	if w := h.push(t, "/wechat/maanshan", text("评议")); w.Code != http.StatusOK {
		t.Fatalf("%d", w.Code)
	}
	if name := h.intake.taken()[0].Account.Name; name != "maanshan" {
		t.Errorf("account %q", name)
	}
	wantBare(t, h.push(t, "/wechat/elsewhere", text("评议")), http.StatusForbidden, "")
	if h.refusals("account") != 1 {
		t.Error("not counted")
	}
}

func TestPush_outcomes(t *testing.T) {
	long := strings.Repeat("很长的回答。", 200)
	for name, c := range map[string]struct {
		message string
		answer  intake.Answer
		kind    string
		outcome string
		body    string // bare, or "" for a sealed one
	}{
		"nothing to say": {text("好"), intake.Answer{}, "text", "silent", hook.Success},
		"shed":           {text("好"), intake.Answer{Shed: true}, "text", "shed", hook.Success},
		"shed and told":  {text("好"), intake.Answer{Shed: true, At: 1, Text: "请再发一次"}, "text", "shed", ""},
		"view":           {message("event", "<Event><![CDATA[VIEW]]></Event>"), intake.Answer{Text: "not asked"}, "other", "ignored", hook.Success},
		"unknown kind":   {message("hologram", ""), intake.Answer{Text: "not asked"}, "other", "ignored", hook.Success},
		"broken":         {"<xml><ToUserName>", intake.Answer{Text: "not asked"}, "other", "unusable", hook.Success},
		"tags in text":   {text("好</Content><Content>"), intake.Answer{Text: "x"}, "text", "answered", ""},
		"scan":           {message("event", "<Event>SCAN</Event><EventKey>u:A03</EventKey>"), intake.Answer{At: 1, Text: "题"}, "scan", "answered", ""},
		"long":           {text("好"), intake.Answer{At: 1, Text: long}, "text", "answered", ""},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHookRig(t, func(intake.Push) intake.Answer { return c.answer }, nil)
			w := h.push(t, "/wechat", c.message)
			if w.Code != http.StatusOK {
				t.Errorf("status %d", w.Code)
			}
			if c.body != "" {
				wantBare(t, w, http.StatusOK, c.body)
			} else if got := unsealed(t, w); !strings.Contains(got, c.answer.Text) {
				t.Errorf("answer %s", got)
			}
			if n := w.Header().Get("Content-Length"); w.Body.Len() > 1<<10 && n != strconv.Itoa(w.Body.Len()) {
				t.Errorf("Content-Length %q of %d", n, w.Body.Len())
			}
			if got := h.pushes(c.kind, c.outcome); got != 1 {
				t.Errorf("counted %v times", got)
			}
			asked := len(h.intake.taken()) > 0
			if want := c.answer.Text != "not asked"; asked != want {
				t.Errorf("intake asked: %v", asked)
			}
		})
	}
}

func TestPush_duplicateFields_isUnusableNotRefused(t *testing.T) {
	h := newHookRig(t, say("x"), nil)
	m := message("text", "<Content>a</Content><Content>b</Content><MsgId>1</MsgId>")
	wantBare(t, h.push(t, "/wechat", m), http.StatusOK, hook.Success)
	if h.refusals("duplicate") != 1 || len(h.intake.taken()) != 0 {
		t.Error("not counted, or taken")
	}
}

func TestPush_notAuthentic_is403WithoutABody(t *testing.T) {
	h := newHookRig(t, say("x"), nil)
	query, body := signed(t, text("好"))
	_, foreign := signed(t, text("别的"))
	for name, c := range map[string]struct{ query, body string }{
		"no query":        {"", body},
		"another body":    {query, foreign},
		"plaintext":       {strings.Replace(query, "encrypt_type=aes", "encrypt_type=raw", 1), text("好")},
		"downgrade":       {strings.Replace(query, "encrypt_type=aes&", "", 1), text("好")},
		"wrong signature": {strings.Replace(query, "signature=", "signature=0", 1), body},
		"twice":           {query + "&nonce=1", body},
		"empty body":      {query, ""},
		"no envelope":     {query, "<xml></xml>"},
	} {
		t.Run(name, func(t *testing.T) {
			wantBare(t, h.call(t, http.MethodPost, "/wechat"+c.query, strings.NewReader(c.body)), http.StatusForbidden, "")
		})
	}
	if len(h.intake.taken()) != 0 {
		t.Error("a forged push was taken")
	}
}

func TestPush_stale_is403AlsoWhenUnusable(t *testing.T) {
	h := newHookRig(t, say("x"), nil)
	h.fresh.stale = true
	wantBare(t, h.push(t, "/wechat", text("好")), http.StatusForbidden, "")
	wantBare(t, h.push(t, "/wechat", "<xml>"), http.StatusForbidden, "")
	if len(h.intake.taken()) != 0 || h.refusals("freshness") != 2 {
		t.Errorf("taken %d, counted %v", len(h.intake.taken()), h.refusals("freshness"))
	}
}

func TestPush_bodyLimit_is64KiB(t *testing.T) {
	h := newHookRig(t, say("x"), nil)
	query, _ := signed(t, text("好"))
	chunked := struct{ io.Reader }{strings.NewReader(strings.Repeat("a", hook.MaxPush+1))}
	for name, c := range map[string]struct {
		body   io.Reader
		status int
	}{
		"told":    {strings.NewReader(strings.Repeat("a", hook.MaxPush+1)), http.StatusRequestEntityTooLarge},
		"chunked": {chunked, http.StatusRequestEntityTooLarge},
		"just":    {strings.NewReader(strings.Repeat("a", hook.MaxPush)), http.StatusForbidden},
	} {
		t.Run(name, func(t *testing.T) {
			wantBare(t, h.call(t, http.MethodPost, "/wechat"+query, c.body), c.status, "")
		})
	}
	if h.refusals("too_large") != 2 {
		t.Errorf("counted %v", h.refusals("too_large"))
	}
}

func TestPush_panicInTheIntake_isAnsweredBusyAndNamesNobody(t *testing.T) {
	h := newHookRig(t, func(p intake.Push) intake.Answer { panic("lost " + p.Citizen + p.Input.Text) }, nil)
	w := h.push(t, "/wechat", text("私密的话"))
	if got := unsealed(t, w); w.Code != http.StatusOK || !strings.Contains(got, "系统正忙，请稍后回复 查询") {
		t.Errorf("%d %s", w.Code, got)
	}
	if log := h.log.String(); !strings.Contains(log, "panic") || strings.Contains(log, testOpenID) || strings.Contains(log, "私密的话") {
		t.Errorf("log: %s", log)
	}
	if h.pushes("text", "panicked") != 1 {
		t.Error("not counted")
	}
}

func TestPush_runtimePanic_saysWhat(t *testing.T) {
	h := newHookRig(t, func(intake.Push) intake.Answer { return intake.Answer{Text: string([]byte{}[len(t.Name()):])} }, func(o *Options) { o.Hooks.Busy = "" })
	wantBare(t, h.push(t, "/wechat", text("好")), http.StatusOK, hook.Success)
	if !strings.Contains(h.log.String(), "out of range") {
		t.Errorf("log: %s", h.log)
	}
}

type panicking struct{}

func (panicking) Accept(wechat.Dated) bool { panic(testOpenID) }

func TestPush_panicBeforeTheIntake_isSuccess(t *testing.T) {
	h := newHookRig(t, say("x"), func(o *Options) { o.Hooks.Freshness = panicking{} })
	wantBare(t, h.push(t, "/wechat", text("好")), http.StatusOK, hook.Success)
	if log := h.log.String(); !strings.Contains(log, "panic") || strings.Contains(log, testOpenID) {
		t.Errorf("log: %s", log)
	}
}

func TestPush_noRandomness_isSuccessAndCounted(t *testing.T) {
	h := newHookRig(t, say("x"), func(o *Options) { o.Hooks.Random = io.MultiReader(strings.NewReader("0123456789abcdef")) })
	wantBare(t, h.push(t, "/wechat", text("好")), http.StatusOK, hook.Success)
	if h.pushes("text", "unsealed") != 1 {
		t.Error("not counted")
	}
}

func TestPush_nothingIsLoggedOfIt(t *testing.T) {
	h := newHookRig(t, say("您好"), nil)
	h.push(t, "/wechat", text("私密的话"))
	h.call(t, http.MethodPost, "/wechat?openid="+testOpenID, strings.NewReader("x"))
	if log := h.log.String(); log != "" {
		t.Errorf("log: %s", log)
	}
}
