// Package proof says what the proof of a row of evidence covers. A row that is written
// and a row that is checked are named here alike.
//
// It may import models, scoring and complaints.
package proof

import (
	"fmt"
	"strconv"
	"time"

	"pingyi/complaints"
	"pingyi/models"
	"pingyi/scoring"
)

// Prover makes the proof of a row: a keyed hash of 32 bytes over its parts. The
// key stands in the database wrapped by PINGYI_SECRET alone, so who may write rows
// cannot make their proofs.
type Prover = func(parts ...string) []byte

// Of is the proof of a row; nil, which is stored as NULL, without a prover.
func Of(p Prover, parts []string) []byte {
	if p == nil {
		return nil
	}
	return p(parts...)
}

// The parts of a proof are the columns as they are stored, so that a recount reads
// them from the rows. The first part keeps the kinds of rows apart.

// Effect is what the proof of every effect covers of the effect itself. The
// push is part of it, so that no copy of a row passes for a second one.
type Effect struct {
	Tenant     string
	Push, ID   AnyID
	RecordedAt string
}

// Parts begin what the proof of an effect of a kind covers.
func (k *Effect) Parts(kind string) []string {
	return []string{kind, k.Tenant, string(k.Push), string(k.ID), k.RecordedAt}
}

// Rating is a rating as it is stored, and the public text it was read from.
type Rating struct {
	Campaign               string
	ID                     AnyID
	Channel, Account, Unit string
	Window, Serial         string
	Person                 AnyID
	Answers, Receipt       string
	PlatformAt, ReceivedAt string
	Source                 AnyID
	Provenance             string // "" where none was kept
}

// RatingOf returns a submission as its rating is stored.
func RatingOf(s *scoring.Submission) *Rating {
	return &Rating{
		s.Campaign, IDOf(s.Rating), string(s.Channel), s.Account, s.Unit, s.Window, s.Serial, IDOf(s.Person), s.Answers.String(), s.Receipt,
		TimeText(s.PlatformAt), TimeText(s.ReceivedAt), IDOf(s.Source), string(s.Provenance),
	}
}

// RatingParts cover every column of the rating, as an earlier version proves it. What
// is written now is proven with provenance.
func RatingParts(k *Effect, r *Rating) []string {
	return append(k.Parts(KindRating), r.Campaign, string(r.ID), r.Channel, r.Account, r.Unit, r.Window, r.Serial,
		string(r.Person), r.Answers, r.Receipt, r.PlatformAt, r.ReceivedAt, string(r.Source))
}

// RatingWithProvenance covers also whether the person followed the account.
func RatingWithProvenance(k *Effect, r *Rating) []string {
	return append(RatingParts(k, r), r.Provenance)
}

// WithdrawalParts cover which rating, of whom and with which levels, was taken back,
// and the platform's time of the push that did.
func WithdrawalParts(k *Effect, r *Rating, platformAt string) []string {
	return append(k.Parts(KindWithdrawal), r.Campaign, string(r.ID), r.Channel, r.Unit, string(r.Person), r.Answers, platformAt)
}

// ReasonParts cover which rating a reason was given for, and the reason.
func ReasonParts(k *Effect, r *Rating, reason string) []string {
	return append(k.Parts(KindReason), r.Campaign, string(r.ID), r.Unit, reason)
}

// Complaint is what the proof of a complaint covers: how it was filed and
// counted, not its sealed text.
type Complaint struct {
	ID                             AnyID
	No, Campaign, Channel, Account string
	Unit, Counted, Kind            string
	Anonymous                      bool
	PlatformAt, ReceivedAt         string
}

// ComplaintOf returns a filing as its complaint is stored, counted for a unit.
func ComplaintOf(f *complaints.Filing, no, counted string) *Complaint {
	return &Complaint{
		IDOf(f.ID), no, f.Campaign, string(f.Channel), f.Account, f.Unit, counted, f.Kind, f.Anonymous,
		TimeText(f.PlatformAt), TimeText(f.ReceivedAt),
	}
}

// ComplaintParts cover a complaint.
func ComplaintParts(k *Effect, c *Complaint) []string {
	anonymous := "0"
	if c.Anonymous {
		anonymous = "1"
	}
	return append(k.Parts(KindComplaint), string(c.ID), c.No, c.Campaign, c.Channel, c.Account, c.Unit, c.Counted, c.Kind, anonymous,
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
	return []string{EvidenceExclusion, tenant, campaign, string(rating), seq, reason, a.Note, a.By, a.ApprovedBy, TimeText(a.At), a.Via}
}

// Following adds to the parts of an end or an exclusion which rating the one that it
// is of had replaced, "" for none. Without it the end of that earlier rating could be
// removed, and the earlier rating would count again.
func Following(parts []string, replaced AnyID) []string {
	return append(parts[:len(parts):len(parts)], string(replaced))
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
	return strconv.Itoa(Flag(*b))
}

// RetractionParts cover every column of a noticed deletion of a public text.
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

// IDOf is an id as it is stored, "" for the zero one.
func IDOf(id models.ID) AnyID {
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

// TimeText is a time in the stored form, "" for the zero one.
func TimeText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Truncate(time.Millisecond).Format(models.TimeForm)
}

// Flag is a truth as it is stored.
func Flag(b bool) int {
	if b {
		return 1
	}
	return 0
}

// Kinds of effect, and how a rating can end.
const (
	KindRating     = "rating"
	KindWithdrawal = "withdrawal"
	KindReason     = "reason"
	KindComplaint  = "complaint"

	EndSuperseded = "superseded"
	EndWithdrawn  = "withdrawn"
	EndExcluded   = "excluded"
)
