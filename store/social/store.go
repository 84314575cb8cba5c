// Package social holds public texts on Weibo: fetched texts, their readings, budgets,
// leases, cursors and the accounts that were looked up.
//
// It may import store, models and the domain social.
package social

import (
	"pingyi/store"
)

// Store is the part of the database that this package holds.
type Store struct {
	db *store.DB
}

// New returns a Store on an open database.
func New(db *store.DB) *Store { return &Store{db: db} }
