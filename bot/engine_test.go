package bot_test

import (
	"strings"
	"sync"
	"testing"

	"pingyi/bot"
	"pingyi/bot/catalogue"
	"pingyi/bot/codec"
	"pingyi/bot/flow/rating"
	"pingyi/models"
)

func mustSay(t testing.TB, d *dialogue, lines ...string) bot.Message {
	t.Helper()
	var m bot.Message
	var err error
	for _, l := range lines {
		if m, err = d.say(l); err != nil {
			t.Fatalf("%s: %v", l, err)
		}
	}
	return m
}

func TestRate_scannedWindowCode_keepsWindowAndSerial(t *testing.T) {
	d := newDialogue(newTestEngine(t), true)
	mustSay(t, d, "（扫码 w:W01.17.c2ln）", "55445", "确认")
	if len(d.h.rates) != 1 {
		t.Fatalf("%d ratings", len(d.h.rates))
	}
	r := d.h.rates[0]
	if r.Unit != "A03" || r.Window != "W01" || r.Serial != "17.c2ln" || r.Campaign != "2017" || r.Answers.String() != "55445" || r.Draft.IsZero() {
		t.Errorf("%+v", r)
	}
}

func TestRate_skippedAndNotMet_areStoredApart(t *testing.T) {
	d := newDialogue(newTestEngine(t), true)
	mustSay(t, d, "（扫码 u:A03）", "跳过", "0", "未接触", "「跳过」", "1", "确认")
	if got := d.h.rates[0].Answers.String(); got != "-00-1" {
		t.Errorf("stored %s", got)
	}
}

func TestRate_windowThatCampaignLists_isRatedItself(t *testing.T) {
	d := newDialogue(newTestEngine(t), true)
	units := testUnits()
	d.w.Campaigns = []*bot.Campaign{testCampaign("w", "万人评窗口", day(2017, 4, 1), day(2017, 12, 1), units, "A03", "W01")}
	mustSay(t, d, "（扫码 w:W01）", "55445", "确认")
	if r := d.h.rates[0]; r.Unit != "W01" || r.Window != "W01" {
		t.Errorf("%+v", r)
	}
}

func TestList_unitsOfOneName_areToldApartByTheirCodes(t *testing.T) {
	for _, taps := range []bool{true, false} {
		d := newDialogue(newTestEngine(t), taps)
		units := append(testUnits(), models.Unit{Code: "B02", Name: "市教育局", Class: "社会团体", Type: models.Association})
		d.w.Directory, d.w.Campaigns[0] = units, testCampaign("2017", "2017年度政风行风评议", day(2017, 4, 1), day(2017, 12, 1), units)
		for _, asked := range []string{"评议", "投诉"} {
			text := shown(mustSay(t, d, asked, "市教育局"), taps)
			for _, code := range []string{"（A03）", "（B02）"} {
				if strings.Count(text, code) != 1 {
					t.Errorf("taps %t, %s: no %s in\n%s", taps, asked, code, text)
				}
			}
		}
		if text := shown(mustSay(t, d, "取消", "税务局"), taps); strings.Contains(text, "A04") {
			t.Errorf("names that differ have codes:\n%s", text)
		}
	}
}

func TestComplaint_confirmed_carriesEverything(t *testing.T) {
	d := newDialogue(newTestEngine(t), true)
	mustSay(t, d, "投诉 教育局", "廉洁问题", "他收了钱", "（照片 7）", "（位置 政务大厅）", "（语音 你好）", "完成", "实名", "张三 138", "「确认」")
	f := d.h.files[0]
	if f.Unit != "A03" || f.Kind != "integrity" || f.Anonymous || f.Contact != "张三 138" || f.Campaign != "2017" || len(f.Parts) != 4 {
		t.Fatalf("%+v", f)
	}
	if p := f.Parts; p[0].Text != "他收了钱" || p[1].Media.ID != "m7" || p[1].Media.URL == "" || p[2].Position.Label != "政务大厅" || p[3].Kind != bot.Voice || p[3].Text != "你好" {
		t.Errorf("%+v", p)
	}
}

func TestComplaint_sentBeforeTheKind_isStillAskedFor(t *testing.T) {
	d := newDialogue(newTestEngine(t), true)
	m := mustSay(t, d, "投诉", "（照片 1）", "教育局", "办事拖拉")
	if text := shown(m, true); !strings.Contains(text, "已经收到1条") || !strings.Contains(text, "「完成」") {
		t.Errorf("after a picture sent first:\n%s", text)
	}
	m = mustSay(t, d, "等了两个小时", "返回", "办事拖拉")
	if text := shown(m, true); !strings.Contains(text, "已经收到2条") {
		t.Errorf("after going back to the kind:\n%s", text)
	}
	mustSay(t, d, "还有一句", "完成", "匿名", "跳过", "确认")
	if len(d.h.files) != 1 || len(d.h.files[0].Parts) != 3 {
		t.Errorf("filed %+v", d.h.files)
	}
}

func TestComplaint_unsureAnonymous_namesNoUnit(t *testing.T) {
	d := newDialogue(newTestEngine(t), true)
	mustSay(t, d, "投诉", "不确定", "其他", "有人插队", "完成", "匿名", "跳过", "确认")
	if f := d.h.files[0]; f.Unit != "" || !f.Anonymous || f.Contact != "" || f.Kind != "other" {
		t.Errorf("%+v", f)
	}
}

func TestComplaint_textAtTheTextStep_keepsItsForm(t *testing.T) {
	d := newDialogue(newTestEngine(t), true)
	texts := []string{"确认 是他说的", "评议 他们 没用", "５５", "市公安局", "满意", "第2题 满意吗", "取消 那个 事", "查询 不到"}
	mustSay(t, d, "投诉 教育局", "其他")
	mustSay(t, d, texts...)
	mustSay(t, d, "完成", "匿名", "跳过", "确认")
	for i, p := range d.h.files[0].Parts {
		if p.Text != texts[i] {
			t.Errorf("%q became %q", texts[i], p.Text)
		}
	}
}

func TestErase_unfollow_forgetsEverything(t *testing.T) {
	d := newDialogue(newTestEngine(t), true)
	mustSay(t, d, "（扫码 u:A03）", "55445", "确认", "（取消关注）")
	if data, _ := codec.Marshal(d.s); !d.h.erased || len(data) > 5 {
		t.Errorf("erased %v, session of %d bytes", d.h.erased, len(data))
	}
}

func TestFold_typedForms_meanTheSame(t *testing.T) {
	for in, want := range map[string]string{
		"确认": "确认", " 确认。": "确认", "确\u200b认！": "确认", "「确认」": "确认", "５５４４５": "55445", "Ａ０１": "A01",
		"市教育局　第２题  满意": "市教育局 第2题 满意", "\ufeff查询\r\n": "查询", "R＆D": "R&D", "。": "",
	} {
		if got := catalogue.Fold(in); got != want {
			t.Errorf("%q folds to %q, not %q", in, got, want)
		}
	}
}

func TestClassOf_confirmation_isLastToGo(t *testing.T) {
	e := newTestEngine(t)
	for text, want := range map[string]bot.Class{
		"确认 市教育局 123456": bot.ClassConfirm, " 确认": bot.ClassConfirm, "投诉 市教育局": bot.ClassComplaint, "市教育局 第2题 满意": bot.ClassStep, "5": bot.ClassStep,
		"评议": bot.ClassMenu, "查询": bot.ClassMenu, "再评一个单位": bot.ClassMenu,
		"确认 投诉 市食品药品监督管理与市场秩序综合执法局·A10 市食品药品监督管理局 999999": bot.ClassConfirm,
		"举报 市教育局": bot.ClassComplaint, "我要投诉": bot.ClassComplaint, "完成": bot.ClassComplaint, "確認": bot.ClassConfirm,
		"昨天我去教育局给孩子办转学，窗口的人让我跑了三趟，每次都说材料不齐": bot.ClassComplaint,
		"查询了三次都说还在办，窗口的人让我下个星期再来，每次都说材料不齐":  bot.ClassComplaint,
		"取消": bot.ClassStep, "市教育局": bot.ClassStep,
	} {
		if got := e.ClassOf(bot.Input{Kind: bot.Text, Text: text}); got != want {
			t.Errorf("%s: %d", text, got)
		}
	}
	if e.ClassOf(bot.Input{Kind: bot.Unfollow}) != bot.ClassConfirm || e.ClassOf(bot.Input{Kind: bot.Scan}) != bot.ClassMenu || e.ClassOf(bot.Input{Kind: bot.Picture}) != bot.ClassComplaint {
		t.Error("pushes that are no text")
	}
}

func TestOutcome_classOfTurn_ranksConfirmationHighest(t *testing.T) {
	d := newDialogue(newTestEngine(t), true)
	mustSay(t, d, "（扫码 u:A03）", "55445")
	_, out := d.e.Advance(d.w, d.s, bot.Input{Kind: bot.Text, Text: "确认", At: testNow})
	if _, ok := out.Action.(rating.Rate); !ok || out.Class != bot.ClassConfirm {
		t.Errorf("%+v", out)
	}
}

func TestHostMessages_say查询_andNeverThatItFailed(t *testing.T) {
	e := newTestEngine(t)
	busy := shown(e.Busy(), true)
	if !strings.Contains(busy, "正在登记，请稍后回复 查询") || strings.Contains(busy, "失败") || e.TooFast().Empty() {
		t.Error(busy)
	}
	if again := shown(e.Unfinished(), true); !strings.Contains(again, "请再发一次") || !strings.Contains(again, "查询") || strings.Contains(again, "登记") {
		t.Error(again)
	}
}

// TestEngine_manyAtOnce_doNotMixAnswers runs many citizens on one engine; with
// the race detector it also shows that nothing is shared.
func TestEngine_manyAtOnce_doNotMixAnswers(t *testing.T) {
	e := newTestEngine(t)
	script := []string{"（扫码 u:A03）", "满意", "55445", "修改", "2", "不满意", "确认", "投诉", "教育局", "1", "慢", "完成", "匿名", "跳过", "确认", "查询"}
	w := testWorld(true)
	play := func() string {
		d := newDialogue(e, true)
		d.w = w
		d.h = newFakeHost(w)
		var b strings.Builder
		for _, l := range script {
			m, err := d.say(l)
			if err != nil {
				return err.Error()
			}
			b.WriteString(shown(m, true))
		}
		return b.String()
	}
	want := play()
	var g sync.WaitGroup
	for range 16 {
		g.Go(func() {
			for range 20 {
				if got := play(); got != want {
					t.Errorf("got %s", got)
					return
				}
			}
		})
	}
	g.Wait()
}

// BenchmarkAdvance_question is the hot path: a tap that answers one question and
// leads to the next.
func BenchmarkAdvance_question(b *testing.B) {
	e := newTestEngine(b)
	d := newDialogue(e, true)
	mustSay(b, d, "（扫码 u:A03）")
	in := bot.Input{Kind: bot.Text, Text: "市教育局 第1题 满意", At: testNow, Now: testNow}
	s := d.s
	b.ReportAllocs()
	for b.Loop() {
		if _, out := e.Advance(d.w, s, in); out.Say.Empty() {
			b.Fatal("silent")
		}
	}
}
