package scoring

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"pingyi/models"
)

// public is the document for whoever is not of the office, as bytes. Without ranks
// where a raw mean is official: those of other units say between which points a
// hidden one stands (decision 23).
func (w world) public(t *rapid.T) string {
	s, err := Sheet{Channel: models.Mobile, FullMarks: WholeMarks(w.marks), Dims: w.dims, Method: w.method}.Scores(w.units, w.tallies)
	if err != nil {
		t.Fatal(err)
	}
	s = s.ForPublic()
	for i := range s.Units {
		if w.method.Official == Raw {
			s.Units[i].Rank = nil
		}
	}
	out, err := json.MarshalIndent(s, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// otherwise is the same world with other levels in the ratings of the units that
// have fewer than ten.
func (w world) otherwise(t *rapid.T) world {
	other := w
	other.ratings, other.tallies = maps.Clone(w.ratings), slices.Clone(w.tallies)
	for i, u := range w.units {
		if w.tallies[i].Ratings >= DefaultHideBelow {
			continue
		}
		was := other.tallies[i]
		tally := Tally{
			Unit: u.Code, Received: was.Received, ComplaintsReceived: was.ComplaintsReceived, ComplaintsAnswered: was.ComplaintsAnswered,
			ComplaintsOnTime: was.ComplaintsOnTime, ComplaintsUnsatisfied: was.ComplaintsUnsatisfied,
		}
		for _, a := range w.ratings[u.Code] {
			a = slices.Clone(a)
			for d := range a {
				if a[d].HasLevel() {
					a[d] = rapid.SampledFrom([]models.Level{1, 2, 3, 4, 5}).Draw(t, "level")
				}
			}
			tally.Add(a, 1)
		}
		other.tallies[i] = tally
	}
	return other
}

func drawFewAndMany(t *rapid.T) world {
	w := world{marks: rapid.IntRange(1, 100).Draw(t, "marks"), dims: rapid.IntRange(1, 3).Draw(t, "dims"), ratings: map[string][]models.Answers{}}
	w.method = drawMethod(t, w.dims)
	answer := rapid.SampledFrom([]models.Level{5, 5, 4, 4, 3, 2, 1, models.NotMet, models.Skipped})
	for i := range rapid.IntRange(1, 6).Draw(t, "units") {
		u := unit(fmt.Sprintf("A%02d", i), rapid.SampledFrom([]string{"x", "y"}).Draw(t, "class"))
		w.units = append(w.units, u)
		for range rapid.SampledFrom([]int{0, 1, 1, 2, 9, 12, 15, 20}).Draw(t, "ratings") {
			w.ratings[u.Code] = append(w.ratings[u.Code], rapid.SliceOfN(answer, w.dims, w.dims).Draw(t, "answers"))
		}
		w.tallies = append(w.tallies, drawTally(t, u.Code, w.ratings[u.Code]))
	}
	return w
}

// Two worlds that differ in nothing but what the few raters of hidden units chose
// look the same from outside the office: nothing that is shown depends on it.
func TestForPublic_anyWorld_tellsNothingOfWhatFewRatersChose(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawFewAndMany(t)
		if diff := cmp.Diff(w.public(t), w.otherwise(t).public(t)); diff != "" {
			t.Errorf("the documents differ: %s", diff)
		}
	})
}

// A class in which every unit has enough ratings keeps all its figures.
func TestForPublic_classWithoutAHiddenUnit_showsEverything(t *testing.T) {
	for _, official := range []Official{Raw, Shrunk} {
		m := method()
		m.Official = official
		s, err := Sheet{Channel: models.Mobile, FullMarks: WholeMarks(10), Method: m, Dims: 5}.Scores(
			[]models.Unit{unit("A", "x"), unit("B", "x"), unit("C", "y"), unit("D", "y")},
			[]Tally{
				rated(t, "A", repeat("55555", 10)...), rated(t, "B", repeat("44444", 12)...),
				rated(t, "C", repeat("33333", 10)...), rated(t, "D", repeat("11111", 9)...),
			})
		if err != nil {
			t.Fatal(err)
		}
		public := s.ForPublic()
		if diff := cmp.Diff(s.Units[:2], public.Units[:2]); diff != "" {
			t.Errorf("%s, class x: %s", official, diff)
		}
		c := public.Units[2]
		if c.Hidden != SmallNInClass || c.Mean == nil || c.Levels == nil || c.Satisfied == nil || c.ShrunkMean != nil {
			t.Errorf("%s: C is %+v", official, c)
		}
		if shown := c.Points != nil && c.Rank != nil; shown != (official == Raw) {
			t.Errorf("%s: C shows points %v and rank %v", official, c.Points, c.Rank)
		}
	}
}
