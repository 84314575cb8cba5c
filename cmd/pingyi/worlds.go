package main

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"pingyi/bot"
	"pingyi/intake"
	"pingyi/models"
	"pingyi/register"
	"pingyi/store"
)

// worlds keeps the present view of each account's tenant in memory. It
// implements intake.Worlds.
type worlds struct {
	db       *store.DB
	log      *slog.Logger
	accounts []*intake.Account
	demo     bool
	views    atomic.Pointer[map[*intake.Account]*bot.World]
	seen     map[string]int64 // tenant → revision; the job's alone
}

var _ bot.Directory = (*register.Directory)(nil)

func newWorlds(db *store.DB, log *slog.Logger, accounts []*intake.Account, demo bool) *worlds {
	w := &worlds{db: db, log: log, accounts: accounts, demo: demo, seen: map[string]int64{}}
	w.views.Store(&map[*intake.Account]*bot.World{})
	return w
}

// World implements intake.Worlds.
func (w *worlds) World(a *intake.Account) *bot.World { return (*w.views.Load())[a] }

// reload reads the tenants whose revision changed.
func (w *worlds) reload(ctx context.Context) error {
	changed := map[string]bool{}
	for _, a := range w.accounts {
		rev, err := w.db.Revision(ctx, a.Tenant)
		if err != nil {
			return err
		}
		if was, known := w.seen[a.Tenant]; !known || was != rev {
			// The revision is read first: what changes while we read is read again.
			w.seen[a.Tenant] = rev
			changed[a.Tenant] = true
		}
	}
	if len(changed) == 0 {
		return nil
	}
	next := map[*intake.Account]*bot.World{}
	for _, a := range w.accounts {
		if old := w.World(a); old != nil && !changed[a.Tenant] {
			next[a] = old
			continue
		}
		view, err := w.load(ctx, a)
		if err != nil {
			delete(w.seen, a.Tenant)
			return err
		}
		next[a] = view
	}
	w.views.Store(&next)
	return nil
}

func (w *worlds) load(ctx context.Context, a *intake.Account) (*bot.World, error) {
	units, err := w.db.Units(ctx, a.Tenant)
	if err != nil {
		return nil, err
	}
	campaigns, err := w.db.Campaigns(ctx, a.Tenant)
	if err != nil {
		return nil, err
	}
	scenes, err := w.db.Scenes(ctx, a.Tenant, a.ID)
	if err != nil {
		return nil, err
	}
	view := &bot.World{
		Platform: a.Face.Platform(), Directory: register.NewDirectory(asPosted(units, campaigns, a, time.Now())), Scenes: numberedScenes(scenes),
	}
	taken, err := w.db.ComplaintsTaken(ctx, a.Tenant, w.demo)
	if err != nil {
		return nil, err
	}
	view.ComplaintsOff = !taken
	byCode := make(map[string]models.Unit, len(units))
	for _, u := range units {
		byCode[u.Code] = u
	}
	for i := range campaigns {
		c := &campaigns[i]
		if c.ApprovedAt.IsZero() || !collects(c, a) {
			continue
		}
		d, err := parseDefinition(c)
		if err != nil {
			return nil, fmt.Errorf("tenant %s: %w", a.Tenant, err)
		}
		if view.Contacts == (bot.Contacts{}) { // the newest campaign that names any
			view.Contacts = bot.Contacts(d.Contacts)
		}
		view.Campaigns = append(view.Campaigns, &bot.Campaign{
			ID: c.ID, Title: c.Title, From: c.From, To: c.To, Stopped: c.Stop.Reason, Appealed: d.Appealed,
			Classes: d.Classes, Dimensions: d.Dimensions, Units: named(c.Units, byCode),
		})
	}
	return view, nil
}

// asPosted are the units under the names of the account's campaigns that are not
// sealed, those that are open before those that will be.
func asPosted(units []models.Unit, campaigns []store.Campaign, a *intake.Account, now time.Time) []models.Unit {
	var open, next [][]models.Unit
	for i := range campaigns {
		switch c := &campaigns[i]; {
		case c.ApprovedAt.IsZero() || !c.SealedAt.IsZero() || !collects(c, a):
		case now.Before(c.From):
			next = append(next, c.Units)
		default:
			open = append(open, c.Units)
		}
	}
	return register.WithCampaigns(units, append(open, next...)...)
}

// collects reports whether the account collects for the campaign: one account
// does for one channel, so that nobody has two openids in it.
func collects(c *store.Campaign, a *intake.Account) bool {
	for _, ch := range c.Channels {
		if ch.Channel == a.Channel && (ch.Account == "" || ch.Account == a.ID) {
			return true
		}
	}
	return false
}

// named adds to the frozen units what the register knows of them beyond what is
// ranked: aliases, telephone, promise.
func named(frozen []models.Unit, byCode map[string]models.Unit) []models.Unit {
	out := make([]models.Unit, len(frozen))
	for i, f := range frozen {
		u := byCode[f.Code]
		u.Code, u.Name, u.Class, u.Type = f.Code, f.Name, f.Class, f.Type
		out[i] = u
	}
	return out
}
