package scoring

import (
	"math"
	"math/big"
)

// ratio is an exact fraction of non-negative whole numbers. It is never reduced:
// its terms stay small enough (a class mean of 38 units has some 2,500 bits) and
// reducing costs more than it saves. The denominator is positive; the zero
// ratio is not usable before set.
type ratio struct{ num, den big.Int }

func (r *ratio) set(num, den int64) {
	r.num.SetInt64(num)
	r.den.SetInt64(den)
}

func (r *ratio) copy(s *ratio) {
	r.num.Set(&s.num)
	r.den.Set(&s.den)
}

// desk holds the scratch numbers of a computation, so that a score costs few
// allocations. It serves one computation at a time.
type desk struct {
	t, u, n, d        big.Int
	a, b, c           big.Int
	part, shrunk, sum ratio
}

// add makes r the sum of r and s. Equal denominators, the usual case where
// everybody answers everything, keep the terms short.
func (k *desk) add(r, s *ratio) {
	if r.den.Cmp(&s.den) == 0 {
		r.num.Add(&r.num, &s.num)
		return
	}
	k.t.Mul(&r.num, &s.den)
	k.u.Mul(&s.num, &r.den)
	r.num.Add(&k.t, &k.u)
	k.t.Mul(&r.den, &s.den)
	r.den.Set(&k.t)
}

// accumulate adds s to r, or makes r a copy of s where it is the first.
func (k *desk) accumulate(r, s *ratio, first bool) {
	if first {
		r.copy(s)
		return
	}
	k.add(r, s)
}

// scale makes r the product of r and num/den.
func (k *desk) scale(r *ratio, num, den int64) {
	r.num.Mul(&r.num, k.t.SetInt64(num))
	r.den.Mul(&r.den, k.t.SetInt64(den))
}

// round is r, at most MaxFullMarks, in hundredths, half up: the one rounding of
// a figure. It is floor(100·r + 1/2) = floor((200·num + den) / (2·den)).
func (k *desk) round(r *ratio) Decimal {
	k.n.Mul(&r.num, k.t.SetInt64(200))
	k.n.Add(&k.n, &r.den)
	k.d.Lsh(&r.den, 1)
	return Decimal(k.quotient(&k.n, &k.d))
}

// quotient is floor(n/d) where that is below 2^15. The leading bits give it to
// within one, the exact remainder settles it; big.Int's own division of such
// long numbers takes several times as long.
func (k *desk) quotient(n, d *big.Int) int64 {
	shift := uint(max(0, d.BitLen()-45))
	q := k.t.Rsh(n, shift).Int64() / k.u.Rsh(d, shift).Int64()
	k.t.Mul(d, k.u.SetInt64(q))
	rest := k.u.Sub(n, &k.t)
	for rest.Sign() < 0 {
		q--
		rest.Add(rest, d)
	}
	for rest.Cmp(d) >= 0 {
		q++
		rest.Sub(rest, d)
	}
	return q
}

// z = 1.959964, the 97.5 % point of the normal distribution, as zNum/zDen.
const (
	zNum = 489991
	zDen = 250000
)

// wilson is Wilson's 95 % interval of the share satisfied/answers with n
// observations, each bound rounded half up, exactly. answers and n are positive.
//
// With p = s/a the bounds are (2np + z² ∓ √(z²·(4np(1-p) + z²))) / (2(n + z²)).
// Multiplied by a·zDen² everything but the root is a whole number:
//
//	A = 2·n·s·zDen² + zNum²·a
//	B = zNum²·(4·n·s·(a-s)·zDen² + zNum²·a²)
//	C = 2·(n·zDen² + zNum²)·a
//
// and a bound in hundredths is floor(100·(A ∓ √B)/C + 1/2), which is the
// greatest h with (2h-1)·C ≤ 200·(A ∓ √B), that is ±200·√B ≤ 200·A - (2h-1)·C.
// Floating point only makes the first guess of h; whole numbers decide.
func (k *desk) wilson(satisfied, answers, n int64) (low, high Decimal) {
	const nn, dd = zNum * zNum, zDen * zDen
	ns := k.n.Mul(k.t.SetInt64(n), k.u.SetInt64(satisfied))
	k.a.Mul(ns, k.t.SetInt64(2*dd))
	k.a.Add(&k.a, k.u.Mul(k.t.SetInt64(nn), k.d.SetInt64(answers)))
	k.a.Mul(&k.a, k.t.SetInt64(200))

	k.c.Mul(k.t.SetInt64(n), k.u.SetInt64(dd))
	k.c.Add(&k.c, k.t.SetInt64(nn))
	k.c.Mul(&k.c, k.t.SetInt64(2*answers))

	k.b.Mul(ns, k.t.SetInt64(answers-satisfied))
	k.b.Mul(&k.b, k.t.SetInt64(4*dd))
	k.u.Mul(&k.d, &k.d)
	k.n.Mul(&k.u, k.t.SetInt64(nn))
	k.b.Add(&k.b, &k.n)
	k.b.Mul(&k.b, k.t.SetInt64(nn))
	k.u.Mul(&k.b, k.t.SetInt64(40000))
	k.b.Set(&k.u) // (200·√B)²

	p, z2 := float64(satisfied)/float64(answers), 1.959964*1.959964
	root := math.Sqrt(z2 * (4*float64(n)*p*(1-p) + z2))
	bound := func(sign float64) Decimal {
		x := (2*float64(n)*p + z2 + sign*root) / (2 * (float64(n) + z2))
		h := int64(x*100 + 0.5)
		for !k.reaches(h, sign > 0) {
			h--
		}
		for k.reaches(h+1, sign > 0) {
			h++
		}
		return Decimal(h)
	}
	return bound(-1), bound(1)
}

// reaches reports whether (2h-1)·C ≤ A ± √B, with A and B of the desk already
// multiplied by 200 and 40000.
func (k *desk) reaches(h int64, upper bool) bool {
	rest := k.d.Sub(&k.a, k.u.Mul(&k.c, k.t.SetInt64(2*h-1)))
	if upper { // -√B ≤ rest
		return rest.Sign() >= 0 || k.t.Mul(rest, rest).Cmp(&k.b) <= 0
	}
	return rest.Sign() >= 0 && k.t.Mul(rest, rest).Cmp(&k.b) >= 0 // √B ≤ rest
}
