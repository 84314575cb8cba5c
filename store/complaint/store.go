// Package complaint reads complaints: of a citizen, by number and query code, and for
// the offices. Complaints are written by package record.
//
// It may import store, models and complaints.
package complaint

import (
	"pingyi/store"
)

// Store is the part of the database that this package holds.
type Store struct {
	db *store.DB
}

// New returns a Store on an open database.
func New(db *store.DB) *Store { return &Store{db: db} }
