package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"pingyi/complaints"
	"pingyi/models"
)

const (
	eventInsert = "INSERT INTO complaint_events (tenant,complaint,seq,state,happened_at,by_name,on_time,satisfied,proof) VALUES "
	eventWidth  = 9
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

type eventRow struct {
	Seq       int
	State     complaints.State
	OnTime    *bool
	Satisfied *bool
}

// AddEvent adds an event and keeps the unit's tally with it, in one
// transaction. models.NotFound: no such complaint.
func (db *DB) AddEvent(ctx context.Context, e Event) error {
	prove, err := db.prover(ctx, e.Tenant)
	if err != nil {
		return err
	}
	return db.Write(ctx, "add event", func(tx *gorm.DB) error {
		var c struct {
			Campaign, CountedUnit string
			Channel               models.Channel
			ID                    models.ID
		}
		const find = "SELECT id, campaign, channel, counted_unit FROM complaints WHERE tenant=? AND id=?"
		if err := tx.Raw(find, e.Tenant, raw(e.Complaint)).Scan(&c).Error; err != nil {
			return err
		}
		if c.ID.IsZero() {
			return models.Errorf(models.NotFound, "unknown_complaint", "there is no such complaint")
		}
		if c.Campaign != "" {
			if _, err := db.lockWindow(tx, e.Tenant, c.Campaign); err != nil {
				return err
			}
		}
		var events []eventRow
		if err := tx.Raw("SELECT seq, state, on_time, satisfied FROM complaint_events WHERE tenant=? AND complaint=? ORDER BY seq",
			e.Tenant, raw(e.Complaint)).Scan(&events).Error; err != nil {
			return err
		}
		next := eventRow{len(events) + 1, e.State, e.OnTime, e.Satisfied}
		err := putEvent(tx, &e, next.Seq, prove)
		if keyTaken(err) {
			return errChanged // another event came meanwhile; no row of the complaint is locked
		}
		if err != nil || c.CountedUnit == "" {
			return err
		}
		before, after := handled(events), handled(append(events, next))
		return db.addTallies(tx, e.Tenant, c.Campaign, tallyDeltas{{c.Channel, c.CountedUnit}: ptr(minus(after, before))})
	})
}

// putEvent writes an event, with its proof.
func putEvent(tx *gorm.DB, e *Event, seq int, prove Prover) error {
	at := complaints.Hour(e.At)
	return tx.Exec(eventInsert+tuples(1, eventWidth), e.Tenant, raw(e.Complaint), seq, e.State, text(at), e.By, e.OnTime, e.Satisfied,
		proof(prove, eventParts(e.Tenant, idOf(e.Complaint), seq, string(e.State), stampText(at), e.By, e.OnTime, e.Satisfied))).Error
}

func ptr[T any](v T) *T { return &v }
