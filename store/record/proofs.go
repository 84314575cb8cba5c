package record

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"pingyi/complaints"
	"pingyi/models"
	"pingyi/scoring"
	"pingyi/store"
)

// Prover makes the proof of a row: a keyed hash of 32 bytes over its parts. The
// key stands in the database wrapped by PINGYI_SECRET alone, so who may write rows
// cannot make their proofs.
type Prover = func(parts ...string) []byte

// ProveWith sets where the prover of a tenant comes from; it is called before the
// first write. A database without one writes rows without proof.
func (s *Store) ProveWith(of func(ctx context.Context, tenant string) (Prover, error)) {
	s.provers = of
}

// prover is the tenant's, nil where there is none. It may write a key, so it is
// asked for outside of every transaction.
func (s *Store) prover(ctx context.Context, tenant string) (Prover, error) {
	if s.provers == nil {
		return nil, nil //nolint:nilnil // a database without provers
	}
	p, err := s.provers(ctx, tenant)
	return p, store.Fail("key of proofs", err)
}

// proof binds the proof of a row, NULL without a prover.
func proof(p Prover, parts []string) any {
	if p == nil {
		return nil
	}
	return p(parts...)
}

// The parts of a proof are the columns as they are stored, so that a recount reads
// them from the rows. The first part keeps the kinds of rows apart.

// EffectKey is what the proof of every effect covers of the effect itself. The
// push is part of it, so that no copy of a row passes for a second one.
type EffectKey struct {
	Tenant     string
	Push, Id   AnyID
	RecordedAt string
}

func (k *EffectKey) Parts(kind string) []string {
	return []string{kind, k.Tenant, string(k.Push), string(k.Id), k.RecordedAt}
}

// ProvenRating is a rating as it is stored, and the public text it was read from.
type ProvenRating struct {
	Campaign               string
	Id                     AnyID
	Channel, Account, Unit string
	Window, Serial         string
	Person                 AnyID
	Answers, Receipt       string
	PlatformAt, ReceivedAt string
	Source                 AnyID
	Provenance             string // "" where none was kept
}

func rowOf(s *scoring.Submission) *ProvenRating {
	return &ProvenRating{
		s.Campaign, idOf(s.Rating), string(s.Channel), s.Account, s.Unit, s.Window, s.Serial, idOf(s.Person), s.Answers.String(), s.Receipt,
		StampText(s.PlatformAt), StampText(s.ReceivedAt), idOf(s.Source), string(s.Provenance),
	}
}

// RatingParts cover every column of the rating, as an earlier version proves it. What
// is written now is proven with provenance.
func RatingParts(k *EffectKey, r *ProvenRating) []string {
	return append(k.Parts(KindRating), r.Campaign, string(r.Id), r.Channel, r.Account, r.Unit, r.Window, r.Serial,
		string(r.Person), r.Answers, r.Receipt, r.PlatformAt, r.ReceivedAt, string(r.Source))
}

// RatingWithProvenance covers also whether the person followed the account.
func RatingWithProvenance(k *EffectKey, r *ProvenRating) []string {
	return append(RatingParts(k, r), r.Provenance)
}

// WithdrawalParts cover which rating, of whom and with which levels, was taken back,
// and the platform's time of the push that did.
func WithdrawalParts(k *EffectKey, r *ProvenRating, platformAt string) []string {
	return append(k.Parts(KindWithdrawal), r.Campaign, string(r.Id), r.Channel, r.Unit, string(r.Person), r.Answers, platformAt)
}

func ReasonParts(k *EffectKey, r *ProvenRating, reason string) []string {
	return append(k.Parts(KindReason), r.Campaign, string(r.Id), r.Unit, reason)
}

// ProvenComplaint is what the proof of a complaint covers: how it was filed and
// counted, not its sealed text.
type ProvenComplaint struct {
	Id                             AnyID
	No, Campaign, Channel, Account string
	Unit, Counted, Kind            string
	Anonymous                      bool
	PlatformAt, ReceivedAt         string
}

func complaintOf(f *complaints.Filing, no, counted string) *ProvenComplaint {
	return &ProvenComplaint{
		idOf(f.ID), no, f.Campaign, string(f.Channel), f.Account, f.Unit, counted, f.Kind, f.Anonymous,
		StampText(f.PlatformAt), StampText(f.ReceivedAt),
	}
}

func ComplaintParts(k *EffectKey, c *ProvenComplaint) []string {
	anonymous := "0"
	if c.Anonymous {
		anonymous = "1"
	}
	return append(k.Parts(KindComplaint), string(c.Id), c.No, c.Campaign, c.Channel, c.Account, c.Unit, c.Counted, c.Kind, anonymous,
		c.PlatformAt, c.ReceivedAt)
}

// EndParts are those of an end as an earlier version proves it. What is written now
// is proven with following.
func EndParts(tenant, campaign string, rating AnyID, how, endedAt string, by AnyID) []string {
	return []string{EvidenceEnd, tenant, campaign, string(rating), how, endedAt, string(by)}
}

// ExclusionParts are those of an exclusion as an earlier version proves it. What is
// written now is proven with following.
func ExclusionParts(tenant, campaign string, rating AnyID, seq, reason string, a *scoring.Act) []string {
	return []string{EvidenceExclusion, tenant, campaign, string(rating), seq, reason, a.Note, a.By, a.ApprovedBy, StampText(a.At), a.Via}
}

// Following adds to the parts of an end or an exclusion which rating the one that it
// is of had replaced, "" for none. Without it the end of that earlier rating could be
// removed, and the earlier rating would count again.
func Following(parts []string, replaced AnyID) []string {
	return append(parts[:len(parts):len(parts)], string(replaced))
}

// ReplacedBy selects which rating the one in the given column had replaced, from the
// ends of the same tenant and campaign as those in the given table.
func ReplacedBy(table, column string) string {
	return "(SELECT MIN(o.rating) FROM rating_ends o WHERE o.tenant = " + table + ".tenant AND o.campaign = " + table + ".campaign AND o.by_rating = " + table + "." + column + ")"
}

// EventParts cover every column of an event of a complaint. on_time and satisfied are
// "0", "1" or, where they were not told, "".
func EventParts(tenant string, complaint AnyID, seq int, state, happenedAt, by string, onTime, satisfied *bool) []string {
	return []string{EvidenceEvent, tenant, string(complaint), strconv.Itoa(seq), state, happenedAt, by, told(onTime), told(satisfied)}
}

func told(b *bool) string {
	if b == nil {
		return ""
	}
	return strconv.Itoa(flag(*b))
}

func RetractionParts(tenant, account string, item, rating AnyID, noticedAt string) []string {
	return []string{EvidenceRetraction, tenant, account, string(item), string(rating), noticedAt}
}

// Kinds of evidence beside those of effects.
const (
	EvidenceEnd        = "end"
	EvidenceExclusion  = "exclusion"
	EvidenceRetraction = "retraction"
	EvidenceEvent      = "event"
)

// AnyID is the bytes of a stored id, also of one that is none: who puts a row in by
// hand need not know how long an id is, and a check names that row as well.
type AnyID string

// idOf is an id as it is stored, "" for the zero one.
func idOf(id models.ID) AnyID {
	if id.IsZero() {
		return ""
	}
	return AnyID(id[:])
}

// Scan implements sql.Scanner; NULL is "".
func (i *AnyID) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*i = ""
	case []byte:
		*i = AnyID(v)
	case string:
		*i = AnyID(v)
	default:
		return fmt.Errorf("an id of type %T", src)
	}
	return nil
}

// StampText is a time in the stored form, "" for the zero one.
func StampText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Truncate(time.Millisecond).Format(models.TimeForm)
}
