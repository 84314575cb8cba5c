package scoring

import (
	"testing"

	"pgregory.net/rapid"

	"pingyi/models"
)

// drawLarge draws a tally that no test could collect rating by rating.
func drawLarge(t *rapid.T, code string, dims int) Tally {
	limit := rapid.SampledFrom([]int64{3, 200, 40_000, 10_000_000, maxCount / 5}).Draw(t, "limit")
	tally := Tally{Unit: code}
	var all, most int64
	for d := range dims {
		var n int64
		for l := range 5 {
			c := rapid.Int64Range(0, limit).Draw(t, "count")
			tally.Counts[d][l] = c
			n += c
		}
		all += n
		most = max(most, n)
	}
	tally.Ratings = rapid.Int64Range(most, max(most, min(all, maxCount))).Draw(t, "n")
	tally.ComplaintsReceived = rapid.Int64Range(0, limit).Draw(t, "received")
	tally.ComplaintsOnTime = rapid.Int64Range(0, tally.ComplaintsReceived).Draw(t, "on time")
	tally.ComplaintsAnswered = tally.ComplaintsOnTime
	return tally
}

func TestFigures_whatFixedPointSettles_isWhatFractionsGive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dims := rapid.IntRange(1, models.MaxDimensions).Draw(t, "dims")
		m := drawMethod(t, dims)
		b := newBook(m, WholeMarks(rapid.IntRange(1, 100).Draw(t, "marks")), dims, 5)
		for i, code := range []string{"A", "B", "C", "D", "E"} {
			tally := drawLarge(t, code, dims)
			if err := tally.check(dims); err != nil {
				t.Fatal(err)
			}
			b.enter(i, unit(code, "x"), &tally)
		}
		b.score()
		for i := range b.rows {
			r := &b.rows[i]
			if r.class == nil {
				continue
			}
			if exact := b.exact(r); exact != r.figures {
				t.Errorf("%+v, in fractions %+v", r.figures, exact)
			}
		}
	})
}

func TestRound_figureOnTheEdge_isLeftToFractions(t *testing.T) {
	if d, settled := fixed(7*one + one/2).round(); !settled || d != 750 {
		t.Errorf("7.5: %s, %v", d, settled)
	}
	edge := fixed(quotient(7635, one, 0, 0, 1000)) // 7.635, rounded down to just below
	if _, settled := edge.round(); settled {
		t.Error("7.635 was taken for settled")
	}
	if d, settled := (edge + 1).round(); !settled || d != 764 {
		t.Errorf("just above 7.635: %s, %v", d, settled)
	}
}

func TestCompute_figureExactlyHalf_isRoundedUp(t *testing.T) {
	// 76.35 of 100 with full marks 10 is 7.635.
	m := method()
	m.Points = PerLevel{L5: 100, L4: 77, L3: 76, L2: 0, L1: 0}
	ratings := append(repeat("44444", 7), repeat("33333", 13)...) // (7·77 + 13·76) / 20 = 76.35
	s := compute(t, m, 10, []models.Unit{unit("A", "x")}, rated(t, "A", ratings...))[0]
	if *s.Mean != 7635 || *s.Points != 764 {
		t.Errorf("mean %v points %v", s.Mean, s.Points)
	}
}
