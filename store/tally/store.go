// Package tally holds what the record counts: a row a unit and channel of a campaign,
// and the changes that a transaction adds to it.
//
// It may import store, models and scoring.
package tally

import (
	"pingyi/store"
)

// Store is the part of the database that this package holds.
type Store struct {
	db *store.DB
}

// New returns a Store on an open database.
func New(db *store.DB) *Store { return &Store{db: db} }
