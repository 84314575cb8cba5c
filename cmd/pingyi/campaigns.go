package main

import (
	"context"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"pingyi/complaints"
	"pingyi/models"
	"pingyi/store"
	"pingyi/web"
)

// campaigns knows the tenants' campaigns. What is frozen or rarely changed is
// kept by the tenant's revision, so that a call costs one row.
type campaigns struct {
	db  *store.DB
	now func() time.Time

	mu      sync.Mutex
	tenants map[string]knownTenant
}

type knownTenant struct {
	revision int64
	list     []knownCampaign // by descending id
}

func newCampaigns(db *store.DB, now func() time.Time) *campaigns {
	return &campaigns{db: db, now: now, tenants: map[string]knownTenant{}}
}

// of returns a tenant's campaigns; they are shared and not to be changed.
func (c *campaigns) of(ctx context.Context, tenant string) ([]knownCampaign, error) {
	revision, err := c.db.Revision(ctx, tenant) // first: a later change is read again next time
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	known, ok := c.tenants[tenant]
	c.mu.Unlock()
	if ok && known.revision == revision {
		return known.list, nil
	}
	rows, err := c.db.Campaigns(ctx, tenant)
	if err != nil {
		return nil, err
	}
	known = knownTenant{revision: revision, list: make([]knownCampaign, len(rows))}
	for i := range rows {
		d, err := parseDefinition(&rows[i])
		if err != nil {
			return nil, err
		}
		known.list[i] = knownCampaign{rows[i], d}
	}
	slices.SortFunc(known.list, func(a, b knownCampaign) int { return strings.Compare(b.ID, a.ID) })
	c.mu.Lock()
	defer c.mu.Unlock()
	c.tenants[tenant] = known
	return known.list, nil
}

func (c *campaigns) get(ctx context.Context, tenant, id string) (*knownCampaign, error) {
	list, err := c.of(ctx, tenant)
	if err != nil {
		return nil, err
	}
	for i := range list {
		if list[i].ID == id {
			return &list[i], nil
		}
	}
	return nil, models.Errorf(models.NotFound, "unknown_campaign", "there is no campaign %q", id)
}

// Campaigns implements web.Campaigns.
func (c *campaigns) Campaigns(ctx context.Context, tenant string, scope models.Scope, after string, limit int) ([]web.Campaign, error) {
	known, err := c.of(ctx, tenant)
	if err != nil {
		return nil, err
	}
	now := c.now()
	var list []web.Campaign
	for i := range known {
		one := &known[i]
		if after != "" && one.ID >= after || scope.Nothing() || !scope.HasCampaign(one.ID) {
			continue
		}
		if len(list) == limit {
			break
		}
		row := web.Campaign{ID: one.ID, Title: one.Title, Phase: one.phase(now), From: one.From, To: one.To}
		for _, ch := range one.Channels {
			row.Channels = append(row.Channels, ch.Channel)
		}
		list = append(list, row)
	}
	return list, nil
}

// everything is more rows than any list of a tenant has.
const everything = math.MaxInt

// complaintList lists complaints for the API.
type complaintList struct{ db *store.DB }

// Complaints implements web.Complaints.
func (c *complaintList) Complaints(ctx context.Context, tenant string, scope models.Scope, at time.Time, id models.ID, limit int) ([]complaints.Record, error) {
	return c.db.Complaints(ctx, tenant, scope, store.After{At: at, ID: id}, limit)
}
