package main

import (
	"strings"
	"testing"
	"time"

	"pingyi/intake"
	"pingyi/simulator"
)

// sums checks that every tally row adds up and that a recount agrees.
func sums(t *testing.T, w *world) {
	t.Helper()
	if n := w.count(t, "SELECT COUNT(*) FROM tallies WHERE received <> live + superseded + excluded + withdrawn"); n != 0 {
		t.Errorf("%d tallies do not add up", n)
	}
	contains(t, w.must("recount"), "every tally equals")
}

func TestWithdraw_takesTheRatingOutAndKeepsTheRecord(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		in := w.serve()
		c := in.chat(t)
		first := c.rate("A03", "11111")
		second := c.rates("市教育局", "55555")
		other := in.phone()
		other.rate("A03", "33333")
		c.on(c.say("查询"), first, second, "重新评过", "已计入")
		c.on(c.say("撤回"), "要撤回哪一份评价？", "市教育局")
		c.on(c.tap("市教育局"), "要撤回您对【市教育局】的评价吗？")
		confirm := link(t, c.last, "确认")
		c.on(c.say("取消"), "没有撤回")
		c.say("撤回 市教育局")
		c.on(c.send(confirm), "没有改动", "要撤回")
		c.on(c.tap("确认"), "已经撤回")
		c.on(c.say("确认"), "已经撤回")
		c.on(c.say("撤回"), "没有可以撤回的评价")
		c.on(c.say("查询 "+second), "没有计入")
		c.on(c.say("查询 "+strings.ToLower(strings.ReplaceAll(second, "-", ""))), "没有计入")
		c.on(c.say("查询"), "您已撤回")
		if u := in.scores()["A03"]; u.Ratings != 1 || u.Mean.String() != "60.00" {
			t.Errorf("after the withdrawal %d ratings, mean %s", u.Ratings, u.Mean)
		}
		if got := w.text(t, "SELECT CONCAT(received, ' ', live, ' ', superseded, ' ', excluded, ' ', withdrawn) FROM tallies WHERE unit = 'A03' AND channel = 'mobile'"); got != "3 1 1 0 1" {
			t.Errorf("tally %s", got)
		}
		sums(t, w)
		third := c.rates("市教育局", "44444") // again after the withdrawal
		c.on(c.say("查询 "+third), "已经计入")
		if u := in.scores()["A03"]; u.Ratings != 2 {
			t.Errorf("%d ratings", u.Ratings)
		}
		if n := w.count(t, "SELECT COUNT(*) FROM ratings"); n != 4 {
			t.Errorf("the record has %d ratings, want all four", n)
		}
		sums(t, w)
	})
}

// A buyer of votes holds the receipt: neither words nor bytes may tell them
// whether the citizen changed or took back the rating afterwards.
func TestQuery_ofAReceipt_tellsAStrangerAlwaysTheSame(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		t.Parallel()
		in := w.withWeibo().serve()
		own, buyer := in.follows(t), in.follows(t)
		fan, fanBuyer := in.follower(), in.follower()
		fanBuyer.do(simulator.Follow()) // so that the first answer of all, with the privacy notice, is over
		sold, posted := own.rate("A03", "11111"), fan.rate("A03", "55555")
		asks := []func() string{
			func() string { return buyer.say("查询 " + sold) },
			func() string { return buyer.say(sold) },
			func() string { return buyer.say("查询 " + posted) }, // of the other platform
			func() string { return fanBuyer.say("查询 " + sold) },
			func() string { return fanBuyer.say("查询 " + posted) },
			func() string { return own.say("查询 " + posted) },
		}
		var first []string
		same := func(when string) {
			t.Helper()
			for i, ask := range asks {
				said := ask()
				contains(t, said, "这份评价登记过")
				for _, part := range []string{"计入", "教育局", "满意", "撤回", "重新"} {
					if strings.Contains(said, part) {
						t.Errorf("%s a stranger reads %q in\n%s", when, part, said)
					}
				}
				if len(first) == i {
					first = append(first, said)
				}
				if said != first[i] {
					t.Errorf("%s answer %d is\n%s\nit was\n%s", when, i, said, first[i])
				}
			}
		}
		same("at once")
		own.on(own.say("查询 "+sold), "已经计入").without("登记过")
		contains(t, fan.say("查询 "+posted), "已经计入")
		changed := own.rates("市教育局", "44444")
		fan.say("市教育局")
		fan.say("22222")
		contains(t, fan.say("7"), "回执：")
		same("after the change")
		own.on(own.say("查询 "+sold), "没有计入", "重新评过")
		contains(t, fan.say("查询 "+posted), "没有计入", "重新评过")
		own.say("撤回 市教育局")
		own.on(own.say("确认"), "已经撤回")
		same("after the withdrawal")
		own.on(own.say("查询 "+changed), "没有计入", "您已撤回")
		sold = changed
		same("of the rating that was taken back")
		buyer.on(buyer.say("查询 0000-0000-0000-0000"), "没有查到")
		buyer.on(buyer.say("查询"), "还没有查到您提交的")
	})
}

func TestUnfollow_erasesTheCitizenAndKeepsTheRatings(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		var redis *ownRedis
		if w.env["PINGYI_REDIS"] != "" {
			redis = w.withRedis(t)
		}
		in := w.serve()
		c := in.chat(t)
		receipt := c.rate("A03", "55555")
		c.on(c.complain("教育局", "匿名"), "登记编号：")
		no, code := wantLine(t, c.last.Shown(), "登记编号："), wantLine(t, c.last.Shown(), "查询码：")
		c.say("投诉") // an open draft
		c.do(simulator.Unfollow())
		if c.last.Raw != "success" {
			t.Fatalf("answer to an unfollow: %q", c.last.Raw)
		}
		for table, want := range map[string]int64{"complaint_links": 0, "identities": 0, "ratings": 1, "live_ratings": 1, "complaints": 1, "complaint_events": 1} {
			if n := w.count(t, "SELECT COUNT(*) FROM "+table); n != want {
				t.Errorf("%d rows in %s, want %d", n, table, want)
			}
		}
		if redis != nil {
			redis.leavesACount(t)
		}
		c.on(c.do(simulator.Follow()), "您好", "隐私说明") // a new citizen
		c.on(c.say("完成"), "").without("收到")
		c.on(c.say("查询 "+no+" "+code), no) // who has the code still can
		c.on(c.say("查询 "+receipt), "已经计入")
		c.rates("市教育局", "11111")
		if u := in.scores()["A03"]; u.Ratings != 1 || u.Mean.String() != "0.00" {
			t.Errorf("after the return %d live ratings, mean %s", u.Ratings, u.Mean)
		}
		sums(t, w)
	})
}

// leavesACount fails where a session holds more than the count of a minute, or for
// longer.
func (r *ownRedis) leavesACount(t *testing.T) {
	t.Helper()
	c := r.client()
	defer func() { _ = c.Close() }()
	for _, key := range r.keys() {
		if !strings.HasPrefix(key, "s{") {
			continue
		}
		size, err := c.StrLen(t.Context(), key).Result()
		if err != nil {
			t.Fatal(err)
		}
		left, err := c.TTL(t.Context(), key).Result()
		if err != nil {
			t.Fatal(err)
		}
		// Nonce, the head of a session, two bytes of count, tag.
		if size > 8+5+2+12 || left > time.Minute {
			t.Errorf("%d bytes are left in Redis for %v", size, left)
		}
	}
}

func TestUnfollow_doesNotResetTheLimitOfPushes(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		in := w.serve()
		for range 2 { // a minute may end in the middle of the first try
			c := in.follows(t)
			for range intake.PushesPerMinute - 10 {
				c.say("帮助")
			}
			c.do(simulator.Unfollow())
			c.do(simulator.Follow())
			for range 20 {
				if strings.Contains(c.say("帮助"), "您发得太快了") {
					return
				}
			}
		}
		t.Error("leaving and coming back starts the count again")
	})
}

// campaignOf makes a campaign beside the demo's own and waits until the server
// knows it.
func campaignOf(t *testing.T, in *instance, id, from, to string) {
	t.Helper()
	in.w.must("campaign", "create", "--profile", "maanshan-2017", "--id", id, "--from", from, "--to", to)
	eventually(t, "the server knows the campaign "+id, func() bool {
		p := in.phone()
		p.scan("c:" + id)
		return !strings.Contains(p.last.Text, "认不出来")
	})
}

func TestWindow_outsideOfIt_saysWhenAndComplaintsStillWork(t *testing.T) {
	w := newWorld(t)
	w.withoutDemoCampaign()
	in := w.serve()
	day := func(n int) string { return time.Now().In(shanghai()).AddDate(0, 0, n).Format(time.DateOnly) }
	said := func(n int) string { return time.Now().In(shanghai()).AddDate(0, 0, n).Format("2006年1月2日") }
	campaignOf(t, in, "closed", day(-30), day(-1))
	c := in.chat(t)
	c.on(c.scan("u:A03"), said(-1), "已经结束", "投诉").without("第1题")
	c.on(c.tap("我要投诉"), "【市教育局】是哪一类问题？")
	campaignOf(t, in, "opens", day(1), day(30))
	for _, ask := range []func(*dialogue) string{
		func(c *dialogue) string { return c.scan("u:A03") }, func(c *dialogue) string { return c.scan("w:A05W1") },
		func(c *dialogue) string { return c.scan("c:opens") },
		func(c *dialogue) string { c.do(simulator.Follow()); return c.say("市教育局") },
		func(c *dialogue) string { c.do(simulator.Follow()); return c.say("评议") },
	} {
		c = in.chat(t)
		c.on(ask(c), "还没开始", said(1), "投诉").without("第1题", "哪一类单位")
		c.on(c.complain("教育局", "实名保密"), "登记编号：")
	}
	if n := w.count(t, "SELECT COUNT(*) FROM ratings"); n != 0 {
		t.Errorf("%d ratings outside of the window", n)
	}
}

// withoutDemoCampaign fills the register and leaves the campaign to the test: a
// demo with a campaign of any kind makes none of its own.
func (w *world) withoutDemoCampaign() {
	w.t.Helper()
	w.must("migrate")
	file := w.file("units.csv", string(sampleUnits()))
	w.must("units", "import", file)
	w.must("campaign", "create", "--profile", "maanshan-2017", "--id", "past", "--from", "2001-01-01", "--to", "2001-01-02")
}
