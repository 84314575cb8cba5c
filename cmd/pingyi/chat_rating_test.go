package main

import (
	"regexp"
	"strings"
	"testing"

	"pingyi/simulator"
)

// dialogue is one with a phone: what is sent, and what the answer must and
// must not hold.
type dialogue struct {
	t *testing.T
	*phone
}

func (in *instance) chat(t *testing.T) *dialogue {
	t.Helper()
	p := in.phone()
	p.t = t
	return &dialogue{t, p}
}

// on checks an answer.
func (c *dialogue) on(shown string, parts ...string) *dialogue {
	c.t.Helper()
	contains(c.t, shown, parts...)
	return c
}

func (c *dialogue) without(parts ...string) *dialogue {
	c.t.Helper()
	for _, part := range parts {
		if strings.Contains(c.last.Text, part) {
			c.t.Fatalf("%q is in\n%s", part, c.last.Text)
		}
	}
	return c
}

// send types what a link of an older answer would send.
func (c *dialogue) send(l simulator.Link) string { c.t.Helper(); return c.do(simulator.Tap(l)) }

// rates rates a unit by its name: two scans of one code in one second would be
// one push, for an event has no id of its own.
func (c *dialogue) rates(name, digits string) (receipt string) {
	c.t.Helper()
	c.say(name)
	c.say(digits)
	return wantLine(c.t, c.tap("确认"), "回执：")
}

// follows is a chat of somebody who follows already.
func (in *instance) follows(t *testing.T) *dialogue {
	t.Helper()
	c := in.chat(t)
	c.do(simulator.Follow())
	return c
}

var receiptLine = regexp.MustCompile(`(?m)^回执：[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}$`)

func TestScan_everyKindOfCode_leadsWhereItShould(t *testing.T) {
	w := newWorld(t)
	in := w.serve()
	t.Run("unit", func(t *testing.T) {
		c := in.chat(t)
		c.on(c.scan("u:A03"), "【市教育局】", "第1题（共5题）依法行政、守法诚信", "隐私说明", "例如 55445").without("回执")
		for i, l := range []string{"5 非常满意", "4 满意", "3 基本满意", "2 不满意", "1 非常不满意", "0 未接触/不了解"} {
			if !strings.Contains(c.last.Shown(), "\n"+l+"\n") {
				t.Errorf("no line %q (%d)", l, i)
			}
		}
	})
	t.Run("window counts for its unit", func(t *testing.T) {
		c := in.chat(t)
		c.on(c.scan("w:A05W1"), "市公安局 出入境窗口", "【市公安局】", "第1题")
		c.on(c.say("44444"), "请核对您对【市公安局】的评价")
		receipt := wantLine(t, c.tap("确认"), "回执：")
		if got := w.text(t, "SELECT unit || '/' || window_code FROM ratings WHERE receipt = ?", receipt); got != "A05/A05W1" {
			t.Errorf("the record has %s", got)
		}
		c.rate("A05", "11111") // the same live rating, by the unit's own code
		if n := w.count(t, "SELECT COUNT(*) FROM live_ratings WHERE unit = 'A05'"); n != 1 {
			t.Errorf("%d live ratings of unit and window", n)
		}
		if u := in.scores()["A05"]; u.Ratings != 1 {
			t.Errorf("scores %+v", u)
		}
		if _, there := in.scores()["A05W1"]; there {
			t.Error("the window has a score of its own")
		}
	})
	t.Run("serial and signature", func(t *testing.T) {
		c := in.chat(t)
		c.on(c.scan("u:A03.0007.c2lnbmF0dXJl"), "【市教育局】", "第1题")
		c.say("44444")
		receipt := wantLine(t, c.tap("确认"), "回执：")
		if got := w.text(t, "SELECT serial FROM ratings WHERE receipt = ?", receipt); got != "0007.c2lnbmF0dXJl" {
			t.Errorf("the record has the serial %q", got)
		}
		c.scan("u:A03." + strings.Repeat("8", 64-len("u:A03."))) // as long as a code can be
		c.say("33333")
		c.on(c.tap("确认"), "回执：")
		c.on(c.scan("w:A05W2.1.x"), "车管所窗口", "【市公安局】")
		c.on(c.scan("c:2017.1.x"), "您要评哪一类单位？")
	})
	t.Run("campaign", func(t *testing.T) {
		c := in.chat(t)
		c.on(c.scan("c:2017"), "政风行风评议", "您要评哪一类单位？", "1 政府部门", "2 社会团体", "3 公共服务行业")
		c.on(c.tap("政府部门"), "请选一个单位", "1 ")
		c.on(c.tap("下一页"), "上一页")
		c.on(c.say("1"), "第1题")
	})
	t.Run("unknown", func(t *testing.T) {
		for _, scene := range []string{"u:Z99", "x:1", "u:", "w:", "c:1999", "123", "u", "．．", "u:A03'--"} {
			c := in.chat(t)
			c.on(c.scan(scene), "认不出来")
		}
	})
	t.Run("follower scans again", func(t *testing.T) {
		c := in.follows(t)
		c.rate("A03", "55555")
		c.on(c.scan("u:A03"), "第1题").without("您现在选的是", "请核对")
	})
	t.Run("amid a draft of another unit", func(t *testing.T) {
		c := in.chat(t)
		c.scan("u:A03")
		c.say("55555")
		c.on(c.scan("u:A01"), "没有提交", "【市发展和改革委员会】", "第1题")
	})
}

func TestTyped_nameAliasCodePinyin_startsARating(t *testing.T) {
	in := newWorld(t).serve()
	for _, words := range []string{"市教育局", "教育局", "A03", "a03", "Ａ０３", "「市教育局」", "市教育局。", " 市教育局 ", "市\u200b教育局"} {
		c := in.chat(t)
		c.do(simulator.Follow())
		c.on(c.say(words), "【市教育局】", "第1题")
	}
	for _, words := range []string{"jiaoyuju", "教育", "jyj"} {
		c := in.follows(t)
		c.on(c.say(words), "市教育局")
		if !strings.Contains(c.last.Text, "第1题（") {
			c.on(c.tap("市教育局"), "第1题")
		}
	}
	c := in.follows(t)
	c.on(c.say("没有这个单位"), "没有找到", "投诉")
	c.on(c.say("评议"), "您要评哪一类单位？")
	c.on(c.do(simulator.Click("评议")), "您要评哪一类单位？")
}

func TestDigits_everyWayToTypeThem(t *testing.T) {
	in := newWorld(t).serve()
	for _, digits := range []string{"55445", "５５４４５", "5 5 4 4 5", "5,5,4,4,5", "5，5，4，4，5", "5、5、4、4、5", "５　５　４　４　５", " 55445。"} {
		c := in.chat(t)
		c.scan("u:A03")
		c.on(c.say(digits), "请核对您对【市教育局】的评价", "1 依法行政、守法诚信：非常满意", "3 廉洁从政、廉洁从业：满意").without("回执")
	}
	c := in.chat(t)
	c.scan("u:A03")
	for digits, told := range map[string]string{
		"5544": "还差1个", "554455": "多了1个", "55": "还差3个", "55446": "只能用0到5", "99999": "只能用0到5", "00000": "至少要有一题", "6": "没有 6 这一项", "9": "没有 9 这一项",
	} {
		c.on(c.say(digits), told, "第1题（共5题）").without("回执", "请核对", "您现在选的是")
	}
	c.on(c.say("非常满意"), "第2题（共5题）") // a bare word is for the present question
	c.on(c.say("返回"), "第1题", "您现在选的是：非常满意")
	c.on(c.say("5"), "第2题（共5题）") // a digit is the level
	c.on(c.say("3"), "第3题")
	c.on(c.say("0"), "第4题")
	c.on(c.say("跳过"), "第5题")
	c.on(c.say("1"), "1 依法行政、守法诚信：非常满意", "2 政风建设、行风建设：基本满意", "3 廉洁从政、廉洁从业：未接触", "4 政务公开、办事公开：跳过", "5 系统建设、行业管理：非常不满意")
}

func TestAnswers_skippedAndNotMet_areStoredApartAndTreatedAlike(t *testing.T) {
	w := newWorld(t)
	in := w.serve()
	c := in.chat(t)
	c.scan("u:A03")
	for _, answer := range []string{"5", "跳过", "0", "跳过", "4"} {
		c.say(answer)
	}
	receipt := wantLine(t, c.tap("确认"), "回执：")
	skipped := w.text(t, "SELECT answers FROM ratings WHERE receipt = ?", receipt)
	if len(skipped) != 5 || skipped[0] != '5' || skipped[1] == skipped[2] || skipped[1] != skipped[3] || skipped[2] != '0' {
		t.Errorf("stored answers %q", skipped)
	}
	if u := in.scores()["A03"]; u.Ratings != 1 || u.Mean.String() != "90.00" {
		t.Errorf("mean %s of %d", u.Mean, u.Ratings)
	}
	none := in.chat(t)
	none.scan("u:A01")
	for range 4 {
		none.say("跳过")
	}
	none.on(none.say("0"), "没有给任何一题打分").without("回执")
	none.on(none.say("确认"), "").without("回执：")
	if n := w.count(t, "SELECT COUNT(*) FROM ratings WHERE unit = 'A01'"); n != 0 {
		t.Errorf("%d ratings without a level", n)
	}
}

func TestReceipt_isALineAndNothingAfterTheSummaryShowsLevels(t *testing.T) {
	in := newWorld(t).serve()
	c := in.chat(t)
	words := []string{"满意", "不了解", "未接触", "跳过"}
	for _, said := range []string{c.scan("u:A03"), c.say("2"), c.say("55432"), c.tap("修改"), c.say("返回"), c.say("帮助")} {
		if strings.Contains(said, "回执") {
			t.Errorf("回执 is in a question or summary:\n%s", said)
		}
	}
	c.say("继续")
	c.on(c.tap("确认"), "凭回执", "市教育局").without(words...)
	if !receiptLine.MatchString(c.last.Shown()) {
		t.Fatalf("no receipt line in\n%s", c.last.Shown())
	}
	receipt := wantLine(t, c.last.Shown(), "回执：")
	c.on(c.last.Shown(), "哪里没做好", "1 等候太久", "我要投诉", "再评一个单位") // a level is 2
	again := link(t, c.last, "再评一个单位")
	reason := link(t, c.last, "态度不好")
	c.on(c.send(reason), "原因记下了").without(words...)
	c.on(c.send(again), "您要评哪一类单位？")
	c.on(c.say("查询"), "市教育局", receipt, "已计入").without(words...)
	c.on(c.say("查询 "+receipt), "已经计入").without(words...)
	c.on(c.say("确认"), receipt).without("请核对")
	high := in.chat(t)
	high.scan("u:A03")
	high.say("33333")
	high.on(high.tap("确认"), "再评一个单位").without("哪里没做好")
}

func TestTaps_oldOnes_changeNothingAndSaySo(t *testing.T) {
	w := newWorld(t)
	in := w.serve()
	c := in.chat(t)
	c.scan("u:A03")
	first := c.last
	c.say("4")
	c.say("3")
	c.on(c.send(link(t, first, "非常满意")), "第1题改成了：非常满意", "第3题") // answered already: changes it
	c.scan("u:A01")
	c.on(c.send(link(t, first, "非常不满意")), "没有改动", "市发展和改革委员会", "第1题").without("第1题改成了")
	c.say("44444")
	draft := link(t, c.last, "确认")
	c.on(c.tap("修改"), "要改哪一题？")
	c.on(c.say("1"), "第1题")
	c.on(c.say("5"), "请核对", "1 依法行政、守法诚信：非常满意")
	c.on(c.send(draft), "没有提交", "请核对").without("回执") // what its summary showed is old
	now := link(t, c.last, "确认")
	receipt := wantLine(t, c.send(now), "回执：")
	for _, l := range []simulator.Link{now, draft, {Content: "确认"}, {Content: "确认 市发展和改革委员会"}} {
		c.on(c.send(l), "没有重复计入")
		if strings.Contains(c.last.Text, "回执：") {
			c.on(c.last.Shown(), receipt)
		}
	}
	c.on(c.send(now), "回执："+receipt)
	c.on(c.send(link(t, first, "满意")), "没有改动")
	if got := w.text(t, "SELECT GROUP_CONCAT(unit || answers) FROM live_ratings"); got != "A0154444" {
		t.Errorf("the record has %s", got)
	}
	if n := w.count(t, "SELECT COUNT(*) FROM ratings"); n != 1 {
		t.Errorf("%d ratings", n)
	}
}
