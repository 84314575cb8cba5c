package simulator

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
)

// apiDay is noon of a Beijing day.
var apiDay = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)

// askAPI calls an endpoint; a POST where form is not nil.
func askAPI(t *testing.T, a *WeiboAPI, path string, form url.Values) (status int, doc map[string]any) {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, http.NoBody)
	if form != nil {
		r = httptest.NewRequest(http.MethodPost, path, strings.NewReader(form.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	a.ServeHTTP(w, r)
	if err := json.Unmarshal(w.Body.Bytes(), &doc); err != nil {
		t.Fatal(err)
	}
	return w.Code, doc
}

func idsOf(t *testing.T, a *WeiboAPI, query string) []string {
	t.Helper()
	status, doc := askAPI(t, a, WeiboToMe+"?access_token=tok&"+query, nil)
	rows, ok := doc["comments"].([]any)
	if status != http.StatusOK || !ok {
		t.Fatalf("%s: %d %v", query, status, doc)
	}
	ids := []string{}
	for _, r := range rows {
		row, ok := r.(map[string]any)
		if !ok {
			t.Fatalf("a row is %v", r)
		}
		ids = append(ids, fmt.Sprint(row["idstr"]))
	}
	return ids
}

func TestWeiboAPI_cursors_areThePlatforms(t *testing.T) {
	a := NewWeiboAPI(WeiboAPIOptions{UID: "1", Token: "tok", Now: func() time.Time { return apiDay }})
	for _, id := range []int64{4003, 4001, 4005, 4002, 4004} {
		a.Post(WeiboToMe, WeiboPost{ID: id, User: 7, At: apiDay, Text: "x"})
	}
	for query, want := range map[string][]string{
		"":                                  {"4005", "4004", "4003", "4002", "4001"},
		"since_id=4003":                     {"4005", "4004"}, // strictly greater
		"max_id=4003":                       {"4003", "4002", "4001"},
		"since_id=4001&max_id=4004":         {"4004", "4003", "4002"},
		"count=2":                           {"4005", "4004"},
		"count=2&page=3":                    {"4001"},
		"since_id=4005":                     {},
		"count=2&max_id=4003&page=2":        {"4001"},
		"since_id=4002&count=1&max_id=4004": {"4004"},
	} {
		if got := idsOf(t, a, query); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", query, got, want)
		}
	}
	a.Delete(4004)
	if got := idsOf(t, a, "since_id=4003"); !slices.Equal(got, []string{"4005"}) {
		t.Errorf("a deleted comment: %v", got)
	}
}

func TestWeiboAPI_quotaAndToken_refuseAsThePlatform(t *testing.T) {
	now := apiDay
	a := NewWeiboAPI(WeiboAPIOptions{UID: "1", Token: "tok", Quota: 3, Now: func() time.Time { return now }})
	a.SetUser(WeiboUser{ID: 7, Name: "七", Follows: true, CreatedAt: apiDay, VerifiedType: 1, Verified: true})
	code := func(path string) any {
		t.Helper()
		_, doc := askAPI(t, a, path, nil)
		return doc["error_code"]
	}
	if got := code(WeiboToMe + "?access_token=other"); got != 21332. {
		t.Errorf("a wrong token: %v", got)
	}
	a.Break(1)
	if got := code(WeiboToMe + "?access_token=tok"); got != 10001. {
		t.Errorf("broken: %v", got)
	}
	if _, doc := askAPI(t, a, "/2/eps/user/info.json?access_token=tok&uid=7", nil); doc["follow"] != 1. {
		t.Errorf("user info %v", doc)
	}
	if _, doc := askAPI(t, a, "/2/users/show.json?access_token=tok&uid=7", nil); doc["verified_type"] != 1. {
		t.Errorf("user %v", doc)
	}
	if got := code(WeiboToMe + "?access_token=tok"); got != 10023. || a.Counted(now) != 3 {
		t.Errorf("beyond the quota: %v, %d counted", got, a.Counted(now))
	}
	now = now.Add(24 * time.Hour)
	if got := code(WeiboToMe + "?access_token=tok"); got != nil {
		t.Errorf("the next day: %v", got)
	}
	a.SetExpiry(now)
	if got := code(WeiboToMe + "?access_token=tok"); got != 21327. {
		t.Errorf("after its end: %v", got)
	}
}

func TestWeiboAPI_customerService_onlyInItsWindow(t *testing.T) {
	now := apiDay
	a := NewWeiboAPI(WeiboAPIOptions{UID: "1", Token: "tok", Now: func() time.Time { return now }})
	form := url.Values{"access_token": {"tok"}, "type": {"text"}, "receiver_id": {"7"}, "data": {`{"text":"您好"}`}}
	send := func() int {
		t.Helper()
		status, _ := askAPI(t, a, "/2/messages/reply.json", form)
		return status
	}
	if send() != http.StatusForbidden {
		t.Error("sent to somebody who never wrote")
	}
	a.Contact("7", now)
	now = now.Add(48 * time.Hour)
	if send() != http.StatusOK {
		t.Error("not sent at the window's end")
	}
	now = now.Add(time.Second)
	if send() != http.StatusForbidden || len(a.Sent()) != 1 || a.Counted(now) != 0 {
		t.Errorf("%d sent, %d counted", len(a.Sent()), a.Counted(now))
	}
	form.Set("data", `{"text":"`+strings.Repeat("长", 300)+`"}`)
	a.Contact("7", now)
	if send() != http.StatusBadRequest {
		t.Error("300 characters were sent")
	}
}
