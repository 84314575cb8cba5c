// Package identity holds how citizens can be reached, whether they follow an account,
// and the counters of their day. Evidence never refers to these rows.
//
// It may import store, models, scoring, complaints and social.
package identity

import (
	"pingyi/models"
	"pingyi/store"
)

var (
	identityTable = store.TableOf[models.Identity]()
	followerTable = store.TableOf[models.Follower]()
)

// Store is the part of the database that this package holds.
type Store struct {
	db *store.DB
}

// New returns a Store on an open database.
func New(db *store.DB) *Store { return &Store{db: db} }
