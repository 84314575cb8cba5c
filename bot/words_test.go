package bot

import (
	"strings"
	"testing"
)

func TestClick_unknownKeyWhileTelling_isNoPartOfTheComplaint(t *testing.T) {
	d := newDialogue(newTestEngine(t), true)
	mustSay(t, d, "投诉 教育局", "办事拖拉")
	m, err := d.send(Input{Kind: Click, Text: "MENU_NEWS"})
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
