package models

// SocialItem is a public text (微博) about the appraisal as it was fetched, sealed.
// Done says that it was read; see SocialReading.
type SocialItem struct {
	Tenant     string `gorm:"primaryKey;size:64"`
	Account    string `gorm:"primaryKey;size:128"` // that fetched it
	Item       ID     `gorm:"primaryKey"`          // keyed hash of the text's id
	Kind       string `gorm:"size:16"`
	Feed       string `gorm:"size:32"`
	Author     ID     // keyed hash
	Sealed     []byte
	PlatformAt Time
	FetchedAt  Time
	SeenRound  int64 // the last round of reading that found it
	Done       bool
}

// TableName implements schema.Tabler.
func (SocialItem) TableName() string { return "social_items" }

// SocialReading is what a public text was read as: a rating, or why it counts as
// none. It may be read again until the public record is sealed.
type SocialReading struct {
	Tenant   string `gorm:"primaryKey;size:64"`
	Account  string `gorm:"primaryKey;size:128"`
	Item     ID     `gorm:"primaryKey"`
	Outcome  string `gorm:"size:16"`
	Reason   string `gorm:"size:32"`
	Campaign string `gorm:"size:64"`
	Unit     string `gorm:"size:16"`
	Level    int
	Rating   ID `null:"no rating"`
	ReadAt   Time
}

// TableName implements schema.Tabler.
func (SocialReading) TableName() string { return "social_readings" }

// SocialRetraction proves that a public text was found deleted, and which rating it
// withdrew. It is only ever added.
type SocialRetraction struct {
	Tenant    string `gorm:"primaryKey;size:64"`
	Account   string `gorm:"primaryKey;size:128"`
	Item      ID     `gorm:"primaryKey"`
	Rating    ID     `null:"the text was no rating"`
	NoticedAt Time
	Proof     []byte `gorm:"size:32" null:"written before there were proofs, see Attestation"`
}

// TableName implements schema.Tabler.
func (SocialRetraction) TableName() string { return "social_retractions" }

// SocialAccount is what the platform says of a citizen who rates in public, sealed,
// for judging odd accounts. It is renewed by each look.
type SocialAccount struct {
	Tenant   string `gorm:"primaryKey;size:64"`
	Account  string `gorm:"primaryKey;size:128"` // that looked
	Citizen  ID     `gorm:"primaryKey"`
	Sealed   []byte
	LookedAt Time
}

// TableName implements schema.Tabler.
func (SocialAccount) TableName() string { return "social_accounts" }

// SocialAnswer is which text of an author is answered on a day: one of each kind. It
// is deleted after two days.
type SocialAnswer struct {
	Tenant  string `gorm:"primaryKey;size:64"`
	Account string `gorm:"primaryKey;size:128"`
	Author  ID     `gorm:"primaryKey"`
	Day     string `gorm:"primaryKey;size:8"` // YYYYMMDD
	Kind    string `gorm:"primaryKey;size:16"`
	Item    ID
}

// TableName implements schema.Tabler.
func (SocialAnswer) TableName() string { return "social_answers" }

// SignedReading is the time that the signature of a push was first read with, where the
// same signature could be read with a later one: both as keyed hashes, and nothing of
// the push. It is deleted after the day of the later time.
type SignedReading struct {
	Tenant    string `gorm:"primaryKey;size:64"`
	Account   string `gorm:"primaryKey;size:128"`
	Signature ID     `gorm:"primaryKey"`
	Reading   ID
	UntilDay  string `gorm:"size:8"` // YYYYMMDD
}

// TableName implements schema.Tabler.
func (SignedReading) TableName() string { return "signed_readings" }

// SocialBudget counts the calls of the platform's API that were spent on a day.
type SocialBudget struct {
	Tenant  string `gorm:"primaryKey;size:64"`
	Account string `gorm:"primaryKey;size:128"`
	Day     string `gorm:"primaryKey;size:16"`
	Pool    string `gorm:"primaryKey;size:16"`
	Used    int64
}

// TableName implements schema.Tabler.
func (SocialBudget) TableName() string { return "social_budgets" }

// SocialCursor is how far a feed was read. Version counts its moves: a server moves
// it only from where it read it.
type SocialCursor struct {
	Tenant  string `gorm:"primaryKey;size:64"`
	Account string `gorm:"primaryKey;size:128"`
	Feed    string `gorm:"primaryKey;size:32"`
	State   []byte
	Version int64
}

// TableName implements schema.Tabler.
func (SocialCursor) TableName() string { return "social_cursors" }

// SocialLease is which server does a job of an account until when.
type SocialLease struct {
	Tenant  string `gorm:"primaryKey;size:64"`
	Account string `gorm:"primaryKey;size:128"`
	Name    string `gorm:"primaryKey;size:32"`
	Holder  ID     // random for each server
	UntilAt Time
}

// TableName implements schema.Tabler.
func (SocialLease) TableName() string { return "social_leases" }

// SocialToken notes when an access token, by its keyed hash, was issued. Notes are
// only added; the last one holds.
type SocialToken struct {
	Tenant   string `gorm:"primaryKey;size:64"`
	Account  string `gorm:"primaryKey;size:128"`
	Token    ID     `gorm:"primaryKey"`
	IssuedAt Time
	NotedAt  Time `gorm:"primaryKey"`
}

// TableName implements schema.Tabler.
func (SocialToken) TableName() string { return "social_tokens" }
