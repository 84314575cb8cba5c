package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"pingyi/models"
	"pingyi/scoring"
)

func tally(t testing.TB, unit string, n int, rating string) scoring.Tally {
	t.Helper()
	a, err := models.ParseAnswers(rating)
	if err != nil {
		t.Fatal(err)
	}
	out := scoring.Tally{Unit: unit, ComplaintsReceived: 4, ComplaintsAnswered: 3, ComplaintsOnTime: 2, ComplaintsSatisfied: 1}
	for range n {
		out.Add(a, 1)
	}
	return out
}

// document has a unit of each sort: enough ratings, 10 to 29, fewer, none.
func document(t testing.TB, channel models.Channel) scoring.Scores {
	t.Helper()
	sheet := scoring.Sheet{
		Campaign: "2017", Channel: channel, FullMarks: scoring.WholeMarks(10), Dims: 5, AsOf: time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC),
		Method: scoring.Method{
			ID: "maanshan-2017-mobile/1", Sample: true, Points: scoring.Convex(), M: 30, Official: scoring.Raw, HideBelow: 10, ScarceBelow: 30,
		},
	}
	units := []models.Unit{
		{Code: "A01", Name: "市教育局", Class: "政府部门"}, {Code: "A02", Name: "市公安局", Class: "政府部门"},
		{Code: "A03", Name: "a,\"b\"", Class: "政府部门"}, {Code: "C01", Name: "市供电公司", Class: "公共服务行业"},
	}
	s, err := sheet.Scores(units, []scoring.Tally{
		tally(t, "A01", 31, "54321"), tally(t, "A02", 10, "55443"), tally(t, "A03", 3, "50005"),
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func writeCSV(t testing.TB, s scoring.Scores) string {
	t.Helper()
	var out bytes.Buffer
	if err := WriteCSV(&out, s); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func writeXLSX(t testing.TB, documents ...scoring.Scores) *excelize.File {
	t.Helper()
	var out bytes.Buffer
	if err := WriteXLSX(&out, documents...); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

func TestWriteCSV_document_isTheContractToTheByte(t *testing.T) {
	want := "\ufeffcode,name,class,ratings,mean,points,shrunk_mean,rank\r\n" +
		"A01,市教育局,政府部门,31,54.00,5.40,66.46,3\r\n" +
		"A02,市公安局,政府部门,10,84.00,8.40,80.50,2\r\n" +
		"A03,\"a,\"\"b\"\"\",政府部门,3,100.00,10.00,81.21,1\r\n" +
		"C01,市供电公司,公共服务行业,0,,,,\r\n"
	if diff := cmp.Diff(want, writeCSV(t, document(t, models.Mobile))); diff != "" {
		t.Error(diff)
	}
}

func TestWriteCSV_public_leavesHiddenFiguresOut(t *testing.T) {
	got := writeCSV(t, document(t, models.Mobile).ForPublic())
	for _, row := range []string{"A01,市教育局,政府部门,31,54.00,5.40,,3\r\n", "\"a,\"\"b\"\"\",政府部门,3,,,,\r\n"} {
		if !strings.Contains(got, row) {
			t.Errorf("%q is not in %s", row, got)
		}
	}
}

// cells of a row as the JSON document has them, in the sheet's columns.
func jsonCells(t testing.TB, u scoring.UnitScore) []string {
	t.Helper()
	text, err := json.Marshal(u)
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&fields); err != nil {
		t.Fatal(err)
	}
	var cells []string
	add := func(of map[string]any, names ...string) {
		for _, name := range names {
			switch v := of[name].(type) {
			case nil:
				cells = append(cells, "")
			case string:
				cells = append(cells, v)
			case json.Number:
				cells = append(cells, v.String())
			default:
				t.Fatalf("%s is %T", name, v)
			}
		}
	}
	part := func(name string) map[string]any { m, _ := fields[name].(map[string]any); return m }
	add(fields, "code", "name", "class", "ratings", "mean", "points", "shrunk_mean", "rank")
	add(part("levels"), "5", "4", "3", "2", "1")
	add(part("satisfied"), "answers", "share", "low", "high")
	add(part("complaints"), "received", "answered", "on_time", "satisfied")
	return cells
}

func TestWriteXLSX_documents_equalTheJSON(t *testing.T) {
	mobile, social := document(t, models.Mobile), document(t, models.Social).ForPublic()
	f := writeXLSX(t, mobile, social)
	if diff := cmp.Diff([]string{"说明", "移动手机端测评", "微博测评"}, f.GetSheetList()); diff != "" {
		t.Error(diff)
	}
	for sheet, s := range map[string]scoring.Scores{"移动手机端测评": mobile, "微博测评": social} {
		rows, err := f.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(rows[0][:8], ","); got != "代码,单位名称,类别,评价数,平均分,得分,收缩平均分,名次" {
			t.Error(got)
		}
		if len(rows) != 1+len(s.Units) {
			t.Fatalf("%s has %d rows", sheet, len(rows))
		}
		for i, u := range s.Units {
			want := jsonCells(t, u)
			got := append(rows[i+1], make([]string, 30)...)[:len(want)]
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s, %s: %s", sheet, u.Code, diff)
			}
		}
	}
}

func TestWriteXLSX_figures_areNumbersWithAFrozenHead(t *testing.T) {
	f := writeXLSX(t, document(t, models.Mobile))
	for _, at := range []string{"D2", "E2", "F2", "G2", "H2", "I2", "O2", "R2"} {
		kind, err := f.GetCellType("移动手机端测评", at)
		if err != nil {
			t.Fatal(err)
		}
		if kind != excelize.CellTypeUnset && kind != excelize.CellTypeNumber {
			t.Errorf("%s is of type %d", at, kind)
		}
		raw, err := f.GetCellValue("移动手机端测评", at, excelize.Options{RawCellValue: true})
		if err != nil {
			t.Fatal(err)
		}
		if strings.Count(raw, "") > 7 { // 54, 5.4, 66.46: no trace of binary fractions
			t.Errorf("%s holds %s", at, raw)
		}
	}
	panes, err := f.GetPanes("移动手机端测评")
	if err != nil {
		t.Fatal(err)
	}
	if !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("%+v", panes)
	}
}

func TestWriteXLSX_remarks_sayWhyAFigureIsMissing(t *testing.T) {
	f := writeXLSX(t, document(t, models.Mobile).ForPublic())
	var got []string
	for _, at := range []string{"V2", "V3", "V4", "V5"} {
		v, err := f.GetCellValue("移动手机端测评", at)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, v)
	}
	if diff := cmp.Diff([]string{
		"同类有单位评价数太少，收缩平均分不显示", "评价数不足，仅供参考；同类有单位评价数太少，收缩平均分不显示", "评价数太少，不显示", "无人评价",
	}, got); diff != "" {
		t.Error(diff)
	}
}

func information(t testing.TB, s scoring.Scores) map[string]string {
	t.Helper()
	rows, err := writeXLSX(t, s).GetRows("说明")
	if err != nil {
		t.Fatal(err)
	}
	said := map[string]string{}
	for _, r := range rows {
		if len(r) == 2 {
			said[r[0]] = r[1]
		}
	}
	return said
}

func TestWriteXLSX_information_namesMethodNoticeAndTime(t *testing.T) {
	s := document(t, models.Mobile)
	said := information(t, s)
	for key, want := range map[string]string{
		"评议活动": "2017", "测评渠道": "移动手机端测评", "满分": "10", "测评办法": "maanshan-2017-mobile/1",
		"声明": scoring.SampleNotice, "数据截至": "2026-11-22 16:00:00（北京时间）", "最终结果": "否（尚未封存，数据还可能变化）",
	} {
		if said[key] != want {
			t.Errorf("%s is %q, want %q", key, said[key], want)
		}
	}
	s.Final, s.Notice = true, ""
	said = information(t, s)
	if _, there := said["声明"]; there || said["最终结果"] != "是" {
		t.Errorf("%v", said)
	}
}

func TestWrite_textThatBeginsAFormula_isDefused(t *testing.T) {
	for _, bad := range []string{
		"=1+1", "+1", "-1", "@SUM(A1)", "＝1", "＋1", "－1", "＠a", "\t=1", "\tx", "\r=1", "\n=1", " =1", "\u200b=1", "\u3000＝1",
		"=HYPERLINK(\"http://x\")", "=cmd|' /C calc'!A0",
	} {
		s := document(t, models.Mobile)
		s.Units[0].Code, s.Units[0].Name, s.Units[0].Class, s.Campaign, s.Method = bad, bad, bad, bad, bad

		record, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(writeCSV(t, s), "\ufeff"))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, cell := range record[1][:3] {
			if !strings.HasPrefix(cell, "'") {
				t.Errorf("csv: %q is written as %q", bad, cell)
			}
		}
		f := writeXLSX(t, s)
		for _, at := range [][2]string{{"移动手机端测评", "A2"}, {"移动手机端测评", "B2"}, {"移动手机端测评", "C2"}, {"说明", "B1"}, {"说明", "B4"}} {
			value, err := f.GetCellValue(at[0], at[1])
			if err != nil {
				t.Fatal(err)
			}
			formula, err := f.GetCellFormula(at[0], at[1])
			if err != nil {
				t.Fatal(err)
			}
			if formula != "" || !strings.HasPrefix(value, "'") {
				t.Errorf("xlsx: %q is written as %q, formula %q", bad, value, formula)
			}
		}
	}
	for _, good := range []string{"", "市教育局", "A=1", "12345", "'", "a-b", "　市局"} {
		if plain(good) != good {
			t.Errorf("%q was changed to %q", good, plain(good))
		}
	}
}

func TestWriteXLSX_sameScores_giveTheSameBytes(t *testing.T) {
	var first, second bytes.Buffer
	documents := []scoring.Scores{document(t, models.Mobile), document(t, models.Social)}
	if err := errors.Join(WriteXLSX(&first, documents...), WriteXLSX(&second, documents...)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		t.Error("two workbooks of the same scores differ")
	}
}

func TestWriteXLSX_oneChannelTwice_isRefused(t *testing.T) {
	s := document(t, models.Mobile)
	if err := WriteXLSX(&bytes.Buffer{}, s, s); err == nil {
		t.Error("written")
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("disk full") }

func TestWrite_brokenWriter_isAnError(t *testing.T) {
	s := document(t, models.Mobile)
	if WriteCSV(full{}, s) == nil || WriteXLSX(full{}, s) == nil {
		t.Error("a lost export passed for written")
	}
}

func TestWriteXLSX_properties_areOfTheScores(t *testing.T) {
	var out bytes.Buffer
	if err := WriteXLSX(&out, document(t, models.Mobile)); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&out)
	if err != nil {
		t.Fatal(err)
	}
	p, err := f.GetDocProps()
	if err != nil || f.Close() != nil {
		t.Fatal(err)
	}
	if p.Creator != "pingyi" || p.LastModifiedBy != "pingyi" || p.Created != "2026-11-22T08:00:00Z" || p.Modified != p.Created {
		t.Errorf("the file says of itself %+v", p)
	}
}
