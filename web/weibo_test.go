package web

import (
	"context"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"pingyi/bot"
	"pingyi/bot/weibo"
	"pingyi/intake"
	"pingyi/models"
	"pingyi/web/hook"
)

// The published samples' account.
const (
	weiboUID    = "1902538057"
	weiboSecret = "xyz123xyz"
	weiboSender = "2489518277"
	weiboPath   = "the-path_of-the-tests-22"
)

// weiboSamples are the platform's published samples.
func weiboSamples(t *testing.T) (v struct {
	Handshake struct {
		Secret    string `json:"app_secret"`
		Timestamp string `json:"timestamp"`
		Nonce     string `json:"nonce"`
		Echo      string `json:"echostr"`
		Signature string `json:"signature"`
	} `json:"handshake"`
	Reply struct {
		JSON    string `json:"json"`
		Encoded string `json:"encoded"`
	} `json:"reply"`
	Pushes struct {
		Samples []json.RawMessage `json:"samples"`
	} `json:"pushes"`
}) {
	t.Helper()
	b, err := os.ReadFile("../bot/weibo/testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

type fakeMentions struct {
	mu     sync.Mutex
	got    []hook.Mention
	answer string
	fail   error
}

func (f *fakeMentions) Mention(_ context.Context, m hook.Mention) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.got = append(f.got, m)
	return f.answer, f.fail
}

func newWeiboRig(t *testing.T, reply func(intake.Push) intake.Answer, change func(*Options)) *hookRig {
	t.Helper()
	front, err := weibo.New(weibo.Options{AppSecret: weiboSecret, UID: weiboUID})
	if err != nil {
		t.Fatal(err)
	}
	return newHookRig(t, reply, func(o *Options) {
		o.Hooks.Weibo = append(o.Hooks.Weibo, hook.Weibo{
			Account: &intake.Account{ID: weiboUID, Tenant: "default", Channel: models.Social, Face: plainFace{}}, Front: front, Path: weiboPath,
		})
		if change != nil {
			change(o)
		}
	})
}

// weiboQuery signs a push of now.
func weiboQuery() string {
	stamp, nonce := strconv.FormatInt(time.Now().UnixMilli(), 10), "57155157"
	parts := []string{weiboSecret, stamp, nonce}
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, "")))
	return "?" + url.Values{"signature": {hex.EncodeToString(sum[:])}, "timestamp": {stamp}, "nonce": {nonce}}.Encode()
}

func (h *hookRig) weibo(t *testing.T, body string) *httptest.ResponseRecorder {
	t.Helper()
	return h.call(t, http.MethodPost, "/weibo/"+weiboPath+weiboQuery(), strings.NewReader(body))
}

func weiboText(words string) string {
	return `{"type":"text","receiver_id":` + weiboUID + `,"sender_id":` + weiboSender +
		`,"created_at":"Mon Jul 16 18:09:20 +0800 2012","text":"` + words + `","data":{}}`
}

func TestWeibo_handshake_publishedSample(t *testing.T) {
	h, v := newWeiboRig(t, say(""), nil), weiboSamples(t).Handshake
	q := url.Values{"signature": {v.Signature}, "timestamp": {v.Timestamp}, "nonce": {v.Nonce}, "echostr": {v.Echo}}
	for _, path := range []string{"/weibo/" + weiboPath} {
		if w := h.call(t, http.MethodGet, path+"?"+q.Encode(), http.NoBody); w.Code != http.StatusOK || w.Body.String() != v.Echo {
			t.Errorf("%s: %d %q", path, w.Code, w.Body)
		}
	}
	q.Set("nonce", "57155158")
	for path, method := range map[string]string{"/weibo/" + weiboPath: http.MethodGet, "/weibo/unknown": http.MethodGet} {
		if w := h.call(t, method, path+"?"+q.Encode(), http.NoBody); w.Code != http.StatusForbidden || w.Body.Len() != 0 {
			t.Errorf("%s: %d %q", path, w.Code, w.Body)
		}
	}
}

func TestWeibo_publishedPushes_areHeardAndAnsweredInThePlatformsForm(t *testing.T) {
	v := weiboSamples(t)
	h := newWeiboRig(t, say("中文消息"), nil)
	want := `{"result":true,"sender_id":"` + weiboUID + `","receiver_id":"` + weiboSender + `","type":"text","data":"` + v.Reply.Encoded + `"}`
	for _, sample := range v.Pushes.Samples {
		var kind struct{ Type string }
		if err := json.Unmarshal(sample, &kind); err != nil {
			t.Fatal(err)
		}
		w := h.weibo(t, string(sample))
		if kind.Type == "mention" { // nobody wants it
			if w.Code != http.StatusOK || w.Body.Len() != 0 {
				t.Errorf("mention: %d %q", w.Code, w.Body)
			}
			continue
		}
		if w.Code != http.StatusOK || w.Body.String() != want || !strings.HasPrefix(w.Header().Get("Content-Type"), "application/json") {
			t.Errorf("%s: %d %s %q", kind.Type, w.Code, w.Header(), w.Body)
		}
	}
	taken := h.intake.taken()
	if len(taken) != 5 {
		t.Fatalf("%d pushes", len(taken))
	}
	for i, want := range []struct {
		kind    bot.InputKind
		scene   string
		follows bool
	}{{bot.Text, "", false}, {bot.Place, "", false}, {bot.Picture, "", false}, {bot.Follow, "", true}, {bot.Follow, "n:123", true}} {
		p := taken[i]
		if p.Input.Kind != want.kind || p.Input.Scene != want.scene || p.Follows != want.follows || p.Citizen != weiboSender || p.Key == "" {
			t.Errorf("push %d: %+v", i, p)
		}
	}
}

func TestWeibo_whatAsksForNothing_getsAnEmptyBody(t *testing.T) {
	h := newWeiboRig(t, say(""), nil)
	event := func(data string) string {
		return strings.Replace(strings.Replace(weiboText(""), `"data":{}`, `"data":`+data, 1), `"type":"text"`, `"type":"event"`, 1)
	}
	for name, body := range map[string]string{
		"unknown type":  strings.Replace(weiboText("x"), `"type":"text"`, `"type":"hologram"`, 1),
		"unknown event": event(`{"subtype":"teleport"}`),
		"view":          event(`{"subtype":"view","key":"https://example.org"}`),
		"unsubscribe":   event(`{"subtype":"unsubscribe"}`),
		"unfollow":      event(`{"subtype":"unfollow"}`),
		"nothing said":  weiboText("x"),
	} {
		if w := h.weibo(t, body); w.Code != http.StatusOK || w.Body.Len() != 0 {
			t.Errorf("%s: %d %q", name, w.Code, w.Body)
		}
	}
	for name, body := range map[string]string{
		"broken":    `{"type":`,
		"too deep":  `{"data":` + strings.Repeat("[", 40) + strings.Repeat("]", 40) + `}`,
		"duplicate": `{"type":"text","type":"text"}`,
	} {
		if w := h.weibo(t, body); w.Code != http.StatusOK || w.Body.String() != hook.Success {
			t.Errorf("%s: %d %q", name, w.Code, w.Body)
		}
	}
}

func TestWeibo_notAuthentic_isRefusedWithoutABody(t *testing.T) {
	h := newWeiboRig(t, say("x"), nil)
	good := weiboQuery()
	for name, call := range map[string][2]string{
		"no signature":     {"", weiboText("x")},
		"wrong signature":  {strings.Replace(good, "nonce=5", "nonce=6", 1), weiboText("x")},
		"another receiver": {good, strings.Replace(weiboText("x"), weiboUID, "7", 1)},
		"said twice":       {good + "&nonce=1", weiboText("x")},
	} {
		if w := h.call(t, http.MethodPost, "/weibo/"+weiboPath+call[0], strings.NewReader(call[1])); w.Code != http.StatusForbidden || w.Body.Len() != 0 {
			t.Errorf("%s: %d %q", name, w.Code, w.Body)
		}
	}
	h.fresh.stale = true
	if w := h.weibo(t, weiboText("x")); w.Code != http.StatusForbidden || w.Body.Len() != 0 {
		t.Errorf("stale: %d %q", w.Code, w.Body)
	}
	if n := len(h.intake.taken()); n != 0 {
		t.Errorf("%d pushes got through", n)
	}
	if strings.Contains(h.log.String(), weiboSender) {
		t.Error("a uid is in the log")
	}
}

func TestWeibo_mention_goesToWhoTakesThem(t *testing.T) {
	taker := &fakeMentions{}
	h := newWeiboRig(t, say("x"), func(o *Options) { o.Hooks.Mentions = taker })
	body := strings.NewReplacer(`"type":"text"`, `"type":"mention"`, `"data":{}`, `"data":{"subtype":"comment","key":"3456789012345678"}`).
		Replace(weiboText("教育局 满意"))
	if w := h.weibo(t, body); w.Code != http.StatusOK || w.Body.Len() != 0 {
		t.Fatalf("%d %q", w.Code, w.Body)
	}
	at := time.Date(2012, 7, 16, 10, 9, 20, 0, time.UTC)
	m := taker.got[0]
	if m.Account.ID != weiboUID || m.Citizen != weiboSender || m.Subtype != "comment" || m.ID != "3456789012345678" || m.Text != "教育局 满意" || !m.At.Equal(at) {
		t.Fatalf("%+v", m)
	}
	taker.answer = "谢谢您"
	if w := h.weibo(t, body); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), `"receiver_id":"`+weiboSender+`"`) ||
		!strings.Contains(w.Body.String(), url.QueryEscape("谢谢您")) {
		t.Errorf("answered: %d %q", w.Code, w.Body)
	}
	taker.fail = errors.New("the database is gone")
	if w := h.weibo(t, body); w.Code != http.StatusServiceUnavailable || w.Body.Len() != 0 {
		t.Errorf("not kept: %d %q", w.Code, w.Body)
	}
	if n := len(h.intake.taken()); n != 0 {
		t.Errorf("%d mentions went to the dialogue", n)
	}
}

func TestWeibo_path_isTheOnlyAddressButInTheDemo(t *testing.T) {
	call := func(h *hookRig, path string) int {
		t.Helper()
		return h.call(t, http.MethodPost, path+weiboQuery(), strings.NewReader(weiboText("x"))).Code
	}
	h := newWeiboRig(t, say("x"), nil)
	for path, want := range map[string]int{
		"/weibo/" + weiboPath: http.StatusOK, "/weibo": http.StatusNotFound, "/weibo/": http.StatusNotFound,
		"/weibo/" + weiboPath + "x": http.StatusForbidden, "/weibo/" + weiboPath[1:]: http.StatusForbidden, "/weibo/" + weiboPath + "/": http.StatusNotFound,
	} {
		if got := call(h, path); got != want {
			t.Errorf("%s: %d, want %d", path, got, want)
		}
	}
	families, err := h.reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, said := range []string{h.log.String(), fmt.Sprint(families)} {
		if strings.Contains(said, weiboPath) || strings.Contains(said, weiboPath[1:]) {
			t.Errorf("the path is in\n%s", said)
		}
	}
	h = newWeiboRig(t, say("x"), func(o *Options) { o.Demo = true })
	for _, path := range []string{"/weibo/" + weiboPath, "/weibo"} {
		if got := call(h, path); got != http.StatusOK {
			t.Errorf("the demo: %s: %d", path, got)
		}
	}
}

// firstBody answers as told.
type firstBody struct {
	first bool
	err   error
	asked []string
}

func (f *firstBody) First(_ context.Context, to *intake.Account, signature string, body []byte) (bool, error) {
	f.asked = append(f.asked, to.ID+" "+signature+" "+string(body))
	return f.first, f.err
}

func TestWeibo_anotherBodyUnderASignature_isCountedAndRefusedWhereItShallBe(t *testing.T) {
	for name, c := range map[string]struct {
		body    firstBody
		one     bool
		status  int
		counted float64
	}{
		"the first":        {firstBody{first: true}, true, http.StatusOK, 0},
		"another":          {firstBody{}, false, http.StatusOK, 1},
		"another, refused": {firstBody{}, true, http.StatusForbidden, 1},
		"not known":        {firstBody{err: errors.New("away")}, true, http.StatusOK, 0},
	} {
		h := newWeiboRig(t, say("x"), func(o *Options) { o.Hooks.Bodies, o.Hooks.OneBody = &c.body, c.one })
		query := weiboQuery()
		signature := h.signature(query)
		if w := h.call(t, http.MethodPost, "/weibo/"+weiboPath+query, strings.NewReader(weiboText("x"))); w.Code != c.status {
			t.Errorf("%s: %d", name, w.Code)
		}
		if got := h.metric("pingyi_signatures_again_total", "platform", "weibo"); got != c.counted {
			t.Errorf("%s: counted %v", name, got)
		}
		if len(c.body.asked) != 1 || c.body.asked[0] != weiboUID+" "+signature+" "+weiboText("x") {
			t.Errorf("%s: asked for %q", name, c.body.asked)
		}
		h.push(t, "/wechat", text("x")) // whose signature covers the body
		if len(c.body.asked) != 1 {
			t.Errorf("%s: asked for a push of WeChat", name)
		}
	}
}

func (h *hookRig) signature(query string) string {
	q, err := url.ParseQuery(strings.TrimPrefix(query, "?"))
	if err != nil {
		panic(err)
	}
	return q.Get("signature")
}
