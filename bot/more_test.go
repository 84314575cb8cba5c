package bot

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSession_pagesNotShownYet_surviveTheEncoding(t *testing.T) {
	for _, s := range []Session{
		{Rest: []string{"第二页\n(2/3)", "第三页\n(3/3)"}},
		{Rest: []string{"第二页"}, overDay: 20000, Told: ToldPrivacy},
	} {
		b, err := s.MarshalBinary()
		if err != nil {
			t.Fatal(err)
		}
		var got Session
		if err := got.UnmarshalBinary(b); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(s, got, cmp.AllowUnexported(Session{}, draft{}, command{}, receipt{})); diff != "" {
			t.Error(diff)
		}
		for i := range b {
			if err := new(Session).UnmarshalBinary(b[:i]); err == nil && len(s.Rest) > 0 && i > len(b)-3 {
				t.Errorf("cut off at %d of %d it is a session", i, len(b))
			}
		}
	}
}

func TestEngine_AsksMore_onlyTheWholeWord(t *testing.T) {
	texts, err := LoadTexts("zh-Hans")
	if err != nil {
		t.Fatal(err)
	}
	e, err := New(texts)
	if err != nil {
		t.Fatal(err)
	}
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
