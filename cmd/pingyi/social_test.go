package main

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pingyi/models"
	"pingyi/simulator"
	"pingyi/social"
)

const testWeiboToken = "AnAccessToken0fTheTests"

// withOpinions gives a world a Weibo account whose API is played.
func (w *world) withOpinions() *simulator.WeiboAPI {
	w.t.Helper()
	api := simulator.NewWeiboAPI(simulator.WeiboAPIOptions{UID: testUID, Token: testWeiboToken})
	server := httptest.NewServer(api)
	w.t.Cleanup(server.Close)
	w.withWeibo()
	w.env["PINGYI_WEIBO_API"], w.env["PINGYI_WEIBO_ACCESS_TOKEN"] = server.URL, testWeiboToken
	uid := int64(1902538057)
	api.SetUser(simulator.WeiboUser{ID: uid, Name: "马鞍山发布"})
	return api
}

// until waits for a condition that a server's background work brings about.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%s: not within 30 s", what)
		}
	}
}

func (w *world) figures() map[string]social.UnitFigures {
	w.t.Helper()
	var f social.Figures
	if err := json.Unmarshal([]byte(w.must("social", "figures", "--campaign", "2017")), &f); err != nil {
		w.t.Fatal(err)
	}
	units := map[string]social.UnitFigures{}
	for _, u := range f.Units {
		units[u.Code] = u
	}
	return units
}

// One follower rates by private message and in public, one in public alone, an
// office too, and somebody writes what is no rating.
func TestStory_privateAndPublic_oneLiveRatingBetweenThem(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		api := w.withOpinions()
		old := time.Now().AddDate(-3, 0, 0)
		at := time.Now()
		for _, u := range []simulator.WeiboUser{
			{ID: 2001, CreatedAt: old}, {ID: 2002, CreatedAt: old, VerifiedType: 1}, {ID: 2003, CreatedAt: old}, {ID: 2004, CreatedAt: old},
		} {
			api.SetUser(u)
		}
		api.Post(simulator.WeiboToMe,
			simulator.WeiboPost{ID: 11, User: 2001, At: at, Text: "市教育局 满意"},
			simulator.WeiboPost{ID: 12, User: 2002, At: at, Text: "市教育局 非常满意"},
			simulator.WeiboPost{ID: 13, User: 2003, At: at, Text: "教育局 不是很满意"})
		api.Post(simulator.WeiboStatusMentions, simulator.WeiboPost{ID: 14, User: 2004, At: at, Text: "#评议# @马鞍山发布 市公安局 5"})
		in := w.serve()
		ratings := func(unit string) int64 {
			s, _ := in.scoreOf(models.Social, unit)
			return s.Ratings
		}
		until(t, "public texts counted", func() bool { return ratings("A03") == 2 && ratings("A05") == 1 })

		f := in.follower()
		f.who.OpenID = "2001"
		if receipt := f.rate("A03", "11111"); receipt == "" {
			t.Fatal("no receipt")
		}
		s, _ := in.scoreOf(models.Social, "A03")
		if s.Ratings != 2 || s.Levels.L1 != 5 || s.Levels.L5 != 5 || s.Points.String() != "2.00" {
			t.Errorf("A03 %+v, points %s", s, s.Points)
		}
		if s, _ := in.scoreOf(models.Mobile, "A03"); s.Ratings != 0 {
			t.Errorf("mobile %+v", s)
		}
		contains(t, w.must("social", "review"), "no_level", "教育局 不是很满意")
		wantStatus(t, w)
		excludeAndRestore(t, w)
		wantAPI(t, w, in)
		w.must("recount")
		if strings.Contains(in.log.String(), testWeiboToken) || strings.Contains(in.log.String(), "2001") {
			t.Error("the log holds a token or a uid")
		}
	})
}

// wantAPI holds the API against the commands.
func wantAPI(t *testing.T, w *world, in *instance) {
	t.Helper()
	for path, command := range map[string][]string{
		"/social/status":                 {"social", "status"},
		"/campaigns/2017/social/figures": {"social", "figures", "--campaign", "2017"},
		"/campaigns/2017/poll-results":   {"poll-results", "list", "--campaign", "2017"},
	} {
		status, _, body := in.get("/api/v1"+path, in.key)
		if status != http.StatusOK {
			t.Fatalf("%s: %d %s", path, status, body)
		}
		var got, want any
		if err := errors.Join(json.Unmarshal(body, &got), json.Unmarshal([]byte(w.must(command...)), &want)); err != nil {
			t.Fatal(err)
		}
		if m, ok := got.(map[string]any); ok && m["poll_results"] != nil {
			got = m["poll_results"]
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: the command and the API differ\n%s", path, diff)
		}
	}
	_, _, body := in.get("/api/v1/social/texts?reason=no_level", in.key)
	contains(t, string(body), `"reason":"no_level"`, `"kind":"comment"`, `"text":"教育局 不是很满意"`, `"next":null`)
	if strings.Contains(string(body), "2003") {
		t.Errorf("it says who wrote: %s", body)
	}
	wantProblem(t, in, "/api/v1/social/texts?reason=nonsense", in.key, http.StatusBadRequest, "bad_reason")
	wantProblem(t, in, "/api/v1/campaigns/2017/social/figures", w.keyOf(models.RoleAuditor), http.StatusForbidden, "scores_sealed")
}

// A tenant without a Weibo account is told so, by the API and by the commands.
func TestSocial_tenantWithoutAnAccount_isToldSo(t *testing.T) {
	w := newWorld(t)
	w.withOpinions()
	in := w.serve()
	w.must("tenant", "create", "annex")
	annex := strings.TrimSpace(w.must("apikey", "create", "--tenant", "annex", "--name", "office", "--role", "office"))
	for _, path := range []string{"/social/status", "/social/texts", "/campaigns/2017/social/figures"} {
		wantProblem(t, in, "/api/v1"+path, annex, http.StatusNotFound, "no_weibo_account")
	}
	_, errs, code := w.command("social", "status", "--tenant", "annex")
	if code != exitUsage {
		t.Errorf("exit code %d", code)
	}
	contains(t, errs, "PINGYI_TENANT", "annex")
}

func wantStatus(t *testing.T, w *world) {
	t.Helper()
	var s social.AccountStatus
	if err := json.Unmarshal([]byte(w.must("social", "status")), &s); err != nil {
		t.Fatal(err)
	}
	if s.Counted != 3 || s.Listed["no_level"] != 1 || s.Token == nil || s.Token.DaysLeft < 364 || s.Token.Warning != "none" || s.Calls["poll"].Spent == 0 {
		t.Errorf("status %+v", s)
	}
	issued := time.Now().In(shanghai()).AddDate(0, 0, -340).Format(time.DateOnly) // days are Beijing's
	contains(t, w.must("social", "token", "--issued", issued), "\t24\n")
	contains(t, w.must("social", "status"), `"warning": "30"`)
}

func excludeAndRestore(t *testing.T, w *world) {
	t.Helper()
	if _, _, code := w.command("social", "exclude", "--campaign", "2017", "--by", "甲", "--approved-by", "甲"); code != exitUsage {
		t.Errorf("one person alone: exit code %d", code)
	}
	contains(t, w.must("social", "exclude", "--campaign", "2017", "--by", "甲", "--approved-by", "乙"), "government\t1\n")
	u := w.figures()["A03"]
	if u.Raw.Ratings != 2 || u.Filtered.Ratings != 1 || u.Raw.Points.String() != "2.00" || u.Filtered.Points.String() != "0.00" || u.Excluded["government"] != 1 {
		t.Errorf("figures %+v", u)
	}
	w.must("recount")
	var f social.Figures
	if err := json.Unmarshal([]byte(w.must("social", "figures", "--campaign", "2017")), &f); err != nil || len(f.Exclusions) != 1 {
		t.Fatal(err, f.Exclusions)
	}
	w.must("social", "restore", "--campaign", "2017", "--by", "甲", "--approved-by", "乙", "--rating", f.Exclusions[0].Rating)
	if u = w.figures()["A03"]; u.Filtered.Ratings != 2 || len(u.Excluded) != 0 {
		t.Errorf("restored: %+v", u)
	}
}

func TestPollResults_areKeptApart(t *testing.T) {
	w := newWorld(t)
	in := w.serve()
	before, raw := in.scoreOf(models.Social, "A03")
	file := filepath.Join(w.dir, "poll.csv")
	if err := os.WriteFile(file, []byte("code,5,4,3,2,1\nA03,10,5,0,1,2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"poll-results", "add", "--campaign", "2017", "--file", file, "--title", "投票", "--signer", "市委宣传部 某某", "--evidence", file}
	id := strings.TrimSpace(w.must(args...))
	if again := strings.TrimSpace(w.must(args...)); again != id {
		t.Errorf("the same again is %s, was %s", again, id)
	}
	second := strings.TrimSpace(w.must(append(args, "--replaces", id)...))
	var list []social.PollResults
	if err := json.Unmarshal([]byte(w.must("poll-results", "list", "--campaign", "2017")), &list); err != nil {
		t.Fatal(err)
	}
	if len(list) != 2 || list[1].ID != second || list[1].Replaces != id || list[0].SHA256 == "" || list[0].Signer != "市委宣传部 某某" {
		t.Errorf("%+v", list)
	}
	if after, now := in.scoreOf(models.Social, "A03"); now != raw || after.Ratings != before.Ratings {
		t.Errorf("scores changed: %s", now)
	}
	pollsByAPI(t, w, in, second)
	for name, text := range map[string]string{
		"no head": "A03,1,1,1,1,1\n", "twice": "code,5,4,3,2,1\nA03,1,1,1,1,1\nA03,1,1,1,1,1\n", "negative": "code,5,4,3,2,1\nA03,-1,1,1,1,1\n", "empty": "code,5,4,3,2,1\n",
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, _, code := w.command(args...); code != exitUsage {
			t.Errorf("%s: exit code %d", name, code)
		}
	}
	if err := os.WriteFile(file, []byte("code,5,4,3,2,1\nA03,1,1,1,1,1\nZ99,1,1,1,1,1\nA03,1,1,1,1,1\nA05,1,1,1,-1,1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, errs, _ := w.command(args...)
	contains(t, errs, "line 3: the campaign does not rate", "line 4: the unit A03 stands there twice", "line 5: the votes for level 2")
}

// enterPoll posts a body of poll results.
func (in *instance) enterPoll(t *testing.T, path, key, body string) (status int, answer string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, in.base+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+key)
	req.Header.Set("Content-Type", "application/json")
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

// pollsByAPI enters by the API what the command entered, and a correction of it.
func pollsByAPI(t *testing.T, w *world, in *instance, second string) {
	t.Helper()
	owner := w.keyOf(models.RoleChannelOwner)
	const path = "/api/v1/campaigns/2017/poll-results"
	enter := func(key, body string) (int, string) { return in.enterPoll(t, path, key, body) }
	body := `{"title":"投票","signer":"市委宣传部 某某","evidence":"档案 7 号","replaces":"` + second + `","results":[{"unit":"A03","votes":[10,5,0,1,3]}]}`
	for _, want := range []int{http.StatusCreated, http.StatusOK} {
		if status, got := enter(owner, body); status != want {
			t.Errorf("%d %s, want %d", status, got, want)
		}
	}
	if status, got := enter(owner, strings.Replace(body, second, strings.Repeat("7", 32), 1)); status != http.StatusNotFound || !strings.Contains(got, "unknown_poll_result") {
		t.Errorf("a correction of nothing: %d %s", status, got)
	}
	if status, got := enter(owner, strings.Replace(body, "A03", "Z99", 1)); status != http.StatusBadRequest || !strings.Contains(got, `"location":"body.results[0]"`) {
		t.Errorf("an unknown unit: %d %s", status, got)
	}
	if status, _ := enter(w.keyOf(models.RoleAuditor), body); status != http.StatusForbidden {
		t.Errorf("an auditor enters: %d", status)
	}
	wantProblem(t, in, "/api/v1/campaigns/1999/poll-results", in.key, http.StatusNotFound, "unknown_campaign")
	if n := w.count(t, "SELECT COUNT(*) FROM poll_results"); n != 3 {
		t.Errorf("%d were entered, want 3", n)
	}
}

// Two tenants, each with a Weibo account, on servers of their own and one database.
func TestSocial_twoTenants_onServersOfTheirOwn_haveTheirRatingsApart(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		const otherUID = "2000000002"
		city := w.withOpinions()
		api := simulator.NewWeiboAPI(simulator.WeiboAPIOptions{UID: otherUID, Token: testWeiboToken})
		server := httptest.NewServer(api)
		t.Cleanup(server.Close)
		annex := &world{t: t, dir: w.dir, env: maps.Clone(w.env)}
		for name, value := range map[string]string{
			"TENANT": "annex", "WEIBO_UID": otherUID, "WEIBO_API": server.URL, "WEIBO_NAME": "本县发布", "WECHAT_APP_ID": "wxfedcba9876543210",
		} {
			annex.env["PINGYI_"+name] = value
		}
		at := time.Now()
		city.Post(simulator.WeiboToMe, simulator.WeiboPost{ID: 11, User: 2001, At: at, Text: "市教育局 非常不满意"})
		api.Post(simulator.WeiboToMe, simulator.WeiboPost{ID: 11, User: 2001, At: at, Text: "市教育局 非常满意"})
		here, there := w.serve(), annex.serve()
		there.key = demoKey(w.env["PINGYI_SECRET"], "annex")
		for in, want := range map[*instance]string{here: "0.00", there: "4.00"} {
			until(t, "the public text counted", func() bool {
				s, _ := in.scoreOf(models.Social, "A03")
				return s.Ratings == 1
			})
			if s, _ := in.scoreOf(models.Social, "A03"); s.Points.String() != want {
				t.Errorf("points %s, want %s", s.Points, want)
			}
		}
		contains(t, annex.must("social", "status"), `"counted": 1`)
		if status, _, body := there.get("/api/v1/social/status", there.key); status != http.StatusOK {
			t.Errorf("the annex's server: %d %s", status, body)
		}
		wantProblem(t, here, "/api/v1/social/status", there.key, http.StatusNotFound, "no_weibo_account")
		for _, tenant := range []*world{w, annex} {
			contains(t, tenant.must("recount"), "every tally equals")
		}
	})
}

// A campaign that another tenant creates is not bound to the main tenant's
// account, which collects nothing for it.
func TestCampaign_ofAnotherTenant_isNotBoundToTheMainAccount(t *testing.T) {
	w := newWorld(t).withWeibo()
	w.must("migrate")
	w.must("tenant", "create", "annex")
	w.must("units", "import", "--tenant", "annex", w.file("units.csv", string(sampleUnits())))
	w.must("campaign", "create", "--tenant", "annex", "--profile", "maanshan-2017", "--id", "2017", "--from", "2020-01-01", "--to", "2099-12-31")
	if n := w.count(t, "SELECT COUNT(*) FROM campaign_channels WHERE tenant = 'annex' AND account <> ''"); n != 0 {
		t.Errorf("%d channels are bound", n)
	}
}
