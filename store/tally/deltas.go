package tally

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"pingyi/models"
	"pingyi/scoring"
	"pingyi/store"
)

// Deltas are what a transaction adds to the tallies of one campaign.
type Deltas map[Key]*scoring.Tally

const (
	keyColumns = "tenant,campaign,channel,unit"
	width      = 6 + models.MaxDimensions*5 + 5
)

// Columns are the counters of a tally row in the order of Cells.
var Columns = store.TableOf[models.Tally]().Columns()[4:] // behind the key

// Cells are the counters of t, to be read or written, in the order of
// Columns.
func Cells(t *scoring.Tally) []*int64 {
	cells := make([]*int64, 0, width)
	cells = append(cells, &t.Received, &t.Live, &t.Superseded, &t.Excluded, &t.Withdrawn, &t.Ratings)
	for d := range t.Counts {
		for l := range t.Counts[d] {
			cells = append(cells, &t.Counts[d][l])
		}
	}
	return append(cells, &t.ComplaintsReceived, &t.ComplaintsAnswered, &t.ComplaintsOnTime, &t.ComplaintsSatisfied,
		&t.ComplaintsUnsatisfied)
}

// Keys are in the one order in which tally rows are locked.
func (d Deltas) Keys() []Key {
	return slices.SortedFunc(maps.Keys(d), func(a, b Key) int {
		return cmp.Or(cmp.Compare(a.Channel, b.Channel), cmp.Compare(a.Unit, b.Unit))
	})
}

// Upsert adds every delta to its row in one statement. It names only counters
// that some delta changes; the others of a new row are 0.
func (d Deltas) Upsert(dia store.Dialect, tenant, campaign string) store.Statement {
	var used [width]bool
	for _, t := range d {
		for i, cell := range Cells(t) {
			used[i] = used[i] || *cell != 0
		}
	}
	columns := make([]string, 0, width)
	for i, u := range used {
		if u {
			columns = append(columns, Columns[i])
		}
	}
	args := make([]any, 0, len(d)*(4+len(columns)))
	for _, k := range d.Keys() {
		args = append(args, tenant, campaign, string(k.Channel), k.Unit)
		for i, cell := range Cells(d[k]) {
			if used[i] {
				args = append(args, *cell)
			}
		}
	}
	tail := dia.OnConflictKeep("unit")
	if len(columns) > 0 {
		tail = dia.OnConflictAdd("tallies", keyColumns, columns...)
	}
	return store.Statement{
		SQL: "INSERT INTO tallies (" + strings.Join(append([]string{keyColumns}, columns...), ",") + ") VALUES " +
			store.Tuples(len(d), 4+len(columns)) + tail,
		Args: args,
	}
}

// Key is a row of the tallies of one campaign.
type Key struct {
	Channel models.Channel
	Unit    string
}

// Of returns the delta of a row.
func (d Deltas) Of(channel models.Channel, unit string) *scoring.Tally {
	k := Key{channel, unit}
	if d[k] == nil {
		d[k] = &scoring.Tally{Unit: unit}
	}
	return d[k]
}

// Minus is a - b, cell by cell.
func Minus(a, b scoring.Tally) scoring.Tally {
	from := Cells(&b)
	for i, cell := range Cells(&a) {
		*cell -= *from[i]
	}
	return a
}

// Plus adds b to a, cell by cell.
func Plus(a *scoring.Tally, b scoring.Tally) {
	from := Cells(&b)
	for i, cell := range Cells(a) {
		*cell += *from[i]
	}
}
