package chat

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"pingyi/bot"
	"pingyi/intake"
	"pingyi/models"
	"pingyi/register"
	"pingyi/service/campaign"
)

// Rest is what a world has beside the view of its tenant.
type Rest interface {
	// Scenes lists the numbers of an account's codes.
	Scenes(ctx context.Context, tenant, account string) ([]models.Scene, error)
	// ComplaintsTaken reports whether the tenant takes complaints; otherwise is what
	// holds where it was not decided.
	ComplaintsTaken(ctx context.Context, tenant string, otherwise bool) (bool, error)
}

// Worlds has the present world of each account in memory. It implements intake.Worlds.
type Worlds struct {
	rest       Rest
	known      *campaign.Views
	accounts   []*intake.Account
	complaints bool
	now        func() time.Time
	worlds     atomic.Pointer[map[*intake.Account]*bot.World]
	seen       map[string]*campaign.View // by tenant; the job's alone
}

var _ bot.Directory = (*register.Directory)(nil)

// NewWorlds returns worlds that are empty until the first Reload. complaints says
// whether complaints are taken where it was not decided.
func NewWorlds(rest Rest, known *campaign.Views, accounts []*intake.Account, complaints bool, now func() time.Time) *Worlds {
	w := &Worlds{rest: rest, known: known, accounts: accounts, complaints: complaints, now: now, seen: map[string]*campaign.View{}}
	w.worlds.Store(&map[*intake.Account]*bot.World{})
	return w
}

// World implements intake.Worlds.
func (w *Worlds) World(a *intake.Account) *bot.World { return (*w.worlds.Load())[a] }

// Reload reads the tenants whose revision changed.
func (w *Worlds) Reload(ctx context.Context) error {
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
	w.worlds.Store(&next)
	return nil
}

func (w *Worlds) load(ctx context.Context, a *intake.Account, view *campaign.View) (*bot.World, error) {
	scenes, err := w.rest.Scenes(ctx, a.Tenant, a.ID)
	if err != nil {
		return nil, err
	}
	taken, err := w.rest.ComplaintsTaken(ctx, a.Tenant, w.complaints)
	if err != nil {
		return nil, err
	}
	world := &bot.World{
		Platform: a.Face.Platform(), Directory: view.Directory(a.Channel, a.ID, w.now()), Scenes: numberedScenes(scenes), ComplaintsOff: !taken,
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

// numberedScenes are an account's scenes as pushes name them.
func numberedScenes(list []models.Scene) map[string]string {
	if len(list) == 0 {
		return nil
	}
	m := make(map[string]string, len(list))
	for _, s := range list {
		m[fmt.Sprintf("n:%d", s.ID)] = s.Target
	}
	return m
}
