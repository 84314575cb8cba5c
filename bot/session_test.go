package bot_test

import (
	"encoding/hex"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"pingyi/bot"
	"pingyi/bot/codec"
	"pingyi/bot/flow/complaint"
	"pingyi/bot/flow/rating"
	"pingyi/models"
)

// reread is a session as it comes back from where it is kept, and how long it was there.
func reread(t testing.TB, e *bot.Engine, s bot.Session) (bot.Session, int) {
	t.Helper()
	b, err := codec.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	got, err := codec.Unmarshal(b, e)
	if err != nil {
		t.Fatalf("%x: %v", b, err)
	}
	return got, len(b)
}

func TestSession_everyDialogue_comesBackWhole(t *testing.T) {
	e := newTestEngine(t)
	for name, c := range map[string]struct {
		said []string
		most int // bytes
	}{
		"new":       {nil, 16},
		"rating":    {[]string{"（扫码 w:W01.17.c2ln）", "满意", "跳过"}, 160},
		"summary":   {[]string{"（扫码 u:A03）", "55445"}, 160},
		"list":      {[]string{"评议", "1"}, 400},
		"complaint": {[]string{"投诉 教育局", "办事拖拉", "没人", "（照片 1）", "（位置 大厅）"}, 400},
		"review":    {[]string{"投诉 不确定", "其他", "慢", "完成", "实名", "张三 13800000000"}, 400},
		"held":      {[]string{"（扫码 u:A03）", "55445", "投诉"}, 400},
		"records":   {[]string{"教育局", "11111", "确认", "查询"}, 400},
		"withdraw":  {[]string{"教育局", "55445", "确认", "撤回", "1"}, 400},
	} {
		d := newDialogue(e, true)
		mustSay(t, d, c.said...)
		d.s.RateMinute, d.s.RateCount, d.s.Rest, d.s.LimitDay = 290, 7, []string{"第二页\n(2/2)"}, 17000
		got, _ := reread(t, e, d.s)
		if diff := cmp.Diff(d.s, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		d.s.Rest = nil
		if _, n := reread(t, e, d.s); n > c.most {
			t.Errorf("%s takes %d bytes", name, n)
		}
	}
}

func TestSession_strangeBytes_areRefused(t *testing.T) {
	e := newTestEngine(t)
	d := newDialogue(e, true)
	mustSay(t, d, "（扫码 u:A03）", "满意")
	data, err := codec.Marshal(d.s)
	if err != nil {
		t.Fatal(err)
	}
	twice := append(append([]byte{data[0] + 1}, data[1:]...), 0x03, 0x01)
	for name, b := range map[string][]byte{
		"nothing": nil, "another form": append([]byte{9}, data[1:]...), "cut": data[:len(data)-1], "longer": append(append([]byte{}, data...), 0),
		"a field twice": twice, "no map": {0x83, 1, 2, 3}, "text for a number": {0xa1, 0x01, 0x61, 'a'}, "a minute that is none": {0xa1, 0x01, 0x19, 0x02, 0x00},
	} {
		if _, err := codec.Unmarshal(b, e); !errors.Is(err, codec.ErrSession) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What another version of the program keeps and this one does not know: a field is left
// out, a step or a state that cannot be read starts again and says so.
func TestSession_ofALaterRelease_startsAgainPolitely(t *testing.T) {
	e := newTestEngine(t)
	d := newDialogue(e, true)
	mustSay(t, d, "（扫码 u:A03）", "满意")
	data, err := codec.Marshal(d.s)
	if err != nil {
		t.Fatal(err)
	}
	later := append(append([]byte{data[0] + 1}, data[1:]...), 0x18, 0x63, 0x01) // field 99
	if got, err := codec.Unmarshal(later, e); err != nil || got.Step != rating.StepQuestion {
		t.Errorf("with a field more: %+v, %v", got, err)
	}
	for name, change := range map[string]func(*bot.Session){
		"a step":                  func(s *bot.Session) { s.Step, s.Draft.State = "rating.photograph", nil },
		"a version":               func(s *bot.Session) { s.Version++ },
		"no state":                func(s *bot.Session) { s.Draft.State = nil },
		"an answer":               func(s *bot.Session) { s.Draft.State = &rating.State{Count: 5, Answers: [6]models.Level{9}} },
		"a count":                 func(s *bot.Session) { s.Draft.State = &rating.State{Count: 200} },
		"a kind":                  complaining(complaint.StepTell, complaint.State{Kind: 99}),
		"a sender":                complaining(complaint.StepReview, complaint.State{Kind: 1, Identity: 9, Contacted: true, Parts: []complaint.Part{{Kind: bot.Text, Text: "慢"}}}),
		"a part":                  complaining(complaint.StepTell, complaint.State{Kind: 1, Parts: []complaint.Part{{Kind: 99}}}),
		"an amendment of nothing": complaining(complaint.StepWho, complaint.State{Amending: true}),
		"a wish":                  func(s *bot.Session) { s.Wish = bot.Command{Verb: "photograph", Unit: "A03"} },
		"a number": func(s *bot.Session) {
			s.Step, s.Draft, s.Version = bot.Home, bot.Draft{}, 0
			s.Shown = []bot.Command{{Verb: "photograph", Unit: "A03"}, {Verb: "level", Arg: 200}}
		},
	} {
		one := *d
		change(&one.s)
		for _, said := range []string{"1", "帮助", "取消"} {
			m, err := one.text(said)
			if text := shown(m, true); err != nil || name != "a wish" && name != "a number" && said == "1" && !strings.Contains(text, "系统刚刚更新") {
				t.Errorf("%s, %s: %v\n%s", name, said, err, text)
			}
		}
	}
}

// complaining makes a session one at a step of a complaint.
func complaining(step bot.StepID, state complaint.State) func(*bot.Session) {
	return func(s *bot.Session) { s.Step, s.Draft.State = step, &state }
}

// TestSession_ofTheReleaseBefore_goesOn plays testdata/before.sessions, which the release
// before wrote: a session after what was said (=), what is said then (+) and answered (<).
func TestSession_ofTheReleaseBefore_goesOn(t *testing.T) {
	raw, err := os.ReadFile("testdata/before.sessions")
	if err != nil {
		t.Fatal(err)
	}
	e := newTestEngine(t)
	var d *dialogue
	var taps bool
	var said []string
	var answer, want []string
	played := 0
	check := func() {
		if got := strings.Join(answer, "\n"); got != strings.Join(want, "\n") {
			t.Errorf("after %s\nwant %s\ngot %s", said, strings.Join(want, "\n"), got)
		}
		answer, want = nil, nil
	}
	for _, l := range strings.Split(strings.TrimRight(string(raw), "\n"), "\n") {
		mark, rest, _ := strings.Cut(l, " ")
		if mark != "<" && mark != "" {
			check()
		}
		switch mark {
		case "#":
		case "!":
			if rest != "微信" && rest != "微博" {
				said = append(said, l)
				continue
			}
			taps, said, d = rest == "微信", nil, nil
		case ">":
			said = append(said, rest)
		case "=":
			d = newDialogue(e, taps)
			for _, one := range said { // what the host has, and what was shown
				if scene, ok := strings.CutPrefix(one, "! "); !ok {
					mustSay(t, d, one)
				} else if err := d.stage(scene); err != nil {
					t.Fatal(err)
				}
			}
			kept, err := hex.DecodeString(rest)
			if err != nil {
				t.Fatal(err)
			}
			own := d.s
			own.RateMinute, own.RateCount = 300, 9 // as it was kept
			if d.s, err = codec.Unmarshal(kept, e); err != nil {
				t.Fatalf("after %s: %v", said, err)
			}
			if diff := cmp.Diff(own, d.s, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("after %s it is read otherwise than this release has it: %s", said, diff)
			}
		case "+":
			one, host, ratings := *d, *d.h, slices.Clone(d.h.ratings)
			m := mustSay(t, &one, rest)
			answer, *d.h = strings.Split(shown(m, taps), "\n"), host
			d.h.ratings = ratings
			played++
		case "<":
			want = append(want, rest)
		default:
			want = append(want, strings.TrimPrefix(l, "  "))
		}
	}
	check()
	if played < 70 {
		t.Errorf("%d answers were played", played)
	}
}

// A number stands for a command that was kept. One that this program would not have kept
// is not obeyed.
func TestSession_aNumberOfAnotherVersion_isNotObeyed(t *testing.T) {
	for name, kept := range map[string]bot.Command{
		"a kind that is none": {Verb: "kind", Unit: "A03", Arg: 200},
		"a flow that is none": {Verb: "cancel", Unit: "A03", Of: "photograph"},
		"a verb that is none": {Verb: "photograph", Unit: "A03"},
	} {
		d := newDialogue(newTestEngine(t), true)
		mustSay(t, d, "投诉 教育局")
		d.s.Shown[0] = kept
		if text := shown(mustSay(t, d, "1"), true); !strings.HasPrefix(text, "没有看懂。") {
			t.Errorf("%s: %s", name, text)
		}
	}
}

// A draft of a release that kept no beginning is not judged by one.
func TestSession_withoutABeginning_isNotJudgedByOne(t *testing.T) {
	d := newDialogue(newTestEngine(t), true)
	mustSay(t, d, "教育局", "55445")
	d.s.Draft.Undated = true
	mustSay(t, d, "修改", "第1题", "3")
	sayAt(t, d, "确认", testNow.Add(-3600e9))
	if len(d.h.rates) != 1 {
		t.Error("a draft without a beginning was judged by one")
	}
}

// BenchmarkSession is what a session costs to decode and encode.
func BenchmarkSession(b *testing.B) {
	e := newTestEngine(b)
	d := newDialogue(e, true)
	mustSay(b, d, "（扫码 u:A03）", "满意")
	buf, _ := codec.Marshal(d.s)
	b.ReportAllocs()
	for b.Loop() {
		s, err := codec.Unmarshal(buf, e)
		if err != nil {
			b.Fatal(err)
		}
		if buf, err = codec.Marshal(s); err != nil {
			b.Fatal(err)
		}
	}
}
