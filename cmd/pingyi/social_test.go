package main

import (
	"encoding/json"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pingyi/models"
	"pingyi/simulator"
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

func (w *world) figures() map[string]unitFigures {
	w.t.Helper()
	var f socialFigures
	if err := json.Unmarshal([]byte(w.must("social", "figures", "--campaign", "2017")), &f); err != nil {
		w.t.Fatal(err)
	}
	units := map[string]unitFigures{}
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
		w.must("recount")
		if strings.Contains(in.log.String(), testWeiboToken) || strings.Contains(in.log.String(), "2001") {
			t.Error("the log holds a token or a uid")
		}
	})
}

func wantStatus(t *testing.T, w *world) {
	t.Helper()
	var s socialState
	if err := json.Unmarshal([]byte(w.must("social", "status")), &s); err != nil {
		t.Fatal(err)
	}
	if s.Counted != 3 || s.Listed["no_level"] != 1 || s.Token == nil || s.Token.DaysLeft < 364 || s.Calls["poll"].Spent == 0 {
		t.Errorf("status %+v", s)
	}
	issued := time.Now().AddDate(0, 0, -340).Format(time.DateOnly)
	contains(t, w.must("social", "token", "--issued", issued), "\t24\n")
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
	var f socialFigures
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
	second := strings.TrimSpace(w.must(append(args, "--replaces", id)...))
	var list []listedPoll
	if err := json.Unmarshal([]byte(w.must("poll-results", "list", "--campaign", "2017")), &list); err != nil {
		t.Fatal(err)
	}
	if len(list) != 2 || list[1].ID != second || list[1].Replaces != id || list[0].SHA256 == "" || list[0].Signer != "市委宣传部 某某" {
		t.Errorf("%+v", list)
	}
	if after, now := in.scoreOf(models.Social, "A03"); now != raw || after.Ratings != before.Ratings {
		t.Errorf("scores changed: %s", now)
	}
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
}
