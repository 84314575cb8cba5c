package wechat

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"pingyi/bot"
)

func text(s string) bot.Line { return bot.Line{{Label: s}} }

func TestRender_choices_areTapLinks(t *testing.T) {
	m := bot.Message{Lines: []bot.Line{
		text("第1题"),
		{{Label: "5 "}, {Label: "非常满意", Send: "市教育局 第1题 非常满意", Mark: "5"}},
		{{Label: "确认", Send: "确认 市教育局"}, {Label: " "}, {Label: "取消", Send: "取消", Mark: "12345678901"}},
		{},
		{{Label: `a<b>&"`, Send: "a&b\"c<d>e+f%g#h\ni", Mark: "x"}},
	}}
	want := "第1题\n" +
		`5 <a href="weixin://bizmsgmenu?msgmenucontent=市教育局 第1题 非常满意&msgmenuid=5">非常满意</a>` + "\n" +
		`<a href="weixin://bizmsgmenu?msgmenucontent=确认 市教育局&msgmenuid=0">确认</a> <a href="weixin://bizmsgmenu?msgmenucontent=取消&msgmenuid=0">取消</a>` + "\n\n" +
		`<a href="weixin://bizmsgmenu?msgmenucontent=a＆b＂c＜d＞e＋f％g＃h i&msgmenuid=0">a＜b＞&"</a>`
	if got := Render(m); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestRender_foreignText_isCleanAndNoTag(t *testing.T) {
	got := Render(bot.Message{Lines: []bot.Line{text("a\x00\xff\x1b<a href=x>b\tc\nd")}})
	if got != "a＜a href=x＞b\tc\nd" {
		t.Errorf("got %q", got)
	}
}

func TestRender_nothingToSay_isEmpty(t *testing.T) {
	for _, m := range []bot.Message{{}, {Lines: []bot.Line{{}, text("\x00")}}} {
		if got := Render(m); got != "" {
			t.Errorf("got %q", got)
		}
	}
}

func TestRenderPages_manyLines_areCutBetweenLines(t *testing.T) {
	var m bot.Message
	for range 100 {
		m.Lines = append(m.Lines, bot.Line{{Label: "1 "}, {Label: "马鞍山市人力资源和社会保障局", Send: "评议 马鞍山市人力资源和社会保障局", Mark: "1"}})
	}
	pages := RenderPages(m)
	line := RenderPages(bot.Message{Lines: m.Lines[:1]})[0]
	if got, want := strings.Join(pages, "\n"), strings.TrimSuffix(strings.Repeat(line+"\n", 100), "\n"); got != want {
		t.Error("the pages are not the lines")
	}
	if len(pages) < 2 || len(pages[0]) > MaxText || len(pages[0])+1+len(line) <= MaxText {
		t.Errorf("%d pages, the first has %d bytes, a line %d", len(pages), len(pages[0]), len(line))
	}
	if Render(m) != pages[0] {
		t.Error("Render is not the first page")
	}
}

func TestRenderPages_exactlyFull_isOnePage(t *testing.T) {
	m := bot.Message{Lines: []bot.Line{text(strings.Repeat("a", MaxText-4)), text("好")}}
	if pages := RenderPages(m); len(pages) != 1 || len(pages[0]) != MaxText {
		t.Errorf("%d pages", len(pages))
	}
	m.Lines[1] = text("好a")
	if pages := RenderPages(m); len(pages) != 2 || pages[1] != "好a" {
		t.Errorf("pages %q", pages)
	}
}

func TestRenderPages_longLine_isCutAtLineEndsAndRunes(t *testing.T) {
	paragraph := strings.Repeat("好", 500)
	pages := RenderPages(bot.Message{Lines: []bot.Line{text(paragraph + "\n" + paragraph)}})
	if len(pages) != 2 || pages[0] != paragraph || pages[1] != paragraph {
		t.Errorf("%d pages, %d bytes", len(pages), len(pages[0]))
	}
	pages = RenderPages(bot.Message{Lines: []bot.Line{text("a" + strings.Repeat("好", 1000))}})
	if strings.Join(pages, "") != "a"+strings.Repeat("好", 1000) || len(pages) != 2 || !utf8.ValidString(pages[0]) {
		t.Errorf("%d pages", len(pages))
	}
}

func TestRenderPages_linkLongerThanAPage_isItsLabel(t *testing.T) {
	pages := RenderPages(bot.Message{Lines: []bot.Line{{{Label: "看", Send: strings.Repeat("好", 700)}}}})
	if len(pages) != 1 || pages[0] != "看" {
		t.Errorf("pages %q", pages)
	}
}

var link = regexp.MustCompile(`<a href="weixin://bizmsgmenu\?msgmenucontent=[^"<>&]*&msgmenuid=[0-9]{1,10}">[^<>\n]*</a>`)

// checkPages holds what is true of every rendered message.
func checkPages(t interface {
	Helper()
	Fatalf(string, ...any)
}, pages []string) {
	t.Helper()
	for _, page := range pages {
		if page == "" || len(page) > MaxText || !utf8.ValidString(page) || cleanString(page) != page {
			t.Fatalf("a page of %d bytes: %q", len(page), page)
		}
		if rest := link.ReplaceAllString(page, ""); strings.ContainsAny(rest, "<>") {
			t.Fatalf("a cut or foreign tag: %q", rest)
		}
	}
}

func TestRenderPages_anything_isBoundedCleanAndWhole(t *testing.T) {
	long := rapid.SampledFrom([]string{"", "好", "\n", strings.Repeat("好", 300), strings.Repeat("x\n", 400), strings.Repeat("a", 1799), "<\x00\xff]]>"})
	span := rapid.Custom(func(t *rapid.T) bot.Span {
		return bot.Span{
			Label: rapid.String().Draw(t, "label") + long.Draw(t, "more"),
			Send:  rapid.SampledFrom([]string{"", "满意", "a&<\">\n", strings.Repeat("意", 599)}).Draw(t, "send"),
			Mark:  rapid.SampledFrom([]string{"", "4", "\"", "99999999999"}).Draw(t, "mark"),
		}
	})
	lines := rapid.SliceOfN(rapid.SliceOfN(span, 0, 4), 0, 8)
	rapid.Check(t, func(t *rapid.T) {
		var m bot.Message
		for _, l := range lines.Draw(t, "lines") {
			m.Lines = append(m.Lines, l)
		}
		checkPages(t, RenderPages(m))
	})
}
