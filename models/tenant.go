package models

// Tenant is a city or a county (地区). Each row of every other table belongs to one,
// but for Installation and JobRun. The title may change; a tenant is never deleted.
type Tenant struct {
	Tenant    string `gorm:"primaryKey;size:64"`
	Title     string `gorm:"size:255"`
	CreatedAt Time   `gorm:"autoCreateTime:false"`
	// Complaints is "on" or "off", and empty where nothing was decided: then a demo
	// takes complaints and production does not.
	Complaints string `gorm:"size:8"`
}

// TableName implements schema.Tabler.
func (Tenant) TableName() string { return "tenants" }

// Revision counts the changes of a tenant's register and campaigns, so that servers
// know when to read them again. Its row is locked first by each of these changes.
type Revision struct {
	Tenant   string `gorm:"primaryKey;size:64"`
	Revision int64
}

// TableName implements schema.Tabler.
func (Revision) TableName() string { return "revisions" }

// Counter is the last number that was given out under a name, such as the last
// complaint of a day. Its numbers are given out once and in order.
type Counter struct {
	Tenant string `gorm:"primaryKey;size:64"`
	Name   string `gorm:"primaryKey;size:64"`
	Value  int64
}

// TableName implements schema.Tabler.
func (Counter) TableName() string { return "counters" }

// InstallationKind is what a database is for.
type InstallationKind string

// The two kinds of installation.
const (
	DemoInstallation       InstallationKind = "demo"
	ProductionInstallation InstallationKind = "production"
)

// Installation is the one row that says what the database is for, so that a demo and
// production refuse each other's. It is written once.
type Installation struct {
	ID     int8             `gorm:"primaryKey;autoIncrement:false"`
	Kind   InstallationKind `gorm:"size:16"`
	MadeAt Time
}

// TableName implements schema.Tabler.
func (Installation) TableName() string { return "installation" }

// WrappedKey is a data key of a tenant under PINGYI_SECRET. Its wrapping is
// replaced when the secret changes, and that of a tenant's own key when the tenant is
// bound; a destroyed key leaves its row with the time and
// no bytes, so that no other key is made in its place.
type WrappedKey struct {
	Tenant      string `gorm:"primaryKey;size:64"`
	Name        string `gorm:"primaryKey;size:190"`
	Wrapped     []byte `gorm:"size:1024"`
	CreatedAt   Time   `gorm:"autoCreateTime:false"`
	DestroyedAt Time   `null:"in use"`
}

// TableName implements schema.Tabler.
func (WrappedKey) TableName() string { return "wrapped_keys" }

// Attestation is a sum of the evidence rows of one kind that were there before there
// were proofs. `pingyi migrate --attest` writes them once; the row with the empty
// kind sums up the others.
type Attestation struct {
	Tenant     string  `gorm:"primaryKey;size:64"`
	Campaign   string  `gorm:"primaryKey;size:64"`
	Channel    Channel `gorm:"primaryKey;size:16"`
	Unit       string  `gorm:"primaryKey;size:16"`
	Kind       string  `gorm:"primaryKey;size:16"`
	RowCount   int64
	Digest     []byte `gorm:"size:32"`
	Proof      []byte `gorm:"size:32"`
	AttestedAt Time
}

// TableName implements schema.Tabler.
func (Attestation) TableName() string { return "attestations" }
