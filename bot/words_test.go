package bot_test

import (
	"strings"
	"testing"

	"pingyi/bot"
	"pingyi/bot/flow/records"
	"pingyi/models"
)

func TestClick_unknownKeyWhileTelling_isNoPartOfTheComplaint(t *testing.T) {
	d := newDialogue(newTestEngine(t), true)
	mustSay(t, d, "投诉 教育局", "办事拖拉")
	m, err := d.send(bot.Input{Kind: bot.Click, Text: "MENU_NEWS"})
	if err != nil || !strings.Contains(shown(m, true), "没有了回复 完成") {
		t.Errorf("%v %s", err, shown(m, true))
	}
	mustSay(t, d, "没人", "完成", "匿名", "跳过", "确认")
	if len(d.h.files) != 1 || len(d.h.files[0].Parts) != 1 {
		t.Errorf("filed %+v", d.h.files)
	}
}

func TestUnknownCode_whileNothingIsOpen_promisesNoList(t *testing.T) {
	d := newDialogue(newTestEngine(t), true)
	if text := shown(mustSay(t, d, "（扫码 u:Z99）"), true); !strings.Contains(text, "直接选单位：\n\n您要评哪一类单位？") {
		t.Errorf("while a campaign is open:\n%s", text)
	}
	d.w.Campaigns = nil
	if text := shown(mustSay(t, d, "（扫码 u:Z99）"), true); strings.Contains(text, "选单位") || !strings.Contains(text, "认不出来") {
		t.Errorf("while none is:\n%s", text)
	}
}

func TestHello_outsideOfADraft_isGreeted(t *testing.T) {
	d := newDialogue(newTestEngine(t), true)
	if text := shown(mustSay(t, d, "你好！"), true); !strings.HasPrefix(text, "您好！") || !strings.Contains(text, "「评议」 「投诉」") {
		t.Errorf("a greeting is answered\n%s", text)
	}
	mustSay(t, d, "投诉 教育局", "办事拖拉", "您好", "没人", "完成", "匿名", "跳过", "确认")
	if len(d.h.files) != 1 || len(d.h.files[0].Parts) != 2 {
		t.Errorf("a greeting is no part of a complaint: %+v", d.h.files)
	}
}

func TestDigits_outsideOfADraft_areNotTakenForAName(t *testing.T) {
	for _, said := range []string{"5", "55445", "5 5 4 4 5"} {
		d := newDialogue(newTestEngine(t), true)
		if text := shown(mustSay(t, d, said), true); !strings.Contains(text, "没有正在做的评价") || !strings.Contains(text, "「评议」") {
			t.Errorf("%s is answered\n%s", said, text)
		}
	}
}

func TestQuery_numbersCopiedWithTheirLabels_areFound(t *testing.T) {
	d := newDialogue(newTestEngine(t), true)
	told := shown(mustSay(t, d, "投诉 教育局", "办事拖拉", "没人", "完成", "匿名", "跳过", "确认"), true)
	no := wantFound(t, told, "登记编号：", "查询码：")
	for _, said := range []string{
		no, "查询 " + no, "查询：20170510-0001 H4T9K2", "查询20170510-0001 H4T9K2", "查询 20170510-0001，H4T9K2", "登记编号:20170510-0001,查询码:h4t9k2",
	} {
		if text := shown(mustSay(t, d, said), true); !strings.Contains(text, "【市教育局】办事拖拉") {
			t.Errorf("%q is answered\n%s", said, text)
		}
	}
	told = shown(mustSay(t, d, "教育局", "55445", "确认"), true)
	receipt := wantFound(t, told, "回执：")
	for _, said := range []string{receipt, "查询 " + receipt, "查询" + strings.TrimPrefix(receipt, "回执：")} {
		if text := shown(mustSay(t, d, said), true); !strings.Contains(text, "已经计入") {
			t.Errorf("%q is answered\n%s", said, text)
		}
	}
	if text := shown(mustSay(t, d, "查询 市教育局"), true); !strings.Contains(text, "没有看懂要查什么") {
		t.Errorf("a name is answered\n%s", text)
	}
}

// wantFound are the lines of a text that begin with labels, as copied from it.
func wantFound(t *testing.T, text string, labels ...string) string {
	t.Helper()
	var lines []string
	for _, l := range strings.Split(text, "\n") {
		for _, label := range labels {
			if strings.HasPrefix(l, label) {
				lines = append(lines, l)
			}
		}
	}
	if len(lines) != len(labels) {
		t.Fatalf("no %s in\n%s", labels, text)
	}
	return strings.Join(lines, "\n")
}

func TestRecords_amidADraftOnWeibo_canBePaged(t *testing.T) {
	d := newDialogue(newTestEngine(t), false)
	for _, code := range []string{"A01", "A02", "A04", "A05"} {
		d.h.ratings = append(d.h.ratings, records.MyRating{Campaign: "2017", Unit: code, At: testNow, Receipt: "7K3M-Q9XA-2T4P-8WHC"})
	}
	for _, draft := range [][]string{{"市教育局"}, {"投诉", "市教育局"}} { // where digits are answers, and where they are places
		mustSay(t, d, draft...)
		if text := shown(mustSay(t, d, "查询"), false); !strings.Contains(text, "查询 第2页") || strings.Contains(text, "市地方税务局") {
			t.Fatalf("the first page\n%s", text)
		}
		if text := shown(mustSay(t, d, "查询 第2页"), false); !strings.Contains(text, "市地方税务局") || !strings.Contains(text, "选“继续”") {
			t.Errorf("the second page\n%s", text)
		}
		mustSay(t, d, "取消")
	}
}

func TestRecords_ofAnotherYear_tellIt(t *testing.T) {
	d := newDialogue(newTestEngine(t), true)
	d.h.ratings = []records.MyRating{
		{Campaign: "2017", Unit: "A01", At: testNow, Receipt: "7K3M-Q9XA-2T4P-0002"},
		{Campaign: "2016", Unit: "A01", At: day(2016, 5, 1), Receipt: "7K3M-Q9XA-2T4P-0001"},
	}
	text := shown(mustSay(t, d, "查询"), true)
	if !strings.Contains(text, "评价，5月10日09:30，") || !strings.Contains(text, "评价，2016年5月1日00:00，") {
		t.Errorf("%s", text)
	}
}

func TestContact_bareWordsOfTheFlow_areNoContact(t *testing.T) {
	d := newDialogue(newTestEngine(t), true)
	mustSay(t, d, "投诉 教育局", "办事拖拉", "没人", "完成", "实名", "匿名", "确认", "完成", "跳过", "确认")
	if len(d.h.files) != 1 || !d.h.files[0].Anonymous || d.h.files[0].Contact != "" {
		t.Errorf("filed %+v", d.h.files)
	}
}

func TestPrivacy_askedForFirst_isLinkedOnce(t *testing.T) {
	for said, links := range map[string]int{"帮助": 1, "隐私说明": 0, "查询": 1} {
		for _, taps := range []bool{true, false} {
			d := newDialogue(newTestEngine(t), taps)
			text := strings.TrimPrefix(shown(mustSay(t, d, said), false), "隐私说明")
			if n := strings.Count(text, "隐私说明"); n != links {
				t.Errorf("%s links the notice %d times:\n%s", said, n, text)
			}
		}
	}
}

func TestScan_amidAComplaint_tellsHowToComplainAgainOnOnePage(t *testing.T) {
	for _, taps := range []bool{true, false} {
		d := newDialogue(newTestEngine(t), taps)
		mustSay(t, d, "投诉 教育局", "办事拖拉", "没人")
		m := mustSay(t, d, "（扫码 u:A10）") // the longest name
		text := shown(m, taps)
		if err := checkMessage(m, taps); err != nil || !strings.HasPrefix(text, "刚才那份投诉没有提交。") ||
			!strings.Contains(text, "随时回复 投诉") || !strings.Contains(text, "第1题（共5题）") {
			t.Errorf("%v\n%s", err, text)
		}
	}
}

func TestStory_beforeItIsAskedFor_isNotTakenForANameOrANumber(t *testing.T) {
	for _, story := range []string{strings.Repeat("等了两个小时没人理我。", 4), strings.Repeat("长", 600)} {
		for _, taps := range []bool{true, false} {
			d := newDialogue(newTestEngine(t), taps)
			mustSay(t, d, "你好") // on Weibo a list is shown then
			if text := shown(mustSay(t, d, story), taps); !strings.HasPrefix(text, "这段话没有收下。要反映问题，请先回复 投诉") {
				t.Errorf("outside of a complaint:\n%s", text)
			}
			mustSay(t, d, "投诉")
			if text := shown(mustSay(t, d, story), taps); !strings.HasPrefix(text, "这段话没有收下，过一会儿再发。") || !strings.Contains(text, "您要反映哪个单位？") {
				t.Errorf("before the unit:\n%s", text)
			}
			mustSay(t, d, "教育局", story, "办事拖拉", story, "完成", "匿名", "跳过", "确认")
			if len(d.h.files) != 1 || len(d.h.files[0].Parts) != 1 || d.h.files[0].Parts[0].Text != story {
				t.Errorf("filed %+v", d.h.files)
			}
		}
	}
}

func TestStory_thatNamesAUnit_offersNoRatingOfIt(t *testing.T) {
	d := newDialogue(newTestEngine(t), true)
	d.w.Directory = foundInText{testUnits()}
	text := shown(mustSay(t, d, "我昨天去公安局办证，来回跑了三趟，每次说的都不一样，最后还让我去街道盖章。"), true)
	if !strings.HasPrefix(text, "这段话没有收下。") {
		t.Error(text)
	}
}

// foundInText is a register whose search finds whatever stands in a text, as the
// real one does.
type foundInText struct{ fakeDirectory }

func (d foundInText) Search(text string, _ int) []models.Unit {
	var out []models.Unit
	for _, u := range d.fakeDirectory {
		for _, alias := range u.Aliases {
			if strings.Contains(text, alias) {
				out = append(out, u)
			}
		}
	}
	return out
}
