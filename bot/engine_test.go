package bot

import (
	"os"
	"strings"
	"sync"
	"testing"

	"pingyi/models"
)

func mustSay(t testing.TB, d *dialogue, lines ...string) Message {
	t.Helper()
	var m Message
	var err error
	for _, l := range lines {
		if m, err = d.say(l); err != nil {
			t.Fatalf("%s: %v", l, err)
		}
	}
	return m
}

func TestSession_liveRating_takes24Bytes(t *testing.T) {
	d := newDialogue(newTestEngine(t), true)
	mustSay(t, d, "（扫码 u:A03）", "满意", "满意")
	d.s.RateMinute, d.s.RateCount = 290, 7
	data, err := d.s.MarshalBinary()
	if err != nil || len(data) > 24 {
		t.Fatalf("%d bytes, %v", len(data), err)
	}
}

func TestSession_strangeBytes_areRefused(t *testing.T) {
	d := newDialogue(newTestEngine(t), true)
	mustSay(t, d, "（扫码 u:A03）", "满意")
	data, _ := d.s.MarshalBinary()
	for name, b := range map[string][]byte{
		"empty": nil, "other version": append([]byte{9}, data[1:]...), "cut": data[:len(data)-1], "longer": append(append([]byte{}, data...), 0),
		"unknown step": append([]byte{data[0], data[1], data[2] | (withMade - 1)}, data[3:]...),
	} {
		var s Session
		if err := s.UnmarshalBinary(b); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
	if data, _ := (Session{}).MarshalBinary(); len(data) > 5 {
		t.Errorf("a new citizen takes %d bytes", len(data))
	}
}

func TestReceipt_packedAndUnpacked_isTheSame(t *testing.T) {
	for _, r := range []string{"7K3M-Q9XA-2T4P-8WHC", "0000-0000-0000-0000", "ZZZZ-ZZZZ-ZZZZ-ZZZZ"} {
		p, ok := packReceipt(r)
		if got := unpackReceipt(p[:]); !ok || got != r {
			t.Errorf("%s: %v %s", r, ok, got)
		}
	}
	for _, r := range []string{"", "20170510-0001", "7K3M-Q9XA-2T4P-8WHI", "7K3MQ-9XA-2T4P-8WHC"} {
		if _, ok := packReceipt(r); ok {
			t.Errorf("%q was packed", r)
		}
	}
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
	d.w.Campaigns = []*Campaign{testCampaign("w", "万人评窗口", day(2017, 4, 1), day(2017, 12, 1), units, "A03", "W01")}
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
	if p := f.Parts; p[0].Text != "他收了钱" || p[1].Media.ID != "m7" || p[1].Media.URL == "" || p[2].Position.Label != "政务大厅" || p[3].Kind != Voice || p[3].Text != "你好" {
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
	if data, _ := d.s.MarshalBinary(); !d.h.erased || len(data) > 5 {
		t.Errorf("erased %v, session of %d bytes", d.h.erased, len(data))
	}
}

func TestFold_typedForms_meanTheSame(t *testing.T) {
	for in, want := range map[string]string{
		"确认": "确认", " 确认。": "确认", "确\u200b认！": "确认", "「确认」": "确认", "５５４４５": "55445", "Ａ０１": "A01",
		"市教育局　第２题  满意": "市教育局 第2题 满意", "\ufeff查询\r\n": "查询", "R＆D": "R&D", "。": "",
	} {
		if got := fold(in); got != want {
			t.Errorf("%q folds to %q, not %q", in, got, want)
		}
	}
}

func TestLinks_everyCommand_isUnderstoodAgain(t *testing.T) {
	e := newTestEngine(t)
	w := testWorld(true)
	tn := e.turn(w, Session{}, Input{At: testNow})
	for _, c := range []command{
		{verb: vRate}, {verb: vRate, unit: "A03"}, {verb: vRate, unit: "A10"}, {verb: vRate, unit: "C02"}, {verb: vRate, unit: "W03"},
		{verb: vRate, ref: "政府部门", n: 2}, {verb: vRate, ref: "税务", n: 2}, {verb: vRate, n: 2}, {verb: vAgain},
		{verb: vComplain, unit: "A03"}, {verb: vComplain, ref: "政府部门"}, {verb: vComplain, ref: "局", n: 3},
		{verb: vQuery, n: 2}, {verb: vWithdraw, unit: "A03"}, {verb: vWithdraw, n: 2}, {verb: vBack}, {verb: vBack, unit: "A03"},
		{verb: vCancel, unit: "A03"}, {verb: vCancel, unit: "A03", arg: uint8(flowComplaint)}, {verb: vCancel, unit: unsure, arg: uint8(flowComplaint)},
		{verb: vContinue, unit: "A03"}, {verb: vRestart, arg: uint8(vComplain)}, {verb: vRestart, arg: uint8(vRate), unit: "A03"},
		{verb: vConfirm, unit: "A03", n: 123456}, {verb: vConfirm, unit: "A10", n: 999999, arg: uint8(flowComplaint)},
		{verb: vConfirm, unit: unsure, n: 100000, arg: uint8(flowComplaint)}, {verb: vConfirm, unit: "A03", n: 100000, arg: uint8(flowWithdrawal)},
		{verb: vEdit, unit: "A03"}, {verb: vEdit, unit: "A03", n: 4}, {verb: vEdit, unit: "A03", arg: uint8(flowComplaint)},
		{verb: vLevel, unit: "A03", n: 2, arg: 4}, {verb: vLevel, unit: "C02", n: 6, arg: uint8(models.Skipped)}, {verb: vLevel, unit: "A03", n: 1},
		{verb: vQuestionBack, unit: "A03", n: 3}, {verb: vKind, unit: "A03", arg: 1}, {verb: vKind, unit: unsure, arg: 5},
		{verb: vAmend, unit: "A03", arg: amendIdentity}, {verb: vFinish, unit: "A03"}, {verb: vAnonymous, unit: unsure}, {verb: vSkip, unit: "A10"},
		{verb: vReason, unit: "A03", arg: 2}, {verb: vPrivacy}, {verb: vHelp},
	} {
		tn.s.draft.unit, tn.about = c.unit, ""
		sent := tn.send(c)
		tn.s.draft.unit = ""
		if strings.ContainsAny(sent, "&\"<>+%\n") {
			t.Errorf("%+v sends %q", c, sent)
		}
		if got := tn.parse(fold(sent)); got != c {
			t.Errorf("%q is read as %+v, not %+v", sent, got, c)
		}
	}
}

func TestClassOf_confirmation_isLastToGo(t *testing.T) {
	for text, want := range map[string]Class{
		"确认 市教育局 123456": ClassConfirm, " 确认": ClassConfirm, "投诉 市教育局": ClassComplaint, "市教育局 第2题 满意": ClassStep, "5": ClassStep,
		"评议": ClassMenu, "查询": ClassMenu,
	} {
		if got := ClassOf(Input{Kind: Text, Text: text}); got != want {
			t.Errorf("%s: %d", text, got)
		}
	}
	if ClassOf(Input{Kind: Unfollow}) != ClassConfirm || ClassOf(Input{Kind: Scan}) != ClassMenu || ClassOf(Input{Kind: Picture}) != ClassComplaint {
		t.Error("pushes that are no text")
	}
}

func TestOutcome_classOfTurn_ranksConfirmationHighest(t *testing.T) {
	d := newDialogue(newTestEngine(t), true)
	mustSay(t, d, "（扫码 u:A03）", "55445")
	_, out := d.e.Advance(d.w, d.s, Input{Kind: Text, Text: "确认", At: testNow})
	if _, ok := out.Action.(Rate); !ok || out.Class != ClassConfirm {
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

func TestTexts_afterASummary_nameNoLevel(t *testing.T) {
	e := newTestEngine(t)
	for id := textID(1); id < numTexts; id++ {
		group, _, _ := strings.Cut(textSpecs[id].key, ".")
		var b strings.Builder
		for _, l := range e.texts.lines[id] {
			for _, s := range l {
				b.WriteString(s.literal)
			}
		}
		text := b.String()
		switch group {
		case "rated", "query", "withdraw", "old":
			if strings.Contains(text, "满意") {
				t.Errorf("%s names a level", textSpecs[id].key)
			}
		case "question", "summary", "intro", "greet", "help":
			if strings.Contains(text, "回执") {
				t.Errorf("%s has 回执", textSpecs[id].key)
			}
		}
	}
}

func TestParseTexts_faultyCatalogue_isRefusedWithEveryFault(t *testing.T) {
	raw, err := os.ReadFile("texts/zh-Hans.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string][2]string{
		"a missing text":         {"    done: 已经记下，谢谢您。\n", ""},
		"a missing placeholder":  {"回执：{receipt}", "回执"},
		"an unknown placeholder": {"回执：{receipt}", "回执：{receipt}{more}"},
		"an open brace":          {"回执：{receipt}", "回执：{receipt"},
		"an unknown text":        {"  parts:\n", "  parts:\n    nobody: 无\n"},
		"a missing word":         {"  edit: [修改]\n", ""},
		"an unknown word":        {"  edit: [修改]\n", "  edit: [修改]\n  other: [别的]\n"},
		"a missing level":        {`  "4": {label: 满意,`, `  "8": {label: 满意,`},
		"an unknown section":     {"language:", "colour: red\nlanguage:"},
	} {
		s := strings.Replace(string(raw), change[0], change[1], 1)
		if s == string(raw) {
			t.Fatalf("%s: nothing changed", name)
		}
		if _, err := ParseTexts([]byte(s)); err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}

func TestValidate_brokenFlow_isRefused(t *testing.T) {
	for name, breakIt := range map[string]func(*Engine){
		"an edge to nowhere": func(e *Engine) { e.steps[stepSummary].on[0].to = []stepID{numSteps + 3} },
		"a step without an end": func(e *Engine) {
			e.steps[stepContact].on = e.steps[stepContact].on[10:]
			e.steps[stepContact].on[0].to = nil
			e.steps[stepContact].freeTo = nil
		},
		"an action unfinished":      func(e *Engine) { e.finishers[actWithdraw] = nil },
		"a step without a text":     func(e *Engine) { e.steps[stepTell].help = 0 },
		"a step without a way back": func(e *Engine) { e.steps[stepSure].on = e.steps[stepSure].on[:1] },
	} {
		e := newTestEngine(t)
		breakIt(e)
		if e.Validate() == nil {
			t.Errorf("%s: taken", name)
		}
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
	in := Input{Kind: Text, Text: "市教育局 第1题 满意", At: testNow, Now: testNow}
	s := d.s
	b.ReportAllocs()
	for b.Loop() {
		if _, out := e.Advance(d.w, s, in); out.Say.Empty() {
			b.Fatal("silent")
		}
	}
}

// BenchmarkSession is what a session costs to decode and encode.
func BenchmarkSession(b *testing.B) {
	d := newDialogue(newTestEngine(b), true)
	mustSay(b, d, "（扫码 u:A03）", "满意")
	buf, _ := d.s.MarshalBinary()
	b.ReportAllocs()
	for b.Loop() {
		var s Session
		if err := s.UnmarshalBinary(buf); err != nil {
			b.Fatal(err)
		}
		buf, _ = s.AppendBinary(buf[:0])
	}
}
