package main

import (
	"strings"
	"testing"

	"pingyi/simulator"
)

// What did harm in the chat, by pushes against a running server.

func TestDanger_atEveryStep_isAnsweredFirstAndTheMessageGoesOn(t *testing.T) {
	in := newWorld(t).serve()
	c := in.follows(t)
	call := "马上打110；着火119，急救120。心里难受，可以打12356"
	for _, words := range []string{"我不想活了", "救命", "着火了", "我要报案", "煤气泄漏了"} {
		c.on(c.say(words), call, "自动回复").without("没有找到这个单位")
	}
	c.say("教育局")
	c.on(c.say("我不想活了"), call, "第1题").without("没有看懂")
	c.on(c.say("55445"), "请核对")
	c.on(c.do(simulator.Voice("我要自杀")), call, "请核对")
	c.on(c.tap("确认"), "回执：")
	c.say("投诉 教育局")
	c.on(c.say("他们逼得我活不下去了"), call, "收到", "哪一类问题")
	c.say("2")
	c.on(c.say("完成"), "匿名")
	c.say("匿名")
	c.on(c.say("跳过"), "内容：他们逼得我活不下去了")
}

func TestWeibo_digitsOutsideOfAQuestion_changeNothing(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		in := w.withWeibo().serve()
		f := in.follower()
		f.do(simulator.Scan("u:A03"))
		for range 5 {
			f.say("1")
		}
		contains(t, f.say("1"), "没有改动什么", "7 确认")
		contains(t, f.say("3"), "没有改动什么", "9 取消")
		if u, _ := in.scoreOf("social", "A03"); u.Ratings != 0 {
			t.Fatal("a digit of a level confirmed the rating")
		}
		wantLine(t, f.say("7"), "回执：")
		for range 3 {
			contains(t, f.say("1"), "7 再评一个单位", "8 我要投诉")
		}
		if n := w.count(t, "SELECT COUNT(*) FROM rating_reasons"); n != 0 {
			t.Errorf("a digit of a level stored %d reasons", n)
		}
		contains(t, f.say("态度不好"), "记下")
		f.do(simulator.Scan("u:A05"))
		contains(t, f.say("投诉"), "7 接着评", "8 投诉", "9 投诉别的单位")
		contains(t, f.say("2"), "没有改动", "7 接着评")
		contains(t, f.say("7"), "第1题")
	})
}

func TestMidDraft_digitAtTheChoice_isNoLevel(t *testing.T) {
	in := newWorld(t).serve()
	c := in.follows(t)
	c.say("教育局")
	c.say("投诉")
	c.on(c.say("2"), "【市教育局】是哪一类问题")
	c.say("1")
	c.say("评议")
	c.say("公安局") // a name, no part of the complaint
	c.say("1")
	c.on(c.say("完成"), "还没有收到内容")
}

func TestNamesakes_everywhere_areToldApart(t *testing.T) {
	w := newWorld(t)
	w.withoutDemoCampaign()
	register := w.file("two.csv", "code,name,class,type,superior,aliases,parent,phone,promise\n"+
		"S1,实验小学,公共服务行业,service,花山区,,,,\nS2,实验小学,公共服务行业,service,雨山区,,,,\n")
	w.must("units", "import", register)
	w.must("campaign", "create", "--profile", "maanshan-2017", "--id", "schools", "--from", "2020-01-01", "--to", "2099-12-31")
	in := w.serve()
	c := in.follows(t)
	c.on(c.say("实验小学"), "1 实验小学（花山区）", "2 实验小学（雨山区）")
	c.on(c.say("1"), "【实验小学（花山区）】", "第1题")
	old := c.last.Links
	c.on(c.scan("u:S2"), "【实验小学（雨山区）】", "第1题")
	for _, l := range old {
		if l.Label == "不满意" {
			c.on(c.send(l), "以前的选项", "没有改动")
		}
	}
	c.on(c.say("55555"), "请核对您对【实验小学（雨山区）】的评价")
	c.on(c.tap("确认"), "回执：")
	c.on(c.say("查询"), "【实验小学（雨山区）】")
}

// Complaints are taken nowhere where nobody could read them.
func TestComplaints_off_tellWhomToRingAndKeepNothing(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		in := w.serve()
		if got := strings.TrimSpace(w.must("complaints")); got != "on" {
			t.Fatalf("the demo: %s", got)
		}
		writing := in.follows(t)
		writing.say("投诉 教育局")
		writing.say("1")
		writing.say("窗口没人")
		w.must("complaints", "off")
		c := in.follows(t)
		eventually(t, "complaints are refused", func() bool { return strings.Contains(c.say("投诉"), "还不收投诉") })
		c.on(c.say("投诉 教育局"), "0555-0000000", "12345", "12388").without("哪一类问题")
		c.on(c.do(simulator.Picture("http://mmbiz.qpic.cn/p")), "没有收下")
		writing.on(writing.say("完成"), "不收投诉", "没有提交")
		if n := w.count(t, "SELECT COUNT(*) FROM complaints"); n != 0 {
			t.Errorf("%d complaints", n)
		}
		w.must("complaints", "on")
		eventually(t, "complaints are taken", func() bool { return strings.Contains(c.say("投诉 教育局"), "哪一类问题") })
	})
}

func TestComplaints_production_areOffUntilTurnedOn(t *testing.T) {
	w := newWorld(t)
	w.production(t)
	w.must("migrate")
	if got := strings.TrimSpace(w.must("complaints")); got != "off" {
		t.Fatalf("production takes complaints: %s", got)
	}
	out, errs, code := w.command("complaints", "on")
	if code != exitDone || strings.TrimSpace(out) != "on" || !strings.Contains(errs, "nobody") && !strings.Contains(errs, "no page") {
		t.Errorf("%d %s %s", code, out, errs)
	}
	if _, _, code := w.command("complaints", "maybe"); code != exitUsage {
		t.Errorf("maybe: exit code %d", code)
	}
}
