package bot_test

import (
	"strings"
	"testing"
)

func TestFirstContact_privacyNoticeNamedOnce(t *testing.T) {
	e := newTestEngine(t)
	for _, taps := range []bool{true, false} {
		for _, words := range []string{"帮助", "隐私说明", "评议", "投诉", "你好"} {
			m, err := newDialogue(e, taps).text(words)
			if err != nil {
				t.Fatal(err)
			}
			links := 0
			for _, l := range m.Lines {
				for _, s := range l {
					if s.Send == "隐私说明" || s.Send == "" && strings.Contains(s.Label, "隐私说明") {
						links++
					}
				}
			}
			if links != 1 { // of the notice itself it is the title
				t.Errorf("%s, taps %t: the notice is named %d times\n%s", words, taps, links, shown(m, taps))
			}
		}
	}
}
