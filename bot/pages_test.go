package bot_test

import (
	"testing"
)

func TestEngine_AsksMore_onlyTheWholeWord(t *testing.T) {
	e := newTestEngine(t)
	for text, want := range map[string]bool{
		"下一页": true, " 下一页。": true, "下一页 市教育局": false, "上一页": false, "": false, "继续": false,
	} {
		if got := e.AsksMore(text); got != want {
			t.Errorf("%q: %t", text, got)
		}
	}
	if e.More() == "" {
		t.Error("nothing says how to see the next page")
	}
}
