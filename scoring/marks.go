package scoring

import (
	"fmt"
	"strconv"
	"strings"
)

// Marks are the full marks of a channel (满分), exact to the hundredth: 10, 4.5, 4.25.
// The zero Marks are none.
type Marks struct{ hundredths int64 }

// MaxFullMarks bounds a channel's full marks: a programme totals 100.
const MaxFullMarks = 100

// WholeMarks returns marks without a fraction.
func WholeMarks(n int) Marks { return Marks{int64(n) * 100} }

// ParseMarks reads marks as they are typed and stored: up to three digits, and up to
// two behind a point.
func ParseMarks(text string) (Marks, error) {
	whole, fraction, point := strings.Cut(text, ".")
	fault := fmt.Errorf("%q are no marks such as 10 or 4.5, with at most two decimals", text)
	if len(whole) < 1 || len(whole) > 3 || point && len(fraction) < 1 || len(fraction) > 2 {
		return Marks{}, fault
	}
	n, err := strconv.ParseUint(whole+(fraction + "00")[:2], 10, 32)
	if err != nil {
		return Marks{}, fault
	}
	return Marks{int64(n)}, nil
}

// String writes no digit that says nothing: 10, 4.5.
func (m Marks) String() string {
	text := Decimal(m.hundredths).String()
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// Plus returns the sum.
func (m Marks) Plus(other Marks) Marks { return Marks{m.hundredths + other.hundredths} }

// Valid reports whether a channel may have the marks: more than none, at most MaxFullMarks.
func (m Marks) Valid() bool { return m.hundredths > 0 && m.hundredths <= MaxFullMarks*100 }

// Float is the double nearest to the marks, for spreadsheets alone.
func (m Marks) Float() float64 { return float64(m.hundredths) / 100 }

// MarshalText makes the marks a JSON string.
func (m Marks) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads what ParseMarks reads.
func (m *Marks) UnmarshalText(text []byte) (err error) {
	*m, err = ParseMarks(string(text))
	return err
}

// UnmarshalYAML reads a number of a profile as it is written, so that 4.55 stays exact.
func (m *Marks) UnmarshalYAML(text []byte) error {
	return m.UnmarshalText([]byte(strings.Trim(strings.TrimSpace(string(text)), `"'`)))
}

// Equal reports whether both are the same.
func (m Marks) Equal(other Marks) bool { return m == other }
