package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"pingyi/models"
)

// Campaign is a campaign as it is stored. What it was created with is frozen;
// only its marks in time are set later, each once, and a stop brings its close
// forward.
type Campaign struct {
	Tenant, ID, Title, Profile string
	Definition                 []byte // JSON text of the frozen profile
	From, To                   time.Time
	Units                      []models.Unit // code, name, class and type, in order
	Channels                   []Channel

	CreatedAt                                    time.Time
	ApprovedAt, SealedAt, SettledAt, PublishedAt time.Time // zero: not yet
	ApprovedBy                                   string
	// ApprovedVia is what entered the approval; see Act. Empty: unknown.
	ApprovedVia string
	Stop        Stop
}

// Channel is what a campaign asks of a channel.
type Channel struct {
	Channel   models.Channel
	FullMarks string // decimal
	Method    string // id and version
	Account   string // that collects for it
}

// CreateCampaign freezes a new campaign. models.Conflict: the id is taken.
func (db *DB) CreateCampaign(ctx context.Context, c Campaign) error {
	created, err := db.EnsureCampaign(ctx, c)
	if err == nil && !created {
		return models.Errorf(models.Conflict, "campaign_exists", "the campaign %s exists", c.ID)
	}
	return err
}

// EnsureCampaign freezes a new campaign unless one of its id is there. Of two
// servers that call it at once, one creates.
func (db *DB) EnsureCampaign(ctx context.Context, c Campaign) (created bool, err error) {
	if err := checkCampaign(c); err != nil {
		return false, err
	}
	err = db.Write(ctx, "create campaign", func(tx *gorm.DB) error {
		created = false
		if err := db.bump(tx, c.Tenant); err != nil {
			return err
		}
		created, err = createOnce(tx, &models.Campaign{
			Tenant: c.Tenant, ID: c.ID, Title: c.Title, Profile: c.Profile, Definition: string(c.Definition),
			OpensAt: at(c.From), ClosesAt: at(c.To), CreatedAt: at(c.CreatedAt), ApprovedAt: at(c.ApprovedAt), ApprovedBy: c.ApprovedBy, ApprovedVia: c.ApprovedVia,
		})
		if err != nil || !created {
			return err
		}
		units := make([]models.CampaignUnit, len(c.Units))
		for i, u := range c.Units {
			units[i] = models.CampaignUnit{Tenant: c.Tenant, Campaign: c.ID, Code: u.Code, Seq: i, Name: u.Name, Class: u.Class, Type: u.Type}
		}
		if err := tx.CreateInBatches(units, 500).Error; err != nil {
			return err
		}
		channels := make([]models.CampaignChannel, len(c.Channels))
		for i, ch := range c.Channels {
			channels[i] = models.CampaignChannel{
				Tenant: c.Tenant, Campaign: c.ID, Channel: ch.Channel, Seq: i, FullMarks: ch.FullMarks, Method: ch.Method, Account: ch.Account,
			}
		}
		return tx.Create(&channels).Error
	})
	return created, err
}

// checkCampaign refuses what would break the record: nobody may have two
// openids in one campaign, so an account collects for one channel of it.
func checkCampaign(c Campaign) error {
	invalid := func(format string, args ...any) error {
		return models.Errorf(models.Invalid, "invalid_campaign", format, args...)
	}
	if c.Tenant == "" || c.ID == "" || len(c.Units) == 0 || len(c.Channels) == 0 {
		return invalid("a campaign needs an id, units and channels")
	}
	if !c.From.Before(c.To) {
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
func (db *DB) Campaigns(ctx context.Context, tenant string) ([]Campaign, error) {
	tx := db.Read(ctx)
	var rows []models.Campaign
	if err := tx.Where("tenant = ?", tenant).Order("opens_at DESC, id").Find(&rows).Error; err != nil {
		return nil, fail("campaigns", err)
	}
	var units []models.CampaignUnit
	if err := tx.Where("tenant = ?", tenant).Order("seq").Find(&units).Error; err != nil {
		return nil, fail("campaigns", err)
	}
	var channels []models.CampaignChannel
	if err := tx.Where("tenant = ?", tenant).Order("seq").Find(&channels).Error; err != nil {
		return nil, fail("campaigns", err)
	}
	list := make([]Campaign, len(rows))
	place := make(map[string]*Campaign, len(rows))
	for i := range rows {
		list[i] = campaignOf(&rows[i])
		place[rows[i].ID] = &list[i]
	}
	// A campaign that was created between the reads is left for the next call.
	for _, u := range units {
		if c := place[u.Campaign]; c != nil {
			c.Units = append(c.Units, ratedUnit(u))
		}
	}
	for _, ch := range channels {
		if c := place[ch.Campaign]; c != nil {
			c.Channels = append(c.Channels, channelOf(ch))
		}
	}
	return list, nil
}

// campaignOf returns a stored campaign without its units and channels.
func campaignOf(r *models.Campaign) Campaign {
	return Campaign{
		Tenant: r.Tenant, ID: r.ID, Title: r.Title, Profile: r.Profile, Definition: []byte(r.Definition),
		From: r.OpensAt.Time, To: r.ClosesAt.Time, CreatedAt: r.CreatedAt.Time, ApprovedAt: r.ApprovedAt.Time,
		SealedAt: r.SealedAt.Time, SettledAt: r.SettledAt.Time, PublishedAt: r.PublishedAt.Time, ApprovedBy: r.ApprovedBy, ApprovedVia: r.ApprovedVia,
		Stop: Stop{By: r.StoppedBy, Via: r.StoppedVia, Reason: r.StopReason, At: r.StoppedAt.Time, Planned: r.PlannedClose.Time},
	}
}

// Campaign is one campaign with units and channels. models.NotFound: none.
func (db *DB) Campaign(ctx context.Context, tenant, id string) (Campaign, error) {
	tx := db.Read(ctx)
	var row models.Campaign
	if err := tx.Where("tenant = ? AND id = ?", tenant, id).Take(&row).Error; err != nil {
		return Campaign{}, orNotFound("campaign", err, "unknown_campaign", "there is no campaign "+id)
	}
	var units []models.CampaignUnit
	if err := tx.Where("tenant = ? AND campaign = ?", tenant, id).Order("seq").Find(&units).Error; err != nil {
		return Campaign{}, fail("campaign", err)
	}
	var channels []models.CampaignChannel
	if err := tx.Where("tenant = ? AND campaign = ?", tenant, id).Order("seq").Find(&channels).Error; err != nil {
		return Campaign{}, fail("campaign", err)
	}
	c := campaignOf(&row)
	for _, u := range units {
		c.Units = append(c.Units, ratedUnit(u))
	}
	for _, ch := range channels {
		c.Channels = append(c.Channels, channelOf(ch))
	}
	return c, nil
}

func ratedUnit(r models.CampaignUnit) models.Unit {
	return models.Unit{Code: r.Code, Name: r.Name, Class: r.Class, Type: r.Type}
}

func channelOf(r models.CampaignChannel) Channel {
	return Channel{r.Channel, r.FullMarks, r.Method, r.Account}
}

// lockExclusive keeps every rating's transaction out of a campaign.
func (db *DB) lockExclusive(tx *gorm.DB, tenant, campaign string) error {
	var id string
	found := tx.Raw("SELECT id FROM campaigns WHERE tenant=? AND id=?"+db.Dialect().forUpdate, tenant, campaign).Scan(&id)
	if found.Error == nil && found.RowsAffected == 0 {
		return models.Errorf(models.NotFound, "unknown_campaign", "there is no campaign %s", campaign)
	}
	return found.Error
}
