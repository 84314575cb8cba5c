package models

// EffectKind says what a confirmed push did.
type EffectKind string

// Kinds of effect. Ref of an effect is a rating, or the complaint.
const (
	EffectRating     EffectKind = "rating"
	EffectWithdrawal EffectKind = "withdrawal" // of one rating or several; Ref is the first
	EffectReason     EffectKind = "reason"     // of a low level
	EffectComplaint  EffectKind = "complaint"
)

// Effect proves that a push, and the draft that it confirmed, had its one effect on
// the record. Push and Draft are unique in the tenant: that is why a repeated push
// changes nothing. It is only ever added. Proof is a keyed hash over the row and over
// what it did (I5a); the time of a complaint is the full hour.
type Effect struct {
	Tenant     string     `gorm:"primaryKey;size:64"`
	Push       ID         // keyed hash of the push
	Draft      ID         `null:"the effect had no draft"`
	Kind       EffectKind `gorm:"size:16"`
	Ref        ID
	Answer     []byte // empty; the sealed answer itself in rows of an earlier version
	RecordedAt Time   `gorm:"primaryKey"`
	ID         ID     `gorm:"primaryKey"` // random for each call, so that a call knows its own effect
	Proof      []byte `gorm:"size:32" null:"written before there were proofs, see Attestation"`
}

// TableName implements schema.Tabler.
func (Effect) TableName() string { return "effects" }

// EffectAnswer is the finished answer of an effect, sealed, for a push that comes
// again. It is deleted after ten days; the effect stays.
type EffectAnswer struct {
	Tenant     string `gorm:"primaryKey;size:64"`
	RecordedAt Time   `gorm:"primaryKey"`
	ID         ID     `gorm:"primaryKey"` // of the effect
	Answer     []byte
}

// TableName implements schema.Tabler.
func (EffectAnswer) TableName() string { return "effect_answers" }

// Rating is a received rating (一次评价): one person's answers about one unit. It is
// only ever added. Whether it counts is told by RatingEnd and RatingExclusion.
type Rating struct {
	Tenant     string  `gorm:"primaryKey;size:64"`
	Campaign   string  `gorm:"primaryKey;size:64"`
	ID         ID      `gorm:"primaryKey"` // begins with its time of receipt
	Channel    Channel `gorm:"size:16"`
	Account    string  `gorm:"size:128"`
	Unit       string  `gorm:"size:16"`
	WindowCode string  `gorm:"size:16"` // where the code was scanned, or empty
	Serial     string  `gorm:"size:64"` // of the printed code, as the scan gave it; nothing verifies it
	Person     ID      // keyed hash of the citizen, in this campaign alone
	Answers    string  `gorm:"size:6"` // see Answers
	Receipt    string  `gorm:"size:32"`
	PlatformAt Time    // of the confirming push
	ReceivedAt Time
}

// TableName implements schema.Tabler.
func (Rating) TableName() string { return "ratings" }

// RatingState says what became of a received rating.
type RatingState string

// States of a rating; received is the sum of all four.
const (
	RatingLive       RatingState = "live"
	RatingSuperseded RatingState = "superseded"
	RatingWithdrawn  RatingState = "withdrawn"
	RatingExcluded   RatingState = "excluded"
)

// RatingEnd is how a rating ended: superseded by the person's next one, or
// withdrawn. A rating has at most one; it is only ever added.
type RatingEnd struct {
	Tenant   string      `gorm:"primaryKey;size:64"`
	Campaign string      `gorm:"primaryKey;size:64"`
	Rating   ID          `gorm:"primaryKey"`
	How      RatingState `gorm:"size:16"` // RatingSuperseded or RatingWithdrawn
	EndedAt  Time
	ByRating ID     `null:"withdrawn"` // the one that superseded it
	Proof    []byte `gorm:"size:32" null:"written before there were proofs, see Attestation"`
}

// TableName implements schema.Tabler.
func (RatingEnd) TableName() string { return "rating_ends" }

// RatingWithdrawal is when, by the platform's clock, the citizen withdrew the
// rating. A confirmation that is older has no effect any more. It is only ever added.
type RatingWithdrawal struct {
	Tenant     string `gorm:"primaryKey;size:64"`
	Campaign   string `gorm:"primaryKey;size:64"`
	Rating     ID     `gorm:"primaryKey"`
	PlatformAt Time
}

// TableName implements schema.Tabler.
func (RatingWithdrawal) TableName() string { return "rating_withdrawals" }

// RatingReason is a reason that the citizen gave for a low level (差评原因). It is only
// ever added.
type RatingReason struct {
	Tenant  string `gorm:"primaryKey;size:64"`
	Rating  ID     `gorm:"primaryKey"`
	Reason  string `gorm:"primaryKey;size:32"`
	GivenAt Time
}

// TableName implements schema.Tabler.
func (RatingReason) TableName() string { return "rating_reasons" }

// RatingExclusion is an administrative act on a rating: odd ones leave it out, even
// ones restore it, and the last one holds. It is only ever added.
type RatingExclusion struct {
	Tenant     string `gorm:"primaryKey;size:64"`
	Campaign   string `gorm:"primaryKey;size:64"`
	Rating     ID     `gorm:"primaryKey"`
	Seq        int    `gorm:"primaryKey;autoIncrement:false"` // from 1
	Reason     string `gorm:"size:32"`
	Note       string `gorm:"size:255"`
	ByName     string `gorm:"size:128"` // as typed
	ApprovedBy string `gorm:"size:128"` // as typed
	HappenedAt Time
	Proof      []byte `gorm:"size:32" null:"written before there were proofs, see Attestation"`
	// Via is what entered the act: api:<id of the key> or shell:<uid>(<user>).
	Via string `gorm:"size:128" null:"unknown: an earlier version wrote it"`
}

// TableName implements schema.Tabler.
func (RatingExclusion) TableName() string { return "rating_exclusions" }

// RatingProvenance is whether the person was known to follow the account when they
// rated. Ratings without a row are of a channel that does not ask. It is only ever
// added.
type RatingProvenance struct {
	Tenant     string `gorm:"primaryKey;size:64"`
	Campaign   string `gorm:"primaryKey;size:64"`
	Rating     ID     `gorm:"primaryKey"`
	Provenance string `gorm:"size:16"`
}

// TableName implements schema.Tabler.
func (RatingProvenance) TableName() string { return "rating_provenances" }

// PublicRating is the public text that a rating was read from. It is only ever added.
type PublicRating struct {
	Tenant   string `gorm:"primaryKey;size:64"`
	Campaign string `gorm:"primaryKey;size:64"`
	Rating   ID     `gorm:"primaryKey"`
	Item     ID     // a text becomes one rating
}

// TableName implements schema.Tabler.
func (PublicRating) TableName() string { return "public_ratings" }

// LiveRating is an index of the ratings that count now: one for a person, unit and
// channel. It proves nothing; `pingyi recount --repair` makes it anew.
type LiveRating struct {
	Tenant   string  `gorm:"primaryKey;size:64"`
	Campaign string  `gorm:"primaryKey;size:64"`
	Channel  Channel `gorm:"primaryKey;size:16"`
	Unit     string  `gorm:"primaryKey;size:16"`
	Person   ID      `gorm:"primaryKey"`
	Rating   ID
	Answers  string `gorm:"size:6"`
}

// TableName implements schema.Tabler.
func (LiveRating) TableName() string { return "live_ratings" }

// Tally counts a unit's ratings and complaints on one channel, so that scores read a
// row a unit. It proves nothing; `pingyi recount` compares it with the ratings and
// complaints, and --repair makes it anew.
type Tally struct {
	Tenant     string  `gorm:"primaryKey;size:64"`
	Campaign   string  `gorm:"primaryKey;size:64"`
	Channel    Channel `gorm:"primaryKey;size:16"`
	Unit       string  `gorm:"primaryKey;size:16"`
	Received   int64   // = Live + Superseded + Excluded + Withdrawn
	Live       int64
	Superseded int64
	Excluded   int64
	Withdrawn  int64
	Ratings    int64       // live ones with at least one level
	D1         LevelCounts `gorm:"embedded;embeddedPrefix:d1_"` // of the first dimension
	D2         LevelCounts `gorm:"embedded;embeddedPrefix:d2_"`
	D3         LevelCounts `gorm:"embedded;embeddedPrefix:d3_"`
	D4         LevelCounts `gorm:"embedded;embeddedPrefix:d4_"`
	D5         LevelCounts `gorm:"embedded;embeddedPrefix:d5_"`
	D6         LevelCounts `gorm:"embedded;embeddedPrefix:d6_"`

	ComplaintsReceived    int64
	ComplaintsAnswered    int64
	ComplaintsOnTime      int64
	ComplaintsSatisfied   int64
	ComplaintsUnsatisfied int64
}

// LevelCounts counts the live answers of one dimension by level.
type LevelCounts struct{ L1, L2, L3, L4, L5 int64 }

// TableName implements schema.Tabler.
func (Tally) TableName() string { return "tallies" }
