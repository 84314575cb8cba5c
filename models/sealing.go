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
