// Package secret holds wrapped keys and the keys that seal rows, and seals rows anew.
//
// It may import store and models.
package secret

import (
	"pingyi/store"
)

// Store is the part of the database that this package holds.
type Store struct {
	db *store.DB
}

// New returns a Store on an open database.
func New(db *store.DB) *Store { return &Store{db: db} }
