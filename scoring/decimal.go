package scoring

import (
	"fmt"
	"strconv"
)

// Decimal is a published figure in hundredths: 7633 is written "76.33". Every
// mean, points, share and bound is one, so that what is published, ranked and
// exported is the same number.
type Decimal int64

// String is the decimal with exactly two places.
func (d Decimal) String() string { return string(d.append(nil)) }

func (d Decimal) append(b []byte) []byte {
	u := uint64(d) //nolint:gosec // the two's complement is negated below
	if d < 0 {
		b = append(b, '-')
		u = -u
	}
	b = strconv.AppendUint(b, u/100, 10)
	return append(b, '.', '0'+byte(u/10%10), '0'+byte(u%10))
}

// MarshalText makes the decimal a JSON string.
func (d Decimal) MarshalText() ([]byte, error) { return d.append(nil), nil }

// UnmarshalText reads what MarshalText wrote, nothing looser.
func (d *Decimal) UnmarshalText(text []byte) error {
	s := string(text)
	point := len(s) - 3
	if point < 1 || s[point] != '.' {
		return fmt.Errorf("%q is no decimal with two places", s)
	}
	n, err := strconv.ParseInt(s[:point]+s[point+1:], 10, 64)
	if err != nil || Decimal(n).String() != s {
		return fmt.Errorf("%q is no decimal with two places", s)
	}
	*d = Decimal(n)
	return nil
}

// Float is the double nearest to the decimal, for spreadsheets alone.
func (d Decimal) Float() float64 { return float64(d) / 100 }
