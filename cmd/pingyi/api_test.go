package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"pingyi/models"
	"pingyi/scoring"
	"pingyi/simulator"
)

// problem is an error of the API, by RFC 9457.
type problem struct {
	Type, Title, Code, Detail string
	Status                    int
}

func wantProblem(t *testing.T, in *instance, path, key string, status int, code string) {
	t.Helper()
	got, head, body := in.get(path, key)
	var p problem
	if err := json.Unmarshal(body, &p); err != nil {
		t.Errorf("GET %s: %d %q is no problem document", path, got, body)
		return
	}
	if got != status || p.Status != status || p.Code != code || head.Get("Content-Type") != "application/problem+json" {
		t.Errorf("GET %s: %d %s %q, want %d %s", path, got, p.Code, head.Get("Content-Type"), status, code)
	}
	if status == http.StatusUnauthorized && !strings.HasPrefix(head.Get("WWW-Authenticate"), "Bearer") {
		t.Errorf("GET %s: no WWW-Authenticate", path)
	}
}

// keyOf makes an API key of a role.
func (w *world) keyOf(role models.Role) string {
	w.t.Helper()
	return strings.TrimSpace(w.must("apikey", "create", "--name", string(role), "--role", string(role)))
}

func TestAPI_withoutAKey_is401Everywhere(t *testing.T) {
	in := newWorld(t).serve()
	reader := in.w.keyOf(models.RoleReader)
	for _, path := range []string{
		"/campaigns", "/campaigns/2017/scores?channel=mobile", "/campaigns/2017/scores", "/campaigns/2017/scores.csv?channel=mobile",
		"/campaigns/2017/scores.xlsx?channel=mobile", "/complaints", "/nothing", "/campaigns/", "/campaigns/2017", "/", "", "/openapi.yaml", "/../v1/nothing",
	} {
		for _, key := range []string{"", "pingyi_wrong", strings.Repeat("x", 300), in.key + "x"} {
			wantProblem(t, in, "/api/v1"+path, key, http.StatusUnauthorized, "unauthorised")
		}
	}
	wantProblem(t, in, "/api/v1/nothing", reader, http.StatusNotFound, "not_found")
	wantProblem(t, in, "/api/v2/campaigns", "", http.StatusNotFound, "not_found")
	for _, method := range []string{http.MethodPost, http.MethodDelete, http.MethodPut} {
		for key, want := range map[string]int{"": http.StatusUnauthorized, reader: http.StatusMethodNotAllowed} {
			req, err := http.NewRequestWithContext(t.Context(), method, in.base+"/api/v1/campaigns", http.NoBody)
			if err != nil {
				t.Fatal(err)
			}
			if key != "" {
				req.Header.Set("Authorization", "Bearer "+key)
			}
			res, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			_ = res.Body.Close()
			if res.StatusCode != want {
				t.Errorf("%s with key %q: %d, want %d", method, key, res.StatusCode, want)
			}
		}
	}
	status, _, body := in.get("/api/v1/openapi.json", "")
	var doc struct {
		OpenAPI string
		Paths   map[string]any
	}
	if err := json.Unmarshal(body, &doc); err != nil || status != http.StatusOK || !strings.HasPrefix(doc.OpenAPI, "3.") {
		t.Fatalf("openapi.json: %d %v", status, err)
	}
	for _, path := range []string{"/api/v1/campaigns", "/api/v1/campaigns/{campaign}/scores", "/api/v1/campaigns/{campaign}/scores.csv", "/api/v1/complaints"} {
		if doc.Paths[path] == nil {
			t.Errorf("openapi.json does not describe %s", path)
		}
	}
}

func TestAPI_wrongInput_hasStableCodes(t *testing.T) {
	in := newWorld(t).serve()
	for path, want := range map[string]struct {
		status int
		code   string
	}{
		"/campaigns/1999/scores?channel=mobile":                                   {404, "unknown_campaign"},
		"/campaigns/1999/scores.csv?channel=mobile":                               {404, "unknown_campaign"},
		"/campaigns/2017/scores?channel=fax":                                      {404, "unknown_channel"},
		"/campaigns/2017/scores.xlsx?channel=fax":                                 {404, "unknown_channel"},
		"/campaigns/2017/scores?channel=work-law":                                 {404, "unknown_channel"}, // imported, not collected
		"/campaigns/2017/scores":                                                  {400, "channel_required"},
		"/campaigns/2017/scores.csv":                                              {400, "channel_required"},
		"/campaigns/2017/scores?channel=":                                         {400, "channel_required"},
		"/campaigns?limit=0":                                                      {400, "bad_limit"},
		"/campaigns?limit=x":                                                      {400, "bad_limit"},
		"/complaints?limit=1000":                                                  {400, "bad_limit"},
		"/complaints?cursor=nonsense":                                             {400, "bad_cursor"},
		"/campaigns?nonsense=1":                                                   {400, "unknown_parameter"},
		"/campaigns/" + url.PathEscape("x' OR '1'='1") + "/scores?channel=mobile": {404, "unknown_campaign"},
	} {
		wantProblem(t, in, "/api/v1"+path, in.key, want.status, want.code)
	}
}

func TestAPI_campaigns_asTheContractHasThem(t *testing.T) {
	in := newWorld(t).serve()
	_, _, body := in.get("/api/v1/campaigns", in.w.keyOf(models.RoleReader))
	var doc struct {
		Campaigns []map[string]any
		Next      *string
	}
	if err := json.Unmarshal(body, &doc); err != nil || len(doc.Campaigns) != 1 || doc.Next != nil || !strings.Contains(string(body), `"next":null`) {
		t.Fatalf("%v %s", err, body)
	}
	if c := doc.Campaigns[0]; c["id"] != "2017" || c["phase"] != "rating" || c["title"] == "" {
		t.Errorf("campaign %v", c)
	}
	now := time.Now().In(shanghai())
	day := func(n int) string { return now.AddDate(0, 0, n).Format(time.DateOnly) }
	for id, dates := range map[string][2]string{"a-draft": {day(300), day(320)}, "b-publicity": {day(1), day(20)}, "c-closed": {day(-9), day(-8)}} {
		in.w.must("campaign", "create", "--profile", "maanshan-2017", "--id", id, "--from", dates[0], "--to", dates[1])
	}
	phases := map[string]string{}
	path := "/api/v1/campaigns?limit=1"
	for range 5 {
		_, _, body = in.get(path, in.key)
		if err := json.Unmarshal(body, &doc); err != nil || len(doc.Campaigns) != 1 {
			t.Fatalf("%v %s", err, body)
		}
		phases[fmt.Sprint(doc.Campaigns[0]["id"])] = fmt.Sprint(doc.Campaigns[0]["phase"])
		if doc.Next == nil {
			break
		}
		path = "/api/v1/campaigns?limit=1&cursor=" + url.QueryEscape(*doc.Next)
	}
	if got := fmt.Sprint(phases); got != "map[2017:rating a-draft:draft b-publicity:publicity c-closed:closed]" {
		t.Errorf("page by page %s", got)
	}
}

func TestAPI_etag_savesTheBodyUntilARatingComes(t *testing.T) {
	in := newWorld(t).serve()
	for _, path := range []string{"/api/v1/campaigns/2017/scores?channel=mobile", "/api/v1/campaigns/2017/scores.csv?channel=mobile"} {
		_, head, _ := in.get(path, in.key)
		tag := head.Get("ETag")
		if status, body := in.getIf(t, path, tag); tag == "" || status != http.StatusNotModified || body != "" {
			t.Errorf("%s with its ETag %q: %d %q", path, tag, status, body)
		}
		in.phone().rate("A03", "55555")
		if status, body := in.getIf(t, path, tag); status != http.StatusOK || body == "" {
			t.Errorf("%s after a rating: %d", path, status)
		}
	}
}

func (in *instance) getIf(t *testing.T, path, tag string) (status int, body string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, in.base+path, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+in.key)
	req.Header.Set("If-None-Match", tag)
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

func TestAPI_complaints_showNoIdentityAndNoText(t *testing.T) {
	in := newWorld(t).serve()
	c := in.follows(t)
	c.on(c.complain("教育局", "实名保密"), "登记编号：")
	no := wantLine(t, c.last.Shown(), "登记编号：")
	for _, role := range models.Roles() {
		status, _, body := in.get("/api/v1/complaints", in.w.keyOf(role))
		if role != models.RoleOffice && role != models.RoleAuditor {
			if status != http.StatusForbidden {
				t.Errorf("%s: %d", role, status)
			}
			continue
		}
		var doc struct {
			Complaints []map[string]any
			Next       *string
		}
		if err := json.Unmarshal(body, &doc); err != nil || len(doc.Complaints) != 1 || doc.Next != nil {
			t.Fatalf("%s: %v %s", role, err, body)
		}
		one := doc.Complaints[0]
		for name, want := range map[string]any{"no": no, "unit": "A03", "kind": "delay", "state": "received"} {
			if one[name] != want {
				t.Errorf("%s: %s is %v, want %v", role, name, one[name], want)
			}
		}
		if one["id"] == "" || one["received_at"] == "" {
			t.Errorf("%s: %v", role, one)
		}
		for _, secret := range []string{c.who.OpenID, "周三下午", "窗口没人"} {
			if strings.Contains(string(body), secret) {
				t.Errorf("%s sees %q", role, secret)
			}
		}
	}
}

// A campaign that closes while the test looks on: sealed scores before, small
// numbers hidden after, a late confirmation told so and not received.
func TestClose_sealsThenShows_andLateOnesAreNotReceived(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		t.Parallel()
		w.withoutDemoCampaign()
		in := w.serve()
		reader, office := w.keyOf(models.RoleReader), in.key
		closes := time.Now().Add(6 * time.Second).Truncate(time.Second)
		campaignOf(t, in, "short", time.Now().Add(-time.Hour).UTC().Format(time.RFC3339), closes.UTC().Format(time.RFC3339))
		late, amid, early := in.chat(t), in.chat(t), in.chat(t)
		for _, c := range []*dialogue{late, amid} {
			c.scan("u:A03")
			c.say("55555")
		}
		amid.tap("修改")
		early.scan("u:A03")
		early.say("55454")
		receipt := wantLine(t, early.tap("确认"), "回执：")
		confirmed := early.last
		const path = "/api/v1/campaigns/short/scores"
		for _, form := range []string{"", ".csv", ".xlsx"} {
			wantProblem(t, in, path+form+"?channel=mobile", reader, http.StatusForbidden, "scores_sealed")
		}
		before := in.scoresOf(t, "short", office)
		if before.Final || before.Units[2].Ratings != 1 || before.Units[2].Mean == nil {
			t.Errorf("the office before the close: %s", asJSON(t, before.Units[2]))
		}
		eventually(t, "the campaign is closed", func() bool { return time.Now().After(closes.Add(time.Second)) })
		late.on(late.tap("确认"), "没有收进来", "已经结束", "投诉").without("回执：")
		amid.on(amid.say("1"), "已经结束").without("请核对")
		early.on(early.say("撤回"), "没有可以撤回的评价")
		early.on(early.say("撤回 市教育局"), "")
		early.on(early.say("确认"), "").without("已经撤回您对")
		if again, err := in.Redeliver(t.Context(), confirmed); err != nil || again.Plain != confirmed.Plain {
			t.Errorf("a repeat after the close: %v\n%s", err, again.Plain)
		}
		early.on(early.say("查询 "+receipt), "已经计入")
		if n := w.count(t, "SELECT COUNT(*) FROM ratings"); n != 1 {
			t.Errorf("%d ratings received", n)
		}
		public := in.scoresOf(t, "short", reader)
		if got := asJSON(t, public.Units[2]); !strings.Contains(got, `"hidden":"small_n"`) || !strings.Contains(got, `"mean":null`) || !strings.Contains(got, `"points":null`) ||
			!strings.Contains(got, `"shrunk_mean":null`) || !strings.Contains(got, `"rank":null`) {
			t.Errorf("a reader after the close: %s", got)
		}
		if got := asJSON(t, in.scoresOf(t, "short", office).Units[2]); got != asJSON(t, before.Units[2]) {
			t.Errorf("the office after the close: %s", got)
		}
		contains(t, w.must("recount"), "short: every tally equals")
		w.final(t, in, office)
	})
}

// final moves the close an hour back, as if that time had passed, and waits for
// the seal: 60 s after the close nothing that counts can arrive.
func (w *world) final(t *testing.T, in *instance, key string) {
	t.Helper()
	db := w.sql(t)
	past := time.Now().Add(-time.Hour).UTC().Format("2006-01-02 15:04:05.000")
	if _, err := db.ExecContext(t.Context(), "UPDATE campaigns SET closes_at = ? WHERE id = 'short'", past); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the campaign is sealed", func() bool { return in.scoresOf(t, "short", key).Final })
	if u := in.scoresOf(t, "short", key).Units[2]; u.Ratings != 1 {
		t.Errorf("%d ratings after the seal", u.Ratings)
	}
}

func (in *instance) scoresOf(t *testing.T, campaign, key string) scoring.Scores {
	t.Helper()
	status, _, body := in.get("/api/v1/campaigns/"+campaign+"/scores?channel=mobile", key)
	var doc scoring.Scores
	if err := json.Unmarshal(body, &doc); err != nil || status != http.StatusOK {
		t.Fatalf("scores: %d %v %s", status, err, body)
	}
	return doc
}

// A confirmation that the platform dated before the close counts for 60 s more;
// that its own time is before the close does not help after that.
func TestClose_confirmedBeforeAndArrivedAfter_countsFor60seconds(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		in := w.serve()
		c := in.chat(t)
		ago := func(n int) time.Time { return time.Now().Add(-time.Duration(n) * time.Second) }
		slow, err := simulator.NewPlatform(simulator.PlatformOptions{
			Target: in.base + "/wechat", Now: func() time.Time { return ago(90) },
			Account: simulator.Account{AppID: testAppID, Token: testToken, AESKey: testAES, OriginalID: testGH},
		})
		if err != nil {
			t.Fatal(err)
		}
		c.p = slow
		c.do(simulator.Follow())
		for i, want := range []string{"回执：", "没有收进来"} {
			closed := []int{30, 65}[i] // seconds ago, when the confirmation arrives
			c.on(c.say("市教育局"), "第1题")
			c.say("55454")
			if _, err = w.sql(t).ExecContext(t.Context(), "UPDATE campaigns SET sealed_at = NULL, closes_at = ?", ago(closed).UTC().Format("2006-01-02 15:04:05.000")); err != nil {
				t.Fatal(err)
			}
			c.on(c.tap("确认"), want)
		}
		if n := w.count(t, "SELECT COUNT(*) FROM ratings"); n != 1 {
			t.Errorf("%d ratings received, want one", n)
		}
	})
}
