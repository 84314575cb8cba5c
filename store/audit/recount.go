package audit

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"pingyi/models"
	"pingyi/scoring"
	"pingyi/store"
	"pingyi/store/proof"
	"pingyi/store/rating"
	"pingyi/store/record"
	"pingyi/store/tally"
)

// recountPage is how many ratings a recount reads at a time.
const recountPage = 10_000

// Fields of a difference that are not counters of a tally.
const (
	fieldLiveRows       = "live_rows"       // rows of the index of live ratings
	fieldLiveMismatches = "live_mismatches" // ratings the index is wrong about
	fieldOutsideWindow  = "outside_window"  // ratings that were confirmed or received when none counts
	fieldUnlisted       = "unlisted"        // ratings of what the campaign does not rate
	fieldCloseMoved     = "close_moved"     // the campaign's close, without a stop or behind the planned one
)

// Recount rebuilds every tally of a campaign from the single ratings, their ends
// and the complaints' events, and compares it and the index of live ratings with
// what the transactions kept (I4). It reads one snapshot and holds no lock.
// progress is told how many of the ratings are done. The differences are in
// order of channel, unit and field; nil means that there is none.
// models.NotFound: no such campaign.
func (s *Store) Recount(ctx context.Context, tenant, campaign string, progress func(done, total int64)) ([]scoring.Difference, error) {
	units, err := s.record.ReadCampaignUnits(ctx, tenant, campaign)
	if err != nil {
		return nil, store.Fail("recount", err)
	}
	if units.Window.Opens.IsZero() {
		return nil, models.Errorf(models.NotFound, "unknown_campaign", "there is no campaign %s", campaign)
	}
	tx, err := s.snapshot(ctx)
	if err != nil {
		return nil, store.Fail("recount", err)
	}
	c, err := recount(ctx, tx, tenant, campaign, progress)
	if err == nil {
		err = c.readOutside(ctx, tx, tenant, campaign, units)
	}
	var moved []scoring.Difference
	if err == nil {
		moved, err = readMoved(ctx, tx, tenant, campaign)
	}
	if err := errors.Join(err, tx.Rollback()); err != nil {
		return nil, store.Fail("recount", err)
	}
	return append(moved, c.differences()...), nil
}

// readMoved is a difference where the close was moved otherwise than by a stop, which
// brings it forward: the program cannot have made such a row.
func readMoved(ctx context.Context, tx *sql.Tx, tenant, campaign string) (list []scoring.Difference, err error) {
	err = each(ctx, tx, func(*sql.Rows) error {
		list = append(list, scoring.Difference{Field: fieldCloseMoved, Recorded: 1})
		return nil
	}, "SELECT id FROM campaigns WHERE tenant=? AND id=? AND planned_close IS NOT NULL AND (stopped_at IS NULL OR closes_at > planned_close)", tenant, campaign)
	return list, err
}

// snapshot begins a transaction that reads one state of the database.
func (s *Store) snapshot(ctx context.Context) (*sql.Tx, error) {
	o := &sql.TxOptions{ReadOnly: true}
	if s.db.Dialect().IsMySQL() {
		o.Isolation = sql.LevelRepeatableRead
	}
	return s.db.ReadSQL().BeginTx(ctx, o)
}

// recounted is what a recount found beside what was recorded.
type recounted struct {
	found, recorded tally.Deltas
	rows            map[tally.Key]int64 // of live_ratings
	mismatches      map[tally.Key]int64
	outside         map[tally.Key]int64   // of the window
	last            proof.AnyID           // rating that was counted last
	units           *record.CampaignUnits // nil where neither window nor units were asked for
}

func recount(ctx context.Context, tx *sql.Tx, tenant, campaign string, progress func(done, total int64)) (*recounted, error) {
	c := &recounted{found: tally.Deltas{}, recorded: tally.Deltas{}, rows: map[tally.Key]int64{}, mismatches: map[tally.Key]int64{}}
	if err := c.readRatings(ctx, tx, tenant, campaign, progress); err != nil {
		return nil, err
	}
	if err := c.readComplaints(ctx, tx, tenant, campaign); err != nil {
		return nil, err
	}
	if err := c.readRecorded(ctx, tx, tenant, campaign); err != nil {
		return nil, err
	}
	return c, nil
}

// readOutside counts the ratings that are outside of the campaign's window, and
// keeps what it rates for differences.
func (c *recounted) readOutside(ctx context.Context, tx *sql.Tx, tenant, campaign string, units *record.CampaignUnits) error {
	c.outside, c.units = map[tally.Key]int64{}, units
	w := units.Window
	return each(ctx, tx, func(r *sql.Rows) error {
		var k tally.Key
		var n int64
		err := r.Scan(&k.Channel, &k.Unit, &n)
		c.outside[k] = n
		return err
	}, `SELECT r.channel, r.unit, COUNT(*) FROM ratings r
 LEFT JOIN public_ratings p ON p.tenant = r.tenant AND p.campaign = r.campaign AND p.rating = r.id
 WHERE r.tenant=? AND r.campaign=?
 AND (r.platform_at < ? OR r.platform_at >= ? OR r.received_at > ? OR (p.rating IS NULL AND r.received_at > ?))
 GROUP BY r.channel, r.unit`, tenant, campaign,
		models.At(w.Opens), models.At(w.Closes), models.At(w.Closes.Add(scoring.PublicGrace)), models.At(w.Closes.Add(scoring.CloseGrace)))
}

// readRatings streams the ratings by key, page by page: a cursor over all of
// them would hold the connection's buffer for minutes.
func (c *recounted) readRatings(ctx context.Context, tx *sql.Tx, tenant, campaign string, progress func(done, total int64)) error {
	var total, done int64
	if err := tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM ratings WHERE tenant=? AND campaign=?", tenant, campaign).Scan(&total); err != nil {
		return err
	}
	last := []byte{}
	for {
		n := 0
		err := each(ctx, tx, func(r *sql.Rows) error {
			n++
			var err error
			last, err = c.count(r)
			return err
		}, `SELECT r.id, r.channel, r.unit, r.answers, COALESCE(e.how, CASE WHEN `+rating.ExcludedNow+` THEN 'excluded' ELSE '' END), l.rating, COALESCE(l.answers, '') FROM ratings r
 LEFT JOIN rating_ends e ON e.tenant = r.tenant AND e.campaign = r.campaign AND e.rating = r.id
 LEFT JOIN live_ratings l ON l.tenant = r.tenant AND l.campaign = r.campaign AND l.channel = r.channel AND l.unit = r.unit AND l.person = r.person
 WHERE r.tenant=? AND r.campaign=? AND r.id>? ORDER BY r.id LIMIT ?`, tenant, campaign, last, recountPage)
		if err != nil {
			return err
		}
		done += int64(n)
		if progress != nil {
			progress(done, total)
		}
		if n < recountPage {
			return nil
		}
	}
}

// count counts one rating and checks that the index of live ratings agrees.
func (c *recounted) count(r *sql.Rows) (last []byte, err error) {
	var k tally.Key
	var id, live proof.AnyID
	var answers, how, liveAnswers string
	if err := r.Scan(&id, &k.Channel, &k.Unit, &answers, &how, &live, &liveAnswers); err != nil {
		return nil, err
	}
	// A rating that is read twice has two ends or two live rows, which the primary keys
	// forbid: somebody took them away. It counts once.
	if id == c.last {
		c.mismatches[k]++
		return []byte(id), nil
	}
	c.last = id
	parsed, err := models.ParseAnswers(answers)
	if err != nil {
		return nil, fmt.Errorf("rating %x of %s on %s, stored answers: %w", id, k.Unit, k.Channel, err)
	}
	t := c.found.Of(k.Channel, k.Unit)
	t.Received++
	right := live != id
	switch how {
	case "":
		t.Add(parsed, 1)
		right = live == id && liveAnswers == answers
	case proof.EndSuperseded:
		t.Superseded++
	case proof.EndWithdrawn:
		t.Withdrawn++
	case proof.EndExcluded:
		t.Excluded++
	default:
		return nil, fmt.Errorf("rating %x of %s on %s ended in an unknown way", id, k.Unit, k.Channel)
	}
	if !right {
		c.mismatches[k]++
	}
	return []byte(id), nil
}

func (c *recounted) readComplaints(ctx context.Context, tx *sql.Tx, tenant, campaign string) error {
	var of models.ID
	var key tally.Key
	var events []record.EventRow
	settle := func() {
		if len(events) > 0 {
			tally.Plus(c.found.Of(key.Channel, key.Unit), record.Handled(events))
		}
		events = events[:0]
	}
	err := each(ctx, tx, func(r *sql.Rows) error {
		var id models.ID
		var k tally.Key
		var e record.EventRow
		var onTime, satisfied sql.NullBool
		if err := r.Scan(&id, &k.Channel, &k.Unit, &e.Seq, &e.State, &onTime, &satisfied); err != nil {
			return err
		}
		if id != of {
			settle()
			of, key = id, k
		}
		e.OnTime, e.Satisfied = orNil(onTime), orNil(satisfied)
		events = append(events, e)
		return nil
	}, `SELECT c.id, c.channel, c.counted_unit, e.seq, e.state, e.on_time, e.satisfied FROM complaints c
 JOIN complaint_events e ON e.tenant = c.tenant AND e.complaint = c.id
 WHERE c.tenant=? AND c.campaign=? AND c.counted_unit <> '' ORDER BY c.id, e.seq`, tenant, campaign)
	settle()
	return err
}

func orNil(b sql.NullBool) *bool {
	if !b.Valid {
		return nil
	}
	return &b.Bool
}

func (c *recounted) readRecorded(ctx context.Context, tx *sql.Tx, tenant, campaign string) error {
	err := each(ctx, tx, func(r *sql.Rows) error {
		var k tally.Key
		var t scoring.Tally
		into := []any{&k.Channel, &k.Unit}
		for _, cell := range tally.Cells(&t) {
			into = append(into, cell)
		}
		if err := r.Scan(into...); err != nil {
			return err
		}
		t.Unit = k.Unit
		c.recorded[k] = &t
		return nil
	}, "SELECT channel,unit,"+strings.Join(tally.Columns, ",")+" FROM tallies WHERE tenant=? AND campaign=?", tenant, campaign)
	if err != nil {
		return err
	}
	return each(ctx, tx, func(r *sql.Rows) error {
		var k tally.Key
		var n int64
		if err := r.Scan(&k.Channel, &k.Unit, &n); err != nil {
			return err
		}
		c.rows[k] = n
		return nil
	}, "SELECT channel, unit, COUNT(*) FROM live_ratings WHERE tenant=? AND campaign=? GROUP BY channel, unit", tenant, campaign)
}

// differences compares cell by cell.
func (c *recounted) differences() []scoring.Difference {
	var list []scoring.Difference
	keys := tally.Deltas{}
	for _, m := range []tally.Deltas{c.found, c.recorded} {
		for k := range m {
			keys.Of(k.Channel, k.Unit)
		}
	}
	for k := range c.rows {
		keys.Of(k.Channel, k.Unit)
	}
	for _, k := range keys.Keys() {
		add := func(field string, recorded, found int64) {
			if recorded != found {
				list = append(list, scoring.Difference{Channel: k.Channel, Unit: k.Unit, Field: field, Recorded: recorded, Recounted: found})
			}
		}
		found, recorded := c.found.Of(k.Channel, k.Unit), c.recorded.Of(k.Channel, k.Unit)
		cells := tally.Cells(found)
		for i, cell := range tally.Cells(recorded) {
			add(tally.Columns[i], *cell, *cells[i])
		}
		add(fieldLiveRows, c.rows[k], found.Live)
		add(fieldLiveMismatches, c.mismatches[k], 0)
		add(fieldOutsideWindow, c.outside[k], 0)
		if c.units != nil && !c.units.Rates(k.Channel, k.Unit) {
			add(fieldUnlisted, max(found.Received, recorded.Received), 0)
		}
	}
	slices.SortStableFunc(list, func(a, b scoring.Difference) int {
		return cmp.Or(cmp.Compare(a.Channel, b.Channel), cmp.Compare(a.Unit, b.Unit))
	})
	return list
}

// each calls read for every row of a query.
func each(ctx context.Context, tx *sql.Tx, read func(*sql.Rows) error, query string, args ...any) (err error) {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() {
		if cerr := rows.Close(); err == nil {
			err = cerr
		}
	}()
	for rows.Next() {
		if err := read(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
