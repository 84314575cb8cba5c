package bot_test

import (
	"strings"
	"testing"
	"time"

	"pingyi/bot"
	"pingyi/models"
)

func TestHuman_whateverIsKnown_isToldAndNothingElse(t *testing.T) {
	phones := func(d *dialogue, phone string, retired time.Time) {
		units := testUnits()
		units[2].Phone, units[2].RetiredAt = phone, models.At(retired)
		d.w.Directory = units
	}
	for name, c := range map[string]struct {
		contacts bot.Contacts
		phone    string
		retired  time.Time
		says     []string
		not      []string
	}{
		"everything":       {testContacts, "0555-0000003", time.Time{}, []string{"市纠风办 0555-0000000（工作日 8:30-17:30）", "市教育局 0555-0000003", "12345，24小时"}, []string{"没有留"}},
		"the office alone": {testContacts, "", time.Time{}, []string{"市纠风办 0555-0000000"}, []string{"市教育局", "没有留"}},
		"the unit alone":   {bot.Contacts{}, "0555-0000003", time.Time{}, []string{"市教育局 0555-0000003", "12345，24小时"}, []string{"没有留", "（"}},
		"nothing":          {bot.Contacts{}, "", time.Time{}, []string{"没有留电话", "请打12345。"}, []string{"市教育局", "24小时"}},
		"no hours":         {bot.Contacts{Office: "市纠风办", Phone: "0555-0000000"}, "", time.Time{}, []string{"市纠风办 0555-0000000\n"}, []string{"（"}},
		"its own hotline":  {bot.Contacts{Office: "市纠风办", Phone: "0555-0000000", Hotline: "0555-12340"}, "", time.Time{}, []string{"其他事情打0555-12340。"}, []string{"24小时", "12345"}},
		"a retired unit":   {testContacts, "0555-0000003", day(2017, 1, 1), []string{"市纠风办"}, []string{"0555-0000003"}},
	} {
		for _, taps := range []bool{true, false} {
			d := newDialogue(newTestEngine(t), taps)
			d.w.Contacts = c.contacts
			phones(d, c.phone, c.retired)
			mustSay(t, d, "帮助") // the first answer links the privacy notice
			text := shown(mustSay(t, d, "人工 教育局"), taps)
			for _, part := range c.says {
				if !strings.Contains(text, part) {
					t.Errorf("%s, taps %t: no %q in\n%s", name, taps, part, text)
				}
			}
			for _, part := range c.not {
				if strings.Contains(text, part) {
					t.Errorf("%s, taps %t: %q in\n%s", name, taps, part, text)
				}
			}
		}
	}
}

func TestHuman_amidEveryStep_keepsTheDraftOnOnePage(t *testing.T) {
	e := newTestEngine(t)
	for _, taps := range []bool{true, false} {
		d := newDialogue(e, taps)
		d.w = longWorld(taps)
		d.w.Contacts = bot.Contacts{Office: strings.Repeat("办", 24), Phone: "0555-000000000000000", Hours: strings.Repeat("时", 24)}
		units, ok := d.w.Directory.(fakeDirectory)
		if !ok {
			t.Fatal("another register")
		}
		for i := range units {
			units[i].Phone = "0555-00000000000000000000 转 0000"
		}
		d.h = newFakeHost(d.w)
		for _, said := range []string{
			"（扫码 w:W01）", "满意", "555555", "修改", "2", "投诉", "取消",
			"投诉", "下一页", units[3].Code, "办事拖拉", "等了两个小时", "完成", "匿名", "跳过", "修改", "评议", "取消", "撤回 " + units[3].Code,
		} {
			mustSay(t, d, said)
			before := d.s
			m := mustSay(t, d, "人工")
			if err := checkMessage(m, taps); err != nil {
				t.Errorf("taps %t, after %s: %v", taps, said, err)
			}
			if d.s.Step != before.Step || d.s.Draft.ID != before.Draft.ID || d.s.Draft.Revision != before.Draft.Revision || len(d.h.files) > 0 {
				t.Errorf("taps %t, after %s: the draft is another", taps, said)
			}
			text := shown(m, taps)
			if !strings.Contains(text, "这里没有人值守") || !strings.Contains(text, "0555-000000000000000") {
				t.Errorf("taps %t, after %s:\n%s", taps, said, text)
			}
		}
	}
}

func TestHuman_insideAStory_isPartOfIt(t *testing.T) {
	d := newDialogue(newTestEngine(t), true)
	mustSay(t, d, "投诉 教育局", "其他", "人工窗口没有人", "人工 智能都不会", "人工", "完成", "匿名", "跳过", "确认")
	if len(d.h.files) != 1 || len(d.h.files[0].Parts) != 2 {
		t.Errorf("filed %+v", d.h.files)
	}
}
