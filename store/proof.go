package store

import (
	"context"
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

// ProveWith sets where the prover of a tenant comes from; it is called before the
// first write. A database without one writes rows without proof.
func (db *DB) ProveWith(of func(ctx context.Context, tenant string) (Prover, error)) { db.provers = of }

// prover is the tenant's, nil where there is none. It may write a key, so it is
// asked for outside of every transaction.
func (db *DB) prover(ctx context.Context, tenant string) (Prover, error) {
	if db.provers == nil {
		return nil, nil //nolint:nilnil // a database without provers
	}
	p, err := db.provers(ctx, tenant)
	return p, fail("key of proofs", err)
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

// effectKey is what the proof of every effect covers of the effect itself. The
// push is part of it, so that no copy of a row passes for a second one.
type effectKey struct {
	tenant     string
	push, id   anyID
	recordedAt string
}

func (k *effectKey) parts(kind string) []string {
	return []string{kind, k.tenant, string(k.push), string(k.id), k.recordedAt}
}

// provenRating is a rating as it is stored, and the public text it was read from.
type provenRating struct {
	campaign               string
	id                     anyID
	channel, account, unit string
	window, serial         string
	person                 anyID
	answers, receipt       string
	platformAt, receivedAt string
	source                 anyID
	provenance             string // "" where none was kept
}

func rowOf(s *scoring.Submission) *provenRating {
	return &provenRating{
		s.Campaign, idOf(s.Rating), string(s.Channel), s.Account, s.Unit, s.Window, s.Serial, idOf(s.Person), s.Answers.String(), s.Receipt,
		stampText(s.PlatformAt), stampText(s.ReceivedAt), idOf(s.Source), string(s.Provenance),
	}
}

// ratingParts cover every column of the rating, as an earlier version proves it. What
// is written now is proven with provenance.
func ratingParts(k *effectKey, r *provenRating) []string {
	return append(k.parts(kindRating), r.campaign, string(r.id), r.channel, r.account, r.unit, r.window, r.serial,
		string(r.person), r.answers, r.receipt, r.platformAt, r.receivedAt, string(r.source))
}

// ratingWithProvenance covers also whether the person followed the account.
func ratingWithProvenance(k *effectKey, r *provenRating) []string {
	return append(ratingParts(k, r), r.provenance)
}

// withdrawalParts cover which rating, of whom and with which levels, was taken back,
// and the platform's time of the push that did.
func withdrawalParts(k *effectKey, r *provenRating, platformAt string) []string {
	return append(k.parts(kindWithdrawal), r.campaign, string(r.id), r.channel, r.unit, string(r.person), r.answers, platformAt)
}

func reasonParts(k *effectKey, r *provenRating, reason string) []string {
	return append(k.parts(kindReason), r.campaign, string(r.id), r.unit, reason)
}

// provenComplaint is what the proof of a complaint covers: how it was filed and
// counted, not its sealed text.
type provenComplaint struct {
	id                             anyID
	no, campaign, channel, account string
	unit, counted, kind            string
	anonymous                      bool
	platformAt, receivedAt         string
}

func complaintOf(f *complaints.Filing, no, counted string) *provenComplaint {
	return &provenComplaint{
		idOf(f.ID), no, f.Campaign, string(f.Channel), f.Account, f.Unit, counted, f.Kind, f.Anonymous,
		stampText(f.PlatformAt), stampText(f.ReceivedAt),
	}
}

func complaintParts(k *effectKey, c *provenComplaint) []string {
	anonymous := "0"
	if c.anonymous {
		anonymous = "1"
	}
	return append(k.parts(kindComplaint), string(c.id), c.no, c.campaign, c.channel, c.account, c.unit, c.counted, c.kind, anonymous,
		c.platformAt, c.receivedAt)
}

// endParts are those of an end as an earlier version proves it. What is written now
// is proven with following.
func endParts(tenant, campaign string, rating anyID, how, endedAt string, by anyID) []string {
	return []string{evidenceEnd, tenant, campaign, string(rating), how, endedAt, string(by)}
}

// exclusionParts are those of an exclusion as an earlier version proves it. What is
// written now is proven with following.
func exclusionParts(tenant, campaign string, rating anyID, seq, reason string, a *scoring.Act) []string {
	return []string{evidenceExclusion, tenant, campaign, string(rating), seq, reason, a.Note, a.By, a.ApprovedBy, stampText(a.At), a.Via}
}

// following adds to the parts of an end or an exclusion which rating the one that it
// is of had replaced, "" for none. Without it the end of that earlier rating could be
// removed, and the earlier rating would count again.
func following(parts []string, replaced anyID) []string {
	return append(parts[:len(parts):len(parts)], string(replaced))
}

// replacedBy selects which rating the one in the given column had replaced, from the
// ends of the same tenant and campaign as those in the given table.
func replacedBy(table, column string) string {
	return "(SELECT MIN(o.rating) FROM rating_ends o WHERE o.tenant = " + table + ".tenant AND o.campaign = " + table + ".campaign AND o.by_rating = " + table + "." + column + ")"
}

// eventParts cover every column of an event of a complaint. on_time and satisfied are
// "0", "1" or, where they were not told, "".
func eventParts(tenant string, complaint anyID, seq int, state, happenedAt, by string, onTime, satisfied *bool) []string {
	return []string{evidenceEvent, tenant, string(complaint), strconv.Itoa(seq), state, happenedAt, by, told(onTime), told(satisfied)}
}

func told(b *bool) string {
	if b == nil {
		return ""
	}
	return strconv.Itoa(flag(*b))
}

func retractionParts(tenant, account string, item, rating anyID, noticedAt string) []string {
	return []string{evidenceRetraction, tenant, account, string(item), string(rating), noticedAt}
}

// Kinds of evidence beside those of effects.
const (
	evidenceEnd        = "end"
	evidenceExclusion  = "exclusion"
	evidenceRetraction = "retraction"
	evidenceEvent      = "event"
)

// anyID is the bytes of a stored id, also of one that is none: who puts a row in by
// hand need not know how long an id is, and a check names that row as well.
type anyID string

// idOf is an id as it is stored, "" for the zero one.
func idOf(id models.ID) anyID {
	if id.IsZero() {
		return ""
	}
	return anyID(id[:])
}

// Scan implements sql.Scanner; NULL is "".
func (i *anyID) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*i = ""
	case []byte:
		*i = anyID(v)
	case string:
		*i = anyID(v)
	default:
		return fmt.Errorf("an id of type %T", src)
	}
	return nil
}

// stampText is a time in the stored form, "" for the zero one.
func stampText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Truncate(time.Millisecond).Format(models.TimeForm)
}
