package store

import (
	"context"
	"strings"

	"pingyi/models"
	"pingyi/scoring"
)

// Tallies is what the record counts on one channel of a campaign: one tally for
// every unit of the campaign in its order, zero where nothing was received. It
// reads a row a unit, however many ratings there are. Empty: no such campaign.
func (db *DB) Tallies(ctx context.Context, tenant, campaign string, channel models.Channel) ([]scoring.Tally, error) {
	columns := make([]string, len(tallyColumns))
	for i, c := range tallyColumns {
		columns[i] = "COALESCE(t." + c + ",0)"
	}
	rows, err := db.read.WithContext(ctx).Raw("SELECT u.code,"+strings.Join(columns, ",")+` FROM campaign_units u
 LEFT JOIN tallies t ON t.tenant = u.tenant AND t.campaign = u.campaign AND t.channel = ? AND t.unit = u.code
 WHERE u.tenant = ? AND u.campaign = ? ORDER BY u.seq`, channel, tenant, campaign).Rows()
	if err != nil {
		return nil, fail("tallies", err)
	}
	defer func() { _ = rows.Close() }() // rows.Err below tells what went wrong
	var list []scoring.Tally
	for rows.Next() {
		var t scoring.Tally
		cells := []any{&t.Unit}
		for _, cell := range tallyCells(&t) {
			cells = append(cells, cell)
		}
		if err := rows.Scan(cells...); err != nil {
			return nil, fail("tallies", err)
		}
		list = append(list, t)
	}
	return list, fail("tallies", rows.Err())
}
