package models

import "time"

// Campaign is one appraisal (一次评议): its units, channels and rules are frozen when
// it is created. Later only marks in time are set, each once, and a stop brings the
// close forward. A draft may be deleted with its units and channels.
type Campaign struct {
	Tenant      string `gorm:"primaryKey;size:64"`
	ID          string `gorm:"primaryKey;size:64"`
	Title       string `gorm:"size:255"`
	Profile     string `gorm:"size:64"`
	Definition  string // JSON text of the frozen profile, byte for byte as the office filed its sum
	OpensAt     Time   // of the rating phase
	ClosesAt    Time
	CreatedAt   Time   `gorm:"autoCreateTime:false"`
	ApprovedAt  Time   `null:"a draft"`
	ApprovedBy  string `gorm:"size:128"`
	SealedAt    Time   `null:"ratings may still arrive"`
	SettledAt   Time   `null:"not settled"`
	PublishedAt Time   `null:"not published"`
	ApprovedVia string `gorm:"size:128" null:"not approved, or by an earlier version"`

	StoppedAt    Time   `null:"not stopped early"`
	StoppedBy    string `gorm:"size:128" null:"not stopped early"`
	StopReason   string `gorm:"size:255" null:"not stopped early"`
	PlannedClose Time   `null:"not stopped early"` // the close that was approved
	StoppedVia   string `gorm:"size:128" null:"not stopped early"`

	// Programme is JSON text of what a definition of an earlier version lacks: all
	// channels and the length of the phases. It is set once.
	Programme string `null:"Definition has the whole, or nobody completed it"`

	// Units and Channels are rows of CampaignUnit and CampaignChannel in their order,
	// where a campaign is read or created whole. A unit has code, name, class and type.
	Units    []Unit            `gorm:"-"`
	Channels []CampaignChannel `gorm:"-"`
}

// CampaignKey names a campaign among those of all tenants.
type CampaignKey struct{ Tenant, Campaign string }

// Stop is the early end of a campaign.
type Stop struct {
	By, Reason string
	Via        string // what entered it; see RatingExclusion.Via
	At         time.Time
}

// TableName implements schema.Tabler.
func (Campaign) TableName() string { return "campaigns" }

// CampaignUnit is a rated unit as the register named it when the campaign was
// created. It does not change with the register.
type CampaignUnit struct {
	Tenant   string   `gorm:"primaryKey;size:64"`
	Campaign string   `gorm:"primaryKey;size:64"`
	Code     string   `gorm:"primaryKey;size:16"`
	Seq      int      // order in the campaign, from 0
	Name     string   `gorm:"size:255"`
	Class    string   `gorm:"size:64"`
	Type     UnitType `gorm:"size:16"`
}

// TableName implements schema.Tabler.
func (CampaignUnit) TableName() string { return "campaign_units" }

// CampaignChannel is a channel that the campaign collects on, with the account that
// collects and the method that makes points of its answers.
type CampaignChannel struct {
	Tenant    string  `gorm:"primaryKey;size:64"`
	Campaign  string  `gorm:"primaryKey;size:64"`
	Channel   Channel `gorm:"primaryKey;size:16"`
	Seq       int     // order in the campaign, from 0
	FullMarks string  `gorm:"size:16"`  // decimal
	Method    string  `gorm:"size:128"` // id and version
	Account   string  `gorm:"size:128"` // empty: any account of the tenant
}

// TableName implements schema.Tabler.
func (CampaignChannel) TableName() string { return "campaign_channels" }

// MethodState is where a method is on its way into force.
type MethodState string

// States of a method (R7).
const (
	MethodDraft    MethodState = "draft"
	MethodApproved MethodState = "approved"
)

// Method is a versioned record of how levels become points. Its body never changes:
// a changed method is a row with an id of its own. It is approved once.
type Method struct {
	Tenant     string      `gorm:"primaryKey;size:64"`
	ID         string      `gorm:"primaryKey;size:128"`
	Body       string      // JSON text
	Sample     bool        // shipped as an example; no office has issued it
	State      MethodState `gorm:"size:16"`
	CreatedAt  Time        `gorm:"autoCreateTime:false"`
	ApprovedAt Time        `null:"a draft"`
	ApprovedBy string      `gorm:"size:128"`
}

// TableName implements schema.Tabler.
func (Method) TableName() string { return "methods" }

// PublicSeal closes a campaign's record of public ratings, as Campaign.SealedAt
// closes that of the others. It is set once.
type PublicSeal struct {
	Tenant   string `gorm:"primaryKey;size:64"`
	Campaign string `gorm:"primaryKey;size:64"`
	SealedAt Time
}

// TableName implements schema.Tabler.
func (PublicSeal) TableName() string { return "public_seals" }

// PollResult is what an operator entered of a poll on the platform. A correction is
// a row of its own that Replaces another; none is changed or deleted. ID is a hash of
// what was entered, so that the same entry is stored once.
type PollResult struct {
	Tenant       string `gorm:"primaryKey;size:64"`
	ID           ID     `gorm:"primaryKey"`
	Campaign     string `gorm:"size:64"`
	Title        string `gorm:"size:255"`
	Body         string // JSON text of the votes
	Signer       string `gorm:"size:128"` // as typed
	Evidence     string `gorm:"size:255"` // where it is filed
	EvidenceHash ID     `null:"the evidence is no file"`
	Replaces     ID     `null:"no correction"`
	EnteredAt    Time
	Via          string `gorm:"size:128" null:"unknown: an earlier version entered it"` // see RatingExclusion.Via
}

// TableName implements schema.Tabler.
func (PollResult) TableName() string { return "poll_results" }
