package scoring

import (
	"fmt"

	"pingyi/models"
)

// Difference is a figure that the record keeps and that a recount of the single
// ratings and complaints does not confirm (I4).
type Difference struct {
	Channel   models.Channel
	Unit      string
	Field     string // a counter of the tally; live_rows or live_mismatches of the index of live ratings; outside_window; unlisted
	Recorded  int64
	Recounted int64
}

// String is one line for a person.
func (d Difference) String() string {
	return fmt.Sprintf("%s %s %s: recorded %d, recounted %d", d.Channel, d.Unit, d.Field, d.Recorded, d.Recounted)
}
