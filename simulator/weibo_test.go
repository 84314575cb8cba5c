package simulator

import (
	"context"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

var testWeibo = WeiboAccount{UID: "1902538057", AppSecret: "xyz123xyz"}

// weiboTo plays the platform towards a handler; its clock stands still.
func weiboTo(t *testing.T, answer http.HandlerFunc) *WeiboPlatform {
	t.Helper()
	s := httptest.NewServer(answer)
	t.Cleanup(s.Close)
	p, err := NewWeiboPlatform(WeiboOptions{
		PlatformOptions: PlatformOptions{Target: s.URL + "/weibo", Now: func() time.Time { return apiDay }, TryTime: 200 * time.Millisecond},
		Weibo:           testWeibo,
		Scenes:          func(context.Context) (map[string]int, error) { return map[string]int{"u:A03": 7}, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestWeiboPlatform_push_isSignedAndNumbered(t *testing.T) {
	var bodies []string
	p := weiboTo(t, func(_ http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		parts := []string{testWeibo.AppSecret, q.Get("timestamp"), q.Get("nonce")}
		slices.Sort(parts)
		sum := sha1.Sum([]byte(strings.Join(parts, "")))
		if q.Get("signature") != hex.EncodeToString(sum[:]) || len(q.Get("timestamp")) != 13 {
			t.Errorf("query %v", q)
		}
		b, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		bodies = append(bodies, string(b))
	})
	who := &Citizen{OpenID: "2489518277"}
	for _, act := range []Act{Scan("u:A03"), Scan("8"), Say("4"), Say("4"), Picture(""), Unfollow()} {
		if e, err := p.Push(t.Context(), who, act); err != nil || len(e.Faults) > 0 {
			t.Fatalf("%v: %v %v", act.Kind, err, e.Faults)
		}
	}
	for i, want := range []string{
		`"key":"QR_SCENE_7","subtype":"scan_follow"`, `"key":"QR_SCENE_8","subtype":"scan"`, `"text":"4"`, `"text":"4"`, `"tovfid":`, `"subtype":"unfollow"`,
	} {
		if !strings.Contains(bodies[i], want) || !strings.Contains(bodies[i], `"sender_id":2489518277`) || !strings.Contains(bodies[i], `"receiver_id":1902538057`) {
			t.Errorf("push %d is %s", i, bodies[i])
		}
	}
	if bodies[2] == bodies[3] || !strings.Contains(bodies[2], "12:00:00") || !strings.Contains(bodies[3], "12:00:01") {
		t.Errorf("the same words twice within a second cannot be told apart: %s %s", bodies[2], bodies[3])
	}
	if _, err := p.Push(t.Context(), who, Scan("u:A99")); err == nil {
		t.Error("a code that there is not was scanned")
	}
}

func TestWeiboPlatform_answer_isJudgedAsThePlatformWould(t *testing.T) {
	text := func(s string) string {
		b, err := json.Marshal(map[string]string{"text": s})
		if err != nil {
			t.Fatal(err)
		}
		return strings.ReplaceAll(url.QueryEscape(string(b)), "+", "%20")
	}
	answer := func(sender, receiver, kind, data string) string {
		return fmt.Sprintf(`{"result":true,"sender_id":%q,"receiver_id":%q,"type":%q,"data":%q}`, sender, receiver, kind, data)
	}
	for name, tt := range map[string]struct {
		status int
		body   string
		faults []Fault
		text   string
	}{
		"right":          {200, answer("1902538057", "7", "text", text("1 确认\n2 修改")), nil, "1 确认\n2 修改"},
		"nothing":        {200, "", nil, ""},
		"success":        {200, "success", []Fault{FaultJSON}, ""},
		"refused":        {403, "", []Fault{FaultStatus}, ""},
		"turned round":   {200, answer("7", "1902538057", "text", text("x")), []Fault{FaultReceiver, FaultSender}, "x"},
		"not encoded":    {200, answer("1902538057", "7", "text", `%zz`), []Fault{FaultData}, ""},
		"300 characters": {200, answer("1902538057", "7", "text", text(strings.Repeat("长", 300))), []Fault{FaultTooLong}, strings.Repeat("长", 300)},
	} {
		p := weiboTo(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(tt.status)
			write(w, []byte(tt.body))
		})
		e, err := p.Push(t.Context(), &Citizen{OpenID: "7"}, Say("评议"))
		if err != nil || !slices.Equal(e.Faults, tt.faults) || e.Text != tt.text || e.Tries != 1 {
			t.Errorf("%s: %v %v %q, %d tries", name, err, e.Faults, e.Text, e.Tries)
		}
		if name == "right" && (len(e.Links) != 2 || e.Links[1] != Link{Label: "修改", Content: "2"}) {
			t.Errorf("choices %v", e.Links)
		}
	}
}

func TestWeiboPlatform_silence_isTriedThreeTimes(t *testing.T) {
	p := weiboTo(t, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	})
	e, err := p.Push(t.Context(), &Citizen{OpenID: "7"}, Say("评议"))
	if err != nil || e.Tries != 3 || !slices.Equal(e.Faults, []Fault{FaultSilent}) {
		t.Errorf("%v %v, %d tries", err, e.Faults, e.Tries)
	}
}

func TestPage_weiboPhone_isAnotherPlatform(t *testing.T) {
	paths := make(chan string, 8)
	hooks := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { paths <- r.URL.Path }))
	t.Cleanup(hooks.Close)
	h := New(Options{Account: testAccount, Target: hooks.URL + "/wechat", Weibo: testWeibo, WeiboTarget: hooks.URL + "/weibo"})
	call := func(method, path, body string) (int, map[string]any) {
		t.Helper()
		r := httptest.NewRequest(method, "/simulator/api/"+path, strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		var doc map[string]any
		if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
			t.Fatal(err)
		}
		return w.Code, doc
	}
	if _, doc := call(http.MethodGet, "apps", ""); fmt.Sprint(doc["apps"]) != "[wechat weibo]" {
		t.Fatalf("apps %v", doc)
	}
	if status, _ := call(http.MethodPost, "citizens", `{"app":"qq"}`); status != http.StatusNotFound {
		t.Errorf("an unknown app: %d", status)
	}
	_, who := call(http.MethodPost, "citizens", `{"app":"weibo"}`)
	if uid := fmt.Sprint(who["openid"]); len(uid) != 10 || strings.Trim(uid, "0123456789") != "" {
		t.Errorf("uid %q", uid)
	}
	status, doc := call(http.MethodPost, "send", fmt.Sprintf(`{"citizen":%q,"text":"评议"}`, who["citizen"]))
	if status != http.StatusOK || <-paths != "/weibo" {
		t.Errorf("%d %v", status, doc)
	}
}
