package bot_test

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pingyi/bot"
	"pingyi/bot/flow"
	"pingyi/models"
)

var update = flag.Bool("update", false, "write what the bot says into the transcripts; read every line of the change")

func newTestEngine(tb testing.TB) *bot.Engine {
	tb.Helper()
	e, err := flow.New("zh-Hans")
	if err != nil {
		tb.Fatal(err)
	}
	return e
}

// TestTranscripts plays testdata/*.txt. In them
//
//	# says what the file is about,
//	! sets the scene (see stage),
//	> is the citizen: words, 「a link of the last answer」, or （something else）,
//	< is the bot, its further lines indented; 「」 marks a tap link.
func TestTranscripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatalf("no transcripts: %v", err)
	}
	e := newTestEngine(t)
	e.Watch(watchEdges(t, e))
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) { playFile(t, e, file) })
	}
}

// watchEdges fails where a handler leads to a step that its edge does not name.
func watchEdges(t *testing.T, e *bot.Engine) func(from bot.StepID, v bot.Verb, to bot.StepID) {
	return func(from bot.StepID, v bot.Verb, to bot.StepID) {
		if to == bot.Stay || to == from {
			return
		}
		leads := e.StepOf(from).FreeTo
		if ed := e.StepOf(from).EdgeOf(v); v != bot.Free && ed != nil {
			leads = ed.To
		}
		if !slices.Contains(leads, to) {
			t.Errorf("step %q leads to %q by %q, which no edge says", from, to, v)
		}
	}
}

func playFile(t *testing.T, e *bot.Engine, file string) {
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	got, err := play(e, string(raw))
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, have := strings.Split(string(raw), "\n"), strings.Split(got, "\n")
	for i := range max(len(want), len(have)) {
		w, h := at(want, i), at(have, i)
		if w != h {
			t.Fatalf("%s:%d\nwant %s\ngot  %s", file, i+1, w, h)
		}
	}
}

func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "(end)"
}

// play writes the script again with what the bot says now.
func play(e *bot.Engine, script string) (string, error) {
	d := newDialogue(e, true)
	var out strings.Builder
	for i, l := range strings.Split(strings.TrimRight(script, "\n"), "\n") {
		switch {
		case strings.HasPrefix(l, "<"), strings.HasPrefix(l, "  "):
			continue
		case strings.HasPrefix(l, "> "):
			m, err := d.say(strings.TrimPrefix(l, "> "))
			if err != nil {
				return "", fmt.Errorf("line %d: %w\n%s", i+1, err, out.String())
			}
			out.WriteString(l + "\n< " + strings.ReplaceAll(shown(m, d.w.Platform.Taps), "\n", "\n  ") + "\n")
		case strings.HasPrefix(l, "! "):
			if err := d.stage(strings.TrimPrefix(l, "! ")); err != nil {
				return "", fmt.Errorf("line %d: %w", i+1, err)
			}
			out.WriteString(l + "\n")
		default:
			out.WriteString(l + "\n")
		}
	}
	return out.String(), nil
}

var testContacts = bot.Contacts{Office: "市纠风办", Phone: "0555-0000000", Hours: "工作日 8:30-17:30"}

// stage sets the scene: 微博; 时间 2017-12-02 10:00; 会话丢失; 平台带回标记;
// 旧版; 题目变了; 结果没送到; 已满10件; 过 <n> 秒; 旧活动; 不收投诉; 有电话; 同名; 办理 <state>; 两个活动; 没有活动.
func (d *dialogue) stage(s string) error {
	word, rest, _ := strings.Cut(s, " ")
	switch word {
	case "微博":
		d.w.Platform.Taps = false
	case "时间":
		at, err := time.ParseInLocation("2006-01-02 15:04", rest, testNow.Location())
		if err != nil {
			return err
		}
		d.h.now = at
	case "会话丢失":
		d.s = bot.Session{}
	case "平台带回标记":
		d.marks = true
	case "旧版":
		d.s.Version = 9
	case "结果没送到":
		d.cut = true
	case "过":
		n, err := strconv.Atoi(strings.TrimSuffix(rest, " 秒"))
		if err != nil {
			return err
		}
		d.h.now = d.h.now.Add(time.Duration(n) * time.Second)
	case "旧活动":
		d.w.Campaigns = append(d.w.Campaigns, testCampaign("2016", "2016年度政风行风评议", day(2016, 4, 1), day(2016, 12, 1), testUnits()))
	case "不收投诉":
		d.w.ComplaintsOff = true
		d.w.Contacts = testContacts
	case "有电话":
		d.w.Contacts = testContacts
		units := testUnits()
		for i := range units {
			if units[i].Code != "A01" {
				units[i].Phone = fmt.Sprintf("0555-00000%02d", i+1)
			}
		}
		d.w.Directory = units
	case "同名":
		units := append(testUnits(),
			models.Unit{Code: "D01", Name: "实验小学", Class: "公共服务单位", Type: models.Service, Superior: "花山区"},
			models.Unit{Code: "D02", Name: "实验小学", Class: "公共服务单位", Type: models.Service, Superior: "雨山区"})
		d.w.Directory = units
		d.w.Campaigns = []*bot.Campaign{testCampaign("2017", "2017年度政风行风评议", day(2017, 4, 1), day(2017, 12, 1), units)}
	case "已满10件":
		d.h.limit = true
	case "办理":
		d.h.tickets[0].State = rest
	case "两个活动":
		d.w.Campaigns = append([]*bot.Campaign{
			testCampaign("2017x", "2017年百企评部门", day(2017, 5, 1), day(2017, 7, 1), testUnits(), "A01", "B01"),
		}, d.w.Campaigns...)
	case "题目变了":
		c := testCampaign("2017", "2017年度政风行风评议", day(2017, 4, 1), day(2017, 12, 1), testUnits())
		for u, dims := range c.Dimensions {
			c.Dimensions[u] = dims[:4]
		}
		d.w.Campaigns = []*bot.Campaign{c}
	case "没有活动":
		d.w.Campaigns = nil
	default:
		return fmt.Errorf("unknown stage %q", s)
	}
	return nil
}

var olderLink = regexp.MustCompile(`^（点第(\d+)条回复里的「(.+)」）$`)

// say plays a line of a citizen.
func (d *dialogue) say(l string) (bot.Message, error) {
	if m := olderLink.FindStringSubmatch(l); m != nil {
		n, _ := strconv.Atoi(m[1])
		if n < 1 || n > len(d.said) {
			return bot.Message{}, fmt.Errorf("there is no answer %d", n)
		}
		s, ok := link(d.said[n-1], m[2])
		if !ok {
			return bot.Message{}, fmt.Errorf("answer %d has no 「%s」", n, m[2])
		}
		return d.tap(s)
	}
	if strings.HasPrefix(l, "「") && strings.HasSuffix(l, "」") && len(d.said) > 0 {
		label := strings.TrimSuffix(strings.TrimPrefix(l, "「"), "」")
		s, ok := link(d.said[len(d.said)-1], label)
		if !ok {
			return bot.Message{}, fmt.Errorf("the last answer has no 「%s」", label)
		}
		return d.tap(s)
	}
	if strings.HasPrefix(l, "（") {
		return d.act(strings.TrimSuffix(strings.TrimPrefix(l, "（"), "）"))
	}
	return d.text(l)
}

// act plays what is not words.
func (d *dialogue) act(s string) (bot.Message, error) {
	word, rest, _ := strings.Cut(s, " ")
	switch word {
	case "扫码":
		return d.send(bot.Input{Kind: bot.Scan, Scene: rest})
	case "关注":
		return d.send(bot.Input{Kind: bot.Follow, Scene: rest})
	case "取消关注":
		return d.send(bot.Input{Kind: bot.Unfollow})
	case "菜单":
		return d.send(bot.Input{Kind: bot.Click, Text: rest})
	case "照片":
		return d.send(bot.Input{Kind: bot.Picture, Media: bot.Media{ID: "m" + rest, URL: "http://p/" + rest}})
	case "语音":
		return d.send(bot.Input{Kind: bot.Voice, Media: bot.Media{ID: "v"}, Text: rest})
	case "视频":
		return d.send(bot.Input{Kind: bot.Video, Media: bot.Media{ID: "v"}})
	case "位置":
		return d.send(bot.Input{Kind: bot.Place, Position: bot.Position{Latitude: "31.67", Longitude: "118.5", Label: rest}})
	case "链接":
		return d.send(bot.Input{Kind: bot.Link, Text: rest})
	case "空白":
		return d.text(" \u200b ")
	case "长文":
		n, _ := strconv.Atoi(rest)
		return d.text(strings.Repeat("长", n))
	}
	return bot.Message{}, fmt.Errorf("unknown act %q", s)
}
