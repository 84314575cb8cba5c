package store

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"pingyi/models"
	"pingyi/scoring"
)

const (
	tallyKeyColumns = "tenant,campaign,channel,unit"
	tallyWidth      = 6 + models.MaxDimensions*5 + 5
)

// tallyColumns are the counters of a tally row in the order of tallyCells.
var tallyColumns = func() []string {
	columns := []string{"received", "live", "superseded", "excluded", "withdrawn", "ratings"}
	for d := range models.MaxDimensions {
		for l := range 5 {
			columns = append(columns, fmt.Sprintf("d%d_l%d", d+1, l+1))
		}
	}
	return append(columns, "complaints_received", "complaints_answered", "complaints_on_time", "complaints_satisfied",
		"complaints_unsatisfied")
}()

// tallyCells are the counters of t, to be read or written, in the order of
// tallyColumns.
func tallyCells(t *scoring.Tally) []*int64 {
	cells := make([]*int64, 0, tallyWidth)
	cells = append(cells, &t.Received, &t.Live, &t.Superseded, &t.Excluded, &t.Withdrawn, &t.Ratings)
	for d := range t.Counts {
		for l := range t.Counts[d] {
			cells = append(cells, &t.Counts[d][l])
		}
	}
	return append(cells, &t.ComplaintsReceived, &t.ComplaintsAnswered, &t.ComplaintsOnTime, &t.ComplaintsSatisfied,
		&t.ComplaintsUnsatisfied)
}

// keys are in the one order in which tally rows are locked.
func (d tallyDeltas) keys() []tallyKey {
	return slices.SortedFunc(maps.Keys(d), func(a, b tallyKey) int {
		return cmp.Or(cmp.Compare(a.channel, b.channel), cmp.Compare(a.unit, b.unit))
	})
}

// upsert adds every delta to its row in one statement. It names only counters
// that some delta changes; the others of a new row are 0.
func (d tallyDeltas) upsert(dia dialect, tenant, campaign string) part {
	var used [tallyWidth]bool
	for _, t := range d {
		for i, cell := range tallyCells(t) {
			used[i] = used[i] || *cell != 0
		}
	}
	columns := make([]string, 0, tallyWidth)
	for i, u := range used {
		if u {
			columns = append(columns, tallyColumns[i])
		}
	}
	args := make([]any, 0, len(d)*(4+len(columns)))
	for _, k := range d.keys() {
		args = append(args, tenant, campaign, string(k.channel), k.unit)
		for i, cell := range tallyCells(d[k]) {
			if used[i] {
				args = append(args, *cell)
			}
		}
	}
	tail := dia.onConflictKeep("unit")
	if len(columns) > 0 {
		tail = dia.onConflictAdd("tallies", tallyKeyColumns, columns...)
	}
	return part{
		sql: "INSERT INTO tallies (" + strings.Join(append([]string{tallyKeyColumns}, columns...), ",") + ") VALUES " +
			tuples(len(d), 4+len(columns)) + tail,
		args: args,
	}
}

// tallyDeltas are what a transaction adds to the tallies of one campaign.
type tallyDeltas map[tallyKey]*scoring.Tally

type tallyKey struct {
	channel models.Channel
	unit    string
}

func (d tallyDeltas) of(channel models.Channel, unit string) *scoring.Tally {
	k := tallyKey{channel, unit}
	if d[k] == nil {
		d[k] = &scoring.Tally{Unit: unit}
	}
	return d[k]
}

// minus is a - b, cell by cell.
func minus(a, b scoring.Tally) scoring.Tally {
	from := tallyCells(&b)
	for i, cell := range tallyCells(&a) {
		*cell -= *from[i]
	}
	return a
}

// plus adds b to a, cell by cell.
func plus(a *scoring.Tally, b scoring.Tally) {
	from := tallyCells(&b)
	for i, cell := range tallyCells(a) {
		*cell += *from[i]
	}
}
