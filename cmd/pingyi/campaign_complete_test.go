package main

import (
	"encoding/json"
	"strings"
	"testing"

	"pingyi/service/campaign"
)

// A campaign of an earlier version gets what its definition lacks from the profile
// that it was created from, and from no other. Its definition, whose sum the office
// filed, stays byte for byte.
func TestCampaignComplete_ofAnEarlierVersion_addsWhatLacksAndNothingElse(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		w.must("migrate")
		w.must("units", "import", w.file("units.csv", string(sampleUnits())))
		w.must("campaign", "create", "--profile", "maanshan-2017", "--id", "2017", "--from", "2020-01-01", "--to", "2020-02-28")
		if _, errs, code := w.command("campaign", "complete", "2017", "--profile", "maanshan-2017"); code != exitDone || !strings.Contains(errs, "nothing changed") {
			t.Errorf("a campaign of this version: exit code %d, %s", code, errs)
		}
		before := w.asCreatedBefore(t)
		sums := sumsOf(w.must("recount", "--campaign", "2017"))

		text := w.must("campaign", "profile", "maanshan-2017")
		for name, other := range map[string]string{
			"question": strings.Replace(text, "答应的做不做得到", "答应的做到没有", 1),
			"marks":    strings.NewReplacer("assisting: [市报社], full_marks: 10", "assisting: [市报社], full_marks: 9", "full_marks: 3}", "full_marks: 4}").Replace(text),
			"id":       strings.Replace(text, "id: maanshan-2017\n", "id: other\n", 1),
		} {
			if _, errs, code := w.command("campaign", "complete", "2017", "--profile", w.file(name+".yaml", other)); code != exitFailed || !strings.Contains(errs, "another profile") {
				t.Errorf("another %s: exit code %d, %s", name, code, errs)
			}
		}
		w.must("campaign", "complete", "2017", "--profile", "maanshan-2017")
		row := w.definition(t)
		if row[0] != before {
			t.Error("the definition changed")
		}
		var whole campaign.Completion
		if err := json.Unmarshal([]byte(row[1]), &whole); err != nil || len(whole.Channels) != 17 || whole.Channels[2].Owner != "市纠风办" || whole.Phases.Settlement == 0 {
			t.Errorf("%+v, %v", whole, err)
		}
		after := sumsOf(w.must("recount", "--campaign", "2017"))
		for _, of := range []string{"campaign", "ratings", "exclusions"} {
			if after[of] != sums[of] || sums[of] == "" {
				t.Errorf("the sum of the %s was %s, is %s", of, sums[of], after[of])
			}
		}
		if after["later acts"] == sums["later acts"] {
			t.Error("a completion is no later act")
		}
		if _, errs, _ := w.command("campaign", "complete", "2017", "--profile", "maanshan-2017"); !strings.Contains(errs, "nothing changed") {
			t.Errorf("a second time: %s", errs)
		}
	})
}

// asCreatedBefore takes out of the campaign's definition what earlier versions lost,
// and returns the rest.
func (w *world) asCreatedBefore(t *testing.T) string {
	t.Helper()
	whole := w.definition(t)[0]
	at := strings.Index(whole, `,"channels":[`)
	if at < 0 {
		t.Fatalf("the definition has not all channels: %s", whole)
	}
	before := whole[:at] + "}"
	if _, err := w.sql(t).ExecContext(t.Context(), "UPDATE campaigns SET definition = ?", before); err != nil {
		t.Fatal(err)
	}
	return before
}

// definition is the campaign's definition, and its completion.
func (w *world) definition(t *testing.T) (row [2]string) {
	t.Helper()
	err := w.sql(t).QueryRowContext(t.Context(), "SELECT definition, COALESCE(programme, '') FROM campaigns").Scan(&row[0], &row[1])
	if err != nil {
		t.Fatal(err)
	}
	return row
}

// sumsOf are the sums that a recount prints, by what they are of.
func sumsOf(out string) map[string]string {
	sums := map[string]string{}
	for line := range strings.Lines(out) {
		if _, rest, found := strings.Cut(strings.TrimSpace(line), ": sha256 of "); found {
			at := strings.LastIndexByte(rest, ' ')
			sums[strings.TrimPrefix(rest[:at], "the ")] = rest[at+1:]
		}
	}
	return sums
}
