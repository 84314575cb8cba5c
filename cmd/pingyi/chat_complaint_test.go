package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"pingyi/simulator"
)

var ticketLine = regexp.MustCompile(`(?m)^登记编号：[0-9]{8}-[0-9]{4}$`)

func TestComplaint_theWholeWay_givesNumberAndCode(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		in := w.serve()
		c := in.follows(t)
		c.on(c.say("投诉"), "您要反映哪个单位？", "不确定", "隐私说明", "110或119")
		c.on(c.say("教育局"), "【市教育局】", "1 服务态度", "2 办事拖拉", "3 乱收费", "4 不依法办事", "5 廉洁问题", "6 其他")
		c.on(c.say("2"), "时间、地点、什么事", "完成")
		c.on(c.say("完成"), "还没有收到内容")
		c.on(c.say("周三下午窗口没人"), "收到", "完成")
		c.on(c.do(simulator.Picture("http://mmbiz.qpic.cn/p")), "收到")
		c.on(c.do(simulator.Voice("后来也没有人")), "收到")
		c.on(c.do(simulator.Place("31.67", "118.50", "花山区政务中心")), "收到")
		c.on(c.say("2"), "收到") // a digit is text here
		c.on(c.say("完成"), "匿名", "被评议单位看不到您是谁", "加密", "实名保密", "被评议单位看不到")
		c.on(c.tap("匿名"), "联系方式", "跳过")
		c.on(c.say("13900001234"), "请核对", "单位：市教育局", "类别：办事拖拉", "周三下午窗口没人", "照片1张", "语音1条", "位置1个", "方式：匿名", "13900001234")
		receipt := c.tap("确认")
		c.on(receipt, "查询")
		if !ticketLine.MatchString(receipt) || !strings.HasPrefix(wantLine(t, receipt, "登记编号："), wantLine(t, receipt, "登记编号：")[:8]) {
			t.Fatalf("no ticket line in\n%s", receipt)
		}
		no, code := wantLine(t, receipt, "登记编号："), wantLine(t, receipt, "查询码：")
		c.on(c.say("确认"), "没有重复登记", "登记编号："+no, "查询码："+code)
		c.on(c.say("查询"), no, "市教育局", "办事拖拉").without("周三下午")
		other := in.follows(t)
		other.on(other.say(fmt.Sprintf("查询 %s %s", no, code)), no, "市教育局").without("周三下午", "13900001234")
		other.on(other.say(fmt.Sprintf("查询 %s %s", no, strings.ToLower(code))), no)
		other.on(other.say(fmt.Sprintf("查询 %s %s", no, "000000")), "没有查到")
		other.on(other.say("查询 "+no), "查询码")
		other.on(other.say("查询 19990101-0001 "+code), "没有查到")
		for range 10 {
			other.say(fmt.Sprintf("查询 %s %s", no, "000000"))
		}
		other.on(other.say(fmt.Sprintf("查询 %s %s", no, code)), "明天再试")
		if u := in.scores()["A03"]; u.Complaints.Received != 1 || u.Ratings != 0 {
			t.Errorf("the scores carry %+v", u)
		}
		if n := w.count(t, "SELECT COUNT(*) FROM complaints WHERE unit = 'A03' AND kind = 'delay' AND anonymous = 1"); n != 1 {
			t.Errorf("%d complaints in the record", n)
		}
		contains(t, w.must("recount"), "every tally equals")
	})
}

func TestComplaint_unsureNamedWithoutContact_isFiled(t *testing.T) {
	in := newWorld(t).serve()
	c := in.follows(t)
	c.say("投诉")
	c.on(c.tap("不确定"), "是哪一类问题？")
	c.on(c.tap("其他"), "时间、地点、什么事")
	c.say("不知道归谁管")
	c.tap("完成")
	c.on(c.say("实名"), "姓名和电话")
	c.on(c.say("跳过"), "单位：不确定", "方式：实名", "联系方式：没有留")
	c.on(c.say("确认"), "登记编号：")
	c.on(c.say("查询"), "不确定", "其他")
}

func TestComplaint_afterALowRating_isAboutItsUnit(t *testing.T) {
	in := newWorld(t).serve()
	c := in.chat(t)
	c.scan("u:A03")
	c.say("11111")
	c.on(c.tap("确认"), "我要投诉")
	c.on(c.tap("我要投诉"), "【市教育局】是哪一类问题？")
}

func TestComplaint_longerThan2000characters_isToldAndNothingIsLost(t *testing.T) {
	in := newWorld(t).serve()
	c := in.follows(t)
	c.say("投诉")
	c.say("教育局")
	c.say("1")
	c.on(c.say(strings.Repeat("长", 1999)), "收到")
	c.on(c.say("二字"), "没有收", "2000", "1个字")
	c.on(c.say("一"), "收到")
	c.say("完成")
	c.say("匿名")
	c.on(c.say("跳过"), "共2000字")
	c.on(c.tap("确认"), "登记编号：")
}

func TestWords_backCancelHelp_workAtEveryStep(t *testing.T) {
	in := newWorld(t).serve()
	toStep := map[string][]string{
		"home": {"帮助"}, "classes": {"评议"}, "units": {"评议", "1"}, "question 1": {"教育局"}, "question 3": {"教育局", "5", "4"},
		"summary": {"教育局", "55555"}, "pick": {"教育局", "55555", "修改"}, "change": {"教育局", "55555", "修改", "2"},
		"who": {"投诉"}, "kind": {"投诉", "教育局"}, "tell": {"投诉", "教育局", "1"}, "told": {"投诉", "教育局", "1", "某事"},
		"identity": {"投诉", "教育局", "1", "某事", "完成"}, "contact": {"投诉", "教育局", "1", "某事", "完成", "匿名"},
		"review": {"投诉", "教育局", "1", "某事", "完成", "匿名", "跳过"}, "amend": {"投诉", "教育局", "1", "某事", "完成", "匿名", "跳过", "修改"},
		"records": {"查询"}, "withdraw": {"撤回"},
	}
	for step, words := range toStep {
		for _, word := range []string{"返回", "取消", "帮助", "「取消」", "取消。", "隐私说明", "查询", "撤回", "菜单"} {
			c := in.follows(t)
			for _, w := range words {
				c.say(w)
			}
			shown := c.say(word)
			if shown == "" || len(c.last.Links) == 0 {
				t.Errorf("at %s %s is met with %q", step, word, shown)
			}
			c.on(shown, "").without("登记编号：", "回执：", "没有看懂", "收到。")
			if strings.Contains(word, "取消") {
				c.on(c.say("取消"), "没有正在做的")
			}
		}
	}
	c := in.follows(t)
	c.say("投诉")
	c.say("教育局")
	c.say("1")
	c.on(c.say("我要取消预约，他们不让"), "收到") // not the whole message
}

func TestMidDraft_rateOrComplain_keepsTheDraftAndAsks(t *testing.T) {
	in := newWorld(t).serve()
	for word, choice := range map[string]string{"投诉": "投诉别的单位", "评议": "评别的单位", "撤回": "撤回以前的评价", "举报": "投诉市教育局"} {
		c := in.follows(t)
		c.say("教育局")
		c.say("5")
		c.say("4")
		c.on(c.say(word), "对【市教育局】的评价还没有提交", "1 接着评市教育局", "2 ")
		c.on(c.say("1"), "第3题")
		c.on(c.say(word), "接着评市教育局")
		c.on(c.tap("接着评市教育局"), "第3题")
		c.say(word)
		c.tap(choice)
		c.without("第3题")
	}
	c := in.follows(t)
	c.say("投诉")
	c.say("教育局")
	c.say("1")
	c.say("某事")
	c.on(c.say("评议"), "投诉还没有提交", "1 接着写投诉", "2 评别的单位")
	c.on(c.say("继续"), "已经收到1条")
	c.on(c.say("投诉"), "1 接着写投诉", "2 投诉别的单位")
	c.on(c.say("2"), "您要反映哪个单位？")
	c.on(c.do(simulator.Click("评议")), "")
}
