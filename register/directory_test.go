package register

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"pingyi/internal/bounds"
	"pingyi/models"
)

func sample(t testing.TB) []models.Unit {
	t.Helper()
	f, err := os.Open("../config/sample/units.csv")
	if err != nil {
		t.Fatal(err)
	}
	units, err := ParseUnits(f)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return units
}

func codes(units []models.Unit) string {
	list := make([]string, len(units))
	for i, u := range units {
		list[i] = u.Code
	}
	return strings.Join(list, " ")
}

func TestExact_wholeName_findsTheUnit(t *testing.T) {
	d := NewDirectory(sample(t))
	for text, want := range map[string]string{
		"市教育局": "A03", "教育局": "A03", "A03": "A03", "a03": "A03", "Ａ０３": "A03", " 市 教育局\u200b ": "A03",
		"发改委": "A01", "市发改委": "A01", "发展和改革委员会": "A01", "城管": "A14", "人民医院": "C20", "市人民医院": "C20",
		"总工会": "B01", "妇联": "B03", "中国银行市分行": "C15", "市公安局出入境窗口": "A05W1", "公安局 车管所窗口": "A05W2", "a05w1": "A05W1",
		"教育": "", "教育局长": "", "银行": "", "": "", "市": "", "55445": "", "jyj": "",
	} {
		if got := codes(d.Exact(text)); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestExact_sharedShortName_listsAllNamesFirst(t *testing.T) {
	d := NewDirectory([]models.Unit{
		{Code: "1", Name: "市图书馆"}, {Code: "2", Name: "少儿馆", Aliases: []string{"图书馆"}}, {Code: "3", Name: "图书馆"},
		{Code: "图书馆", Name: "别的"}, {Code: "5", Name: "市图书馆 ", Aliases: []string{"图书馆"}},
	})
	if got := codes(d.Exact("图书馆")); got != "3 图书馆 2 5 1" {
		t.Error(got)
	}
	if got := codes(d.Exact("市图书馆")); got != "1 5 2" {
		t.Error(got)
	}
}

func TestByCode_anyCase_findsUnitsAndWindows(t *testing.T) {
	d := NewDirectory(sample(t))
	if u, ok := d.ByCode("a34w1"); !ok || u.Name != "市政务服务中心 综合受理窗口" || u.Parent != "A34" {
		t.Errorf("%+v %v", u, ok)
	}
	if _, ok := d.ByCode("A99"); ok {
		t.Error("found a unit that is not there")
	}
}

func TestSearch_sampleRegister_bestFirst(t *testing.T) {
	d := NewDirectory(sample(t))
	for _, tt := range []struct {
		text  string
		limit int
		want  string
	}{
		{"教育", 5, "A03"},
		{"教育局", 5, "A03"},
		{"公安局", 5, "A05 A05W1 A05W2"}, // the unit, then its windows
		{"银行", 9, "C13 C14 C15 C16 C17"},
		{"银行", 2, "C13 C14"},
		{"jyj", 5, "A03"},
		{"sjyj", 5, "A03"},
		{"JYJ", 5, "A03"},
		{"ｊｙｊ", 5, "A03"},
		{"jiaoyuju", 5, "A03"},
		{"shijiaoyuju", 5, "A03"},
		{"jiao yu", 5, "A03"},
		{"jiao'yu'ju", 5, "A03"},
		{"jiaoyj", 5, "A03"},
		{"fagaiwei", 5, "A01"},
		{"fgw", 5, "A01"},
		{"gaj", 3, "A05 A05W1 A05W2"},
		{"changtuqiche", 5, "C06"}, // 长 chang, not zhang
		{"zhongguoyinhang", 5, "C15"},
		{"zgyh", 5, "C15"},
		{"zgyx", 5, "C15"}, // 行 is xing as well
		{"a05", 5, "A05 A05W1 A05W2"},
		{"马鞍山市教育局", 5, "A03"},
		{"我要评公安局出入境窗口", 1, "A05W1"},
		{"市城管", 5, "A14"},
		{"疾控中心", 5, "C24"},
		{"工商联", 5, "B06"},
		{"市卫生委员会", 5, "A21"},
		{"55445", 5, ""},
		{"天气", 5, ""},
		{"zzzz", 5, ""},
		{"", 5, ""},
		{"教育", 0, ""},
		{strings.Repeat("教育局", 100), 5, ""},
	} {
		if got := codes(d.Search(tt.text, tt.limit)); got != tt.want {
			t.Errorf("%q: %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestSearch_oneCharacter_startsBeforeParts(t *testing.T) {
	d := NewDirectory(sample(t))
	if got := codes(d.Search("水", 5)); got != "A17 C02 C05" { // 市水利局; then 供水, alias 自来水公司; 污水
		t.Error(got)
	}
}

func TestSearch_umlaut_isTypedAsVOrU(t *testing.T) {
	d := NewDirectory([]models.Unit{{Code: "1", Name: "市绿化局"}, {Code: "2", Name: "市妇女儿童中心"}})
	for text, want := range map[string]string{"lvhua": "1", "luhua": "1", "lühua": "1", "lvhj": "1", "funv": "2"} {
		if got := codes(d.Search(text, 5)); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestSearch_punctuationInNames_doesNotStopPinyin(t *testing.T) {
	d := NewDirectory([]models.Unit{{Code: "1", Name: "12345（热线）中心"}, {Code: "2", Name: "ETC办"}})
	for text, want := range map[string]string{"rexianzx": "1", "12345rx": "1", "etcb": "2", "ETC": "2", "12345": "1", "1234": "1", "（热线）": "1"} {
		if got := codes(d.Search(text, 5)); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestSearch_anyText_includesWhatExactFindsFirst(t *testing.T) {
	units := sample(t)
	d := NewDirectory(units)
	rapid.Check(t, func(t *rapid.T) {
		u := rapid.SampledFrom(units).Draw(t, "unit")
		text := rapid.SampledFrom(append([]string{u.Name, u.Code, strings.ToLower(u.Code)}, u.Aliases...)).Draw(t, "text")
		exact, found := d.Exact(text), d.Search(text, len(units))
		if len(exact) == 0 || len(found) < len(exact) {
			t.Fatalf("%q: exactly %q, found %q", text, codes(exact), codes(found))
		}
		if diff := cmp.Diff(exact, found[:len(exact)]); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestSearch_anyPartOfAName_findsItsUnit(t *testing.T) {
	units := sample(t)
	d := NewDirectory(units)
	rapid.Check(t, func(t *rapid.T) {
		u := rapid.SampledFrom(units).Draw(t, "unit")
		name := []rune(u.Name)
		from := rapid.IntRange(0, len(name)-1).Draw(t, "from")
		to := rapid.IntRange(from+1, len(name)).Draw(t, "to")
		part := string(name[from:to])
		if strings.TrimSpace(part) == "" {
			t.Skip()
		}
		found := d.Search(part, len(units))
		for _, f := range found {
			if f.Code == u.Code {
				return
			}
		}
		t.Fatalf("%q found %q, not %s", part, codes(found), u.Code)
	})
}

func FuzzSearch(f *testing.F) {
	d := NewDirectory(sample(f))
	for _, s := range []string{"教育局", "jyj", "ü", "'", "\xff", "市", "ﷺﷺﷺ", "a05"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var found []models.Unit
		bounds.Hold(t, bounds.Push, func() { found = d.Search(text, 5) })
		if len(found) > 5 {
			t.Fatalf("%d units", len(found))
		}
		seen := map[string]bool{}
		for _, u := range found {
			if seen[u.Code] {
				t.Fatalf("%s twice", u.Code)
			}
			seen[u.Code] = true
		}
		if exact := d.Exact(text); len(exact) > 0 && (len(found) == 0 || found[0].Code != exact[0].Code) {
			t.Fatalf("exactly %q, found %q", codes(exact), codes(found))
		}
	})
}

func BenchmarkSearch(b *testing.B) {
	base := sample(b)
	var units []models.Unit
	for i := range 10_000 {
		u := base[i%len(base)]
		u.Code = fmt.Sprintf("%s-%d", u.Code, i)
		u.Name = fmt.Sprintf("%s第%d站", u.Name, i)
		units = append(units, u)
	}
	d := NewDirectory(units)
	for _, q := range []string{"市", "教育局", "jyj", "s", "zhongguoyinhang", "马鞍山市教育局", "发展委会员", "a05-", "gjzzx"} {
		b.Run(q, func(b *testing.B) {
			for b.Loop() {
				d.Search(q, 9)
			}
		})
	}
}

func TestWithCampaigns_namesOfACampaign_comeFirstAndTheOthersAreAliases(t *testing.T) {
	units := []models.Unit{{Code: "A03", Name: "市教育体育局", Aliases: []string{"教育局"}}, {Code: "A04", Name: "市教育局"}, {Code: "A05", Name: "市公安局"}}
	open := []models.Unit{{Code: "A03", Name: "市教育局"}, {Code: "A04", Name: "市科学技术局"}, {Code: "A05", Name: "市公安局"}}
	next := []models.Unit{{Code: "A03", Name: "市教体局"}}
	named := WithCampaigns(units, open, next)
	want := []models.Unit{
		{Code: "A03", Name: "市教育局", Aliases: []string{"教育局", "市教体局", "市教育体育局"}},
		{Code: "A04", Name: "市科学技术局", Aliases: []string{"市教育局"}}, {Code: "A05", Name: "市公安局"},
	}
	if diff := cmp.Diff(want, named); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(units, WithCampaigns(units)); diff != "" {
		t.Error(diff)
	}
	if got := codes(NewDirectory(named).Exact("市教育局")); got != "A03 A04" {
		t.Error(got)
	}
}

func TestNamesakes_unitsOfOneName_areListedForEachOther(t *testing.T) {
	d := NewDirectory([]models.Unit{
		{Code: "S1", Name: "实验小学", Superior: "花山区"}, {Code: "S2", Name: "实验　小学", Superior: "雨山区"},
		{Code: "S3", Name: "实验小学", RetiredAt: models.At(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))},
		{Code: "A1", Name: "市教育局", Aliases: []string{"实验小学"}},
	})
	for code, want := range map[string]string{"S1": "S2", "S2": "S1", "S3": "", "A1": "", "Z9": ""} {
		var got string
		for _, u := range d.Namesakes(code) {
			got += u.Code
		}
		if got != want {
			t.Errorf("namesakes of %s are %q, want %q", code, got, want)
		}
	}
}
