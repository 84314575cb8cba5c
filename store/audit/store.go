// Package audit checks the record: a recount of the tallies, the evidence with its
// proofs, attestations and fingerprints, and the repair of what can be rebuilt.
//
// It may import store, record, tally, models and scoring.
package audit

import (
	"pingyi/store"
	"pingyi/store/record"
)

// Store is the part of the database that this package holds.
type Store struct {
	db     *store.DB
	record *record.Store
}

// New returns a Store on an open database.
func New(db *store.DB, r *record.Store) *Store { return &Store{db: db, record: r} }
