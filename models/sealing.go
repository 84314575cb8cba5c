package models

import (
	"strconv"
	"time"
)

// SealingKey is a key that a renewal made: what a tenant keeps sealed (platform ids,
// finished answers, sessions) is sealed with the newest one that is in use, and opened
// with any. Keyed hashes, proofs and persons have keys of their own, which no renewal
// changes.
type SealingKey struct {
	Number      int // from 1; what was sealed before the first renewal is of number 0
	Wrapped     []byte
	CreatedAt   time.Time     // by the database's clock
	Age         time.Duration // by the database's clock, when it was read
	DestroyedAt time.Time     // zero: it opens what it sealed
}

// SealingKeys is what the names of these keys begin with.
const SealingKeys = "sealing/"

// SealingName is what the key of a number is stored under.
func SealingName(number int) string { return SealingKeys + strconv.Itoa(number) }

// Sealed names a table of what a tenant's sealing keys seal and that is kept for long.
// Sessions and finished answers are not among them: they end by themselves.
type Sealed string

// The tables.
const (
	SealedIdentities Sealed = "identities"      // platform ids of who writes
	SealedLinks      Sealed = "complaint_links" // platform ids of who complained
	SealedItems      Sealed = "social_items"    // public texts
	SealedAccounts   Sealed = "social_accounts" // what was looked up of their authors
	SealedCursors    Sealed = "social_cursors"  // how far an account's texts are fetched
)

// SealedTables lists them.
func SealedTables() []Sealed {
	return []Sealed{SealedIdentities, SealedLinks, SealedItems, SealedAccounts, SealedCursors}
}

// SealedRow is a row of one of these tables.
type SealedRow struct {
	Account string
	Key     []byte // of a cursor its feed, else an id
	Citizen []byte // whose it is, or Key
	Sealed  []byte
}

// Resealed is a row and what it is sealed as now.
type Resealed struct {
	SealedRow
	Again []byte
}
