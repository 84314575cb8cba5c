package bot_test

import (
	"strings"
	"testing"

	"pingyi/bot/flow/public"
)

func TestAnswerPublic_everyFate_isToldInWordsAlone(t *testing.T) {
	e := newTestEngine(t)
	for name, c := range map[string]struct {
		text public.Text
		says []string
		not  []string
	}{
		"counted":      {public.Text{Fate: public.Counted, Unit: "市教育局"}, []string{"谢谢您", "【市教育局】", "已经记下", "回复 查询", "回复 市教育局"}, []string{"满意"}},
		"stands":       {public.Text{Fate: public.Stands, Unit: "市教育局"}, []string{"以那一份为准", "【市教育局】", "回复 市教育局"}, []string{"满意"}},
		"not recorded": {public.Text{Fate: public.Unlinked, Unit: "市教育局"}, []string{"【市教育局】的评价没有记下", "不是您的原因", "回复 市教育局", "回复 投诉"}, []string{"满意"}},
		"not rated":    {public.Text{Fate: public.NotRated, Unit: "市教育局"}, []string{"【市教育局】不在这次评议的名单里", "回复 投诉"}, []string{"满意"}},
		"how":          {public.Text{Fate: public.How, Example: "市教育局"}, []string{"没有计成评价", "例如：市教育局 满意", "非常不满意", "回复单位名称", "回复 投诉"}, nil},
		"how private":  {public.Text{Fate: public.HowPrivate, Example: "市教育局"}, []string{"没有计成评价", "例如 市教育局", "回复 投诉"}, []string{"满意", "@"}},
	} {
		text := shown(public.Answer(e, c.text), false)
		for _, part := range c.says {
			if !strings.Contains(text, part) {
				t.Errorf("%s: %q is not in\n%s", name, part, text)
			}
		}
		for _, part := range c.not {
			if strings.Contains(text, part) {
				t.Errorf("%s: %q is in\n%s", name, part, text)
			}
		}
		long := strings.Repeat("很长的单位名称", 20)
		c.text.Unit, c.text.Example = long, long
		m := public.Answer(e, c.text)
		if err := checkMessage(m, false); err != nil {
			t.Errorf("%s with a long name: %v", name, err)
		}
		for _, l := range m.Lines {
			for _, s := range l {
				if s.Send != "" {
					t.Errorf("%s offers the choice %q, and there is no session to hold it", name, s.Label)
				}
			}
		}
	}
	if m := public.Answer(e, public.Text{}); len(m.Lines) != 0 {
		t.Errorf("nothing to tell: %v", m)
	}
}
