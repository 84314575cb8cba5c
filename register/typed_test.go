package register

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"pingyi/models"
)

// The files under testdata are as people typed and saved them.

func cityRules() Rules {
	words := map[string]bool{"评议": true, "满意": true}
	return Rules{Classes: Classes{List: []string{"政府部门", "社会团体"}}, Word: func(text string) bool { return words[text] }}
}

func typed(t *testing.T, name string) ([]models.Unit, error) {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	return cityRules().Parse(f)
}

func TestParse_formsOfClassesCodesAndAliases_areTaken(t *testing.T) {
	units, err := typed(t, "forms.csv")
	if err != nil {
		t.Fatal(err)
	}
	want := []models.Unit{
		{Code: "A03", Name: "市教育局", Class: "政府部门", Type: models.Government, Aliases: []string{"教育局", "文教", "教委"}},
		{Code: "A04", Name: "市 科学技术局", Class: "政府部门", Type: models.Government},
		{Code: "a05", Name: "市公安局", Class: "政府部门", Type: models.Government},
		{Code: "a05w1", Name: "户政窗口", Class: "政府部门", Type: models.Window, Parent: "a05"},
	}
	if diff := cmp.Diff(want, units); diff != "" {
		t.Error(diff)
	}
}

func TestParse_privatePlacesOfGBK_areTheirCharacters(t *testing.T) {
	units, err := typed(t, "gbk-private.csv")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(models.Aliases{"龴合", "︐"}, units[0].Aliases); diff != "" {
		t.Error(diff)
	}
	d := NewDirectory(units)
	for _, text := range []string{"\ue81e合", "龴合"} { // as Windows and as a phone type it
		if got := codes(d.Exact(text)); got != "A03" {
			t.Errorf("%q finds %q", text, got)
		}
	}
}

func TestParse_whatCannotBeTaken_isNamed(t *testing.T) {
	for name, want := range map[string][]string{
		"gbk-own-font.csv": {
			"line 3, name: the private-use character U+E000 shows nothing on other machines; the real character must stand there",
		},
		"spreadsheet.csv": {
			`line 3, code: "1.2E+08" is what a spreadsheet made of a number; its column must be formatted as text before the number is typed`,
			`line 3, code: "1.2E+08" must be 1 to 16 letters, digits, _ or -`,
			`line 5, phone: "5.55247E+11" is what a spreadsheet made of a number; its column must be formatted as text before the number is typed`,
			`line 6: 10 fields, must be 9`,
			`line 7, parent: there is no unit "0012", but "12" in line 5: a spreadsheet may have eaten its zeros`,
		},
		"names.csv": {
			`line 2, name: "评议" is a word of the chat, which never means a unit`,
			`line 3, name: "１２３４５" is digits alone, which the chat takes for an answer`,
			`line 5, name: "市敎育局" differs from "市教育局" in line 4 by the form of characters alone`,
			`line 8, class: "社会团躰" is none of the classes 政府部门, 社会团体; 社会团体 is the nearest`,
			`line 9, class: "政府部们" is none of the classes 政府部门, 社会团体; 政府部门 is the nearest`,
			`line 10, class: "政府部們" is none of the classes 政府部门, 社会团体; 政府部门 is the nearest`,
		},
	} {
		units, err := typed(t, name)
		var faults Faults
		if !errors.As(err, &faults) || units != nil {
			t.Errorf("%s: units %v, error %v", name, units, err)
			continue
		}
		if diff := cmp.Diff(want, strings.Split(faults.Error(), "\n")); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestWarnings_wordsAndShornNumbers_areNamed(t *testing.T) {
	units := parse(t, head+
		"A1,市图书馆,x,service,,满意|１１,,5552471234,\n"+
		"A2,少儿馆,x,service,,,,13812345678,\n"+
		"A3,热线,x,service,,,,4001234567,\n"+
		"A4,报社,x,service,,,,0555-2471234,\n"+
		"A5,美术馆,x,service,,,,1012345678,\n")
	var got []string
	for _, w := range cityRules().Warnings(units) {
		got = append(got, w.String())
	}
	want := []string{
		"A1: the telephone number 5552471234 begins with no 0; a spreadsheet may have eaten it",
		"A1: the alias 满意 is a word or an answer of the chat, so it seldom leads to the unit",
		"A1: the alias １１ is a word or an answer of the chat, so it seldom leads to the unit",
		"A5: the telephone number 1012345678 begins with no 0; a spreadsheet may have eaten it",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestClasses_withoutAProfile_onlyTheNearIsRefused(t *testing.T) {
	open := Classes{List: []string{"政府部门", "公共服务行业"}, Open: true}
	for typed, want := range map[string]string{"政府部門": "政府部门", "政府 部⻔": "政府部门", "党群 机关": "党群机关", "窗口": "窗口"} {
		if got, err := open.Find(typed); err != nil || got != want {
			t.Errorf("%q: %q, %v", typed, got, err)
		}
	}
	if _, err := open.Find("政府部们"); err == nil || !strings.Contains(err.Error(), "政府部门 is the nearest") {
		t.Errorf("got %v", err)
	}
}
