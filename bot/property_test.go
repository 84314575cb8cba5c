package bot_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"pingyi/bot"
	"pingyi/bot/catalogue"
	"pingyi/bot/codec"
	"pingyi/bot/flow/complaint"
	"pingyi/internal/bounds"
	"pingyi/models"
)

// told is a message that was shown, by the choice that was shown in it.
type told struct {
	link    bot.Span
	message string
}

// labels are the labels of names in the catalogue, by their places.
func labels(e *bot.Engine, has string) []string {
	for _, set := range e.Catalogue().Names {
		var out []string
		found := false
		for _, n := range set.List {
			out = append(out, n.Label)
			found = found || n.Label == has
		}
		if found {
			return out
		}
	}
	return nil
}

func levelLabels(e *bot.Engine) []string { return labels(e, "非常满意") }

func kindLabels(e *bot.Engine) []string { return labels(e, "办事拖拉") }

// checkMessage fails where an answer breaks what every answer must keep.
func checkMessage(m bot.Message, taps bool) error {
	text := shown(m, false)
	if strings.TrimSpace(text) == "" {
		return fmt.Errorf("an empty answer")
	}
	size := len(m.Lines) - 1
	for _, l := range m.Lines {
		for _, s := range l {
			if strings.ContainsAny(s.Send, "&\"<>+%\r\n") {
				return fmt.Errorf("a link sends %q", s.Send)
			}
			if s.Send != "" && s.Label == "" || len(s.Mark) > 10 {
				return fmt.Errorf("a link without a label, or with the mark %q", s.Mark)
			}
			if s.Send != "" {
				size += bot.LinkCost + len(s.Send) + max(1, len(s.Mark))
			}
			size += len(s.Label)
		}
	}
	if taps && size > bot.MaxBytes {
		return fmt.Errorf("%d bytes:\n%s", size, text)
	}
	if n := utf8.RuneCountInString(text); !taps && n > bot.MaxRunes {
		return fmt.Errorf("%d characters:\n%s", n, text)
	}
	question := strings.Contains(text, "第1题（共") || strings.Contains(text, "请核对您")
	if question && strings.Contains(text, "回执") {
		return fmt.Errorf("a question or summary has the word 回执:\n%s", text)
	}
	return nil
}

// summaryLevels reads the answers off a summary as a citizen reads them.
func summaryLevels(e *bot.Engine, text string) string {
	var out models.Answers
	_, after, ok := strings.Cut(text, "请核对您对【")
	if !ok {
		return ""
	}
	for _, l := range strings.Split(after, "\n")[1:] {
		_, word, ok := strings.Cut(l, "：")
		if !ok {
			break
		}
		for level, label := range levelLabels(e) {
			if label == word {
				out = append(out, models.Level(level))
			}
		}
	}
	return out.String()
}

// TestConfirm_anyLinkEver_commitsWhatItsSummaryShowedOrNothing is invariant I3:
// whatever is tapped and typed in whatever order, a rating or complaint that is
// committed is the one that stands in the message of the tapped link, or, where
// 确认 or its number was typed, in the last summary shown.
func TestConfirm_anyLinkEver_commitsWhatItsSummaryShowedOrNothing(t *testing.T) {
	e := newTestEngine(t)
	rapid.Check(t, func(rt *rapid.T) {
		d := newDialogue(e, rapid.Bool().Draw(rt, "taps"))
		d.marks = rapid.Bool().Draw(rt, "marks")
		var ever []told
		summary, shownAt := "", d.h.now
		for _, text := range rapid.SampledFrom([][]string{
			nil, {"市教育局", "55445"}, {"投诉 教育局", "办事拖拉", "窗口没人", "完成", "匿名", "跳过"},
		}).Draw(rt, "begun") {
			m, err := d.text(text)
			if err != nil {
				rt.Fatal(err)
			}
			ever, summary = remember(ever, summary, m)
		}
		for range rapid.IntRange(5, 40).Draw(rt, "steps") {
			rates, files := len(d.h.rates), len(d.h.files)
			d.h.now = d.h.now.Add(time.Duration(rapid.SampledFrom([]int{0, 0, 1, 2, 5}).Draw(rt, "seconds")) * time.Second)
			early := d.h.now.Sub(shownAt) < 2*time.Second
			basis, m, err := randomStep(rt, d, ever, summary)
			if err != nil {
				rt.Fatal(err)
			}
			checkCommits(rt, e, d, rates, files, basis)
			if yes := e.VerbOf(d.typed) == bot.Yes; yes && early && len(d.h.rates)+len(d.h.files) > rates+files {
				rt.Fatalf("%s confirmed what was shown less than two seconds before", d.typed)
			}
			if m.Empty() {
				continue
			}
			if err := checkMessage(m, d.w.Platform.Taps); err != nil {
				rt.Fatal(err)
			}
			ever, summary = remember(ever, summary, m)
			if strings.Contains(shown(m, false), "请核对您") {
				shownAt = d.h.now
			}
		}
	})
}

// remember adds the links of an answer to those ever shown.
func remember(ever []told, summary string, m bot.Message) ([]told, string) {
	text := shown(m, false)
	if strings.Contains(text, "请核对您") {
		summary = text
	}
	for _, l := range m.Lines {
		for _, s := range l {
			if s.Send != "" {
				ever = append(ever, told{s, text})
			}
		}
	}
	return ever, summary
}

// randomStep taps any link ever shown, or scans, or types. basis is the message
// that a commit must agree with.
func randomStep(rt *rapid.T, d *dialogue, ever []told, summary string) (basis string, m bot.Message, err error) {
	switch what := rapid.IntRange(0, 9).Draw(rt, "what"); {
	case what < 6 && len(ever) > 0:
		// The newest links are the likeliest.
		i := len(ever) - 1 - rapid.IntRange(0, min(len(ever)-1, 12)).Draw(rt, "recent")
		if rapid.IntRange(0, 3).Draw(rt, "old") == 0 {
			i = rapid.IntRange(0, len(ever)-1).Draw(rt, "link")
		}
		m, err = d.tap(ever[i].link)
		return ever[i].message, m, err
	case what == 6:
		scene := rapid.SampledFrom([]string{"u:A03", "u:A01", "w:W01", "u:A10", "c:2017"}).Draw(rt, "scene")
		m, err = d.send(bot.Input{Kind: bot.Scan, Scene: scene})
		return "", m, err
	default:
		text := rapid.SampledFrom([]string{
			"确认", "55445", "12345", "1", "2", "3", "5", "修改", "返回", "取消", "投诉", "重新开始", "继续", "市教育局", "市公安局",
			"好", "没问题", "7", "8", "9", "投诉教育局", "撤回教育局", "我不想活了", "我对教育局不满意", "评议", "完成", "匿名", "实名", "修改 投诉 市教育局 类别", "乱收费", "照片", "跳过", "窗口没人", "办事拖拉", "不确定", "撤回", "查询", "帮助", "确认 市教育局", "市教育局 第2题 不满意",
		}).Draw(rt, "text")
		m, err = d.text(text)
		return summary, m, err
	}
}

func checkCommits(rt *rapid.T, e *bot.Engine, d *dialogue, rates, files int, basis string) {
	if n := len(d.h.rates); n > rates {
		r := d.h.rates[n-1]
		u, _ := d.w.Directory.ByCode(r.Unit)
		if want := summaryLevels(e, basis); r.Answers.String() != want || !strings.Contains(basis, "对【"+catalogue.Safe(u.Name)[:5]) {
			rt.Fatalf("committed %s of %s, shown was %q in\n%s", r.Answers, u.Name, want, basis)
		}
		if !r.Answers.HasLevel() || !r.Answers.Complete() {
			rt.Fatalf("committed %s", r.Answers)
		}
	}
	if n := len(d.h.files); n > files {
		f := d.h.files[n-1]
		want := []string{"请核对您要反映的问题", "单位：不确定", "方式：实名"}
		if f.Anonymous {
			want[2] = "方式：匿名"
		}
		if u, ok := d.w.Directory.ByCode(f.Unit); ok {
			want[1] = "单位：" + catalogue.Safe(u.Name)[:5]
		}
		for i, k := range complaint.Kinds {
			if k == f.Kind {
				want = append(want, "类别："+kindLabels(e)[i])
			}
		}
		if f.Contact != "" {
			want = append(want, "联系方式："+catalogue.Cut(f.Contact, 10))
		}
		text := 0
		for _, p := range f.Parts {
			text += utf8.RuneCountInString(p.Text) + utf8.RuneCountInString(p.Position.Label)
		}
		want = append(want, fmt.Sprintf("（共%d字）", text))
		for _, w := range want {
			if !strings.Contains(basis, w) {
				rt.Fatalf("committed %+v, which %q is not in\n%s", f, w, basis)
			}
		}
	}
}

// TestDialogue_anyStep_hasWayOut draws random dialogues and then leaves: after
// 取消 nothing is open any more, and a scan leads to question 1.
func TestDialogue_anyStep_hasWayOut(t *testing.T) {
	e := newTestEngine(t)
	e.Watch(watchEdges(t, e))
	rapid.Check(t, func(rt *rapid.T) {
		d := newDialogue(e, rapid.Bool().Draw(rt, "taps"))
		var ever []told
		for range rapid.IntRange(1, 15).Draw(rt, "steps") {
			_, m, err := randomStep(rt, d, ever, "")
			if err != nil {
				rt.Fatal(err)
			}
			ever, _ = remember(ever, "", m)
		}
		stay := *d
		if _, err := d.text("取消"); err != nil {
			rt.Fatal(err)
		}
		if e.FlowOfStep(d.s.Step) != nil {
			rt.Fatalf("after 取消 the dialogue is in %s", d.s.Step)
		}
		m, err := stay.send(bot.Input{Kind: bot.Scan, Scene: "u:A03"})
		if err != nil || !strings.Contains(shown(m, false), "第1题（共5题）") {
			rt.Fatalf("a scan leads to %v %s", err, shown(m, false))
		}
	})
}

// FuzzAdvance: no input makes the engine panic, go silent or lose its way out,
// and the session survives its encoding.
func FuzzAdvance(f *testing.F) {
	for _, s := range []string{
		"教育局\n55445\n确认", "投诉\n1\n1\n2\n长长长\n完成\n1\n跳过\n1", "评议\n1\n下一页\n2", "撤回\n查询\n帮助\n隐私说明",
		"市教育局 第2题 满意\n确认 市教育局 123456\n重新开始 重新开始 评议", "评议 第9页\n投诉 局 第2页\n查询 第0页", "\u200b确认\u200b。\n５５４４５\n①",
		"取消 投诉 市教育局\n修改 投诉 不确定 单位\n原因 市教育局 等候太久", "\xff\xfe\n<a>&\"%\n·\n第题\n第99题 满意",
	} {
		f.Add(s, true, "u:A03")
		f.Add(s, false, "w:W01.1.x")
		f.Add(s, true, "c:2017\x00")
	}
	e := newTestEngine(f)
	f.Fuzz(func(t *testing.T, script string, taps bool, scene string) {
		if len(script) > 1<<16 {
			return // no platform sends as much
		}
		d := newDialogue(e, taps)
		d.within = t
		e.Watch(nil)
		inputs := []bot.Input{{Kind: bot.Follow, Scene: scene}}
		for i, l := range strings.Split(script, "\n") {
			inputs = append(inputs, bot.Input{Kind: bot.Text, Text: l})
			if i%7 == 6 {
				inputs = append(inputs, bot.Input{Kind: bot.Picture + bot.InputKind(i)%5, Text: l, Media: bot.Media{ID: l}})
			}
			if i > 60 {
				break
			}
		}
		inputs = append(inputs, bot.Input{Kind: bot.Text, Text: script})
		for _, in := range inputs {
			m, err := d.send(in)
			if err != nil {
				t.Fatal(err)
			}
			if err := checkMessage(m, taps); err != nil {
				t.Fatalf("after %q: %v", in.Text, err)
			}
		}
		if _, err := d.text("取消"); err != nil || e.FlowOfStep(d.s.Step) != nil {
			t.Fatalf("no way out of %s: %v", d.s.Step, err)
		}
	})
}

// FuzzSession: whatever bytes decode, encode to a session that decodes to the
// same.
func FuzzSession(f *testing.F) {
	e := newTestEngine(f)
	d := newDialogue(e, false)
	for _, s := range []string{"教育局", "4", "55445", "1", "撤回", "1", "投诉", "1", "2", "1", "慢", "完成", "1", "138", "2"} {
		if _, err := d.text(s); err != nil {
			f.Fatal(err)
		}
		data, _ := codec.Marshal(d.s)
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var s bot.Session
		var err error
		bounds.Hold(t, bounds.Push, func() { s, err = codec.Unmarshal(data, e) })
		if err != nil {
			return
		}
		first, _ := codec.Marshal(s)
		again, err := codec.Unmarshal(first, e)
		if err != nil {
			t.Fatalf("%x encodes to %x: %v", data, first, err)
		}
		second, _ := codec.Marshal(again)
		if string(first) != string(second) {
			t.Fatalf("%x and then %x", first, second)
		}
		// Nothing decoded may break the engine.
		w := testWorld(true)
		for _, text := range []string{"1", "确认", "帮助", "返回"} {
			next, out := e.Advance(w, s, bot.Input{Kind: bot.Text, Text: text, At: testNow, Now: testNow})
			if out.Action == nil && out.Say.Empty() {
				t.Fatalf("silent to %s", text)
			}
			s = next
		}
	})
}
