package simulator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var wallItems = []WallItem{{Scene: "c:2017", Name: "2017年度政风行风评议", Kind: KindCampaign}, {Scene: "u:A03", Name: "市教育局", Class: "政府部门", Kind: KindUnit}}

// browser calls the page's handler as a page of it would.
type browser struct {
	t *testing.T
	h http.Handler
}

func newBrowser(t *testing.T, f *fakeServer) browser {
	t.Helper()
	return browser{t, New(Options{Account: f.account, Target: f.target(),
		Wall: func(context.Context) ([]WallItem, error) { return wallItems, nil }})}
}

func (b browser) do(method, path, body string, header ...string) *httptest.ResponseRecorder {
	b.t.Helper()
	r := httptest.NewRequestWithContext(b.t.Context(), method, path, strings.NewReader(body))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	b.h.ServeHTTP(w, r)
	return w
}

// call expects a call to succeed and returns its state.
func (b browser) call(name string, body map[string]any) state {
	b.t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		b.t.Fatal(err)
	}
	w := b.do(http.MethodPost, "/simulator/api/"+name, string(raw))
	var s state
	if w.Code/100 != 2 || json.Unmarshal(w.Body.Bytes(), &s) != nil {
		b.t.Fatalf("%s: %d %s", name, w.Code, w.Body)
	}
	return s
}

// refused expects a problem document with a code.
func (b browser) refused(w *httptest.ResponseRecorder, status int, code string) {
	b.t.Helper()
	var p struct {
		Code   string
		Status int
	}
	if w.Code != status || json.Unmarshal(w.Body.Bytes(), &p) != nil || p.Code != code || p.Status != status {
		b.t.Errorf("%d %s, want %d %s", w.Code, w.Body, status, code)
	}
	if got := w.Header().Get("Content-Type"); got != "application/problem+json" {
		b.t.Errorf("content type %q", got)
	}
}

func TestPage_everyAnswer_forbidsForeignAndInlineCode(t *testing.T) {
	b := newBrowser(t, newFakeServer(t))
	for _, path := range []string{"/simulator", "/simulator/", "/simulator/static/app.js", "/simulator/qr?scene=u:A03", "/simulator/api/wall", "/simulator/nothing"} {
		csp := b.do(http.MethodGet, path, "").Header().Get("Content-Security-Policy")
		if !strings.Contains(csp, "default-src 'none'; script-src 'self'; style-src 'self'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s: policy %q", path, csp)
		}
	}
}

func TestPage_files_areServedWithTheirTypesAndFoldersAreNot(t *testing.T) {
	b := newBrowser(t, newFakeServer(t))
	for path, want := range map[string]string{
		"/simulator": "text/html", "/simulator/": "text/html", "/simulator/static/app.js": "text/javascript",
		"/simulator/static/page.css": "text/css", "/simulator/static/icon.svg": "image/svg+xml", "/simulator/static/sample.jpg": "image/jpeg",
	} {
		w := b.do(http.MethodGet, path, "")
		if w.Code != 200 || !strings.HasPrefix(w.Header().Get("Content-Type"), want) || w.Body.Len() == 0 {
			t.Errorf("%s: %d %s", path, w.Code, w.Header().Get("Content-Type"))
		}
	}
	for _, path := range []string{"/simulator/static/", "/simulator/static", "/simulator/static/none.js", "/simulator/api/none"} {
		if w := b.do(http.MethodGet, path, ""); w.Code == 200 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

func TestAPI_scanTapAndSend_areAConversation(t *testing.T) {
	f := newFakeServer(t)
	b := newBrowser(t, f)
	me := b.call("citizens", map[string]any{})
	if me.Following || len(me.OpenID) != openIDLength || !strings.HasPrefix(me.OpenID, "osim_") {
		t.Fatalf("citizen %+v", me)
	}
	s := b.call("scan", map[string]any{"citizen": me.Citizen, "scene": "u:A03"})
	first := s.Entries[0]
	if !s.Following || first.ID != 1 || first.Kind != ActScan || !first.Encrypted || first.Status != 200 {
		t.Errorf("entry %+v", first)
	}
	var taps, links, texts []string
	for _, p := range first.Pieces {
		switch {
		case p.Send != "":
			taps = append(taps, p.Text+"="+p.Send+"="+p.Mark)
		case p.Href != "":
			links = append(links, p.Text+"="+p.Href)
		default:
			texts = append(texts, p.Text)
		}
	}
	if len(taps) != 6 || taps[0] != "非常满意=市教育局 第1题 非常满意=7" || len(links) != 1 || links[0] != "隐私说明=https://example.org/privacy" || len(texts) < 6 {
		t.Errorf("taps %q, links %q, texts %q", taps, links, texts)
	}
	b.call("tap", map[string]any{"citizen": me.Citizen, "text": "市教育局 第1题 满意", "mark": "7"})
	if got := f.pushes[1]; got.Content != "市教育局 第1题 满意" || got.Mark != "7" {
		t.Errorf("tap arrived as %+v", got)
	}
	b.call("send", map[string]any{"citizen": me.Citizen, "text": "市教育局"})
	b.call("send", map[string]any{"citizen": me.Citizen, "text": "55445"})
	done := b.call("tap", map[string]any{"citizen": me.Citizen, "text": "确认 市教育局"}).Entries[0]
	if !strings.Contains(done.Answer, "回执：") || strings.Contains(done.AnswerSent, "回执：") || !strings.Contains(done.Push, "确认 市教育局") ||
		strings.Contains(done.PushSent, "确认") || !strings.HasPrefix(done.URL, "/wechat?") {
		t.Errorf("the inspector gets %+v", done)
	}
	again := b.call("redeliver", map[string]any{"citizen": me.Citizen, "entry": done.ID}).Entries[0]
	if again.RepeatOf != done.ID || !again.Same || again.PushSent != done.PushSent || again.URL != done.URL {
		t.Errorf("redelivered %+v", again)
	}
	f.repeats = true
	f.mangle = func(plain string) string { return strings.Replace(plain, "已经记下", "又记了一次", 1) }
	if b.call("redeliver", map[string]any{"citizen": me.Citizen, "entry": done.ID}).Entries[0].Same {
		t.Error("another answer counts as the same")
	}
}

func TestAPI_everyButton_makesItsPush(t *testing.T) {
	f := newFakeServer(t)
	b := newBrowser(t, f)
	me := b.call("citizens", map[string]any{}).Citizen
	var got []string
	for _, name := range []string{"follow", "click", "picture", "voice", "place", "unfollow"} {
		body := map[string]any{"citizen": me}
		if name == "click" {
			body["text"] = "评议"
		}
		b.call(name, body)
		p := f.pushes[len(f.pushes)-1]
		got = append(got, p.MsgType+p.Event+p.EventKey)
		if name == "picture" && p.PicURL != f.URL+"/simulator/static/sample.jpg" {
			t.Errorf("picture at %q", p.PicURL)
		}
	}
	want := []string{"eventsubscribe", "eventCLICK评议", "image", "voice", "location", "eventunsubscribe"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	b.refused(b.do(http.MethodPost, "/simulator/api/send", `{"citizen":"`+me+`","text":"你好"}`), http.StatusConflict, "not_following")
}

func TestAPI_otherSites_areRefused(t *testing.T) {
	f := newFakeServer(t)
	b := newBrowser(t, f)
	me := b.call("citizens", map[string]any{}).Citizen
	body := `{"citizen":"` + me + `","scene":"u:A03"}`
	for name, header := range map[string][]string{
		"by fetch metadata": {"Sec-Fetch-Site", "cross-site"},
		"by same site":      {"Sec-Fetch-Site", "same-site"},
		"by origin":         {"Sec-Fetch-Site", "", "Origin", "https://example.org"},
		"by null origin":    {"Sec-Fetch-Site", "", "Origin", "null"},
	} {
		t.Run(name, func(t *testing.T) {
			b := browser{t, b.h}
			b.refused(b.do(http.MethodPost, "/simulator/api/scan", body, header...), http.StatusForbidden, "cross_origin")
		})
	}
	b.refused(b.do(http.MethodPost, "/simulator/api/scan", body, "Content-Type", "text/plain"), http.StatusBadRequest, "content_type")
	if len(f.pushes) > 0 {
		t.Error("a refused call made a push")
	}
	if w := b.do(http.MethodPost, "/simulator/api/scan", body, "Sec-Fetch-Site", "", "Origin", "http://example.com"); w.Code != 200 {
		t.Errorf("the page's own origin: %d", w.Code) // example.com is httptest's host
	}
}

func TestAPI_limits_areHeld(t *testing.T) {
	f := newFakeServer(t)
	b := newBrowser(t, f)
	me := b.call("citizens", map[string]any{}).Citizen
	b.call("follow", map[string]any{"citizen": me})
	for name, tt := range map[string]struct {
		path, body string
		status     int
		code       string
	}{
		"body":             {"send", `{"citizen":"` + me + `","text":"` + strings.Repeat("x", maxBody) + `"}`, 413, "too_large"},
		"text":             {"send", `{"citizen":"` + me + `","text":"` + strings.Repeat("字", maxText+1) + `"}`, 400, "text_length"},
		"no text":          {"send", `{"citizen":"` + me + `"}`, 400, "text_length"},
		"mark":             {"tap", `{"citizen":"` + me + `","text":"x","mark":"` + strings.Repeat("1", maxMark+1) + `"}`, 400, "text_length"},
		"scene":            {"scan", `{"citizen":"` + me + `","scene":"` + strings.Repeat("x", maxScene+1) + `"}`, 400, "scene_length"},
		"no scene":         {"scan", `{"citizen":"` + me + `"}`, 400, "scene_length"},
		"unknown citizen":  {"send", `{"citizen":"none","text":"x"}`, 404, "unknown_citizen"},
		"unknown entry":    {"redeliver", `{"citizen":"` + me + `","entry":99}`, 404, "unknown_entry"},
		"unknown field":    {"send", `{"citizen":"` + me + `","text":"x","openid":"y"}`, 400, "body"},
		"two values":       {"send", `{"citizen":"` + me + `","text":"x"}{}`, 400, "body"},
		"no json":          {"send", `x`, 400, "body"},
		"unknown citizens": {"citizens", `x`, 400, "body"},
	} {
		t.Run(name, func(t *testing.T) {
			b := browser{t, b.h}
			b.refused(b.do(http.MethodPost, "/simulator/api/"+tt.path, tt.body), tt.status, tt.code)
		})
	}
	if len(f.pushes) != 1 {
		t.Errorf("%d pushes", len(f.pushes))
	}
}

func TestAPI_history_keepsTheLastEntriesOfTheLastCitizens(t *testing.T) {
	f := newFakeServer(t)
	b := newBrowser(t, f)
	first := b.call("citizens", map[string]any{}).Citizen
	me := b.call("citizens", map[string]any{}).Citizen
	b.call("follow", map[string]any{"citizen": me})
	for i := range maxEntries + 4 {
		b.call("send", map[string]any{"citizen": me, "text": fmt.Sprintf("第%d条", i)})
	}
	var s state
	w := b.do(http.MethodGet, "/simulator/api/history?citizen="+me, "")
	if err := json.Unmarshal(w.Body.Bytes(), &s); err != nil {
		t.Fatal(err)
	}
	last := s.Entries[len(s.Entries)-1]
	if len(s.Entries) != maxEntries || last.ID != maxEntries+5 || last.Text != fmt.Sprintf("第%d条", maxEntries+3) || !s.Following {
		t.Errorf("%d entries, the last %d %q", len(s.Entries), last.ID, last.Text)
	}
	b.refused(b.do(http.MethodPost, "/simulator/api/redeliver", `{"citizen":"`+me+`","entry":1}`), 404, "unknown_entry")
	for range maxCitizens - 1 {
		b.call("citizens", map[string]any{})
	}
	b.refused(b.do(http.MethodGet, "/simulator/api/history?citizen="+first, ""), 404, "unknown_citizen")
	if w := b.do(http.MethodGet, "/simulator/api/history?citizen="+me, ""); w.Code != 200 {
		t.Errorf("a citizen used later is gone: %d", w.Code)
	}
}

func TestAPI_tooManyPushesAtOnce_areRefused(t *testing.T) {
	f := newFakeServer(t)
	b := newBrowser(t, f)
	hold, arrived := make(chan struct{}), make(chan struct{}, maxRunning)
	f.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		arrived <- struct{}{}
		<-hold
		fmt.Fprint(w, "success")
	})
	done := make(chan int, maxRunning)
	for range maxRunning {
		body := `{"citizen":"` + b.call("citizens", map[string]any{}).Citizen + `"}`
		go func() { done <- b.do(http.MethodPost, "/simulator/api/follow", body).Code }()
	}
	for range maxRunning {
		<-arrived
	}
	body := `{"citizen":"` + b.call("citizens", map[string]any{}).Citizen + `"}`
	b.refused(b.do(http.MethodPost, "/simulator/api/follow", body), http.StatusTooManyRequests, "busy")
	close(hold)
	for range maxRunning {
		if code := <-done; code != 200 {
			t.Errorf("status %d", code)
		}
	}
}

func TestAPI_wall_listsWhatItIsGiven(t *testing.T) {
	b := newBrowser(t, newFakeServer(t))
	var got struct{ Items []WallItem }
	if err := json.Unmarshal(b.do(http.MethodGet, "/simulator/api/wall", "").Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(wallItems, got.Items); diff != "" {
		t.Error(diff)
	}
	b.h = New(Options{Account: testAccount, Target: "http://127.0.0.1:1/", Wall: func(context.Context) ([]WallItem, error) {
		return nil, errors.New("a secret of the database")
	}})
	w := b.do(http.MethodGet, "/simulator/api/wall", "")
	b.refused(w, http.StatusInternalServerError, "internal")
	if strings.Contains(w.Body.String(), "secret") {
		t.Error("an internal error is shown")
	}
}

func TestNew_wrongAccount_showsThePageAndFailsEveryPush(t *testing.T) {
	b := browser{t, New(Options{Target: "http://127.0.0.1:1/"})}
	if w := b.do(http.MethodGet, "/simulator", ""); w.Code != 200 {
		t.Errorf("page: %d", w.Code)
	}
	me := b.call("citizens", map[string]any{}).Citizen
	b.refused(b.do(http.MethodPost, "/simulator/api/follow", `{"citizen":"`+me+`"}`), 400, "account")
}

func TestQR_scene_isDrawn(t *testing.T) {
	b := newBrowser(t, newFakeServer(t))
	w := b.do(http.MethodGet, "/simulator/qr?scene=u:A03", "")
	body, err := io.ReadAll(w.Body)
	if err != nil || w.Code != 200 || w.Header().Get("Content-Type") != "image/svg+xml" || !strings.HasPrefix(string(body), "<svg ") {
		t.Fatalf("%d %.80s %v", w.Code, body, err)
	}
	// Version 1 has 21 modules, and 4 of quiet zone on each side.
	if !strings.Contains(string(body), `viewBox="0 0 29 29"`) || !strings.Contains(string(body), "M4 4h7v1h-7z") {
		t.Errorf("%.200s", body)
	}
	if other := b.do(http.MethodGet, "/simulator/qr?scene=u:A04", "").Body.String(); other == string(body) {
		t.Error("two scenes have the same code")
	}
	b.refused(b.do(http.MethodGet, "/simulator/qr", ""), 400, "scene_length")
	b.refused(b.do(http.MethodGet, "/simulator/qr?scene="+strings.Repeat("x", maxScene+1), ""), 400, "scene_length")
}
