package scoring

import (
	"fmt"
	"slices"

	"pingyi/models"
)

// Compute makes the score of every unit, in the order of units. units are those
// that the campaign rates, once each (a window only where the campaign lists
// it as a unit); tallies are one channel's, at most one a unit, in any order. A
// unit without a tally is a unit without ratings; a tally of another unit is
// left out. dims is the length of the campaign's dimension sets.
//
// Every figure is computed exactly from the counts and rounded half up once, at
// the end, so the same inputs give the same bytes on every machine. An error
// means that the method, the marks or the tallies cannot be right; it is
// internal and nothing may be published.
//
// Points = full marks × ((1-w) × rating part + w × handled well), where the
// rating part is the official mean of 100 and "handled well" is the share of
// the complaints received that were answered on time and not called
// unsatisfied by the citizen. A complaint that is still open counts as not yet
// handled, so nothing is won by leaving it. A unit without a complaint has no
// share: its rating part counts whole, as silence is never counted either way.
func Compute(m Method, fullMarks Marks, dims int, units []models.Unit, tallies []Tally) ([]UnitScore, error) {
	if err := m.Validate(dims); err != nil {
		return nil, err
	}
	if !fullMarks.Valid() {
		return nil, fmt.Errorf("full marks are %s, must be more than 0 and at most %d", fullMarks, MaxFullMarks)
	}
	byUnit, err := indexTallies(dims, tallies)
	if err != nil {
		return nil, err
	}
	b := newBook(m, fullMarks, dims, len(units))
	seen := make(map[string]bool, len(units))
	for i, u := range units {
		if seen[u.Code] {
			return nil, fmt.Errorf("unit %s is there twice", u.Code)
		}
		seen[u.Code] = true
		b.enter(i, u, byUnit[u.Code])
	}
	b.score()
	return b.scores, nil
}

// maxCount keeps every product of a count, a weight and points within 64 bits.
const maxCount = 1_000_000_000_000

func indexTallies(dims int, tallies []Tally) (map[string]*Tally, error) {
	byUnit := make(map[string]*Tally, len(tallies))
	for i := range tallies {
		t := &tallies[i]
		if byUnit[t.Unit] != nil {
			return nil, fmt.Errorf("unit %s has two tallies", t.Unit)
		}
		if err := t.check(dims); err != nil {
			return nil, fmt.Errorf("tally of unit %s: %w", t.Unit, err)
		}
		byUnit[t.Unit] = t
	}
	return byUnit, nil
}

// check finds what no record of ratings can add up to.
func (t *Tally) check(dims int) error {
	if t.Ratings < 0 || t.Ratings > maxCount {
		return fmt.Errorf("%d ratings", t.Ratings)
	}
	var most, all int64
	for d, counts := range t.Counts {
		var sum int64
		for level, n := range counts {
			if n < 0 || n > t.Ratings {
				return fmt.Errorf("%d answers of level %d to dimension %d from %d ratings", n, level+1, d+1, t.Ratings)
			}
			sum += n
		}
		if d >= dims && sum > 0 {
			return fmt.Errorf("answers to dimension %d of %d", d+1, dims)
		}
		most = max(most, sum)
		all += sum
	}
	if most > t.Ratings || all < t.Ratings {
		return fmt.Errorf("%d levels, at most %d a dimension, from %d ratings", all, most, t.Ratings)
	}
	c := [...]int64{t.ComplaintsUnsatisfied, t.ComplaintsOnTime, t.ComplaintsAnswered, t.ComplaintsReceived, maxCount}
	if c[0] < 0 || !slices.IsSorted(c[:]) || t.ComplaintsSatisfied < 0 || t.ComplaintsSatisfied > t.ComplaintsAnswered {
		return fmt.Errorf("complaints: %d received, %d answered, %d on time, %d of them unsatisfied, %d satisfied",
			t.ComplaintsReceived, t.ComplaintsAnswered, t.ComplaintsOnTime, t.ComplaintsUnsatisfied, t.ComplaintsSatisfied)
	}
	return nil
}
