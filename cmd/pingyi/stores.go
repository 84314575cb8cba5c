package main

import (
	"context"

	"pingyi/social"
	"pingyi/store"
	"pingyi/store/audit"
	"pingyi/store/campaign"
	"pingyi/store/complaint"
	"pingyi/store/identity"
	"pingyi/store/rating"
	"pingyi/store/record"
	"pingyi/store/secret"
	socialstore "pingyi/store/social"
	"pingyi/store/staff"
	"pingyi/store/tally"
)

// The Stores by the names under which a database embeds them.
type (
	tallyStore     = tally.Store
	campaignStore  = campaign.Store
	staffStore     = staff.Store
	identityStore  = identity.Store
	complaintStore = complaint.Store
	socialStore    = socialstore.Store
	secretStore    = secret.Store
	ratingStore    = rating.Store
	recordStore    = record.Store
	auditStore     = audit.Store
)

// database is an open database with every Store on it.
type database struct {
	*store.DB
	*tallyStore
	*campaignStore
	*staffStore
	*identityStore
	*complaintStore
	*socialStore
	*secretStore
	*ratingStore
	*recordStore
	*auditStore
}

var _ social.Store = (*database)(nil)

// openDatabase opens a database as store.Open does.
func openDatabase(ctx context.Context, o store.Options) (*database, error) {
	db, err := store.Open(ctx, o)
	if err != nil {
		return nil, err
	}
	return onDatabase(db), nil
}

// onDatabase returns the Stores on an open database.
func onDatabase(db *store.DB) *database {
	r := record.New(db)
	return &database{
		DB: db, tallyStore: tally.New(db), campaignStore: campaign.New(db), staffStore: staff.New(db), identityStore: identity.New(db), complaintStore: complaint.New(db), socialStore: socialstore.New(db),
		secretStore: secret.New(db), ratingStore: rating.New(db), recordStore: r, auditStore: audit.New(db, r),
	}
}
