package models

// Complaint is what a citizen filed about a unit (投诉). It is only ever added; its
// state is its last ComplaintEvent. Its times are full hours, so that they join
// nothing; the exact receipt is in SealedParts, which only the complaint's own key
// opens.
type Complaint struct {
	Tenant      string  `gorm:"primaryKey;size:64"`
	ID          ID      `gorm:"primaryKey"`
	No          string  `gorm:"size:16"` // the number that the citizen knows
	Campaign    string  `gorm:"size:64"` // that was open then, or empty
	Channel     Channel `gorm:"size:16"`
	Account     string  `gorm:"size:128"`
	Unit        string  `gorm:"size:16"` // empty: the citizen did not know which
	CountedUnit string  `gorm:"size:16"` // whose tally counts it, or empty
	Kind        string  `gorm:"size:32"`
	Anonymous   bool
	CodeHash    []byte `gorm:"size:32"` // keyed hash of the query code
	SealedParts []byte
	PlatformAt  Time // full hour
	ReceivedAt  Time // full hour
}

// TableName implements schema.Tabler.
func (Complaint) TableName() string { return "complaints" }

// ComplaintKey is the key of one complaint under PINGYI_SECRET. Deleting it makes the
// text unreadable for good; its wrapping may be replaced when the secret changes.
type ComplaintKey struct {
	Tenant    string `gorm:"primaryKey;size:64"`
	Complaint ID     `gorm:"primaryKey"`
	Wrapped   []byte `gorm:"size:1024"`
}

// TableName implements schema.Tabler.
func (ComplaintKey) TableName() string { return "complaint_keys" }

// ComplaintContact is how a citizen who is not anonymous wants to be reached, sealed
// by the complaint's key. It may be deleted.
type ComplaintContact struct {
	Tenant    string `gorm:"primaryKey;size:64"`
	Complaint ID     `gorm:"primaryKey"`
	Sealed    []byte
}

// TableName implements schema.Tabler.
func (ComplaintContact) TableName() string { return "complaint_contacts" }

// ComplaintLink ties a complaint to its citizen, so that they find it without its
// number. It is deleted when the citizen leaves.
type ComplaintLink struct {
	Tenant        string `gorm:"primaryKey;size:64"`
	Complaint     ID     `gorm:"primaryKey"`
	Account       string `gorm:"size:128"`
	Citizen       ID     // keyed hash
	SealedCitizen []byte
}

// TableName implements schema.Tabler.
func (ComplaintLink) TableName() string { return "complaint_links" }

// ComplaintEvent moves a complaint to a state. It is only ever added.
type ComplaintEvent struct {
	Tenant     string `gorm:"primaryKey;size:64"`
	Complaint  ID     `gorm:"primaryKey"`
	Seq        int    `gorm:"primaryKey;autoIncrement:false"` // from 1
	State      string `gorm:"size:16"`
	HappenedAt Time   // full hour
	ByName     string `gorm:"size:128"` // empty: intake
	OnTime     *bool  `null:"not the first answer"`
	Satisfied  *bool  `null:"not a revisit"`
	Proof      []byte `gorm:"size:32" null:"written before such rows had proofs"`
}

// TableName implements schema.Tabler.
func (ComplaintEvent) TableName() string { return "complaint_events" }

// FilingQuota counts the complaints that a citizen filed on a day of Beijing. It is
// deleted when the day is over, as are CodeGuess and CodeFailure.
type FilingQuota struct {
	Tenant  string `gorm:"primaryKey;size:64"`
	Citizen ID     `gorm:"primaryKey"`
	Day     string `gorm:"primaryKey;size:8"` // YYYYMMDD
	Filed   int64
}

// TableName implements schema.Tabler.
func (FilingQuota) TableName() string { return "filing_quotas" }

// CodeGuess counts the tickets that a citizen asked for on a day with a wrong number
// or query code.
type CodeGuess struct {
	Tenant  string `gorm:"primaryKey;size:64"`
	Citizen ID     `gorm:"primaryKey"`
	Day     string `gorm:"primaryKey;size:8"` // YYYYMMDD
	Tries   int64
}

// TableName implements schema.Tabler.
func (CodeGuess) TableName() string { return "code_guesses" }

// CodeFailure counts the wrong query codes that a complaint was asked for with on a
// day, by all citizens together.
type CodeFailure struct {
	Tenant    string `gorm:"primaryKey;size:64"`
	Complaint ID     `gorm:"primaryKey"`
	Day       string `gorm:"primaryKey;size:8"` // YYYYMMDD
	Tries     int64
}

// TableName implements schema.Tabler.
func (CodeFailure) TableName() string { return "code_failures" }
