// Package staff holds the API keys of the offices.
//
// It may import store and models.
package staff

import "pingyi/store"

// Store is the part of the database that this package holds.
type Store struct {
	db *store.DB
}

// New returns a Store on an open database.
func New(db *store.DB) *Store { return &Store{db: db} }
