package bot_test

import (
	"strings"
	"testing"

	"pingyi/bot"
	"pingyi/bot/flow/records"
)

func TestConfirm_dialogueLost_repeatsTheReceiptOfItsUnit(t *testing.T) {
	d := newDialogue(newTestEngine(t), true)
	sum := mustSay(t, d, "教育局", "55445")
	first, ok := link(sum, "确认")
	if !ok {
		t.Fatal(shown(sum, true))
	}
	receipt := wantFound(t, shown(mustSay(t, d, "「确认」"), true), "回执：")
	for _, unit := range []string{"市公安局", "市民政局", "市司法局"} {
		mustSay(t, d, unit, "55555", "确认")
	}
	d.s = bot.Session{}
	m, err := d.tap(first)
	if text := shown(m, true); err != nil || wantFound(t, text, "回执：") != receipt || !strings.Contains(text, "市教育局") {
		t.Errorf("%v, want %s in\n%s", err, receipt, text)
	}
}

func TestConfirm_dialogueLost_lastYearsRatingIsNotTakenForIt(t *testing.T) {
	d := newDialogue(newTestEngine(t), true)
	d.w.Campaigns = append(d.w.Campaigns, testCampaign("2016", "2016年度政风行风评议", day(2016, 4, 1), day(2016, 12, 1), testUnits()))
	d.h.ratings = []records.MyRating{{Campaign: "2016", Unit: "A03", At: day(2016, 5, 1), Receipt: "7K3M-Q9XA-2T4P-8WHC", State: records.Live}}
	sum := mustSay(t, d, "教育局", "55445")
	confirm, ok := link(sum, "确认")
	if !ok {
		t.Fatal(shown(sum, true))
	}
	d.s = bot.Session{}
	m, err := d.tap(confirm)
	if text := shown(m, true); err != nil || !strings.Contains(text, "刚才没有提交") || strings.Contains(text, "提交过了") {
		t.Errorf("%v\n%s", err, text)
	}
}

func TestConfirm_dialogueLost_filedComplaintIsNotSaidToBeMissing(t *testing.T) {
	for _, about := range []string{"教育局", "不确定"} {
		d := newDialogue(newTestEngine(t), true)
		sum := mustSay(t, d, "投诉", about, "办事拖拉", "没人", "完成", "匿名", "跳过")
		confirm, ok := link(sum, "确认")
		if !ok {
			t.Fatal(shown(sum, true))
		}
		no := wantFound(t, shown(mustSay(t, d, "「确认」"), true), "登记编号：")
		for _, unit := range []string{"市公安局", "市民政局", "市司法局"} {
			mustSay(t, d, unit, "55555", "确认")
		}
		d.s = bot.Session{}
		m, err := d.tap(confirm)
		if text := shown(m, true); err != nil || wantFound(t, text, "登记编号：") != no || strings.Contains(text, "所以没有提交") {
			t.Errorf("%s: %v, want %s in\n%s", about, err, no, text)
		}
		d = newDialogue(newTestEngine(t), true)
		m, err = d.tap(confirm)
		if text := shown(m, true); err != nil || !strings.Contains(text, "没有提交") || strings.Contains(text, "登记编号") {
			t.Errorf("%s, never filed: %v\n%s", about, err, text)
		}
	}
}
