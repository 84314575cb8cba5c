package scoring

import (
	"crypto/sha256"
	"time"
)

// Proofs are what proofs are checked with.
type Proofs struct {
	Checked  bool                           // false: the secret is not at hand, and no proof is looked at
	Provers  []func(parts ...string) []byte // of the keys there are; a proof is right under any of them
	Sign     func(parts ...string) []byte   // of attestations; nil where there is no such key
	Attested bool                           // each row needs a proof or has to be attested
}

// Evidence is what a check of one tenant's evidence found.
type Evidence struct {
	Proven     int64     // rows whose proof is right
	Before     int64     // rows without a proof
	AttestedAt time.Time // when rows without a proof were attested; zero: never
	// Differences by campaign; those of rows that belong to none under "".
	Differences map[string][]Difference
}

// Fingerprints are SHA-256 sums over the evidence of a campaign, in hexadecimal
// when printed. A writer of the database can alter a rating, its index
// and its tally alike, and no recount would differ; a sum that was filed outside
// of the database before does. The same rows have the same sums on every server.
type Fingerprints struct {
	Campaign [sha256.Size]byte // what was frozen at its creation, and its approval
	Ratings  [sha256.Size]byte // the seals, the ratings and their ends; the same for ever once the scores are final
	// Exclusions are those of all channels, with what they have in Acts: where Ratings
	// is the same for ever, this one says whether other ratings count.
	Exclusions [sha256.Size]byte
	Acts       [sha256.Size]byte // settlement, publication, exclusions, complaints with their events; these go on
	Reasons    [sha256.Size]byte // that citizens gave for low levels
}

// Attestation is what one call attested, or an earlier one.
type Attestation struct {
	At     time.Time
	Rows   int64            // in all
	Kinds  map[string]int64 // rows of each kind of evidence
	Digest []byte           // SHA-256 over the sums of all groups
}
