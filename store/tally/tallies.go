package tally

import (
	"context"
	"fmt"
	"strings"

	"pingyi/models"
	"pingyi/scoring"
	"pingyi/store"
)

// Tallies is what the record counts on one channel of a campaign: one tally for
// every unit of the campaign in its order, zero where nothing was received. It
// reads a row a unit, however many ratings there are. Empty: no such campaign.
func (s *Store) Tallies(ctx context.Context, tenant, campaign string, channel models.Channel) ([]scoring.Tally, error) {
	rows, err := s.db.Read(ctx).Raw("SELECT u.code,t."+strings.Join(Columns, ",t.")+` FROM campaign_units u
 LEFT JOIN tallies t ON t.tenant = u.tenant AND t.campaign = u.campaign AND t.channel = ? AND t.unit = u.code
 WHERE u.tenant = ? AND u.campaign = ? ORDER BY u.seq`, channel, tenant, campaign).Rows()
	if err != nil {
		return nil, store.Fail("tallies", err)
	}
	defer func() { _ = rows.Close() }() // rows.Err below tells what went wrong
	var list []scoring.Tally
	var unit string
	cells := make([]counter, width)
	into := make([]any, 0, 1+width)
	into = append(into, &unit)
	for i := range cells {
		into = append(into, &cells[i])
	}
	for rows.Next() {
		if err := rows.Scan(into...); err != nil {
			return nil, store.Fail("tallies", err)
		}
		t := scoring.Tally{Unit: unit}
		for i, cell := range Cells(&t) {
			*cell = int64(cells[i])
		}
		list = append(list, t)
	}
	return list, store.Fail("tallies", rows.Err())
}

// counter reads a whole number, 0 for NULL, without the reflection that
// database/sql needs for an int64: 84 units have 8,000 of them on two channels.
type counter int64

// Scan implements sql.Scanner.
func (c *counter) Scan(src any) error {
	switch v := src.(type) {
	case int64:
		*c = counter(v)
	case nil:
		*c = 0
	default:
		return fmt.Errorf("a counter is %T", src)
	}
	return nil
}
