package folding

import (
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"
)

func TestName_formsThatPeopleType_areOne(t *testing.T) {
	for name, forms := range map[string][]string{
		"政府部门":    {"政府部⻔", "政府　部门", "政府部門", "政府部⾨", " 政府 部 门\u200b", "政府\ufe0f部门"},
		"市教育局":    {"市教育局\u3000", "市敎育局", "巿教育局"},
		"etc办":    {"ＥＴＣ办", "Etc 办", "ETC辦"},
		"民政局":     {"⺠政局", "⺠ 政局"},
		"12345热线": {"１２３４５热线", "12345熱線"},
		"龴":       {"\ue81e"}, // as Windows reads GBK's FE59
	} {
		for _, form := range forms {
			if got := Name(form); got != name {
				t.Errorf("%q is %q, not %q", form, got, name)
			}
		}
	}
}

func TestName_otherCharacters_stayApart(t *testing.T) {
	for _, pair := range [][2]string{{"政府部们", "政府部门"}, {"干部局", "乾部局"}, {"A03", "A3"}} {
		if Name(pair[0]) == Name(pair[1]) {
			t.Errorf("%q is taken for %q", pair[0], pair[1])
		}
	}
}

func TestCode_caseAndWidth_areOne(t *testing.T) {
	for _, form := range []string{"a03", "A03", "Ａ０３", " ａ03 "} {
		if got := Code(form); got != "A03" {
			t.Errorf("%q is %q", form, got)
		}
	}
	if got := Narrow(" ａ03"); got != "a03" {
		t.Errorf("kept as %q", got)
	}
}

func TestSpelling_looksStay_disguisesGo(t *testing.T) {
	for typed, want := range map[string]string{
		"政府部⻔": "政府部门", "市　图书馆　": "市 图书馆", "12345（热线）": "12345（热线）", "市圖書館": "市圖書館", "\ue81e": "龴", "\ue000": "\ue000", "豈": "豈",
	} {
		if got := Spelling(typed); got != want {
			t.Errorf("%q is kept as %q, not %q", typed, got, want)
		}
	}
	for typed, want := range map[string]string{"政府　部⻔": "政府部门", "A 类": "A类", "Class A": "Class A"} {
		if got := Class(typed); got != want {
			t.Errorf("%q is kept as %q, not %q", typed, got, want)
		}
	}
	if r, found := PrivateUse("市\ue000局"); !found || r != 0xe000 {
		t.Errorf("%U %v", r, found)
	}
}

func TestWords_blanksAndForms_asTheChatComparesThem(t *testing.T) {
	for typed, want := range map[string]string{
		"確認": "确认", "　確認　市敎育局": "确认 市教育局", "ＯＫ": "OK", "投 诉": "投 诉", "第2题\u200b 满意": "第2题 满意", "确认 市教育局": "确认 市教育局",
	} {
		if got := Words(typed); got != want {
			t.Errorf("%q is %q, not %q", typed, got, want)
		}
	}
}

func TestFolding_anyText_isFoldedOnceForAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		for name, f := range map[string]func(string) string{"Name": Name, "Words": Words, "Spelling": Spelling, "Class": Class, "Code": Code} {
			once := f(text)
			if !utf8.ValidString(once) && utf8.ValidString(text) {
				t.Fatalf("%s(%q) is no UTF-8", name, text)
			}
			if name != "Name" && name != "Words" && name != "Code" && f(once) != once {
				t.Fatalf("%s(%q) is %q and then %q", name, text, once, f(once))
			}
		}
		if Name(Spelling(text)) != Name(text) {
			t.Fatalf("%q is another name as it is kept", text)
		}
	})
}

func TestTables_everyCharacter_leadsToAnotherThatStays(t *testing.T) {
	pairs(traditional, func(from, to rune) {
		if from == to || simplified(to) != to {
			t.Errorf("%c leads to %c and on to %c", from, to, simplified(to))
		}
	})
	pairs(lookalikes+standIns, func(from, _ rune) {
		if got := unmask(from); got == from || unmask(got) != got {
			t.Errorf("%U leads to %U and on to %U", from, got, unmask(got))
		}
	})
}
