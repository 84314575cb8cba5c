package main

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"pingyi/bot"
	"pingyi/intake"
	"pingyi/models"
	"pingyi/register"
	"pingyi/service/campaign"
)

// worlds keeps the present view of each account's tenant in memory. It
// implements intake.Worlds.
type worlds struct {
	db       *database
	known    *campaign.Views
	log      *slog.Logger
	accounts []*intake.Account
	demo     bool
	views    atomic.Pointer[map[*intake.Account]*bot.World]
	seen     map[string]*campaign.View // by tenant; the job's alone
}

var _ bot.Directory = (*register.Directory)(nil)

func newWorlds(db *database, known *campaign.Views, log *slog.Logger, accounts []*intake.Account, demo bool) *worlds {
	w := &worlds{db: db, known: known, log: log, accounts: accounts, demo: demo, seen: map[string]*campaign.View{}}
	w.views.Store(&map[*intake.Account]*bot.World{})
	return w
}

// World implements intake.Worlds.
func (w *worlds) World(a *intake.Account) *bot.World { return (*w.views.Load())[a] }

// reload reads the tenants whose revision changed.
func (w *worlds) reload(ctx context.Context) error {
	changed := map[string]bool{}
	for _, a := range w.accounts {
		view, err := w.known.Of(ctx, a.Tenant)
		if err != nil {
			return err
		}
		if w.seen[a.Tenant] != view {
			w.seen[a.Tenant] = view
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
		world, err := w.load(ctx, a, w.seen[a.Tenant])
		if err != nil {
			delete(w.seen, a.Tenant)
			return err
		}
		next[a] = world
	}
	w.views.Store(&next)
	return nil
}

func (w *worlds) load(ctx context.Context, a *intake.Account, view *campaign.View) (*bot.World, error) {
	scenes, err := w.db.Scenes(ctx, a.Tenant, a.ID)
	if err != nil {
		return nil, err
	}
	taken, err := w.db.ComplaintsTaken(ctx, a.Tenant, w.demo)
	if err != nil {
		return nil, err
	}
	world := &bot.World{
		Platform: a.Face.Platform(), Directory: view.Directory(a.Channel, a.ID, time.Now()), Scenes: numberedScenes(scenes), ComplaintsOff: !taken,
	}
	byCode := make(map[string]models.Unit, len(view.Units))
	for _, u := range view.Units {
		byCode[u.Code] = u
	}
	for _, c := range view.Newest() {
		if c.ApprovedAt.IsZero() || !c.Collects(a.Channel, a.ID) {
			continue
		}
		if world.Contacts == (bot.Contacts{}) { // the newest campaign that names any
			world.Contacts = bot.Contacts(c.Defined.Contacts)
		}
		world.Campaigns = append(world.Campaigns, &bot.Campaign{
			ID: c.ID, Title: c.Title, From: c.OpensAt.Time, To: c.ClosesAt.Time, Stopped: c.StopReason, Appealed: c.Defined.Appealed,
			Classes: c.Defined.Classes, Dimensions: c.Defined.Dimensions, Units: named(c.Units, byCode),
		})
	}
	return world, nil
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
