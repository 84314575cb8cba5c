package audit

import (
	"context"
	"database/sql"
	"time"

	"pingyi/models"
	"pingyi/store"
	"pingyi/store/proof"
)

// A time of receipt is that of a server's clock, which may be a minute off, and a
// commit waits for its turn. A public text is dated by when it was fetched, and is
// read later.
const (
	clockSlack  = 5 * time.Minute
	publicSlack = 24 * time.Hour
)

// stood is a rating as its life is reckoned: from its receipt to its end, and not while
// it was excluded.
type stood struct {
	id       proof.AnyID
	from, to time.Time // to is zero where it has not ended
	excluded []time.Time
	public   bool
}

// away reports whether a rating did not stand at a time, as far as clocks tell.
func (s *stood) away(at time.Time, slack time.Duration) bool {
	if !s.to.IsZero() && !at.Before(s.to.Add(-slack)) {
		return true
	}
	for i := 0; i < len(s.excluded); i += 2 {
		began := s.excluded[i].Add(-slack)
		last := i+1 == len(s.excluded)
		if !at.Before(began) && (last || !at.After(s.excluded[i+1].Add(slack))) {
			return true
		}
	}
	return false
}

// rival is a rating without an end beside one of the same person and unit that was
// taken back or excluded.
type rival struct {
	place
	lives, gone stood
}

// revived reports whether both stood at once, which the program never writes: the end
// of the one that lives was removed. Of two that were received within the slack, the
// proof of the other's end tells.
func (r *rival) revived() bool {
	slack := clockSlack
	if r.lives.public || r.gone.public {
		slack = publicSlack
	}
	if len(r.lives.excluded)%2 == 1 {
		return false // it counts in nothing
	}
	return !r.gone.away(r.lives.from, slack) && !r.lives.away(r.gone.from, slack)
}

// readRevived asks of every rating that was taken back or is excluded whether another
// one of its person and unit, without an end, stood at the same time. Two that live
// now are a difference of the index already.
func (e *evidenceCheck) readRevived(ctx context.Context) error {
	for _, campaign := range e.campaigns() {
		for _, query := range []string{
			"SELECT rating FROM rating_ends WHERE tenant=? AND campaign=? AND rating>? AND how='withdrawn' ORDER BY rating LIMIT ?",
			"SELECT rating FROM rating_exclusions WHERE tenant=? AND campaign=? AND rating>? GROUP BY rating HAVING COUNT(*)%2=1 ORDER BY rating LIMIT ?",
		} {
			if err := e.readGone(ctx, campaign, query); err != nil {
				return err
			}
		}
	}
	return nil
}

func (e *evidenceCheck) readGone(ctx context.Context, campaign, query string) error {
	last := []byte{}
	for {
		var gone []any
		err := each(ctx, e.tx, func(r *sql.Rows) error {
			var id proof.AnyID
			err := r.Scan(&id)
			last = []byte(id)
			gone = append(gone, []byte(id))
			return err
		}, query, e.tenant, campaign, last, evidencePage)
		if err != nil || len(gone) == 0 {
			return err
		}
		if err := e.askRivals(ctx, campaign, gone); err != nil || len(gone) < evidencePage {
			return err
		}
	}
}

// askRivals counts each rating that was revived once.
func (e *evidenceCheck) askRivals(ctx context.Context, campaign string, gone []any) error {
	rivals, err := e.rivalsOf(ctx, campaign, gone)
	if err != nil || len(rivals) == 0 {
		return err
	}
	for i := range rivals {
		r := &rivals[i]
		for _, s := range []*stood{&r.lives, &r.gone} {
			if s.excluded, err = e.exclusionsOf(ctx, campaign, s.id); err != nil {
				return err
			}
		}
		if own := r.campaign + "/" + string(r.lives.id); r.revived() && !e.revived[own] {
			e.revived[own] = true
			e.add(r.place, fieldNoEnd, 1, 0)
		}
	}
	return nil
}

func (e *evidenceCheck) rivalsOf(ctx context.Context, campaign string, gone []any) (list []rival, err error) {
	// The plus keeps SQLite from the primary key, which begins with tenant and
	// campaign; MySQL takes no notice.
	err = each(ctx, e.tx, func(r *sql.Rows) error {
		x := rival{place: place{campaign: campaign}}
		var from, goneFrom, goneTo models.Time
		err := r.Scan(&x.channel, &x.unit, &x.lives.id, &from, &x.lives.public, &x.gone.id, &goneFrom, &goneTo, &x.gone.public)
		x.lives.from, x.gone.from, x.gone.to = from.Time, goneFrom.Time, goneTo.Time
		list = append(list, x)
		return err
	}, `SELECT a.channel, a.unit, a.id, a.received_at, CASE WHEN p.rating IS NULL THEN 0 ELSE 1 END, b.id, b.received_at, d.ended_at, CASE WHEN q.rating IS NULL THEN 0 ELSE 1 END
 FROM ratings b JOIN ratings a ON a.tenant = b.tenant AND a.person = b.person AND +a.campaign = b.campaign AND a.channel = b.channel AND a.unit = b.unit AND +a.id <> b.id
 LEFT JOIN rating_ends d ON d.tenant = b.tenant AND d.campaign = b.campaign AND d.rating = b.id
 LEFT JOIN rating_ends e ON e.tenant = a.tenant AND e.campaign = a.campaign AND e.rating = a.id
 LEFT JOIN public_ratings p ON p.tenant = a.tenant AND p.campaign = a.campaign AND p.rating = a.id
 LEFT JOIN public_ratings q ON q.tenant = b.tenant AND q.campaign = b.campaign AND q.rating = b.id
 WHERE b.tenant=? AND b.campaign=? AND e.rating IS NULL AND b.id IN `+store.Tuples(1, len(gone)), append([]any{e.tenant, campaign}, gone...)...)
	return list, err
}

func (e *evidenceCheck) exclusionsOf(ctx context.Context, campaign string, rating proof.AnyID) (list []time.Time, err error) {
	err = each(ctx, e.tx, func(r *sql.Rows) error {
		var at models.Time
		err := r.Scan(&at)
		list = append(list, at.Time)
		return err
	}, "SELECT happened_at FROM rating_exclusions WHERE tenant=? AND campaign=? AND rating=? ORDER BY seq", e.tenant, campaign, []byte(rating))
	return list, err
}

// readTimes counts the times of withdrawals whose rating was not taken back: such a
// time alone would keep the person from rating the unit again.
func (e *evidenceCheck) readTimes(ctx context.Context) error {
	return each(ctx, e.tx, func(r *sql.Rows) error {
		var p place
		var n int64
		err := r.Scan(&p.campaign, &p.channel, &p.unit, &n)
		e.add(p, fieldTimeOfNone, n, 0)
		return err
	}, `SELECT w.campaign, COALESCE(r.channel, ''), COALESCE(r.unit, ''), COUNT(*) FROM rating_withdrawals w
 LEFT JOIN ratings r ON r.tenant = w.tenant AND r.campaign = w.campaign AND r.id = w.rating
 LEFT JOIN rating_ends e ON e.tenant = w.tenant AND e.campaign = w.campaign AND e.rating = w.rating AND e.how = 'withdrawn'
 WHERE w.tenant=? AND e.rating IS NULL GROUP BY w.campaign, COALESCE(r.channel, ''), COALESCE(r.unit, '')`, e.tenant)
}
