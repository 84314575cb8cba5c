// Package dbtest opens databases for tests and fills them: SQLite always, MariaDB where
// PINGYI_TEST_MYSQL_DSN names a server.
package dbtest

import (
	"pingyi/store"
	"pingyi/store/audit"
	"pingyi/store/campaign"
	"pingyi/store/complaint"
	"pingyi/store/identity"
	"pingyi/store/rating"
	"pingyi/store/record"
	"pingyi/store/secret"
	"pingyi/store/social"
	"pingyi/store/staff"
	"pingyi/store/tally"
)

// The Stores by the names under which a DB embeds them: two fields of one type name
// cannot be.
type (
	// TallyStore is embedded in a DB.
	TallyStore = tally.Store
	// CampaignStore is embedded in a DB.
	CampaignStore = campaign.Store
	// StaffStore is embedded in a DB.
	StaffStore = staff.Store
	// IdentityStore is embedded in a DB.
	IdentityStore = identity.Store
	// ComplaintStore is embedded in a DB.
	ComplaintStore = complaint.Store
	// SocialStore is embedded in a DB.
	SocialStore = social.Store
	// SecretStore is embedded in a DB.
	SecretStore = secret.Store
	// RatingStore is embedded in a DB.
	RatingStore = rating.Store
	// RecordStore is embedded in a DB.
	RecordStore = record.Store
	// AuditStore is embedded in a DB.
	AuditStore = audit.Store
)

// DB is an open database with every Store on it.
type DB struct {
	*store.DB
	*TallyStore
	*CampaignStore
	*StaffStore
	*IdentityStore
	*ComplaintStore
	*SocialStore
	*SecretStore
	*RatingStore
	*RecordStore
	*AuditStore
}

// On returns the Stores on an open database.
func On(db *store.DB) *DB {
	r := record.New(db)
	return &DB{
		DB: db, TallyStore: tally.New(db), CampaignStore: campaign.New(db), StaffStore: staff.New(db), IdentityStore: identity.New(db), ComplaintStore: complaint.New(db), SocialStore: social.New(db),
		SecretStore: secret.New(db), RatingStore: rating.New(db), RecordStore: r, AuditStore: audit.New(db, r),
	}
}
