// Package rating reads single ratings: those of a citizen, the live ones of a channel,
// what was excluded. Ratings are written by package record.
//
// It may import store, store/tally, models and scoring.
package rating

import (
	"pingyi/store"
	"pingyi/store/tally"
)

// Store is the part of the database that this package holds.
type Store struct {
	db    *store.DB
	tally *tally.Store
}

// New returns a Store on an open database.
func New(db *store.DB) *Store { return &Store{db: db, tally: tally.New(db)} }
