package scoring

import "math/bits"

// fixed is a figure of 0 to 100 as a whole number of 2^-56, rounded down at
// every step of its making. The true figure lies in [f, f+slack), which nearly
// always settles its two decimals; where it does not, whole fractions decide
// (see book.exact). So every published figure is exact, and hardly any costs
// long arithmetic.
//
// Each step loses less than one unit and passes on at most what its parts have
// lost, as all are means: a dimension's mean loses 1, the unit's 2, the class's
// 3, the shrunk 4, the points 5.
type fixed uint64

const (
	one   = 1 << 56
	slack = 5
)

// quotient is floor((a·b + c·d) / e), below 2^64 where the sum is below e·2^64.
func quotient(a, b, c, d, e uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	hi2, lo2 := bits.Mul64(c, d)
	lo, carry := bits.Add64(lo, lo2, 0)
	q, _ := bits.Div64(hi+hi2+carry, lo, e)
	return q
}

// sum adds figures with whole weights; the weights stay below 2^60 in all.
type sum struct{ hi, lo, weights uint64 }

func (s *sum) add(f fixed, weight uint64) {
	hi, lo := bits.Mul64(uint64(f), weight)
	var carry uint64
	s.lo, carry = bits.Add64(s.lo, lo, 0)
	s.hi += hi + carry
	s.weights += weight
}

// mean is the weighted mean; the sum must not be empty.
func (s *sum) mean() fixed {
	q, _ := bits.Div64(s.hi, s.lo, s.weights)
	return fixed(q)
}

// round is the true figure in hundredths, half up, and whether f settles it.
func (f fixed) round() (Decimal, bool) {
	low := quotient(uint64(f), 100, 1, one/2, one)
	high := quotient(uint64(f)+slack, 100, 1, one/2, one)
	return Decimal(low), low == high //nolint:gosec // at most 10,001
}
