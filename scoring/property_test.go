package scoring

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"pingyi/models"
)

// world is a drawn campaign with its single ratings, the oracle's only input.
type world struct {
	method  Method
	marks   int
	dims    int
	units   []models.Unit
	ratings map[string][]models.Answers
	tallies []Tally
}

func drawMethod(t *rapid.T, dims int) Method {
	m := method()
	m.Points = rapid.SampledFrom([]PerLevel{Linear(), Convex(), {L5: 97, L4: 71, L3: 71, L2: 13, L1: 7}}).Draw(t, "points")
	if rapid.Bool().Draw(t, "weighted") {
		m.Weights = rapid.SliceOfN(rapid.Int64Range(1, 9), dims, dims).Draw(t, "weights")
	}
	m.M = rapid.Int64Range(0, 40).Draw(t, "m")
	m.Official = rapid.SampledFrom([]Official{Raw, Shrunk}).Draw(t, "official")
	m.Handling = rapid.SampledFrom([]int64{0, 0, 20, 33, 100}).Draw(t, "handling")
	return m
}

func drawTally(t *rapid.T, code string, ratings []models.Answers) Tally {
	tally := Tally{Unit: code, Received: int64(len(ratings))}
	for _, a := range ratings {
		tally.Add(a, 1)
	}
	tally.ComplaintsReceived = rapid.Int64Range(0, 9).Draw(t, "received")
	tally.ComplaintsAnswered = rapid.Int64Range(0, tally.ComplaintsReceived).Draw(t, "answered")
	tally.ComplaintsOnTime = rapid.Int64Range(0, tally.ComplaintsAnswered).Draw(t, "on time")
	tally.ComplaintsUnsatisfied = rapid.Int64Range(0, tally.ComplaintsOnTime).Draw(t, "unsatisfied")
	return tally
}

func drawWorld(t *rapid.T) world {
	w := world{
		marks: rapid.IntRange(1, 100).Draw(t, "marks"), dims: rapid.IntRange(1, models.MaxDimensions).Draw(t, "dims"),
		ratings: map[string][]models.Answers{},
	}
	w.method = drawMethod(t, w.dims)
	answer := rapid.SampledFrom([]models.Level{5, 5, 4, 4, 3, 2, 1, models.NotMet, models.Skipped})
	for i := range rapid.IntRange(1, 6).Draw(t, "units") {
		u := unit(fmt.Sprintf("A%02d", i), rapid.SampledFrom([]string{"x", "y"}).Draw(t, "class"))
		w.units = append(w.units, u)
		for range rapid.IntRange(0, 12).Draw(t, "ratings") {
			w.ratings[u.Code] = append(w.ratings[u.Code], rapid.SliceOfN(answer, w.dims, w.dims).Draw(t, "answers"))
		}
		w.tallies = append(w.tallies, drawTally(t, u.Code, w.ratings[u.Code]))
	}
	return w
}

func (w world) compute(t *rapid.T) []UnitScore {
	scores, err := Compute(w.method, WholeMarks(w.marks), w.dims, w.units, w.tallies)
	if err != nil {
		t.Fatal(err)
	}
	return scores
}

func rat(n int64) *big.Rat { return new(big.Rat).SetInt64(n) }

// oracleMean goes through the single ratings, dimension by dimension.
func (w world) oracleMean(unit string) (mean *big.Rat, n int64) {
	sum, weights := new(big.Rat), int64(0)
	for d := range w.dims {
		points, levels := int64(0), int64(0)
		for _, a := range w.ratings[unit] {
			if a[d].HasLevel() {
				points += w.method.Points.array()[a[d]-1]
				levels++
			}
		}
		if levels > 0 {
			weight := w.method.weight(d)
			weights += weight
			sum.Add(sum, new(big.Rat).Mul(rat(weight), big.NewRat(points, levels)))
		}
	}
	for _, a := range w.ratings[unit] {
		if a.HasLevel() {
			n++
		}
	}
	if weights == 0 {
		return nil, 0
	}
	return sum.Quo(sum, rat(weights)), n
}

// oracleRound rounds half up by decimal digits: FloatString rounds the last
// digit half away from zero, which is up for what is not negative.
func oracleRound(r *big.Rat) string { return r.FloatString(2) }

func (w world) oracle(i int) (mean, points, shrunk string) {
	own, n := w.oracleMean(w.units[i].Code)
	if own == nil {
		return "", "", ""
	}
	class, rated := new(big.Rat), int64(0)
	for _, u := range w.units {
		if m, _ := w.oracleMean(u.Code); m != nil && u.Class == w.units[i].Class {
			class.Add(class, m)
			rated++
		}
	}
	class.Quo(class, rat(rated))
	s := new(big.Rat).Mul(rat(n), own)
	s.Add(s, new(big.Rat).Mul(rat(w.method.M), class))
	s.Quo(s, rat(n+w.method.M))
	part := own
	if w.method.Official == Shrunk {
		part = s
	}
	part = new(big.Rat).Quo(part, rat(100))
	if t := w.tallies[i]; t.ComplaintsReceived > 0 {
		h := big.NewRat(w.method.Handling, 100)
		part.Mul(part, new(big.Rat).Sub(rat(1), h))
		part.Add(part, h.Mul(h, big.NewRat(t.ComplaintsOnTime-t.ComplaintsUnsatisfied, t.ComplaintsReceived)))
	}
	return oracleRound(own), oracleRound(part.Mul(part, rat(int64(w.marks)))), oracleRound(s)
}

func text(d *Decimal) string {
	if d == nil {
		return ""
	}
	return d.String()
}

func TestCompute_anyRatings_equalsTheSlowOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		for i, s := range w.compute(t) {
			mean, points, shrunk := w.oracle(i)
			if text(s.Mean) != mean || text(s.Points) != points || text(s.ShrunkMean) != shrunk {
				t.Errorf("unit %d: %s %s %s, the oracle has %s %s %s", i, text(s.Mean), text(s.Points), text(s.ShrunkMean), mean, points, shrunk)
			}
		}
	})
}

func TestCompute_anyOrder_givesEachUnitTheSameScore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		before := map[string]UnitScore{}
		for _, s := range w.compute(t) {
			before[s.Code] = s
		}
		w.units = rapid.Permutation(w.units).Draw(t, "units")
		w.tallies = rapid.Permutation(w.tallies).Draw(t, "tallies")
		for i, s := range w.compute(t) {
			if s.Code != w.units[i].Code {
				t.Fatalf("row %d is %s, not %s", i, s.Code, w.units[i].Code)
			}
			if diff := cmp.Diff(before[s.Code], s); diff != "" {
				t.Fatal(diff)
			}
		}
	})
}

func TestCompute_sameInputs_giveTheSameBytes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		first, err := json.Marshal(w.compute(t))
		if err != nil {
			t.Fatal(err)
		}
		second, err := json.Marshal(w.compute(t))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first, second) {
			t.Fatalf("%s\n%s", first, second)
		}
	})
}

func TestCompute_betterAnswer_neverLowersTheUnit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		before := w.compute(t)
		i := rapid.IntRange(0, len(w.units)-1).Draw(t, "unit")
		ratings := w.ratings[w.units[i].Code]
		if len(ratings) == 0 {
			t.Skip()
		}
		a := ratings[rapid.IntRange(0, len(ratings)-1).Draw(t, "rating")]
		d := rapid.IntRange(0, w.dims-1).Draw(t, "dimension")
		if !a[d].HasLevel() || a[d] == 5 {
			t.Skip()
		}
		w.tallies[i].Add(a, -1)
		a[d]++
		w.tallies[i].Add(a, 1)
		after := w.compute(t)
		if *after[i].Mean < *before[i].Mean || *after[i].Points < *before[i].Points || *after[i].ShrunkMean < *before[i].ShrunkMean {
			t.Errorf("from %v %v %v to %v %v %v", before[i].Mean, before[i].Points, before[i].ShrunkMean,
				after[i].Mean, after[i].Points, after[i].ShrunkMean)
		}
	})
}

func TestCompute_anyRatings_staysInsideItsBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		points := w.method.Points.array()
		lowest, highest := Decimal(points[0]*100), Decimal(points[4]*100)
		for _, s := range w.compute(t) {
			if s.Mean == nil {
				if s.Ratings != 0 || s.Points != nil || s.ShrunkMean != nil || s.Rank != nil || s.Satisfied != nil || *s.Levels != (PerLevel{}) {
					t.Fatalf("not rated, yet %+v", s)
				}
				continue
			}
			inside := func(d, low, high Decimal) bool { return d >= low && d <= high }
			if !inside(*s.Mean, lowest, highest) || !inside(*s.ShrunkMean, lowest, highest) || !inside(*s.Points, 0, Decimal(w.marks*100)) {
				t.Fatalf("mean %v, S %v, points %v", s.Mean, s.ShrunkMean, s.Points)
			}
			if q := s.Satisfied; q.Low < 0 || q.High > 100 || !inside(q.Share, q.Low, q.High) {
				t.Fatalf("satisfied %+v", q)
			}
		}
	})
}

// oracleWilson computes the interval with 60 decimal digits.
func oracleWilson(satisfied, answers, n int64) (low, high string) {
	const digits = 60
	num := decimal.NewFromInt
	z := decimal.RequireFromString("1.959964")
	z2 := z.Mul(z)
	p := num(satisfied).DivRound(num(answers), digits)
	nn := num(n)
	half := nn.Mul(p).Mul(num(1).Sub(p)).Mul(num(4)).Add(z2)
	root := z.Mul(sqrt(half, digits))
	centre := nn.Mul(p).Mul(num(2)).Add(z2)
	whole := nn.Add(z2).Mul(num(2))
	return centre.Sub(root).DivRound(whole, digits).Abs().StringFixed(2), centre.Add(root).DivRound(whole, digits).StringFixed(2)
}

// sqrt is Newton's method from above.
func sqrt(d decimal.Decimal, digits int32) decimal.Decimal {
	x := d.Add(decimal.NewFromInt(1))
	for range 200 {
		next := x.Add(d.DivRound(x, digits)).DivRound(decimal.NewFromInt(2), digits)
		if next.GreaterThanOrEqual(x) {
			break
		}
		x = next
	}
	return x
}

func TestWilson_anyShare_equalsTheSlowOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.OneOf(rapid.Int64Range(1, 40), rapid.Int64Range(1, 10_000_000)).Draw(t, "n")
		answers := rapid.Int64Range(n, n*6).Draw(t, "answers")
		satisfied := rapid.Int64Range(0, answers).Draw(t, "satisfied")
		low, high := new(desk).wilson(satisfied, answers, n)
		wantLow, wantHigh := oracleWilson(satisfied, answers, n)
		if low.String() != wantLow || high.String() != wantHigh {
			t.Errorf("%s to %s, the oracle has %s to %s", low, high, wantLow, wantHigh)
		}
	})
}

func TestWilson_extremes_reachNoughtAndOneExactly(t *testing.T) {
	for _, n := range []int64{1, 3, 1000, 1_000_000_000_000} {
		if low, _ := new(desk).wilson(0, 5*n, n); low != 0 {
			t.Errorf("nobody of %d satisfied: low is %s", n, low)
		}
		if _, high := new(desk).wilson(5*n, 5*n, n); high != 100 {
			t.Errorf("all of %d satisfied: high is %s", n, high)
		}
	}
}

// BenchmarkCompute_84units2channels is the whole of GET /scores for both
// channels, after the tallies were read.
func BenchmarkCompute_84units2channels(b *testing.B) {
	var units []models.Unit
	var tallies []Tally
	for i := range 84 {
		u := unit(fmt.Sprintf("A%02d", i), []string{"x", "y", "z"}[i%3])
		units = append(units, u)
		tally := Tally{Unit: u.Code}
		for k := range 997 + 7*i {
			a := models.Answers{5, 4, 3, 2, 1}
			for d := range a {
				a[d] = models.Level((k*(d+3)*(i+5) + k/7) % 6)
			}
			tally.Add(a, 1)
		}
		tallies = append(tallies, tally)
	}
	tallies2 := slices.Clone(tallies)
	b.ReportAllocs()
	for b.Loop() {
		for _, c := range []struct {
			marks   int
			tallies []Tally
		}{{10, tallies}, {4, tallies2}} {
			if _, err := Compute(method(), WholeMarks(c.marks), 5, units, c.tallies); err != nil {
				b.Fatal(err)
			}
		}
	}
}
