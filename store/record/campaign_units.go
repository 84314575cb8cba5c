package record

import (
	"context"
	"sync"

	"pingyi/models"
)

// units remembers the units, channels and window of a campaign. They are frozen
// with the campaign, so what was read once stays true; a campaign that is not there
// yet is asked for again.
type units struct {
	mu        sync.Mutex
	campaigns map[[2]string]*CampaignUnits
}

// CampaignUnits are the units, channels and window of one campaign.
type CampaignUnits struct {
	Window   window // never sealed: that is asked in the transaction
	units    map[string]bool
	channels map[models.Channel]bool
}

// Rates reports whether the unit is rated on the channel.
func (c *CampaignUnits) Rates(channel models.Channel, unit string) bool {
	return c != nil && c.channels[channel] && c.units[unit]
}

// maxKnown bounds the campaigns that are remembered.
const maxKnown = 256

// of is nil where there is no such campaign.
func (u *units) of(ctx context.Context, db *Store, tenant, campaign string) (*CampaignUnits, error) {
	key := [2]string{tenant, campaign}
	u.mu.Lock()
	c := u.campaigns[key]
	u.mu.Unlock()
	if c != nil {
		return c, nil
	}
	c, err := db.ReadCampaignUnits(ctx, tenant, campaign)
	if err != nil || len(c.units) == 0 {
		return nil, err
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.campaigns == nil || len(u.campaigns) >= maxKnown {
		u.campaigns = map[[2]string]*CampaignUnits{}
	}
	u.campaigns[key] = c
	return c, nil
}

// ReadCampaignUnits reads them; a campaign that is not there has none.
func (s *Store) ReadCampaignUnits(ctx context.Context, tenant, campaign string) (*CampaignUnits, error) {
	var codes []string
	var channels []models.Channel
	tx := s.db.Read(ctx)
	if err := tx.Raw("SELECT code FROM campaign_units WHERE tenant = ? AND campaign = ?", tenant, campaign).Scan(&codes).Error; err != nil {
		return nil, err
	}
	if err := tx.Raw("SELECT channel FROM campaign_channels WHERE tenant = ? AND campaign = ?", tenant, campaign).Scan(&channels).Error; err != nil {
		return nil, err
	}
	var times []struct{ OpensAt, ClosesAt models.Time }
	if err := tx.Raw("SELECT opens_at, closes_at FROM campaigns WHERE tenant = ? AND id = ?", tenant, campaign).Scan(&times).Error; err != nil {
		return nil, err
	}
	c := &CampaignUnits{units: make(map[string]bool, len(codes)), channels: make(map[models.Channel]bool, len(channels))}
	if len(times) == 1 {
		c.Window = window{Opens: times[0].OpensAt.Time, Closes: times[0].ClosesAt.Time}
	}
	for _, code := range codes {
		c.units[code] = true
	}
	for _, channel := range channels {
		c.channels[channel] = true
	}
	return c, nil
}
