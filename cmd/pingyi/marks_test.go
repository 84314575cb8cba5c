package main

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
)

// A channel that is worth 4.5 of the 100 has its scores in every form.
func TestScores_ofBrokenFullMarks_areExactInEveryForm(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		w.must("migrate")
		w.must("units", "import", w.file("units.csv", string(sampleUnits())))
		profile := strings.NewReplacer("assisting: [市报社], full_marks: 10", "assisting: [市报社], full_marks: 4.5", "full_marks: 3}", "full_marks: 8.5}").
			Replace(w.must("campaign", "profile", "maanshan-2017"))
		now := time.Now()
		w.must("campaign", "create", "--profile", w.file("half.yaml", profile), "--id", "2017",
			"--from", now.AddDate(0, 0, -1).Format(time.DateOnly), "--to", now.AddDate(0, 1, 0).Format(time.DateOnly))
		in := w.serve()
		in.phone().rate("A01", "55454")
		status, _, body := in.get("/api/v1/campaigns/2017/scores?channel=mobile", in.key)
		if status != http.StatusOK {
			t.Fatalf("%d: %s", status, body)
		}
		contains(t, string(body), `"full_marks":"4.5"`, `"points":"4.14"`) // 92 of 100
		_, _, body = in.get("/api/v1/campaigns/2017/scores.csv?channel=mobile", in.key)
		contains(t, string(body), "A01,", ",92.00,4.14,")
		_, _, body = in.get("/api/v1/campaigns/2017/scores.xlsx?channel=mobile", in.key)
		f, err := excelize.OpenReader(bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := f.GetRows(f.GetSheetList()[0])
		if err != nil || len(rows) < 3 || len(rows[2]) != 2 || rows[2][1] != "4.5" {
			t.Errorf("the workbook says %v, %v", rows, err)
		}
		contains(t, w.must("scores", "--campaign", "2017", "--channel", "mobile"), `"full_marks": "4.5"`)
		contains(t, w.must("campaign", "show", "2017"), `"full_marks": "4.5"`)
	})
}
