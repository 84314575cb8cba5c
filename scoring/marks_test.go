package scoring

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"pingyi/models"
)

func TestMarks_areReadAndWrittenAlike(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := Marks{rapid.Int64Range(0, 99_999).Draw(t, "hundredths")}
		again, err := ParseMarks(m.String())
		if err != nil || again != m {
			t.Fatalf("%s: %v, %v", m, again, err)
		}
		body, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		var read Marks
		if err := json.Unmarshal(body, &read); err != nil || read != m {
			t.Fatalf("%s: %v, %v", body, read, err)
		}
	})
	for text, want := range map[string]string{"10": "10", "4.5": "4.5", "4.50": "4.5", "100.00": "100", "0": "0"} {
		if m, err := ParseMarks(text); err != nil || m.String() != want {
			t.Errorf("%s: %v, %v", text, m, err)
		}
	}
	for _, bad := range []string{"", ".5", "4.", "4.555", "-1", "+1", "1e1", " 4", "1000", "4,5", "４"} {
		if m, err := ParseMarks(bad); err == nil {
			t.Errorf("%q are %v", bad, m)
		}
	}
}

// Every mean of 100 makes its share of broken marks, rounded once.
func TestCompute_brokenMarks_areExact(t *testing.T) {
	units := []models.Unit{{Code: "A01", Class: "c", Name: "n"}}
	rapid.Check(t, func(t *rapid.T) {
		marks := Marks{rapid.Int64Range(1, MaxFullMarks*100).Draw(t, "hundredths")}
		counts := rapid.SliceOfN(rapid.Int64Range(0, 40), 5, 5).Draw(t, "counts")
		tally := Tally{Unit: "A01"}
		var points int64
		m := method()
		m.Handling = 0
		for level, n := range counts {
			tally.Counts[0][level] = n
			tally.Ratings += n
			points += n * m.Points.array()[level]
		}
		if tally.Ratings == 0 {
			return
		}
		tally.Live, tally.Received = tally.Ratings, tally.Ratings
		scores, err := Compute(m, marks, 5, units, []Tally{tally})
		if err != nil {
			t.Fatal(err)
		}
		// points/n of 100, times hundredths/100, in hundredths, half up.
		num, den := points*marks.hundredths, tally.Ratings*100
		if want := Decimal((2*num + den) / (2 * den)); *scores[0].Points != want {
			t.Fatalf("%s of %s: got %s, want %s", scores[0].Mean, marks, scores[0].Points, want)
		}
	})
}
