package models

// Identity is how a citizen can be reached again: the platform's id, sealed. It stands
// apart from all evidence, is renewed when they write, and is deleted when they leave.
type Identity struct {
	Tenant     string `gorm:"primaryKey;size:64"`
	Account    string `gorm:"primaryKey;size:128"`
	Citizen    ID     `gorm:"primaryKey"` // keyed hash
	SealedID   []byte
	Follows    *bool `null:"not known"`
	FollowedAt Time  `null:"not known"`
	SeenAt     Time  // full hour
}

// TableName implements schema.Tabler.
func (Identity) TableName() string { return "identities" }

// Follower is whether a citizen follows an account. It holds a keyed hash alone, so
// it outlives the identity. The newest event holds.
type Follower struct {
	Tenant    string `gorm:"primaryKey;size:64"`
	Account   string `gorm:"primaryKey;size:128"`
	Citizen   ID     `gorm:"primaryKey"` // keyed hash
	Follows   bool
	ChangedAt Time // by the platform's clock
}

// TableName implements schema.Tabler.
func (Follower) TableName() string { return "followers" }

// Scene is the number of a printed code on a platform whose codes carry numbers
// alone. A number is never changed or given out again: printed codes stay true.
type Scene struct {
	Tenant    string `gorm:"primaryKey;size:64"`
	Account   string `gorm:"primaryKey;size:128"`
	ID        int    `gorm:"primaryKey;autoIncrement:false"` // from 1
	Target    string `gorm:"size:64"`                        // u:<code>, w:<code> or c:<campaign>
	CreatedAt Time   `gorm:"autoCreateTime:false"`
}

// TableName implements schema.Tabler.
func (Scene) TableName() string { return "scenes" }
