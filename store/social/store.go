// Package social holds public texts on Weibo: fetched texts, their readings, budgets,
// leases, cursors and the accounts that were looked up.
//
// It may import store, models and the domain social.
package social

import (
	"pingyi/models"
	"pingyi/store"
)

var (
	accountTable = store.TableOf[models.SocialAccount]()
	budgetTable  = store.TableOf[models.SocialBudget]()
	leaseTable   = store.TableOf[models.SocialLease]()
	cursorTable  = store.TableOf[models.SocialCursor]()
	itemTable    = store.TableOf[models.SocialItem]()
	readingTable = store.TableOf[models.SocialReading]()
)

// Store is the part of the database that this package holds.
type Store struct {
	db *store.DB
}

// New returns a Store on an open database.
func New(db *store.DB) *Store { return &Store{db: db} }
