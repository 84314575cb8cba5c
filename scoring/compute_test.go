package scoring

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pingyi/models"
)

func method() Method {
	return Method{
		ID: "maanshan-2017-mobile/1", Sample: true, Points: Convex(), M: DefaultM, Official: Raw,
		HideBelow: DefaultHideBelow, ScarceBelow: DefaultScarceBelow,
	}
}

// rated makes the tally of a unit from its live ratings, "55445" each.
func rated(t testing.TB, unit string, ratings ...string) Tally {
	t.Helper()
	tally := Tally{Unit: unit}
	for _, r := range ratings {
		a, err := models.ParseAnswers(r)
		if err != nil {
			t.Fatal(err)
		}
		tally.Received++
		tally.Add(a, 1)
	}
	return tally
}

func unit(code, class string) models.Unit {
	return models.Unit{Code: code, Name: "单位" + code, Class: class, Type: models.Government}
}

func compute(t testing.TB, m Method, marks int, units []models.Unit, tallies ...Tally) []UnitScore {
	t.Helper()
	scores, err := Compute(m, WholeMarks(marks), 5, units, tallies)
	if err != nil {
		t.Fatal(err)
	}
	return scores
}

func TestCompute_workedExample_givesThePublishedFigures(t *testing.T) {
	units := []models.Unit{unit("A01", "政府部门")}
	for _, tt := range []struct {
		name               string
		marks              int
		second             string
		mean, points       Decimal
		answers            int64
		share, low, high   Decimal
		five, four, others int64
	}{
		{"mobile", 10, "30425", 7633, 763, 12, 75, 26, 96, 5, 4, 1},
		{"social", 4, "30425", 7633, 305, 12, 75, 26, 96, 5, 4, 1},
		{"changed", 10, "55555", 8867, 887, 13, 92, 38, 100, 9, 3, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := compute(t, method(), tt.marks, units, rated(t, "A01", "55454", tt.second, "14005"))[0]
			if *s.Mean != tt.mean || *s.Points != tt.points || *s.ShrunkMean != tt.mean || s.Ratings != 3 || *s.Rank != 1 {
				t.Errorf("mean %v points %v shrunk %v ratings %d rank %d", s.Mean, s.Points, s.ShrunkMean, s.Ratings, *s.Rank)
			}
			want := &Satisfied{Answers: tt.answers, Share: tt.share, Low: tt.low, High: tt.high}
			if diff := cmp.Diff(want, s.Satisfied); diff != "" {
				t.Error(diff)
			}
			if l := s.Levels; l.L5 != tt.five || l.L4 != tt.four || l.L3 != tt.others || l.L2 != tt.others || l.L1 != 1 {
				t.Errorf("levels %+v", *l)
			}
		})
	}
}

func TestScores_json_isTheContractToTheLetter(t *testing.T) {
	sheet := Sheet{
		Campaign: "2017", Channel: models.Mobile, FullMarks: WholeMarks(10), Method: method(), Dims: 5,
		AsOf: time.Date(2026, 11, 22, 16, 0, 0, 999, time.FixedZone("CST", 8*3600)),
	}
	sheet.Method.Sample = false
	scores, err := sheet.Scores([]models.Unit{unit("A01", "政府部门"), unit("A02", "政府部门")},
		[]Tally{rated(t, "A01", "55454", "30425", "14005")})
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(scores)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"campaign":"2017","channel":"mobile","full_marks":"10","method":"maanshan-2017-mobile/1","final":false,"as_of":"2026-11-22T08:00:00Z",` +
		`"units":[{"code":"A01","name":"单位A01","class":"政府部门","ratings":3,"mean":"76.33","points":"7.63","shrunk_mean":"76.33","rank":1,` +
		`"levels":{"5":5,"4":4,"3":1,"2":1,"1":1},"satisfied":{"answers":12,"share":"0.75","low":"0.26","high":"0.96"},` +
		`"complaints":{"received":0,"answered":0,"on_time":0,"satisfied":0}},` +
		`{"code":"A02","name":"单位A02","class":"政府部门","ratings":0,"mean":null,"points":null,"shrunk_mean":null,"rank":null,` +
		`"levels":{"5":0,"4":0,"3":0,"2":0,"1":0},"satisfied":null,` +
		`"complaints":{"received":0,"answered":0,"on_time":0,"satisfied":0}}]}`
	if string(got) != want {
		t.Error(cmp.Diff(want, string(got)))
	}
	var back Scores
	if err := json.Unmarshal(got, &back); err != nil {
		t.Fatal(err)
	}
	back.HideBelow, back.Official = scores.HideBelow, scores.Official
	if diff := cmp.Diff(scores, back); diff != "" {
		t.Error(diff)
	}
}

func TestScores_sampleMethod_saysThatNobodyIssuedIt(t *testing.T) {
	scores, err := Sheet{Channel: models.Mobile, FullMarks: WholeMarks(10), Method: method(), Dims: 5}.Scores(nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(scores)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(got), `"as_of":"0001-01-01T00:00:00Z","notice":"示例办法，未经任何机关印发","units":[]`) {
		t.Errorf("%s", got)
	}
}

func repeat(rating string, n int) []string { return slices.Repeat([]string{rating}, n) }

func TestForPublic_fewRatings_hidesWhateverTellsHowTheyWere(t *testing.T) {
	sheet := Sheet{Campaign: "2017", Channel: models.Mobile, FullMarks: WholeMarks(10), Method: method(), Dims: 5}
	scores, err := sheet.Scores(
		[]models.Unit{unit("A", "x"), unit("B", "x"), unit("C", "x"), unit("D", "x")},
		[]Tally{rated(t, "A", repeat("55555", 9)...), rated(t, "B", repeat("44444", 10)...), rated(t, "C", repeat("33333", 30)...)})
	if err != nil {
		t.Fatal(err)
	}
	public := scores.ForPublic()
	a, b, c, d := public.Units[0], public.Units[1], public.Units[2], public.Units[3]
	if a.Mean != nil || a.Points != nil || a.ShrunkMean != nil || a.Rank != nil || a.Satisfied != nil || a.Levels != nil {
		t.Errorf("A shows %+v", a)
	}
	if a.Hidden != SmallN || a.Ratings != 9 || a.Insufficient {
		t.Errorf("A is %+v", a)
	}
	if b.Hidden != SmallNInClass || b.ShrunkMean != nil || b.Points == nil || *b.Rank != 2 || !b.Insufficient {
		t.Errorf("B is %+v", b)
	}
	if c.Hidden != SmallNInClass || c.ShrunkMean != nil || c.Points == nil || c.Insufficient {
		t.Errorf("C is %+v", c)
	}
	if d.Hidden != SmallN || d.Levels == nil || *d.Levels != (PerLevel{}) {
		t.Errorf("D is %+v", d)
	}
	if scores.Units[0].Points == nil || scores.Units[0].Hidden != "" {
		t.Error("the office's own document was changed")
	}
}

func TestRank_ties_are1224InsideTheClass(t *testing.T) {
	units := []models.Unit{unit("A", "x"), unit("B", "x"), unit("C", "y"), unit("D", "x"), unit("E", "x"), unit("F", "x")}
	scores := compute(t, method(), 10, units,
		rated(t, "A", "33333"), rated(t, "B", "44444"), rated(t, "C", "11111"), rated(t, "D", "44444", "44444"), rated(t, "E", "55555"))
	var got []int
	for _, s := range scores {
		if s.Rank == nil {
			got = append(got, 0)
			continue
		}
		got = append(got, *s.Rank)
	}
	if diff := cmp.Diff([]int{4, 2, 1, 2, 1, 0}, got); diff != "" {
		t.Error(diff)
	}
}

func TestRank_pointsEqualAsPublished_tieAlthoughMeansDiffer(t *testing.T) {
	// 100.00 and 99.99… of 100 are both 1.00 of 1.
	scores := compute(t, method(), 1, []models.Unit{unit("A", "x"), unit("B", "x")},
		rated(t, "A", repeat("55555", 300)...), rated(t, "B", append(repeat("55555", 300), "55554")...))
	if *scores[0].Mean == *scores[1].Mean || *scores[0].Rank != 1 || *scores[1].Rank != 1 {
		t.Errorf("means %v %v ranks %d %d", scores[0].Mean, scores[1].Mean, *scores[0].Rank, *scores[1].Rank)
	}
}

func TestCompute_shrunkMean_drawsToTheClassMean(t *testing.T) {
	// A: n = 10, mean 100. B: n = 90, mean 60. C = 80, each unit once.
	// S(A) = (1000 + 2400) / 40 = 85; S(B) = (5400 + 2400) / 120 = 65.
	m := method()
	units := []models.Unit{unit("A", "x"), unit("B", "x"), unit("C", "y")}
	tallies := []Tally{rated(t, "A", repeat("55555", 10)...), rated(t, "B", repeat("33333", 90)...), rated(t, "C", "11111")}
	for official, points := range map[Official]Decimal{Raw: 1000, Shrunk: 850} {
		m.Official = official
		s := compute(t, m, 10, units, tallies...)
		if *s[0].ShrunkMean != 8500 || *s[1].ShrunkMean != 6500 || *s[0].Mean != 10000 || *s[0].Points != points {
			t.Errorf("%s: S %v and %v, mean %v, points %v", official, s[0].ShrunkMean, s[1].ShrunkMean, s[0].Mean, s[0].Points)
		}
	}
}

func TestCompute_weights_countOnlyDimensionsWithALevel(t *testing.T) {
	m := method()
	m.Weights = []int64{4, 3, 2, 1, 5}
	// d1 100 (4), d2 none, d3 80 (2), d4 30 (1), d5 none: (400+160+30)/7 = 84.2857
	s := compute(t, m, 10, []models.Unit{unit("A", "x")}, rated(t, "A", "50420"))[0]
	if *s.Mean != 8429 || *s.Points != 843 {
		t.Errorf("mean %v points %v", s.Mean, s.Points)
	}
}

func TestCompute_handlingWeight_addsTheShareHandledWell(t *testing.T) {
	m := method()
	m.Handling = 20
	tally := rated(t, "A", "33333") // 60
	for _, tt := range []struct {
		received, answered, onTime, unsatisfied int64
		points                                  Decimal
	}{
		{0, 0, 0, 0, 600},  // no complaint: the rating part alone
		{4, 4, 4, 0, 680},  // 0.8 × 6 + 0.2 × 10
		{4, 3, 2, 0, 580},  // 4.8 + 0.2 × 5
		{4, 3, 2, 1, 530},  // 4.8 + 0.2 × 2.5
		{4, 0, 0, 0, 480},  // none answered yet
		{3, 3, 1, 0, 547},  // 4.8 + 0.6667
		{3, 3, 3, 3, 480},  // on time, but nobody satisfied
		{1, 1, 1, 0, 680},  //
		{7, 7, 5, 0, 623},  // 4.8 + 1.42857
		{8, 8, 7, 2, 605},  // 4.8 + 1.25
		{16, 9, 5, 2, 518}, // 4.8 + 0.375 = 5.175, half up
	} {
		tally.ComplaintsReceived, tally.ComplaintsAnswered = tt.received, tt.answered
		tally.ComplaintsOnTime, tally.ComplaintsUnsatisfied = tt.onTime, tt.unsatisfied
		s := compute(t, m, 10, []models.Unit{unit("A", "x")}, tally)[0]
		if *s.Points != tt.points || *s.Mean != 6000 {
			t.Errorf("%+v: points %v, mean %v", tt, s.Points, s.Mean)
		}
	}
}

func TestCompute_impossibleInput_isRefused(t *testing.T) {
	a := []models.Unit{unit("A", "x")}
	bad := func(change func(*Tally)) []Tally {
		tally := rated(t, "A", "55555")
		change(&tally)
		return []Tally{tally}
	}
	for name, tt := range map[string]struct {
		marks, dims int
		units       []models.Unit
		tallies     []Tally
		want        string
	}{
		"no marks":           {0, 5, a, nil, "full marks"},
		"too many marks":     {101, 5, a, nil, "full marks"},
		"no dimensions":      {10, 0, a, nil, "0 dimensions"},
		"too few dimensions": {10, 4, a, bad(func(*Tally) {}), "dimension 5 of 4"},
		"unit twice":         {10, 5, append(a, a...), nil, "twice"},
		"two tallies":        {10, 5, a, append(bad(func(*Tally) {}), bad(func(*Tally) {})...), "two tallies"},
		"negative":           {10, 5, a, bad(func(t *Tally) { t.Counts[0][0] = -1 }), "-1 answers"},
		"more answers":       {10, 5, a, bad(func(t *Tally) { t.Counts[0][0] = 1 }), "levels"},
		"ratings for nought": {10, 5, a, bad(func(t *Tally) { t.Ratings = 6 }), "levels"},
		"negative ratings":   {10, 5, a, bad(func(t *Tally) { t.Ratings = -1 }), "-1 ratings"},
		"more on time":       {10, 5, a, bad(func(t *Tally) { t.ComplaintsOnTime = 1 }), "complaints"},
		"more satisfied":     {10, 5, a, bad(func(t *Tally) { t.ComplaintsSatisfied = 1 }), "complaints"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Compute(method(), WholeMarks(tt.marks), tt.dims, tt.units, tt.tallies)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want it to say %q", err, tt.want)
			}
		})
	}
}
