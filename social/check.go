package social

import (
	"context"
	"fmt"
	"time"

	"pingyi/models"
)

// check is a reconciliation of a feed: it is read once more from its newest text
// down to the beginning of the campaign, and what was stored and is not there any
// more was deleted.
type check struct {
	Round int64     `json:"round"` // unix milliseconds of its begin; 0: none runs
	Max   uint64    `json:"max,omitempty"`
	Low   time.Time `json:"low"`   // the oldest text that was seen
	Seen  int       `json:"seen"`  // texts
	Blank int       `json:"blank"` // empty pages in a row
	Ended time.Time `json:"ended"` // of the last whole round
}

// blanks is how many empty pages in a row are believed to be the end of a feed;
// a single one is what a fault of the platform looks like, too, and would take
// away all that is older.
const blanks = 2

// feedDepth is how many texts the platform gives out of a feed at most. A list
// that ends before has ended; one that is longer was cut off.
const feedDepth = 2000

// unseenAtATime bounds what is withdrawn in one go.
const unseenAtATime = 500

// Reconcile goes on with the reconciliations whose turn it is, within the
// budget. It returns how many texts were found deleted.
func (p *Poller) Reconcile(ctx context.Context) (gone int, err error) {
	for _, feed := range Feeds() {
		for {
			now := p.Now()
			mine, err := p.Store.Lease(ctx, p.Account, "poll", p.Holder, now, now.Add(p.Limits.Lease))
			if err != nil || !mine {
				return gone, err
			}
			w, err := p.World(ctx)
			if err != nil {
				return gone, err
			}
			floor := w.floor(now)
			if floor.IsZero() {
				return gone, nil
			}
			worked, n, err := p.checkStep(ctx, feed, floor)
			gone += n
			if err != nil {
				return gone, fmt.Errorf("reconcile %s: %w", feed, err)
			}
			if !worked {
				break
			}
		}
	}
	return gone, nil
}

func (p *Poller) checkStep(ctx context.Context, feed Feed, floor time.Time) (worked bool, gone int, err error) {
	var c check
	name := "check:" + string(feed)
	version, err := p.load(ctx, name, &c)
	if err != nil {
		return false, 0, err
	}
	now := p.Now()
	if c.Round == 0 {
		if now.Before(c.Ended.Add(p.Limits.Check)) {
			return false, 0, nil
		}
		c = check{Round: now.UnixMilli()}
	}
	if spent, err := p.Store.Spend(ctx, p.Account, Day(now), PoolRest, p.Limits.Rest); err != nil || !spent {
		return false, 0, err
	}
	page, err := p.API.Page(ctx, feed, 0, c.Max, p.Limits.Page)
	if err != nil {
		return false, 0, err
	}
	next, covered, err := c.next(page, floor)
	if err != nil {
		return false, 0, err
	}
	if covered.IsZero() {
		return true, 0, p.keep(ctx, feed, page, floor, c.Round, name, next, version)
	}
	// What is gone is written down before the round ends, so one that is cut off
	// here fetches its last page again.
	if err := p.keep(ctx, feed, page, floor, c.Round, name, c, version); err != nil {
		return false, 0, err
	}
	if gone, err = p.retract(ctx, feed, c.Round, covered); err != nil {
		return false, gone, err
	}
	return true, gone, p.keep(ctx, feed, Page{}, floor, c.Round, name, check{Ended: p.Now()}, version+1)
}

// next is the state after a page. Where the round has seen all, covered is set:
// what was written from then on, and was not seen, is gone.
func (c check) next(p Page, floor time.Time) (next check, covered time.Time, err error) {
	lowest := uint64(0)
	for _, t := range p.Texts {
		if c.Max != 0 && t.ID > c.Max {
			return c, time.Time{}, errBounds
		}
		c.Seen++
		if lowest == 0 || t.ID < lowest {
			lowest = t.ID
		}
		if c.Low.IsZero() || t.At.Before(c.Low) {
			c.Low = t.At
		}
	}
	switch lowest {
	case 0:
		c.Blank++
	case 1:
		c.Blank = blanks // there is no lower id
	default:
		c.Blank, c.Max = 0, lowest-1
	}
	deep := !c.Low.IsZero() && c.Low.Before(floor.Add(-margin))
	switch {
	case !deep && c.Blank < blanks:
		return c, time.Time{}, nil
	case deep, c.Seen < feedDepth:
		return c, floor, nil
	default: // cut off: only what is younger than the last one seen can be judged
		return c, c.Low.Add(time.Second), nil
	}
}

// retract withdraws what the round did not see.
func (p *Poller) retract(ctx context.Context, feed Feed, round int64, from time.Time) (gone int, err error) {
	for {
		list, err := p.Store.Unseen(ctx, p.Account, feed, round, from, unseenAtATime)
		if err != nil || len(list) == 0 {
			return gone, err
		}
		for _, u := range list {
			withdrawn, err := p.Store.Retract(ctx, p.Account.Tenant, p.Account.ID, u.Campaign, u.Item, p.Now())
			if models.KindOf(err) == models.Conflict {
				return gone, nil // settled: what counted counts
			}
			if err != nil {
				return gone, err
			}
			if withdrawn {
				gone++
			}
		}
	}
}
