// Package campaign holds tenants, their register, campaigns with their acts and seals, and
// methods.
//
// It may import store, models, folding and scoring.
package campaign

import "pingyi/store"

// Store is the part of the database that this package holds.
type Store struct {
	db *store.DB
}

// New returns a Store on an open database.
func New(db *store.DB) *Store { return &Store{db: db} }
