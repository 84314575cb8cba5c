package weibo

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"pingyi/bot"
)

func lines(texts ...string) bot.Message {
	var m bot.Message
	for _, s := range texts {
		m.Lines = append(m.Lines, bot.Line{{Label: s}})
	}
	return m
}

func TestRender_choices_areTheirLabels(t *testing.T) {
	got := Render(bot.Message{Lines: []bot.Line{
		{{Label: "第1题\x00"}},
		{{Label: "5 "}, {Label: "非常满意", Send: "市教育局 第1题 非常满意", Mark: "5"}},
		{},
		{{Send: "确认"}},
	}}, "")
	if diff := cmp.Diff([]string{"第1题\n5 非常满意\n\n确认"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestRender_nothingToSay_isNil(t *testing.T) {
	for _, m := range []bot.Message{{}, lines("", "\x00")} {
		if got := Render(m, ""); got != nil {
			t.Errorf("got %q", got)
		}
	}
}

func TestRender_exactlyFull_isOnePage(t *testing.T) {
	full := lines(strings.Repeat("好", 148), strings.Repeat("好", 150))
	if got := Render(full, ""); len(got) != 1 || utf8.RuneCountInString(got[0]) != 299 {
		t.Errorf("%d pages", len(got))
	}
	over := lines(strings.Repeat("好", 149), strings.Repeat("评", 150))
	want := []string{strings.Repeat("好", 149) + "\n(1/2)", strings.Repeat("评", 150) + "\n(2/2)"}
	if diff := cmp.Diff(want, Render(over, "")); diff != "" {
		t.Error(diff)
	}
}

func TestRender_longLine_isCutAtRunes(t *testing.T) {
	got := Render(lines("头", strings.Repeat("👍", 1500), "尾"), "")
	if len(got) != 12 || got[0] != "头\n(1/12)" || !strings.HasSuffix(got[11], "\n尾\n(12/12)") {
		t.Errorf("%d pages, the first is %q", len(got), got[0])
	}
	if n := strings.Count(strings.Join(got, ""), "👍"); n != 1500 {
		t.Errorf("%d of 1500 characters are left", n)
	}
}

func TestRender_anything_isBoundedAndWhole(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var texts []string
		for range rapid.IntRange(0, 40).Draw(t, "lines") {
			texts = append(texts, strings.Repeat(rapid.SampledFrom([]string{"好", "a", "👍", "\n", "评议 "}).Draw(t, "text"), rapid.IntRange(0, 700).Draw(t, "times")))
		}
		var kept strings.Builder
		for _, page := range Render(lines(texts...), "") {
			if n := length(page); n > MaxText || utf8.RuneCountInString(page) > MaxText || page == "" {
				t.Fatalf("a page of %d characters", n)
			}
			body, number, _ := strings.Cut(page, "\n(")
			if number == "" {
				body = page
			}
			kept.WriteString(body)
		}
		squeeze := strings.NewReplacer("\n", "").Replace
		if got, want := squeeze(kept.String()), squeeze(strings.Join(texts, "")); got != want {
			t.Fatalf("%d bytes are left of %d", len(got), len(want))
		}
	})
}

func TestReply_publishedVector_isEncodedAsPublished(t *testing.T) {
	v := loadVectors(t).Reply
	if got := escape(v.JSON); got != v.Encoded {
		t.Errorf("encoded %s", got)
	}
	got, err := Reply(Push{Citizen: testSender, Receiver: testUID}, "中文消息")
	want := `{"result":true,"sender_id":"` + testUID + `","receiver_id":"` + testSender + `","type":"text","data":"` + v.Encoded + `"}`
	if err != nil || string(got) != want {
		t.Errorf("got %s, %v", got, err)
	}
}

func TestReply_anyText_isReadBackClean(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text") + rapid.SampledFrom([]string{"", " +&=%\"\\<>", "\x00\xff"}).Draw(t, "trap")
		out, err := Reply(Push{Citizen: "1", Receiver: "2"}, text)
		if err != nil {
			t.Fatal(err)
		}
		var answer struct{ Data string }
		if err := json.Unmarshal(out, &answer); err != nil {
			t.Fatal(err)
		}
		data, err := url.PathUnescape(answer.Data) // does not read + as a space, as the platform does not
		if err != nil || strings.Contains(answer.Data, "+") {
			t.Fatalf("%s: %v", answer.Data, err)
		}
		var got struct{ Text string }
		if err := json.Unmarshal([]byte(data), &got); err != nil || got.Text != clean(text) {
			t.Fatalf("read back %q, want %q, %v", got.Text, clean(text), err)
		}
	})
}

func TestRender_severalPages_sayHowToSeeTheNext(t *testing.T) {
	long := strings.Repeat("好", 140)
	got := Render(lines(long, long, long, long), "回复 下一页 看后面")
	if len(got) != 2 || !strings.HasSuffix(got[0], "\n(1/2) 回复 下一页 看后面") || !strings.HasSuffix(got[1], "\n(2/2)") {
		t.Errorf("%q", got)
	}
	for _, page := range got {
		if n := utf8.RuneCountInString(page); n > MaxText {
			t.Errorf("%d characters", n)
		}
	}
}
