package main

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"pingyi/simulator"
)

// Two cities on one installation, each with an official account of its own: one
// openid string is another person there, and no key sees the other's data.
func TestTenants_onOneInstallation_haveTheirDataApart(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		const annexAES = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFA"
		w.env["PINGYI_CONFIG"] = w.file("pingyi.yaml", `accounts:
  - name: Annex_1
    platform: wechat
    tenant: annex
    app_id: wxfedcba9876543210
    token: annextoken
    aes_key: `+annexAES+"\n")
		in := w.serve()
		units := w.file("units.csv", "code,name,class,type,superior,aliases,parent,phone,promise\nA03,县教育局,政府部门,government,,,,,\n")
		w.must("units", "import", units, "--tenant", "annex")
		w.must("campaign", "create", "--tenant", "annex", "--profile", "maanshan-2017", "--id", "2017", "--from", "2020-01-01", "--to", "2099-12-31")
		key := strings.TrimSpace(w.must("apikey", "create", "--tenant", "annex", "--name", "office", "--role", "office"))
		annex, err := simulator.NewPlatform(simulator.PlatformOptions{Target: in.base + "/wechat/Annex_1", Account: simulator.Account{
			AppID: "wxfedcba9876543210", Token: "annextoken", AESKey: annexAES, OriginalID: testGH,
		}})
		if err != nil {
			t.Fatal(err)
		}
		here := in.chat(t)
		there := &dialogue{t, &phone{t: t, p: annex, who: &simulator.Citizen{OpenID: here.who.OpenID}}}
		here.on(here.scan("u:A03"), "【市教育局】")
		eventually(t, "the annex has its campaign", func() bool {
			there.do(simulator.Follow())
			return strings.Contains(there.say("县教育局"), "第1题")
		})
		here.say("11111")
		there.say("55555")
		receipt := wantLine(t, here.tap("确认"), "回执：")
		there.on(there.tap("确认"), "回执：")
		if u := in.scores()["A03"]; u.Name != "市教育局" || u.Ratings != 1 || u.Mean.String() != "0.00" {
			t.Errorf("here %+v", u)
		}
		if u := in.scoresOf(t, "2017", key).Units; len(u) != 1 || u[0].Name != "县教育局" || u[0].Mean.String() != "100.00" {
			t.Errorf("there %+v", u)
		}
		there.on(there.say("查询"), "县教育局").without("市教育局", receipt)
		there.on(there.say("查询 "+receipt), "没有查到")
		here.on(here.complain("教育局", "匿名"), "登记编号：")
		if _, _, body := in.get("/api/v1/complaints", key); !strings.Contains(string(body), `"complaints":[]`) {
			t.Errorf("the annex sees %s", body)
		}
		there.on(there.say("查询 "+wantLine(t, here.last.Shown(), "登记编号：")+" "+wantLine(t, here.last.Shown(), "查询码：")), "没有查到")
		// A push of one account at the other's address.
		made, err := in.Make(here.who, simulator.Say("帮助"))
		if err != nil {
			t.Fatal(err)
		}
		path := strings.Replace(made.URL, "/wechat?", "/wechat/Annex_1?", 1)
		if status, raw := in.post(t, path, strings.NewReader(made.Envelope)); status != http.StatusForbidden || raw != "" {
			t.Errorf("at the other's address: %d %q", status, raw)
		}
		contains(t, w.must("recount", "--tenant", "annex"), "every tally equals")
	})
}

// Taps of one summary, each a push of its own, at once on two servers: one
// effect, and everybody is told the same receipt.
func TestDraft_confirmedByDifferentPushesAtOnce_hasOneEffect(t *testing.T) {
	w := newMySQLWorld(t)
	servers := []*instance{w.serve(), w.serve()}
	atOnce := func(c *dialogue, line string) {
		t.Helper()
		tap := simulator.Tap(link(t, c.last, "确认"))
		said := make([]string, 4)
		var wg sync.WaitGroup
		for i := range said {
			made, err := servers[0].Make(c.who, tap)
			if err != nil {
				t.Fatal(err)
			}
			wg.Go(func() { said[i] = deliver(t, servers[i%2].Platform, made).Shown() })
		}
		wg.Wait()
		for i := range said {
			if a, b := wantLine(t, said[i], line), wantLine(t, said[0], line); a != b {
				t.Errorf("push %d is told %s, the first %s", i, a, b)
			}
		}
	}
	for range 5 {
		c := servers[0].chat(t)
		c.scan("u:A03")
		c.say("55445")
		atOnce(c, "回执：")
		c.p = servers[1].Platform
		prepareComplaint(c.phone)
		atOnce(c, "登记编号：")
	}
	if n, m := w.count(t, "SELECT COUNT(*) FROM ratings"), w.count(t, "SELECT COUNT(*) FROM complaints"); n != 5 || m != 5 {
		t.Errorf("%d ratings and %d complaints, want 5 of each", n, m)
	}
	sums(t, w)
}
