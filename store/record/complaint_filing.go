package record

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"

	"pingyi/complaints"
	"pingyi/models"
	"pingyi/scoring"
	"pingyi/store"
	"pingyi/store/proof"
	"pingyi/store/tally"
)

// File puts a confirmed complaint into the record and gives it the day's next
// number. The record has the hours of its times. Errors are those of Writer.Submit.
func (s *Store) File(ctx context.Context, f complaints.Filing) (ack complaints.Ack, err error) {
	prove, err := s.prover(ctx, f.Tenant)
	if err != nil {
		return ack, err
	}
	day := models.Day(f.ReceivedAt)
	f.PlatformAt, f.ReceivedAt = complaints.Hour(f.PlatformAt), complaints.Hour(f.ReceivedAt)
	e := effect{Tenant: f.Tenant, Push: f.Push, Draft: f.Draft, ID: f.ID, Kind: proof.KindComplaint, Ref: f.ID, At: f.ReceivedAt}
	err = s.db.Write(ctx, "file a complaint", func(tx *gorm.DB) error {
		ack = complaints.Ack{}
		return s.file(tx, f, day, e, prove, &ack)
	})
	return ack, err
}

func (s *Store) file(tx *gorm.DB, f complaints.Filing, day string, e effect, prove proof.Prover, ack *complaints.Ack) error {
	// The share keeps Repair and the seal away from the tally. Complaints are taken
	// all year, but one that comes behind the seal counts in no score.
	counts := false
	if f.Campaign != "" {
		w, err := s.lockWindow(tx, f.Tenant, f.Campaign)
		if err != nil {
			return err
		}
		counts = w != nil && !w.sealed
	}
	if done, err := recallFiling(tx, f, e, ack); done || err != nil {
		return errors.Join(err, when(done, store.ErrNothing))
	}
	// The quota's row is locked from here to the commit, so a race cannot pass
	// it. It knows the citizen's hash and no complaint, and outlives an unfollow.
	filed, err := s.db.Increment(tx, "filing_quotas", "tenant,citizen,day", "filed", f.Tenant, f.Citizen, day)
	if err != nil {
		return err
	}
	if filed > complaints.DailyLimit {
		// The last slot may have gone to this very push while we waited for it.
		if done, err := recallFiling(tx, f, e, ack); done || err != nil {
			return errors.Join(err, when(done, store.ErrNothing))
		}
		ack.Verdict = complaints.OverLimit
		return store.ErrNothing
	}
	serial, err := s.db.Increment(tx, "counters", "tenant,name", "value", f.Tenant, "ticket/"+day)
	if err != nil {
		return err
	}
	*ack = complaints.Ack{Verdict: complaints.Filed, No: fmt.Sprintf("%s-%04d", day, serial), At: f.ReceivedAt}
	if e.Answer, err = f.Finish(ack.No); err != nil {
		return err
	}
	unit := ""
	if counts {
		if unit, err = countedUnit(tx, f); err != nil {
			return err
		}
	}
	e.Proof = proof.Of(prove, proof.ComplaintParts(e.key(), proof.ComplaintOf(&f, ack.No, unit)))
	h, _, err := s.insertEffect(tx, e)
	if err != nil {
		return err
	}
	if h != heldNow {
		if done, err := recallFiling(tx, f, e, ack); err != nil || !done {
			return errors.Join(err, when(!done, store.ErrChanged))
		}
		return store.ErrNothing
	}
	return s.insertComplaint(tx, f, ack.No, unit, prove)
}

// when is err where the condition holds.
func when(cond bool, err error) error {
	if cond {
		return err
	}
	return nil
}

// recallFiling reports whether push or draft had its effect before, with the
// ack for it.
func recallFiling(tx *gorm.DB, f complaints.Filing, e effect, ack *complaints.Ack) (bool, error) {
	h, before, err := findEffect(tx, e)
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	var c struct {
		No         string
		ReceivedAt models.Time
	}
	if err := tx.Raw("SELECT no, received_at FROM complaints WHERE tenant=? AND id=?", e.Tenant, before.Ref).Scan(&c).Error; err != nil {
		return false, err
	}
	*ack = complaints.Ack{No: c.No, At: c.ReceivedAt.Time, Answer: before.Answer}
	switch h {
	case heldBefore:
		// This attempt may have made an answer with another number, which is
		// rolled back; the last one made must be the one that counts.
		ack.Verdict = complaints.Filed
		_, err = f.Finish(c.No)
	case heldByPush:
		ack.Verdict = complaints.Repeat
		if len(before.Answer) == 0 { // swept
			ack.Verdict = complaints.DraftDone
		}
	default:
		ack.Verdict = complaints.DraftDone
	}
	return true, err
}

// insertComplaint writes a complaint, and counts it for unit; "" counts it nowhere.
func (s *Store) insertComplaint(tx *gorm.DB, f complaints.Filing, no, unit string, prove proof.Prover) error {
	rows := []any{
		&models.Complaint{
			Tenant: f.Tenant, ID: f.ID, No: no, Campaign: f.Campaign, Channel: f.Channel, Account: f.Account, Unit: f.Unit, CountedUnit: unit, Kind: f.Kind,
			Anonymous: f.Anonymous, CodeHash: f.CodeHash, SealedParts: store.Blob(f.SealedParts), PlatformAt: models.At(f.PlatformAt), ReceivedAt: models.At(f.ReceivedAt),
		},
		&models.ComplaintKey{Tenant: f.Tenant, Complaint: f.ID, Wrapped: f.WrappedKey},
		&models.ComplaintLink{Tenant: f.Tenant, Complaint: f.ID, Account: f.Account, Citizen: f.Citizen, SealedCitizen: store.Blob(f.SealedCitizen)},
	}
	if f.SealedContact != nil {
		rows = append(rows, &models.ComplaintContact{Tenant: f.Tenant, Complaint: f.ID, Sealed: f.SealedContact})
	}
	for _, row := range rows {
		if err := tx.Create(row).Error; err != nil {
			return err
		}
	}
	filed := Event{Tenant: f.Tenant, Complaint: f.ID, State: complaints.Received, At: f.ReceivedAt}
	if err := putEvent(tx, &filed, 1, prove); err != nil || unit == "" {
		return err
	}
	deltas := tally.Deltas{}
	deltas.Of(f.Channel, unit).ComplaintsReceived++
	return s.addTallies(tx, f.Tenant, f.Campaign, deltas)
}

// countedUnit is the unit of the campaign whose tally a complaint belongs to:
// the unit itself, for a window its parent, "" where neither is in it.
func countedUnit(tx *gorm.DB, f complaints.Filing) (string, error) {
	if f.Campaign == "" || f.Unit == "" {
		return "", nil
	}
	var codes []string
	err := tx.Raw(`SELECT code FROM campaign_units WHERE tenant = ? AND campaign = ?
 AND EXISTS (SELECT 1 FROM campaign_channels c WHERE c.tenant = ? AND c.campaign = ? AND c.channel = ?)
 AND (code = ? OR code = (SELECT parent FROM units u WHERE u.tenant = ? AND u.code = ? AND u.parent <> ''))`,
		f.Tenant, f.Campaign, f.Tenant, f.Campaign, f.Channel, f.Unit, f.Tenant, f.Unit).Scan(&codes).Error
	if err != nil || len(codes) == 0 {
		return "", err
	}
	for _, code := range codes {
		if code == f.Unit {
			return code, nil
		}
	}
	return codes[0], nil
}

// Handled is what a complaint with these events adds to its unit's tally.
func Handled(events []EventRow) scoring.Tally {
	t := scoring.Tally{ComplaintsReceived: 1}
	var asked *bool
	for _, e := range events {
		if e.State == complaints.Answered && t.ComplaintsAnswered == 0 {
			t.ComplaintsAnswered = 1
			if e.OnTime != nil && *e.OnTime {
				t.ComplaintsOnTime = 1
			}
		}
		if e.State == complaints.Revisit && e.Satisfied != nil {
			asked = e.Satisfied
		}
	}
	switch {
	case asked != nil && *asked:
		t.ComplaintsSatisfied = 1
	case asked != nil && t.ComplaintsOnTime == 1:
		t.ComplaintsUnsatisfied = 1
	}
	return t
}
