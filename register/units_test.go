package register

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"

	"pingyi/internal/bounds"
	"pingyi/models"
)

const head = "code,name,class,type,superior,aliases,parent,phone,promise\n"

func parse(t testing.TB, text string) []models.Unit {
	t.Helper()
	units, err := ParseUnits(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return units
}

// faults parses a bad register and lists what is said of it.
func faults(t testing.TB, text string) []string {
	t.Helper()
	units, err := ParseUnits(strings.NewReader(text))
	var list Faults
	if !errors.As(err, &list) || units != nil {
		t.Fatalf("units %v, error %v", units, err)
	}
	return strings.Split(list.Error(), "\n")
}

func TestParseUnits_sample_has84UnitsAndFourWindows(t *testing.T) {
	units := sample(t)
	count := map[models.UnitType]int{}
	for _, u := range units {
		count[u.Type]++
	}
	want := map[models.UnitType]int{models.Government: 38, models.Association: 12, models.Service: 34, models.Window: 4}
	if diff := cmp.Diff(want, count); diff != "" {
		t.Error(diff)
	}
	if w := (Rules{}).Warnings(units); len(w) != 0 {
		t.Errorf("warnings %v", w)
	}
}

func TestParseUnits_everyField_isTaken(t *testing.T) {
	units := parse(t, head+
		" A05 ,市公安局,政府部门,government,省公安厅,公安局 | 市局|公安局,,0555-1234567,\"当场\"\"办\"\"，不拖\"\n"+
		",,,,,,,,\n\n"+
		"A05W1,窗口,政府部门,window,,,a05,,\n")
	want := []models.Unit{
		{
			Code: "A05", Name: "市公安局", Class: "政府部门", Type: models.Government, Superior: "省公安厅",
			Aliases: []string{"公安局", "市局"}, Phone: "0555-1234567", Promise: `当场"办"，不拖`,
		},
		{Code: "A05W1", Name: "窗口", Class: "政府部门", Type: models.Window, Parent: "A05"},
	}
	if diff := cmp.Diff(want, units); diff != "" {
		t.Error(diff)
	}
}

func TestParseUnits_columnsInAnotherOrder_areTaken(t *testing.T) {
	units := parse(t, "Promise,phone,parent,aliases,superior,type,class,name,CODE\nP,,,,,service,x,市火车站,C07\n")
	want := []models.Unit{{Code: "C07", Name: "市火车站", Class: "x", Type: models.Service, Promise: "P"}}
	if diff := cmp.Diff(want, units); diff != "" {
		t.Error(diff)
	}
}

func TestParseUnits_anyEncodingAndLineEnd_givesTheSameUnits(t *testing.T) {
	text := head + "A03,市教育局,政府部门,government,,教育局|文教,,,\nC11,中国联通,公共,service,,,,,\n"
	want := parse(t, text)
	crlf := strings.ReplaceAll(text, "\n", "\r\n")
	for name, same := range map[string]string{
		"byte order mark": "\ufeff" + text,
		"gbk":             encode(t, simplifiedchinese.GBK, text),
		"gbk, crlf":       encode(t, simplifiedchinese.GBK, crlf),
		"gb18030":         encode(t, simplifiedchinese.GB18030, text),
		"no last end":     strings.TrimSuffix(text, "\n"),
		"crlf":            crlf,
	} {
		if diff := cmp.Diff(want, parse(t, same)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func encode(t testing.TB, e encoding.Encoding, text string) string {
	t.Helper()
	raw, err := e.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestParseUnits_gbkThatReadsAsUTF8_isTakenForGBK(t *testing.T) {
	raw := encode(t, simplifiedchinese.GBK, head+"C11,联通,联通,service,,,,,\n")
	if u := parse(t, raw)[0]; u.Name != "联通" {
		t.Errorf("read as %q", u.Name)
	}
}

func TestParseUnits_damagedEncoding_isNotTakenForAnother(t *testing.T) {
	good := head + "A03,市教育局,政府部门,government,,,,,\nA04,市科学技术局,政府部门,government,,,,,\n"
	gbk := encode(t, simplifiedchinese.GBK, good)
	for name, tt := range map[string]struct{ text, want string }{
		"utf-8 cut in a character": {strings.Replace(good, "科", "\xe7\xa7", 1), "line 3: a byte that is no UTF-8"},
		"marked as utf-8, is gbk":  {"\ufeff" + gbk, "line 2: a byte that is no UTF-8"},
		"gbk with a stray byte":    {strings.Replace(gbk, "A04", "\xff04", 1), "line 3: the file is no UTF-8, and from this line on no GB18030 either"},
		"utf-16":                   {"\xff\xfec\x00o\x00", "line 1: the file is UTF-16; save it as CSV UTF-8"},
	} {
		if diff := cmp.Diff([]string{tt.want}, faults(t, tt.text)); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestParseUnits_everyFault_isNamedWithItsLine(t *testing.T) {
	got := faults(t, head+
		"A01,甲,x,government,,,,,\n"+ // 2
		"a01,乙,x,government,,,,,\n"+ // 3
		"A 2,,,office,,,,,\n"+ // 4
		"W1,窗,x,window,,,,,\n"+ // 5
		"W2,窗,x,window,,,A99,,\n"+ // 6
		"W3,窗,x,window,,,W1,,\n"+ // 7
		"A04,丁,x,service,,,A01,,\n"+ // 8
		"A05,戊,x,service,,\n"+ // 9
		"A06,"+strings.Repeat("长", 61)+",x,service,,,,,\n"+ // 10
		"A07,己\u200b庚,x,service,,,,,\n"+ // 11
		"A08,\"己\n辰\",x,service,,,,,\n"+ // 12 and 13
		"A09,辛\"壬,x,service,,,,,\n"+ // 14
		"A10,癸,x,service,,a||b,,,\n"+ // 15
		"A11234567890123456,子,x,service,,,,,\n"+ // 16
		"A12,\"丑,x,service,,,,,\nA13,寅,x,service,,,,,\n") // 17
	want := []string{
		`line 3, code: "a01" stands in line 2 already, as A01`,
		`line 4, code: "A 2" must be 1 to 16 letters, digits, _ or -`,
		`line 4, name: must not be empty`,
		`line 4, class: must not be empty`,
		`line 4, type: "office" must be government, association, service or window`,
		`line 5, parent: a window must have a parent`,
		`line 6, parent: there is no unit "A99"`,
		`line 7, parent: "W1" is a window itself`,
		`line 8, parent: only a window has a parent`,
		`line 9: 6 fields, must be 9`,
		`line 10, name: 61 characters, at most 60`,
		`line 11, name: the character U+200B must not be there`,
		`line 12, name: the character U+000A must not be there`,
		`line 14: a " inside a field that is not quoted`,
		`line 15, aliases: an alias is empty`,
		`line 16, code: "A11234567890123456" must be 1 to 16 letters, digits, _ or -`,
		`line 17: a quoted field in the row that begins here is not closed`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestParseUnits_badHead_isNamedAndRowsAreNotRead(t *testing.T) {
	for text, want := range map[string][]string{
		"": {"line 1: the file is empty; the head must be code,name,class,type,superior,aliases,parent,phone,promise"},
		"code,name,class,type,superior,alias,parent,phone,phone,promise\nbad\n": {
			"line 1, alias: unknown column", "line 1, phone: the column is there twice", "line 1, aliases: the column is missing",
		},
		"code,\"name\n": {"line 1: a quoted field is not closed, or goes on after it was"},
	} {
		got := faults(t, text)
		if len(got) > len(want) {
			got = got[:len(want)]
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
}

func TestParseUnits_tooLarge_isRefused(t *testing.T) {
	if got := faults(t, strings.Repeat("x", MaxBytes+1)); got[0] != "line 1: the file is larger than 5242880 bytes" {
		t.Error(got)
	}
	var rows strings.Builder
	rows.WriteString(head)
	for i := range MaxRows {
		fmt.Fprintf(&rows, "A%d,甲%d,x,service,,,,,\n", i, i)
	}
	if units := parse(t, rows.String()); len(units) != MaxRows {
		t.Errorf("%d units", len(units))
	}
	rows.WriteString("B,乙,x,service,,,,,\n")
	if got := faults(t, rows.String()); got[0] != "line 20002: more than 20000 rows" {
		t.Error(got)
	}
}

func TestParseUnits_manyFaults_areBounded(t *testing.T) {
	got := faults(t, head+strings.Repeat(",,,,x,,,,\n", MaxRows))
	if len(got) > 2*maxFaults || got[len(got)-1] != "line 251: too many faults; the rest was not read" {
		t.Errorf("%d faults, the last %q", len(got), got[len(got)-1])
	}
}

func TestParseUnits_manyAliases_areOneFaultAndQuick(t *testing.T) {
	long := strings.Builder{}
	for i := range 30_000 {
		fmt.Fprintf(&long, "别名%d|", i)
	}
	for name, aliases := range map[string]string{"distinct": long.String(), "empty": strings.Repeat("|", 30_000)} {
		t.Run(name, func(t *testing.T) {
			var got []string
			file := head + "A,甲,x,service,," + aliases + ",,,\n"
			bounds.Hold(t, bounds.Push.Per(fileKiB, len(file)), func() { got = faults(t, file) })
			if want := []string{"line 2, aliases: 30001 aliases, at most 20"}; !slices.Equal(got, want) {
				t.Errorf("%d faults, the first %q", len(got), got[0])
			}
		})
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("gone") }

func TestParseUnits_brokenReader_isNoFaultOfTheFile(t *testing.T) {
	_, err := ParseUnits(broken{})
	var list Faults
	if err == nil || errors.As(err, &list) {
		t.Errorf("got %v", err)
	}
}

func TestWarnings_sharedNames_areToldApart(t *testing.T) {
	units := parse(t, head+
		"A1,市图书馆,x,service,,,,,\n"+
		"A2,少儿馆,x,service,,市图书馆|馆|少儿馆,,,\n"+
		"A3,美术馆,x,service,,馆,,,\n"+
		"A4,市图书馆,x,service,,,,,\n")
	var got []string
	for _, w := range (Rules{}).Warnings(units) {
		got = append(got, w.String())
	}
	want := []string{
		"A2: the alias 市图书馆 is the name of A1",
		"A3: the alias 馆 is also one of A2",
		"A4: the name 市图书馆 is also that of A1",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// fileKiB is what a KiB of a file may take to read.
var fileKiB = bounds.Limit{Time: 10 * time.Millisecond, Bytes: 1 << 20}

func FuzzUnitsCSV(f *testing.F) {
	f.Add([]byte(head + "A03,市教育局,政府部门,government,,教育局,,,\nW,窗,x,window,,,a03,,\n"))
	f.Add([]byte("\ufeff" + head + "A03,\"市\"\"教育局\",x,service,,,,,\r\n"))
	f.Add([]byte("code,name\n\"x"))
	f.Add([]byte("\xff\xfe"))
	f.Add([]byte(head + "C11,\xc1\xaa\xcd\xa8,x,service,,,,,\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var units []models.Unit
		var err error
		bounds.Hold(t, bounds.Push.Per(fileKiB, len(raw)), func() { units, err = ParseUnits(strings.NewReader(string(raw))) })
		if err != nil {
			var list Faults
			if !errors.As(err, &list) || len(list) == 0 || units != nil {
				t.Fatalf("units %v, error %v", units, err)
			}
			return
		}
		d := NewDirectory(units)
		for _, u := range units {
			if !codeForm.MatchString(u.Code) || u.Name == "" || u.Class == "" || !u.Type.Valid() {
				t.Fatalf("took %+v", u)
			}
			if found, ok := d.ByCode(u.Code); !ok || found.Code != u.Code {
				t.Fatalf("%s is not found by its code", u.Code)
			}
			if parent, ok := d.ByCode(u.Parent); u.Type == models.Window && (!ok || parent.Code != u.Parent || parent.Type == models.Window) {
				t.Fatalf("took the parent of %+v", u)
			}
		}
		Rules{}.Warnings(units)
	})
}
