package main

import (
	"strings"
	"testing"
	"time"

	"pingyi/simulator"
)

// later waits until the clock shows another second, so that an answer made now
// could not have the time of the first.
func later(t *testing.T, n time.Duration) {
	t.Helper()
	timer := time.NewTimer(n)
	defer timer.Stop()
	select {
	case <-t.Context().Done():
	case <-timer.C:
	}
}

func TestRepeat_ofEveryKindOfPush_getsTheFirstAnswerAgainEverywhere(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		t.Parallel()
		a := w.serve()
		others := []*instance{a}
		if w.env["PINGYI_REDIS"] != "" {
			others = append(others, w.serve())
		}
		p := a.phone()
		var firsts []simulator.Exchange
		keep := func(string) { firsts = append(firsts, p.last) }
		keep(p.scan("u:A03"))
		keep(p.say("5544"))
		keep(p.tap("非常满意"))
		keep(p.say("55454"))
		keep(p.tap("修改"))
		keep(p.say("返回"))
		keep(p.tap("确认"))
		keep(p.say("查询"))
		keep(p.say("隐私说明"))
		keep(p.do(simulator.Click("投诉")))
		keep(p.do(simulator.Picture("http://mmbiz.qpic.cn/x")))
		keep(p.say("没有这个单位吧"))
		later(t, 2100*time.Millisecond)
		for i, first := range firsts {
			for _, in := range others {
				again, err := in.Redeliver(t.Context(), first)
				if err != nil || len(again.Faults) > 0 {
					t.Fatalf("push %d: %v %v", i, err, again.Faults)
				}
				if again.Plain != first.Plain {
					t.Errorf("push %d (%s %q) is answered\n%s\nfirst\n%s", i, first.Act.Kind, first.Act.Text, again.Plain, first.Plain)
				}
				if again.Raw == first.Raw {
					t.Errorf("push %d: the encrypted answer has the random bytes of the first", i)
				}
			}
		}
		if n := a.scores()["A03"].Ratings; n != 1 {
			t.Errorf("%d ratings after the repeats", n)
		}
	})
}

// An event has no MsgId: its identity is who, when, what and which code.
func TestRepeat_twoScansInOneSecond_areTwoPushes(t *testing.T) {
	in := newWorld(t).serve()
	p := in.phone()
	one, two := p.scan("u:A01"), p.scan("u:A03")
	contains(t, one, "市发展和改革委员会")
	contains(t, two, "市教育局")
}

func TestLimit_120pushesAMinute_thenOneTextThenSuccess(t *testing.T) {
	in := newWorld(t).withMetrics().serve()
	if s := time.Now().Second(); s > 50 { // the limit is by the minute: do not straddle one
		later(t, time.Duration(61-s)*time.Second)
	}
	p := in.phone()
	p.scan("u:A03")
	for range 119 {
		contains(t, p.say("帮助"), "继续")
	}
	first := p.last
	contains(t, p.say("帮助"), "歇一分钟")
	told := p.last
	for range 5 {
		if shown := p.say("55555"); shown != "" || p.last.Raw != "success" {
			t.Fatalf("beyond the limit: %q", p.last.Raw)
		}
	}
	for _, e := range []simulator.Exchange{first, told} {
		again, err := in.Redeliver(t.Context(), e)
		if err != nil || again.Plain != e.Plain {
			t.Fatalf("a repeat beyond the limit: %v\n%s", err, again.Plain)
		}
	}
	contains(t, in.phone().scan("u:A03"), "第1题") // others are served
	if p.do(simulator.Unfollow()) != "" || p.last.Raw != "success" {
		t.Fatalf("leaving beyond the limit: %q", p.last.Raw)
	}
	if n := in.metric(t, `pingyi_commit_seconds_count{action="erase"}`); n != 1 {
		t.Fatalf("who leaves is erased %v times, though beyond the limit", n)
	}
}

func TestLimit_10complaintsADay_thenOneTextThenSuccess(t *testing.T) {
	in := newWorld(t).serve()
	p := in.phone()
	p.do(simulator.Follow())
	for range 10 {
		contains(t, p.complain("教育局", "匿名"), "登记编号：")
	}
	contains(t, p.say("投诉"), "10件", "12345")
	for range 3 {
		p.say("投诉")
		if p.last.Raw != "success" {
			t.Fatalf("beyond the day's limit: %q", p.last.Text)
		}
	}
	contains(t, p.say("教育局"), "第1题") // rating goes on
	other := in.phone()
	other.do(simulator.Follow())
	contains(t, other.complain("教育局", "匿名"), "登记编号：")
}

// complain files a complaint about a unit and returns the answer to its 确认.
func (p *phone) complain(unit, how string) string {
	p.t.Helper()
	p.say("投诉")
	p.say(unit)
	p.tap("办事拖拉")
	p.say("周三下午窗口没人，等了两个小时。")
	p.tap("完成")
	p.tap(how)
	p.tap("跳过")
	if !strings.Contains(p.last.Text, "请核对") {
		p.t.Fatalf("no summary but\n%s", p.last.Text)
	}
	return p.tap("确认")
}
