package campaign

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"pingyi/models"
	"pingyi/register"
)

// Reader reads campaigns and the register.
type Reader interface {
	// Revision counts the changes of what the others return.
	Revision(ctx context.Context, tenant string) (int64, error)
	// Campaigns are a tenant's, with units and channels, in any order.
	Campaigns(ctx context.Context, tenant string) ([]models.Campaign, error)
	// Units is the register in its order, retired units too.
	Units(ctx context.Context, tenant string) ([]models.Unit, error)
}

// View is the picture of a tenant at one revision: its campaigns with their frozen
// definitions and methods, and its register. It is shared and never changed.
type View struct {
	Tenant    string
	Campaigns []Campaign    // by descending id
	Units     []models.Unit // the register in its order, retired units too

	revision int64
	mu       sync.Mutex
	named    map[accountKey]*register.Directory
}

type accountKey struct {
	channel models.Channel
	account string
}

// Campaign finds a campaign. models.NotFound: unknown_campaign.
func (v *View) Campaign(id string) (*Campaign, error) {
	for i := range v.Campaigns {
		if v.Campaigns[i].ID == id {
			return &v.Campaigns[i], nil
		}
	}
	return nil, models.Errorf(models.NotFound, "unknown_campaign", "there is no campaign %q", id)
}

// Newest are the campaigns, the one whose window opens last first.
func (v *View) Newest() []*Campaign {
	list := make([]*Campaign, len(v.Campaigns))
	for i := range v.Campaigns {
		list[i] = &v.Campaigns[i]
	}
	slices.SortFunc(list, func(a, b *Campaign) int {
		return cmp.Or(b.OpensAt.Compare(a.OpensAt.Time), strings.Compare(a.ID, b.ID))
	})
	return list
}

// Directory is the register as an account's citizens search it: under the names of
// the account's campaigns that are not sealed, those that are open at now before those
// that will be. It is made once a view and account.
func (v *View) Directory(channel models.Channel, account string, now time.Time) *register.Directory {
	v.mu.Lock()
	defer v.mu.Unlock()
	key := accountKey{channel, account}
	d := v.named[key]
	if d == nil {
		d = register.NewDirectory(v.posted(channel, account, now))
		v.named[key] = d
	}
	return d
}

func (v *View) posted(channel models.Channel, account string, now time.Time) []models.Unit {
	var open, next [][]models.Unit
	for _, c := range v.Newest() {
		switch {
		case c.ApprovedAt.IsZero() || !c.SealedAt.IsZero() || !c.Collects(channel, account):
		case now.Before(c.OpensAt.Time):
			next = append(next, c.Units)
		default:
			open = append(open, c.Units)
		}
	}
	return register.WithCampaigns(v.Units, append(open, next...)...)
}

// Views remembers the view of each tenant by its revision, so that a look costs one
// row.
type Views struct {
	from  Reader
	mu    sync.Mutex
	known map[string]*View
}

// NewViews returns the views of what from reads.
func NewViews(from Reader) *Views { return &Views{from: from, known: map[string]*View{}} }

// Of returns the present view of a tenant: the same one until its revision changes.
func (v *Views) Of(ctx context.Context, tenant string) (*View, error) {
	revision, err := v.from.Revision(ctx, tenant) // first: a later change is read again next time
	if err != nil {
		return nil, err
	}
	v.mu.Lock()
	known := v.known[tenant]
	v.mu.Unlock()
	if known != nil && known.revision == revision {
		return known, nil
	}
	if known, err = v.read(ctx, tenant, revision); err != nil {
		return nil, err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if other := v.known[tenant]; other != nil && other.revision == revision {
		return other, nil
	}
	v.known[tenant] = known
	return known, nil
}

// Campaign finds a campaign in the present view of its tenant. models.NotFound:
// unknown_campaign.
func (v *Views) Campaign(ctx context.Context, tenant, id string) (*Campaign, error) {
	view, err := v.Of(ctx, tenant)
	if err != nil {
		return nil, err
	}
	return view.Campaign(id)
}

func (v *Views) read(ctx context.Context, tenant string, revision int64) (*View, error) {
	rows, err := v.from.Campaigns(ctx, tenant)
	if err != nil {
		return nil, err
	}
	view := &View{Tenant: tenant, Campaigns: make([]Campaign, len(rows)), revision: revision, named: map[accountKey]*register.Directory{}}
	for i := range rows {
		d, err := Parse(&rows[i])
		if err != nil {
			return nil, err
		}
		view.Campaigns[i] = Campaign{rows[i], d}
	}
	slices.SortFunc(view.Campaigns, func(a, b Campaign) int { return strings.Compare(b.ID, a.ID) })
	view.Units, err = v.from.Units(ctx, tenant)
	return view, err
}

// Listed is a campaign in a list.
type Listed struct {
	ID       string
	Title    string
	Phase    models.Phase
	From, To time.Time // the rating window, half open
	Channels []models.Channel
}

// List is at most limit campaigns in the scope by descending id, from the first one
// that sorts after the id after; "" is the start.
func (v *View) List(scope models.Scope, after string, limit int, now time.Time) []Listed {
	var list []Listed
	for i := range v.Campaigns {
		c := &v.Campaigns[i]
		if after != "" && c.ID >= after || scope.Nothing() || !scope.HasCampaign(c.ID) {
			continue
		}
		if len(list) == limit {
			break
		}
		row := Listed{ID: c.ID, Title: c.Title, Phase: c.Phase(now), From: c.OpensAt.Time, To: c.ClosesAt.Time}
		for i := range c.Channels {
			row.Channels = append(row.Channels, c.Channels[i].Channel)
		}
		list = append(list, row)
	}
	return list
}
