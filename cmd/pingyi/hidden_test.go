package main

import (
	"bytes"
	"encoding/json"
	"regexp"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"pingyi/models"
	"pingyi/scoring"
)

// closedCampaign is a campaign after its close: A01 has 12 ratings, A02 of its
// class has 3 of the given digits; both units of another class have enough.
func closedCampaign(t *testing.T, few string) *instance {
	t.Helper()
	w := newWorld(t)
	w.must("migrate")
	w.must("units", "import", w.file("units.csv", "code,name,class,type,superior,aliases,parent,phone,promise\n"+
		"A01,市甲局,政府部门,government,,,,,\nA02,市乙局,政府部门,government,,,,,\n"+
		"C01,市丙公司,公共服务行业,service,,,,,\nC02,市丁公司,公共服务行业,service,,,,,\n"))
	in := w.serve()
	for _, of := range []struct {
		unit, digits string
		n            int
	}{{"A01", "55454", 12}, {"A02", few, 3}, {"C01", "44444", 11}, {"C02", "33322", 10}} {
		for range of.n {
			in.phone().rate(of.unit, of.digits)
		}
	}
	past := time.Now().Add(-time.Hour).UTC().Format("2006-01-02 15:04:05.000")
	if _, err := w.sql(t).ExecContext(t.Context(), "UPDATE campaigns SET closes_at = ?", past); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the campaign is sealed", func() bool { return in.scoresOf(t, "2017", in.key).Final })
	return in
}

var asOf = regexp.MustCompile(`"as_of":"[^"]*"`)

// After the close nothing that a reader can have, in any form, depends on what the
// three raters of A02 chose.
func TestScores_afterTheClose_fewRatersStayHiddenInTheirWholeClass(t *testing.T) {
	worst, best := closedCampaign(t, "11111"), closedCampaign(t, "44444")
	const path = "/api/v1/campaigns/2017/scores"
	key, other := worst.w.keyOf(models.RoleReader), best.w.keyOf(models.RoleReader)
	for _, suffix := range []string{"", ".csv"} {
		_, _, a := worst.get(path+suffix+"?channel=mobile", key)
		_, _, b := best.get(path+suffix+"?channel=mobile", other)
		if a, b = asOf.ReplaceAll(a, nil), asOf.ReplaceAll(b, nil); !bytes.Equal(a, b) {
			t.Errorf("the answers %s differ:\n%s\n%s", suffix, a, b)
		}
	}
	_, _, sheet := worst.get(path+".xlsx?channel=mobile", key)
	f, err := excelize.OpenReader(bytes.NewReader(sheet))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := f.GetCellValue("移动手机端测评", "G2"); err != nil || got != "" {
		t.Errorf("the workbook shows the shrunk mean %q of A01, %v", got, err)
	}
	units := map[string]scoring.UnitScore{}
	for _, u := range worst.scoresOf(t, "2017", key).Units {
		units[u.Code] = u
	}
	for code, want := range map[string]struct {
		hidden                 string
		mean, points, shrunk   bool
		ratings                int64
		rank, levels, answered bool
	}{
		"A01": {hidden: "small_n_in_class", mean: true, points: true, ratings: 12, rank: true, levels: true, answered: true},
		"A02": {hidden: "small_n", ratings: 3},
		"C01": {mean: true, points: true, shrunk: true, ratings: 11, rank: true, levels: true, answered: true},
		"C02": {mean: true, points: true, shrunk: true, ratings: 10, rank: true, levels: true, answered: true},
	} {
		got := want
		u := units[code]
		got.hidden, got.ratings = u.Hidden, u.Ratings
		got.mean, got.points, got.shrunk = u.Mean != nil, u.Points != nil, u.ShrunkMean != nil
		got.rank, got.levels, got.answered = u.Rank != nil, u.Levels != nil, u.Satisfied != nil
		if got != want {
			t.Errorf("%s: %s", code, asJSON(t, u))
		}
	}
	for _, u := range worst.scoresOf(t, "2017", worst.key).Units {
		if u.Hidden != "" || u.ShrunkMean == nil {
			t.Errorf("the office sees %s", asJSON(t, u))
		}
	}
	var raw struct{ Units []map[string]json.RawMessage }
	_, _, body := worst.get(path+"?channel=mobile", key)
	if err := json.Unmarshal(body, &raw); err != nil || string(raw.Units[0]["shrunk_mean"]) != "null" {
		t.Errorf("%v %s", err, body)
	}
}
