// Package record holds the transactions that cross domains: a rating, a withdrawal, a
// reason, a filed complaint, an exclusion. Each writes its effect with its proof, its
// rows and the tally together.
//
// It may import store, the folders of store but audit, models, scoring and complaints.
// Locks are taken in one order: campaign, effects, ratings, live_ratings, tallies; rows
// sorted by key.
package record

import (
	"context"

	"pingyi/store"
	"pingyi/store/campaign"
	"pingyi/store/proof"
	"pingyi/store/tally"
)

// Store is the part of the database that this package holds.
type Store struct {
	db       *store.DB
	tally    *tally.Store
	campaign *campaign.Store
	provers  func(ctx context.Context, tenant string) (proof.Prover, error) // nil: rows carry no proof
}

// New returns a Store on an open database.
func New(db *store.DB) *Store {
	return &Store{db: db, tally: tally.New(db), campaign: campaign.New(db)}
}

// ProveWith sets where the prover of a tenant comes from; it is called before the
// first write. A database without one writes rows without proof.
func (s *Store) ProveWith(of func(ctx context.Context, tenant string) (proof.Prover, error)) {
	s.provers = of
}

// prover is the tenant's, nil where there is none. It may write a key, so it is
// asked for outside of every transaction.
func (s *Store) prover(ctx context.Context, tenant string) (proof.Prover, error) {
	if s.provers == nil {
		return nil, nil //nolint:nilnil // a database without provers
	}
	p, err := s.provers(ctx, tenant)
	return p, store.Fail("key of proofs", err)
}
