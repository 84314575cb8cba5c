package record

import (
	"context"
	"time"

	"gorm.io/gorm"

	"pingyi/complaints"
	"pingyi/models"
	"pingyi/store"
	"pingyi/store/proof"
	"pingyi/store/tally"
)

// Event moves a complaint to a state. Events are only added to.
type Event struct {
	Tenant    string
	Complaint models.ID
	State     complaints.State
	At        time.Time // the record has its hour
	By        string    // the account that did it, "" for intake
	OnTime    *bool     // of the first answer: whether it came before its deadline
	Satisfied *bool     // of a revisit: what the citizen said
}

// EventRow is an event of a complaint as far as it counts.
type EventRow struct {
	Seq       int
	State     complaints.State
	OnTime    *bool
	Satisfied *bool
}

// AddEvent adds an event and keeps the unit's tally with it, in one
// transaction. models.NotFound: no such complaint.
func (s *Store) AddEvent(ctx context.Context, e Event) error {
	prove, err := s.prover(ctx, e.Tenant)
	if err != nil {
		return err
	}
	return s.db.Write(ctx, "add event", func(tx *gorm.DB) error {
		var c struct {
			Campaign, CountedUnit string
			Channel               models.Channel
			ID                    models.ID
		}
		const find = "SELECT id, campaign, channel, counted_unit FROM complaints WHERE tenant=? AND id=?"
		if err := tx.Raw(find, e.Tenant, e.Complaint).Scan(&c).Error; err != nil {
			return err
		}
		if c.ID.IsZero() {
			return models.Errorf(models.NotFound, "unknown_complaint", "there is no such complaint")
		}
		if c.Campaign != "" {
			if _, err := s.lockWindow(tx, e.Tenant, c.Campaign); err != nil {
				return err
			}
		}
		var events []EventRow
		if err := tx.Raw("SELECT seq, state, on_time, satisfied FROM complaint_events WHERE tenant=? AND complaint=? ORDER BY seq",
			e.Tenant, e.Complaint).Scan(&events).Error; err != nil {
			return err
		}
		next := EventRow{len(events) + 1, e.State, e.OnTime, e.Satisfied}
		err := putEvent(tx, &e, next.Seq, prove)
		if store.KeyTaken(err) {
			return store.ErrChanged // another event came meanwhile; no row of the complaint is locked
		}
		if err != nil || c.CountedUnit == "" {
			return err
		}
		before, after := Handled(events), Handled(append(events, next))
		return s.addTallies(tx, e.Tenant, c.Campaign, tally.Deltas{{Channel: c.Channel, Unit: c.CountedUnit}: ptr(tally.Minus(after, before))})
	})
}

// putEvent writes an event, with its proof.
func putEvent(tx *gorm.DB, e *Event, seq int, prove proof.Prover) error {
	at := complaints.Hour(e.At)
	return tx.Create(&models.ComplaintEvent{
		Tenant: e.Tenant, Complaint: e.Complaint, Seq: seq, State: string(e.State), HappenedAt: models.At(at), ByName: e.By, OnTime: e.OnTime, Satisfied: e.Satisfied,
		Proof: proof.Of(prove, proof.EventParts(e.Tenant, proof.IDOf(e.Complaint), seq, string(e.State), proof.TimeText(at), e.By, e.OnTime, e.Satisfied)),
	}).Error
}

func ptr[T any](v T) *T { return &v }
