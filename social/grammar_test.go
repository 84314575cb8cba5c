package social

import (
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"pingyi/internal/bounds"
	"pingyi/models"
)

// units is a directory of whole names, as a register's is.
type units map[string][]models.Unit

func (u units) Exact(text string) []models.Unit { return u[strings.ToUpper(text)] }

func testUnits() units {
	u := units{}
	for code, names := range map[string]string{
		"A01": "市发展和改革委员会 发展和改革委员会 发改委", "A03": "市教育局 教育局", "A05": "市公安局 公安局 市局",
		"C20": "市人民医院 人民医院 窗口", "C21": "市中医院 窗口",
	} {
		for _, name := range append(strings.Fields(names), code) {
			u[name] = append(u[name], models.Unit{Code: code})
		}
	}
	return u
}

const us = "马鞍山发布"

// reading is a line of the file: what Parse makes of a text.
func reading(o Opinion, r Reason) string {
	if r != None {
		return string(r)
	}
	return o.Unit.Code + " " + string('0'+rune(o.Level))
}

func corpus(t testing.TB) (want, texts []string) {
	t.Helper()
	raw, err := os.ReadFile("testdata/texts.txt")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "# ") {
			continue
		}
		reading, text, ok := strings.Cut(line, "\t")
		if !ok {
			t.Fatalf("no tab in %q", line)
		}
		want, texts = append(want, reading), append(texts, strings.ReplaceAll(text, `\n`, "\n"))
	}
	return want, texts
}

func TestParse_publicTexts_noneMisread(t *testing.T) {
	want, texts := corpus(t)
	if len(texts) < 60 {
		t.Fatalf("only %d texts", len(texts))
	}
	for i, text := range texts {
		if got := reading(Parse(text, []string{us}, testUnits())); got != want[i] {
			t.Errorf("%q: %s, want %s", text, got, want[i])
		}
	}
}

func TestParse_longText_isNone(t *testing.T) {
	if _, r := Parse("教育局 "+strings.Repeat("好", maxOwn), nil, testUnits()); r != TooLong {
		t.Errorf("reason %q", r)
	}
}

func TestParse_nameUnknown_aMentionIsSomebodyElse(t *testing.T) {
	if _, r := Parse("@"+us+" 教育局 5", []string{""}, testUnits()); r != OtherMention {
		t.Errorf("reason %q", r)
	}
}

// Whatever is read as a rating holds, in the author's own words, the unit as one
// whole word and right after it the level as one whole word.
func FuzzParse(f *testing.F) {
	_, texts := corpus(f)
	for _, text := range texts {
		f.Add(text)
	}
	levels := map[string]models.Level{
		"非常满意": 5, "满意": 4, "基本满意": 3, "不满意": 2, "非常不满意": 1,
		"5": 5, "4": 4, "3": 3, "2": 2, "1": 1, "５": 5, "４": 4, "３": 3, "２": 2, "１": 1,
	}
	known := testUnits()
	reasons := map[Reason]bool{None: true}
	for _, r := range Reasons() {
		reasons[r] = true
	}
	f.Fuzz(func(t *testing.T, text string) {
		var o Opinion
		var r Reason
		bounds.Hold(t, bounds.Push, func() { o, r = Parse(text, []string{us}, known) })
		if !reasons[r] {
			t.Fatalf("%q: the reason %q is on no list", text, r)
		}
		if r != None {
			if o.Level != 0 || o.Unit.Code != "" {
				t.Fatalf("%q: %s, and a reading", text, r)
			}
			return
		}
		mine, _, _ := strings.Cut(text, "//@")
		if !utf8.ValidString(mine) || utf8.RuneCountInString(mine) > 4*maxOwn && len(strings.Fields(mine)) > 8 {
			t.Fatalf("%q was read", text)
		}
		mine = strings.NewReplacer("\u200b", "", "\u200c", "", "\u200d", "", "\u2060", "", "\ufeff", "", "#", " ", ":", " ", "：", " ").Replace(mine)
		fields := strings.Fields(mine)
		for i := 1; i < len(fields); i++ {
			if found := known.Exact(fields[i-1]); len(found) == 1 && found[0].Code == o.Unit.Code && levels[fields[i]] == o.Level {
				return
			}
		}
		t.Fatalf("%q was read as %s", text, reading(o, r))
	})
}
