package audit

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"slices"
	"time"

	"pingyi/models"
	"pingyi/scoring"
	"pingyi/store"
)

// Fingerprints are sums over the evidence of a campaign; see scoring.
type Fingerprints = scoring.Fingerprints

// Fingerprints reads one snapshot and holds no lock. models.NotFound: no such
// campaign.
func (s *Store) Fingerprints(ctx context.Context, tenant, campaign string) (f Fingerprints, err error) {
	tx, err := s.snapshot(ctx)
	if err != nil {
		return f, store.Fail("fingerprints", err)
	}
	sum := summer{tx: tx, hash: sha256.New(), args: []any{tenant, campaign}}
	f, err = sum.all(ctx)
	if err := errors.Join(err, tx.Rollback()); err != nil {
		return f, store.Fail("fingerprints", err)
	}
	return f, nil
}

// approvedClose is the close that was approved. A stop alone moves it, and only to an
// earlier time: any other close than the planned one is taken as it stands, and changes
// the sum of the campaign.
const approvedClose = "CASE WHEN stopped_at IS NULL OR closes_at > planned_close THEN closes_at ELSE COALESCE(planned_close, closes_at) END"

type summer struct {
	tx   *sql.Tx
	hash hash.Hash
	args []any // tenant and campaign
}

func (s *summer) all(ctx context.Context) (f Fingerprints, err error) {
	n, err := s.rows(ctx, `SELECT id, title, profile, definition, opens_at, `+approvedClose+`, created_at, approved_at, approved_by
 FROM campaigns WHERE tenant=? AND id=?`)
	if err != nil {
		return f, err
	}
	if n == 0 {
		return f, models.Errorf(models.NotFound, "unknown_campaign", "there is no campaign %v", s.args[1])
	}
	f.Campaign, err = s.sum(ctx,
		"SELECT code, name, class, type FROM campaign_units WHERE tenant=? AND campaign=? ORDER BY seq, code",
		"SELECT channel, full_marks, method, account FROM campaign_channels WHERE tenant=? AND campaign=? ORDER BY seq, channel")
	if err != nil {
		return f, err
	}
	if err := s.ratings(ctx); err != nil {
		return f, err
	}
	f.Ratings, err = s.sum(ctx,
		"SELECT sealed_at FROM campaigns WHERE tenant=? AND id=?",
		"SELECT sealed_at FROM public_seals WHERE tenant=? AND campaign=?",
		"SELECT rating, item FROM public_ratings WHERE tenant=? AND campaign=? ORDER BY rating",
		"SELECT rating, provenance FROM rating_provenances WHERE tenant=? AND campaign=? ORDER BY rating")
	if err != nil {
		return f, err
	}
	const exclusions = `SELECT rating, seq, reason, note, by_name, approved_by, happened_at FROM rating_exclusions
 WHERE tenant=? AND campaign=? ORDER BY rating, seq`
	if f.Exclusions, err = s.sum(ctx, exclusions); err != nil {
		return f, err
	}
	acts := []string{"SELECT settled_at, published_at FROM campaigns WHERE tenant=? AND id=?"}
	for _, act := range []struct{ mark, columns string }{
		{"stopped_at IS NOT NULL", "closes_at, stopped_at, stopped_by, stopped_via, stop_reason"}, {"programme <> ''", "programme"},
	} {
		if done, err := s.done(ctx, act.mark); err != nil {
			return f, err
		} else if done {
			acts = append(acts, "SELECT "+act.columns+" FROM campaigns WHERE tenant=? AND id=?")
		}
	}
	f.Acts, err = s.sum(ctx, append(acts,
		exclusions,
		`SELECT c.id, c.no, c.channel, c.unit, c.counted_unit, c.kind, c.received_at, e.seq, e.state, e.happened_at, e.by_name, e.on_time, e.satisfied
 FROM complaints c LEFT JOIN complaint_events e ON e.tenant = c.tenant AND e.complaint = c.id
 WHERE c.tenant=? AND c.campaign=? ORDER BY c.id, e.seq`)...)
	if err != nil {
		return f, err
	}
	f.Reasons, err = s.sum(ctx, `SELECT x.rating, x.reason, x.given_at FROM ratings r JOIN rating_reasons x ON x.tenant = r.tenant AND x.rating = r.id
 WHERE r.tenant=? AND r.campaign=? ORDER BY x.rating, x.reason`)
	return f, err
}

// done reports whether a later act on the campaign, a stop or a completion, left its
// mark. Only then is it in the sum: the sums of earlier versions stay as they were.
func (s *summer) done(ctx context.Context, mark string) (bool, error) {
	var n int
	err := s.tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM campaigns WHERE tenant=? AND id=? AND "+mark, s.args...).Scan(&n)
	return n > 0, err //nolint:wrapcheck // the caller says of what
}

// ratings adds the ratings by key, page by page, as a recount does.
func (s *summer) ratings(ctx context.Context) error {
	last, args := []byte{}, s.args
	defer func() { s.args = args }()
	for {
		s.args = slices.Concat(args, []any{last, recountPage})
		n, err := s.each(ctx, func(cells []any) { last, _ = canonical(cells[0]) }, `SELECT r.id, r.channel, r.account, r.unit, r.window_code, r.serial,
 r.person, r.answers, r.receipt, r.platform_at, r.received_at, e.how, e.ended_at, e.by_rating
 FROM ratings r LEFT JOIN rating_ends e ON e.tenant = r.tenant AND e.campaign = r.campaign AND e.rating = r.id
 WHERE r.tenant=? AND r.campaign=? AND r.id>? ORDER BY r.id LIMIT ?`)
		if err != nil || n < recountPage {
			return err
		}
	}
}

// sum adds what the queries find and takes the sum of everything so far.
func (s *summer) sum(ctx context.Context, queries ...string) (sum [sha256.Size]byte, err error) {
	for _, q := range queries {
		if _, err := s.rows(ctx, q); err != nil {
			return sum, err
		}
	}
	s.hash.Sum(sum[:0])
	s.hash.Reset()
	return sum, nil
}

func (s *summer) rows(ctx context.Context, query string) (int, error) {
	return s.each(ctx, func([]any) {}, query)
}

// each adds every row of a query, and how many there were, so that no row can
// pass for one of another query.
func (s *summer) each(ctx context.Context, also func(cells []any), query string) (n int, err error) {
	var cells, into []any
	err = each(ctx, s.tx, func(r *sql.Rows) error {
		if cells == nil {
			columns, err := r.Columns()
			if err != nil {
				return err
			}
			cells, into = make([]any, len(columns)), make([]any, len(columns))
			for i := range cells {
				into[i] = &cells[i]
			}
		}
		if err := r.Scan(into...); err != nil {
			return err
		}
		n++
		for _, c := range cells {
			if err := s.cell(c); err != nil {
				return err
			}
		}
		also(cells)
		return nil
	}, query, s.args...)
	s.length(n)
	return n, err
}

// cell adds a value behind its length; NULL has the length of none.
func (s *summer) cell(value any) error {
	if value == nil {
		s.length(-1)
		return nil
	}
	b, err := canonical(value)
	if err != nil {
		return err
	}
	s.length(len(b))
	s.hash.Write(b)
	return nil
}

func (s *summer) length(n int) {
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n)) //nolint:gosec // -1 stands for NULL
	s.hash.Write(b[:])
}

// canonical is a value as every driver's rows have it.
func canonical(value any) ([]byte, error) {
	switch v := value.(type) {
	case []byte:
		return v, nil
	case string:
		return []byte(v), nil
	case int64:
		return fmt.Append(nil, v), nil
	case time.Time:
		return []byte(v.UTC().Format(models.TimeForm)), nil
	default:
		return nil, fmt.Errorf("a value of type %T", value)
	}
}
