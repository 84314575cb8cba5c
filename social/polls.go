package social

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"pingyi/models"
)

// Bounds of poll results.
const (
	maxPollTitle    = 255 // characters
	maxPollSigner   = 128
	maxPollEvidence = 255
	maxPollRows     = 5_000
	maxPollVotes    = 1 << 31 // of one level
)

// PollRow is the votes for a unit: for 5, 4, 3, 2, 1 in this order.
type PollRow struct {
	Unit  string   `json:"unit" doc:"Code of a unit that the campaign rates." example:"A03"`
	Votes [5]int64 `json:"votes" doc:"Votes for 5, 4, 3, 2, 1, in this order." example:"[120, 40, 12, 3, 1]"`
}

// PollEntry is what an operator enters of a poll on the platform, which no call
// reads. It is kept apart from ratings and never counted with them.
type PollEntry struct {
	Title        string
	Signer       string // who answers for the figures
	Evidence     string // where it is filed
	EvidenceHash string // SHA-256 of the evidence in hexadecimal, or empty
	Replaces     string // id of results that these correct, or empty
	Rows         []PollRow
	Via          string // what entered it: an API key, or a user of the operating system

	Scope models.Scope // what the entry may replace
}

// PollResults are entered results as they are shown.
type PollResults struct {
	ID        string    `json:"id" doc:"Stable, hexadecimal; the same results of the same poll have the same id."`
	Title     string    `json:"title" doc:"Of the poll, with its address."`
	Signer    string    `json:"signer" doc:"Who answers for the figures."`
	Evidence  string    `json:"evidence" doc:"Where the evidence is filed."`
	SHA256    string    `json:"evidence_sha256_prefix,omitempty" doc:"The first 16 bytes of the evidence's SHA-256, in hexadecimal."`
	Replaces  string    `json:"replaces,omitempty" doc:"Id of the results that these correct."`
	EnteredAt time.Time `json:"entered_at"`
	Via       string    `json:"via" doc:"What entered it: api:<id of the key>, shell:<uid>(<user>), or unknown. Nothing proves the signer."`
	Results   []PollRow `json:"results" nullable:"false"`
}

// Check trims the entry and finds everything that is wrong with it, in order.
// rated are the codes of the units that the campaign rates; place says where a
// fault is, by the name of a field and, of results, by the row's index, else -1.
func (p *PollEntry) Check(rated map[string]bool, place func(field string, row int) string) []models.Fault {
	c := pollCheck{place: place}
	c.text("title", &p.Title, maxPollTitle)
	c.text("signer", &p.Signer, maxPollSigner)
	c.text("evidence", &p.Evidence, maxPollEvidence)
	if _, err := p.evidence(); err != nil {
		c.fault("evidence_sha256", -1, "must be a SHA-256 in 64 hexadecimal digits")
	}
	if _, err := p.replaces(); err != nil {
		c.fault("replaces", -1, "must be the id of poll results, in hexadecimal")
	}
	if n := len(p.Rows); n == 0 || n > maxPollRows {
		c.fault("results", -1, "must be 1 to %d, one a unit", maxPollRows)
	}
	seen := map[string]bool{}
	for i := range p.Rows {
		r := &p.Rows[i]
		r.Unit = strings.TrimSpace(r.Unit)
		switch {
		case !rated[r.Unit]:
			c.fault("results", i, "the campaign does not rate the unit %q", r.Unit)
		case seen[r.Unit]:
			c.fault("results", i, "the unit %s stands there twice", r.Unit)
		}
		seen[r.Unit] = true
		for level, votes := range r.Votes {
			if votes < 0 || votes > maxPollVotes {
				c.fault("results", i, "the votes for level %d must be 0 to %d", 5-level, int64(maxPollVotes))
			}
		}
	}
	return c.faults
}

type pollCheck struct {
	place  func(field string, row int) string
	faults []models.Fault
}

func (c *pollCheck) fault(field string, row int, format string, args ...any) {
	c.faults = append(c.faults, models.Fault{Place: c.place(field, row), Text: fmt.Sprintf(format, args...)})
}

func (c *pollCheck) text(field string, value *string, limit int) {
	*value = strings.TrimSpace(*value)
	if n := utf8.RuneCountInString(*value); n == 0 || n > limit || !utf8.ValidString(*value) {
		c.fault(field, -1, "must have 1 to %d characters", limit)
	}
}

// evidence is the beginning of the evidence's hash; zero where there is none.
func (p *PollEntry) evidence() (id models.ID, err error) {
	if p.EvidenceHash == "" {
		return id, nil
	}
	b, err := hex.DecodeString(p.EvidenceHash)
	if err == nil && len(b) != sha256.Size {
		err = fmt.Errorf("%d bytes", len(b))
	}
	copy(id[:], b)
	return id, err
}

func (p *PollEntry) replaces() (id models.ID, err error) {
	if p.Replaces == "" {
		return id, nil
	}
	return models.ParseID(p.Replaces)
}

// PollRecord is a checked entry as it is stored. Its ID follows from what was
// entered, so that the same results entered again are the same record.
type PollRecord struct {
	Tenant       string
	ID           models.ID
	Campaign     string
	Title        string
	Rows         []PollRow
	Signer       string
	Evidence     string
	EvidenceHash models.ID // the beginning of its SHA-256; zero: none was given
	Replaces     models.ID // zero: none
	EnteredAt    time.Time
	Via          string `json:"-"` // no part of the ID; empty: unknown
}

// Record is the record of a checked entry.
func (p *PollEntry) Record(tenant, campaign string, now time.Time) (PollRecord, error) {
	r := PollRecord{
		Tenant: tenant, Campaign: campaign, Title: p.Title, Rows: p.Rows, Signer: p.Signer, Evidence: p.Evidence, EnteredAt: now, Via: p.Via,
	}
	var err error
	if r.EvidenceHash, err = p.evidence(); err != nil {
		return r, fmt.Errorf("evidence: %w", err)
	}
	if r.Replaces, err = p.replaces(); err != nil {
		return r, fmt.Errorf("replaced results: %w", err)
	}
	told := r
	told.EnteredAt = time.Time{}
	b, err := json.Marshal(told)
	if err != nil {
		return r, fmt.Errorf("poll results: %w", err)
	}
	sum := sha256.Sum256(b)
	copy(r.ID[:], sum[:])
	return r, nil
}

// Show is the record as it is shown.
func (r *PollRecord) Show() PollResults {
	p := PollResults{
		ID: r.ID.String(), Title: r.Title, Signer: r.Signer, Evidence: r.Evidence, EnteredAt: r.EnteredAt.UTC().Truncate(time.Second), Results: r.Rows,
		Via: cmp.Or(r.Via, UnknownVia),
	}
	if !r.EvidenceHash.IsZero() {
		p.SHA256 = r.EvidenceHash.String()
	}
	if !r.Replaces.IsZero() {
		p.Replaces = r.Replaces.String()
	}
	return p
}
