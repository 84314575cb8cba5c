package models

import "time"

// APIKey is a caller of the API. The key itself is stored nowhere: Hash is its
// SHA-256. A key is never deleted; it is revoked, or ends.
type APIKey struct {
	ID         ID     `gorm:"primaryKey"`
	Tenant     string `gorm:"size:64"`
	Name       string `gorm:"size:128"`
	Role       Role   `gorm:"size:32"`
	Hash       []byte `gorm:"size:32"`
	CreatedAt  Time   `gorm:"autoCreateTime:false"`
	RevokedAt  Time   `null:"in force"`
	LastUsedAt Time   `null:"never used"` // to the hour
	EndsAt     Time   `null:"does not end by itself"`
	Campaign   string `gorm:"size:64" null:"bound to no campaign"`
	CreatedVia string `gorm:"size:128" null:"unknown: an earlier version made it"` // see RatingExclusion.Via

	// Units are the codes that the key is bound to, rows of APIKeyUnit.
	Units []string `gorm:"-"`
}

// Scope is what the key reaches.
func (k *APIKey) Scope() Scope { return ScopeOf(k.Role, k.Campaign, k.Units) }

// Ended reports whether the key's time is over.
func (k *APIKey) Ended(now time.Time) bool { return !k.EndsAt.IsZero() && !now.Before(k.EndsAt.Time) }

// KeyBinding is what an API key is bound to from now on; what is nil stays as it is.
type KeyBinding struct {
	Units    []string
	Campaign *string
	EndsAt   *time.Time
}

// TableName implements schema.Tabler.
func (APIKey) TableName() string { return "api_keys" }

// APIKeyUnit is a unit that an API key is bound to. The rows of a key are replaced
// when it is bound anew.
type APIKeyUnit struct {
	Tenant string `gorm:"primaryKey;size:64"`
	APIKey ID     `gorm:"primaryKey;column:api_key"`
	Unit   string `gorm:"primaryKey;size:16"`
}

// TableName implements schema.Tabler.
func (APIKeyUnit) TableName() string { return "api_key_units" }
