package store

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"pingyi/models"
)

type campaignRow struct {
	Tenant      string `gorm:"primaryKey"`
	ID          string `gorm:"primaryKey;column:id"`
	Title       string
	Profile     string
	Definition  string
	OpensAt     stamp
	ClosesAt    stamp
	CreatedAt   stamp `gorm:"autoCreateTime:false"`
	ApprovedAt  stamp
	ApprovedBy  string
	ApprovedVia string
	SealedAt    stamp
	SettledAt   stamp
	PublishedAt stamp

	StoppedAt    stamp
	StoppedBy    string
	StoppedVia   string
	StopReason   string
	PlannedClose stamp
}

func (campaignRow) TableName() string { return "campaigns" }

type campaignUnitRow struct {
	Tenant   string `gorm:"primaryKey"`
	Campaign string `gorm:"primaryKey"`
	Code     string `gorm:"primaryKey"`
	Seq      int
	Name     string
	Class    string
	Type     models.UnitType
}

func (campaignUnitRow) TableName() string { return "campaign_units" }

type campaignChannelRow struct {
	Tenant    string         `gorm:"primaryKey"`
	Campaign  string         `gorm:"primaryKey"`
	Channel   models.Channel `gorm:"primaryKey"`
	Seq       int
	FullMarks string
	Method    string
	Account   string
}

func (campaignChannelRow) TableName() string { return "campaign_channels" }

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
	err = db.write(ctx, "create campaign", func(tx *gorm.DB) error {
		created = false
		if err := db.bump(tx, c.Tenant); err != nil {
			return err
		}
		done := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&campaignRow{
			Tenant: c.Tenant, ID: c.ID, Title: c.Title, Profile: c.Profile, Definition: string(c.Definition),
			OpensAt: at(c.From), ClosesAt: at(c.To), CreatedAt: at(c.CreatedAt), ApprovedAt: at(c.ApprovedAt), ApprovedBy: c.ApprovedBy, ApprovedVia: c.ApprovedVia,
		})
		if done.Error != nil || done.RowsAffected == 0 {
			return done.Error
		}
		created = true
		units := make([]campaignUnitRow, len(c.Units))
		for i, u := range c.Units {
			units[i] = campaignUnitRow{c.Tenant, c.ID, u.Code, i, u.Name, u.Class, u.Type}
		}
		if err := tx.CreateInBatches(units, 500).Error; err != nil {
			return err
		}
		channels := make([]campaignChannelRow, len(c.Channels))
		for i, ch := range c.Channels {
			channels[i] = campaignChannelRow{c.Tenant, c.ID, ch.Channel, i, ch.FullMarks, ch.Method, ch.Account}
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
	tx := db.read.WithContext(ctx)
	var rows []campaignRow
	if err := tx.Where("tenant = ?", tenant).Order("opens_at DESC, id").Find(&rows).Error; err != nil {
		return nil, fail("campaigns", err)
	}
	var units []campaignUnitRow
	if err := tx.Where("tenant = ?", tenant).Order("seq").Find(&units).Error; err != nil {
		return nil, fail("campaigns", err)
	}
	var channels []campaignChannelRow
	if err := tx.Where("tenant = ?", tenant).Order("seq").Find(&channels).Error; err != nil {
		return nil, fail("campaigns", err)
	}
	list := make([]Campaign, len(rows))
	place := make(map[string]*Campaign, len(rows))
	for i, r := range rows {
		list[i] = r.campaign()
		place[r.ID] = &list[i]
	}
	// A campaign that was created between the reads is left for the next call.
	for _, u := range units {
		if c := place[u.Campaign]; c != nil {
			c.Units = append(c.Units, u.unit())
		}
	}
	for _, ch := range channels {
		if c := place[ch.Campaign]; c != nil {
			c.Channels = append(c.Channels, ch.channel())
		}
	}
	return list, nil
}

func (r campaignRow) campaign() Campaign {
	return Campaign{
		Tenant: r.Tenant, ID: r.ID, Title: r.Title, Profile: r.Profile, Definition: []byte(r.Definition),
		From: r.OpensAt.Time, To: r.ClosesAt.Time, CreatedAt: r.CreatedAt.Time, ApprovedAt: r.ApprovedAt.Time,
		SealedAt: r.SealedAt.Time, SettledAt: r.SettledAt.Time, PublishedAt: r.PublishedAt.Time, ApprovedBy: r.ApprovedBy, ApprovedVia: r.ApprovedVia,
		Stop: Stop{By: r.StoppedBy, Via: r.StoppedVia, Reason: r.StopReason, At: r.StoppedAt.Time, Planned: r.PlannedClose.Time},
	}
}

// Campaign is one campaign with units and channels. models.NotFound: none.
func (db *DB) Campaign(ctx context.Context, tenant, id string) (Campaign, error) {
	tx := db.read.WithContext(ctx)
	var row campaignRow
	if err := tx.Where("tenant = ? AND id = ?", tenant, id).Take(&row).Error; err != nil {
		return Campaign{}, orNotFound("campaign", err, "unknown_campaign", "there is no campaign "+id)
	}
	var units []campaignUnitRow
	if err := tx.Where("tenant = ? AND campaign = ?", tenant, id).Order("seq").Find(&units).Error; err != nil {
		return Campaign{}, fail("campaign", err)
	}
	var channels []campaignChannelRow
	if err := tx.Where("tenant = ? AND campaign = ?", tenant, id).Order("seq").Find(&channels).Error; err != nil {
		return Campaign{}, fail("campaign", err)
	}
	c := row.campaign()
	for _, u := range units {
		c.Units = append(c.Units, u.unit())
	}
	for _, ch := range channels {
		c.Channels = append(c.Channels, ch.channel())
	}
	return c, nil
}

func (r campaignUnitRow) unit() models.Unit {
	return models.Unit{Code: r.Code, Name: r.Name, Class: r.Class, Type: r.Type}
}

func (r campaignChannelRow) channel() Channel {
	return Channel{r.Channel, r.FullMarks, r.Method, r.Account}
}
