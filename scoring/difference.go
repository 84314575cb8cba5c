package scoring

import (
	"cmp"
	"fmt"

	"pingyi/models"
)

// Difference is a figure that the record keeps and that a recount of the single
// ratings and complaints does not confirm (I4), or a number of rows of evidence that
// other rows contradict (I5a).
type Difference struct {
	Channel   models.Channel
	Unit      string
	Field     string // a counter of the tally, or what is wrong; docs/operations.md lists them
	Recorded  int64
	Recounted int64
}

// String is one line for a person.
func (d Difference) String() string {
	return fmt.Sprintf("%s %s %s: recorded %d, recounted %d",
		cmp.Or(string(d.Channel), "-"), cmp.Or(d.Unit, "-"), d.Field, d.Recorded, d.Recounted)
}
