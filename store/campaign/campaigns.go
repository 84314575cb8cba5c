package campaign

import (
	"context"
	"slices"

	"gorm.io/gorm"

	"pingyi/models"
	"pingyi/store"
)

// CreateCampaign freezes a new campaign. models.Conflict: the id is taken.
func (s *Store) CreateCampaign(ctx context.Context, c models.Campaign) error {
	created, err := s.EnsureCampaign(ctx, c)
	if err == nil && !created {
		return models.Errorf(models.Conflict, "campaign_exists", "the campaign %s exists", c.ID)
	}
	return err
}

// EnsureCampaign freezes a new campaign unless one of its id is there. Of two
// servers that call it at once, one creates.
func (s *Store) EnsureCampaign(ctx context.Context, c models.Campaign) (created bool, err error) {
	if err := checkCampaign(c); err != nil {
		return false, err
	}
	err = s.db.Write(ctx, "create campaign", func(tx *gorm.DB) error {
		created = false
		if err := s.Bump(tx, c.Tenant); err != nil {
			return err
		}
		row := c
		row.OpensAt, row.ClosesAt, row.CreatedAt, row.ApprovedAt = models.At(c.OpensAt.Time), models.At(c.ClosesAt.Time), models.At(c.CreatedAt.Time), models.At(c.ApprovedAt.Time)
		if created, err = store.CreateOnce(tx, &row); err != nil || !created {
			return err
		}
		units := make([]models.CampaignUnit, len(c.Units))
		for i, u := range c.Units {
			units[i] = models.CampaignUnit{Tenant: c.Tenant, Campaign: c.ID, Code: u.Code, Seq: i, Name: u.Name, Class: u.Class, Type: u.Type}
		}
		if err := tx.CreateInBatches(units, 500).Error; err != nil {
			return err
		}
		channels := slices.Clone(c.Channels)
		for i := range channels {
			channels[i].Tenant, channels[i].Campaign, channels[i].Seq = c.Tenant, c.ID, i
		}
		return tx.Create(&channels).Error
	})
	return created, err
}

// checkCampaign refuses what would break the record: no citizen may have two
// openids in one campaign, so an account collects for one channel of it.
func checkCampaign(c models.Campaign) error {
	invalid := func(format string, args ...any) error {
		return models.Errorf(models.Invalid, "invalid_campaign", format, args...)
	}
	if c.Tenant == "" || c.ID == "" || len(c.Units) == 0 || len(c.Channels) == 0 {
		return invalid("a campaign needs an id, units and channels")
	}
	if !c.OpensAt.Before(c.ClosesAt.Time) {
		return invalid("the rating window ends before it begins")
	}
	codes, accounts := map[string]bool{}, map[string]bool{}
	for _, u := range c.Units {
		if codes[u.Code] {
			return invalid("the unit %s is listed twice", u.Code)
		}
		codes[u.Code] = true
	}
	for _, ch := range c.Channels {
		if ch.Account != "" && accounts[ch.Account] {
			return invalid("an account collects for two channels")
		}
		accounts[ch.Account] = true
	}
	return nil
}

// Campaigns lists a tenant's campaigns, newest window first, with units and
// channels.
func (s *Store) Campaigns(ctx context.Context, tenant string) ([]models.Campaign, error) {
	tx := s.db.Read(ctx)
	var rows []models.Campaign
	if err := tx.Where("tenant = ?", tenant).Order("opens_at DESC, id").Find(&rows).Error; err != nil {
		return nil, store.Fail("campaigns", err)
	}
	var units []models.CampaignUnit
	if err := tx.Where("tenant = ?", tenant).Order("seq").Find(&units).Error; err != nil {
		return nil, store.Fail("campaigns", err)
	}
	var channels []models.CampaignChannel
	if err := tx.Where("tenant = ?", tenant).Order("seq").Find(&channels).Error; err != nil {
		return nil, store.Fail("campaigns", err)
	}
	place := make(map[string]*models.Campaign, len(rows))
	for i := range rows {
		place[rows[i].ID] = &rows[i]
	}
	// A campaign that was created between the reads is left for the next call.
	for _, u := range units {
		if c := place[u.Campaign]; c != nil {
			c.Units = append(c.Units, ratedUnit(u))
		}
	}
	for _, ch := range channels {
		if c := place[ch.Campaign]; c != nil {
			c.Channels = append(c.Channels, ch)
		}
	}
	return rows, nil
}

// Campaign is one campaign with units and channels. models.NotFound: none.
func (s *Store) Campaign(ctx context.Context, tenant, id string) (models.Campaign, error) {
	tx := s.db.Read(ctx)
	var c models.Campaign
	if err := tx.Where("tenant = ? AND id = ?", tenant, id).Take(&c).Error; err != nil {
		return models.Campaign{}, store.OrNotFound("campaign", err, "unknown_campaign", "there is no campaign "+id)
	}
	var units []models.CampaignUnit
	if err := tx.Where("tenant = ? AND campaign = ?", tenant, id).Order("seq").Find(&units).Error; err != nil {
		return models.Campaign{}, store.Fail("campaign", err)
	}
	if err := tx.Where("tenant = ? AND campaign = ?", tenant, id).Order("seq").Find(&c.Channels).Error; err != nil {
		return models.Campaign{}, store.Fail("campaign", err)
	}
	for _, u := range units {
		c.Units = append(c.Units, ratedUnit(u))
	}
	return c, nil
}

func ratedUnit(r models.CampaignUnit) models.Unit {
	return models.Unit{Code: r.Code, Name: r.Name, Class: r.Class, Type: r.Type}
}

// LockExclusive keeps every rating's transaction out of a campaign.
func (s *Store) LockExclusive(tx *gorm.DB, tenant, campaign string) error {
	var id string
	found := tx.Raw("SELECT id FROM campaigns WHERE tenant=? AND id=?"+s.db.Dialect().ForUpdate, tenant, campaign).Scan(&id)
	if found.Error == nil && found.RowsAffected == 0 {
		return models.Errorf(models.NotFound, "unknown_campaign", "there is no campaign %s", campaign)
	}
	return found.Error
}
