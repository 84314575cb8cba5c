package social

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"pingyi/models"
)

// Poller reads the feeds of one account. It keeps nothing that matters: any
// number may run on any servers, and each may end between any two steps. What a
// page held and how far it took the cursor are stored together; a call is counted
// before it is made; nothing else is relied on.
type Poller struct {
	Account Account
	API     API
	Store   Store
	Keys    Keys
	World   func(context.Context) (World, error)
	Limits  Limits
	Now     func() time.Time
	Holder  models.ID // this server, for the lease
}

// sweep is how far a feed was read. While Max is not 0 a sweep is under way: it
// goes from the newest text down to Since, which is exclusive.
type sweep struct {
	Since uint64    `json:"since"`
	Top   uint64    `json:"top,omitempty"` // the newest of this sweep
	Max   uint64    `json:"max,omitempty"` // the next page begins here, inclusive
	Ended time.Time `json:"ended"`         // of the last whole sweep
}

func (s *sweep) running() bool { return s.Max != 0 }

// margin is how much older than the window a text must be for everything behind
// it to be older, too: ids follow time nearly, not strictly.
const margin = time.Hour

var errBounds = errors.New("the platform ignored the bounds of a page")

// next is the state after a page that was fetched at now. Texts older than floor
// are of no campaign.
func (s sweep) next(p Page, floor, now time.Time) (sweep, error) {
	lowest, oldest := uint64(0), time.Time{}
	for _, t := range p.Texts {
		if t.ID <= s.Since || s.running() && t.ID > s.Max {
			return s, errBounds
		}
		s.Top = max(s.Top, t.ID)
		if lowest == 0 || t.ID < lowest {
			lowest, oldest = t.ID, t.At
		}
	}
	// A short page ends nothing: the platform leaves out what it may not show.
	if lowest <= 1 || oldest.Before(floor.Add(-margin)) {
		return sweep{Since: max(s.Since, s.Top), Ended: now}, nil
	}
	s.Max = lowest - 1
	return s, nil
}

// Poll reads what the budget allows: each feed whose turn it is, page by page.
// Where another server polls, or no campaign asks for it, it does nothing.
func (p *Poller) Poll(ctx context.Context) error {
	for {
		now := p.Now()
		mine, err := p.Store.Lease(ctx, p.Account, "poll", p.Holder, now, now.Add(p.Limits.Lease))
		if err != nil || !mine {
			return err
		}
		w, err := p.World(ctx)
		if err != nil {
			return err
		}
		floor := w.floor(now)
		if floor.IsZero() {
			return nil
		}
		worked := false
		for _, feed := range Feeds() {
			one, err := p.step(ctx, feed, floor)
			if err != nil {
				return fmt.Errorf("poll %s: %w", feed, err)
			}
			worked = worked || one
		}
		if !worked {
			return nil
		}
	}
}

// step fetches at most one page of a feed and reports whether it did.
func (p *Poller) step(ctx context.Context, feed Feed, floor time.Time) (worked bool, err error) {
	var s sweep
	version, err := p.load(ctx, string(feed), &s)
	if err != nil {
		return false, err
	}
	now, limit := p.Now(), p.Limits.Poll
	if !s.running() {
		if now.Before(s.Ended.Add(p.Limits.Every)) {
			return false, nil
		}
		limit = pace(limit, now)
	}
	if spent, err := p.Store.Spend(ctx, p.Account, Day(now), PoolPoll, limit); err != nil || !spent {
		return false, err
	}
	page, err := p.API.Page(ctx, feed, s.Since, s.Max, p.Limits.Page)
	if err != nil {
		return false, err
	}
	next, err := s.next(page, floor, p.Now())
	if err != nil {
		return false, err
	}
	return true, p.keep(ctx, feed, page, floor, 0, string(feed), next, version)
}

func (p *Poller) load(ctx context.Context, name string, into any) (version int64, err error) {
	sealed, version, err := p.Store.Cursor(ctx, p.Account, name)
	if err != nil || version == 0 {
		return 0, err
	}
	plain, err := p.Keys.Open(sealed, p.cursorUse(name))
	if err != nil {
		return 0, err
	}
	return version, json.Unmarshal(plain, into)
}

func (p *Poller) cursorUse(name string) models.ID { return p.Keys.Item("cursor", name) }

func (p *Poller) keep(ctx context.Context, feed Feed, page Page, floor time.Time, round int64, cursor string, next any, version int64) error {
	plain, err := json.Marshal(next)
	if err != nil {
		return err
	}
	k := Keep{Round: round, Cursor: cursor, Version: version, State: p.Keys.Seal(plain, p.cursorUse(cursor))}
	now := p.Now()
	for _, t := range page.Texts {
		if t.At.Before(floor) || t.Author.UID == "" {
			continue // a text without an author is what is left of a deleted one
		}
		item, err := p.item(feed, t, now)
		if err != nil {
			return err
		}
		k.Items = append(k.Items, item)
	}
	return p.Store.Keep(ctx, p.Account, k)
}

func (p *Poller) item(feed Feed, t Text, now time.Time) (Item, error) {
	return NewItem(p.Keys, feed, t, now)
}

// NewItem seals a text. Nothing outside of what is sealed leads to its author
// without the tenant's key.
func NewItem(keys Keys, feed Feed, t Text, now time.Time) (Item, error) {
	id := keys.Item(t.Kind, idText(t.ID))
	plain, err := json.Marshal(content{ID: idText(t.ID), Text: t.Text, Author: t.Author})
	if err != nil {
		return Item{}, err
	}
	return Item{
		ID: id, Kind: t.Kind, Feed: feed, Author: keys.Author(t.Author.UID), Sealed: keys.Seal(plain, id), At: t.At, FetchedAt: now,
	}, nil
}

// Pushed stores a mention that the platform pushed. It is the same text as the
// one that a feed shows later, and counts once.
func (p *Poller) Pushed(ctx context.Context, t Text) error {
	item, err := p.item(pushedMentions, t, p.Now())
	if err != nil {
		return err
	}
	return p.Store.Keep(ctx, p.Account, Keep{Items: []Item{item}})
}
