package bot_test

import (
	"fmt"
	"strings"
	"testing"

	"pingyi/bot"
	"pingyi/bot/flow/records"
	"pingyi/models"
)

// longWorld has the longest of everything: names, titles, questions, classes,
// six dimensions.
func longWorld(taps bool) *bot.World {
	var units fakeDirectory
	class := strings.Repeat("类", 12)
	for i := range 30 {
		units = append(units, models.Unit{Code: fmt.Sprintf("LONGCODE-%07d", i), Name: fmt.Sprintf("市%s第%02d局", strings.Repeat("长", 40), i), Class: class, Type: models.Government})
	}
	for i := range 10 {
		units = append(units, models.Unit{Code: fmt.Sprintf("W%02d", i), Name: strings.Repeat("窗", 30), Type: models.Window, Parent: units[i].Code})
	}
	c := testCampaign("2017", strings.Repeat("年", 60), day(2017, 4, 1), day(2017, 12, 1), units)
	for i := range 12 {
		c.Classes = append(c.Classes, fmt.Sprintf("%s%02d", strings.Repeat("别", 10), i))
	}
	dims := make([]models.Dimension, 6)
	for i := range dims {
		dims[i] = models.Dimension{Title: strings.Repeat("题", 60), Question: strings.Repeat("问", 150)}
	}
	c.Dimensions = map[models.UnitType][]models.Dimension{models.Government: dims}
	return &bot.World{Platform: bot.Platform{Taps: taps}, Campaigns: []*bot.Campaign{c}, Directory: units}
}

// LongAnswers are the answers to dialogues with the longest of everything, for
// the tests that render them.
func LongAnswers(t *testing.T, taps bool) map[string]bot.Message {
	t.Helper()
	answers := map[string]bot.Message{}
	for _, script := range [][]string{
		{"（扫码 w:W01）", "满意", "返回", "55", "555555", "修改", "2", "帮助", "1", "投诉", "继续", "555541", "查询", "确认", "1", "确认", "查询", "撤回", "1", "确认"},
		{"评议", "下一页", "上一页", "1", "下一页", "下一页", "6", "取消", "长", "下一页", "2", "取消", strings.Repeat("窗", 30), "1", "隐私说明"},
		{
			"投诉", "下一页", "1", "长", "下一页", "1", "不依法办事", "（长文 1990）", "（长文 90）", "（照片 1）", "（语音 好）", "（视频）", "（位置 哪里）",
			"（链接 什么）", "完成", "实名", strings.Repeat("联", 95), "修改", "1", "返回", "帮助", "投诉", "确认", "查询", "确认",
		},
	} {
		d := newDialogue(newTestEngine(t), taps)
		d.w = longWorld(taps)
		d.h = newFakeHost(d.w)
		for i := range 12 {
			code := fmt.Sprintf("LONGCODE-%07d", i)
			d.h.ratings = append(d.h.ratings, records.MyRating{Campaign: "2017", Unit: code, At: testNow, Receipt: "7K3M-Q9XA-2T4P-8WHC", State: records.Superseded})
			d.h.tickets = append(d.h.tickets, records.Ticket{No: "20170510-0001", Unit: code, Kind: "unlawful", State: "refused", At: testNow, Since: testNow})
		}
		for i, l := range script {
			answers[fmt.Sprintf("%s %d: %s", script[0], i, l)] = mustSay(t, d, l)
		}
	}
	return answers
}

func TestMessages_longestNamesAndTexts_fitThePlatform(t *testing.T) {
	for _, taps := range []bool{true, false} {
		for name, m := range LongAnswers(t, taps) {
			if err := checkMessage(m, taps); err != nil {
				t.Errorf("taps %v, %s: %v", taps, name, err)
			}
		}
	}
}

func TestChooseUnit_longNamesByTap_startThatUnit(t *testing.T) {
	d := newDialogue(newTestEngine(t), true)
	d.w = longWorld(true)
	d.h = newFakeHost(d.w)
	m := mustSay(t, d, "评议", "1", "下一页")
	for i, l := range m.Lines[1:9] {
		if _, err := d.tap(l[1]); err != nil {
			t.Fatal(err)
		}
		if want := fmt.Sprintf("LONGCODE-%07d", 8+i); d.s.Draft.Unit != want {
			t.Errorf("%s starts %q, not %s", l[1].Send, d.s.Draft.Unit, want)
		}
		mustSay(t, d, "取消")
	}
}

func TestComplaint_thirtyOneParts_lastIsToldAndNothingLost(t *testing.T) {
	d := newDialogue(newTestEngine(t), true)
	mustSay(t, d, "投诉 教育局", "其他")
	for i := range 30 {
		mustSay(t, d, fmt.Sprintf("（照片 %d）", i))
	}
	if text := shown(mustSay(t, d, "还有一句"), true); !strings.Contains(text, "最多30条") {
		t.Error(text)
	}
	mustSay(t, d, "完成", "匿名", "跳过", "确认")
	if n := len(d.h.files[0].Parts); n != 30 {
		t.Errorf("%d parts", n)
	}
}

func TestWithdraw_sameUnitInTwoCampaigns_meansTheChosenOne(t *testing.T) {
	d := newDialogue(newTestEngine(t), true)
	if err := d.stage("两个活动"); err != nil {
		t.Fatal(err)
	}
	mustSay(t, d, "（扫码 c:2017）", "评议 市公安局", "55555", "确认", "（扫码 u:A01）", "44444", "确认", "撤回")
	mustSay(t, d, "2", "「确认」")
	mustSay(t, d, "撤回", "「市公安局」", "「确认」")
	if got := d.h.withdraw; len(got) != 2 || got[0].Campaign != "2017" || got[1].Campaign != "2017x" {
		t.Errorf("%+v", got)
	}
}
