package complaint

import (
	"context"
	"crypto/subtle"
	"time"

	"gorm.io/gorm"

	"pingyi/complaints"
	"pingyi/models"
	"pingyi/store"
)

// MaxTries is how many tickets that they cannot open a citizen may ask for
// between two midnights in Asia/Shanghai; after that even a right query code is
// refused until the next. MaxTicketTries is how many wrong codes one ticket takes
// of all citizens together. It is that much larger so that no citizen alone can lock
// a ticket for those who know its code, as numbers follow one another; a guess in
// 2^30 still finds none.
const (
	MaxTries       = 10
	MaxTicketTries = 100
)

// maxListed bounds lists of one citizen's own.
const maxListed = 200

const ticketColumns = `SELECT c.id, c.no, c.unit, c.kind, c.channel, c.campaign, c.code_hash, c.received_at, e.state, e.happened_at AS since FROM complaints c
 JOIN complaint_events e ON e.tenant = c.tenant AND e.complaint = c.id
 AND e.seq = (SELECT MAX(m.seq) FROM complaint_events m WHERE m.tenant = c.tenant AND m.complaint = c.id) `

type ticketRow struct {
	ID             models.ID
	No, Unit, Kind string
	Channel        models.Channel
	Campaign       string
	CodeHash       []byte
	ReceivedAt     models.Time
	State          complaints.State
	Since          models.Time
}

func (r ticketRow) ticket() complaints.Ticket {
	return complaints.Ticket{No: r.No, Unit: r.Unit, Kind: r.Kind, State: r.State, At: r.ReceivedAt.Time, Since: r.Since.Time}
}

// Tickets lists a citizen's own complaints, newest first, as long as the link
// to them stands.
func (s *Store) Tickets(ctx context.Context, tenant string, citizen models.ID) ([]complaints.Ticket, error) {
	var rows []ticketRow
	err := s.db.Read(ctx).Raw(ticketColumns+`JOIN complaint_links l ON l.tenant = c.tenant AND l.complaint = c.id
 WHERE l.tenant = ? AND l.citizen = ? ORDER BY c.received_at DESC, c.no DESC LIMIT ?`, tenant, citizen, maxListed).Scan(&rows).Error
	if err != nil {
		return nil, store.Fail("tickets", err)
	}
	list := make([]complaints.Ticket, len(rows))
	for i, r := range rows {
		list[i] = r.ticket()
	}
	return list, nil
}

// TicketByNo is the ticket of a number, for a citizen who knows its query code;
// citizen is who asks.
//
// models.NotFound ("unknown_ticket"): no such number. models.Forbidden
// ("wrong_code"): the code is another's. Both are counted. models.TooMany
// ("too_many_tries"): MaxTries or MaxTicketTries are used up today; not even the
// right code helps.
func (s *Store) TicketByNo(ctx context.Context, tenant string, citizen models.ID, no string, codeHash []byte, now time.Time) (complaints.Ticket, error) {
	var rows []ticketRow
	if err := s.db.Read(ctx).Raw(ticketColumns+"WHERE c.tenant = ? AND c.no = ?", tenant, no).Scan(&rows).Error; err != nil {
		return complaints.Ticket{}, store.Fail("ticket", err)
	}
	right := len(rows) > 0 && subtle.ConstantTimeCompare(rows[0].CodeHash, codeHash) == 1
	if err := s.try(ctx, tenant, citizen, rows, models.Day(now), right); err != nil {
		return complaints.Ticket{}, err
	}
	switch {
	case len(rows) == 0:
		return complaints.Ticket{}, models.Errorf(models.NotFound, "unknown_ticket", "there is no such ticket")
	case !right:
		return complaints.Ticket{}, models.Errorf(models.Forbidden, "wrong_code", "the query code is wrong")
	}
	return rows[0].ticket(), nil
}

// try takes one of the day's tries of the citizen and of the ticket (in rows,
// unless there is none), and gives them back where the code is right or one of
// them was not left. The rows stay locked in between, so guesses at the same
// moment cannot get past the counts.
func (s *Store) try(ctx context.Context, tenant string, citizen models.ID, rows []ticketRow, day string, right bool) error {
	return s.db.Write(ctx, "try a query code", func(tx *gorm.DB) error {
		n, err := s.db.Increment(tx, "code_guesses", "tenant,citizen,day", "tries", tenant, citizen, day)
		if err != nil {
			return err
		}
		if n > MaxTries {
			return errTooManyTries()
		}
		for _, r := range rows {
			n, err := s.db.Increment(tx, "code_failures", "tenant,complaint,day", "tries", tenant, r.ID, day)
			if err != nil {
				return err
			}
			if n > MaxTicketTries {
				return errTooManyTries()
			}
		}
		if right {
			return store.ErrNothing
		}
		return nil
	})
}

func errTooManyTries() error {
	return models.Errorf(models.TooMany, "too_many_tries", "too many wrong query codes today")
}

// Complaints lists at most limit complaints in a scope, the last received first,
// among those received at the same time by descending ID.
func (s *Store) Complaints(ctx context.Context, tenant string, scope models.Scope, after models.After, limit int) ([]complaints.Record, error) {
	where, args := store.InScope("WHERE c.tenant = ?", []any{tenant}, "c.", scope)
	if !after.ID.IsZero() {
		where += " AND (c.received_at < ? OR (c.received_at = ? AND c.id < ?))"
		args = append(args, models.At(after.At), models.At(after.At), after.ID)
	}
	var rows []ticketRow
	err := s.db.Read(ctx).Raw(ticketColumns+where+" ORDER BY c.received_at DESC, c.id DESC LIMIT ?", append(args, limit)...).Scan(&rows).Error
	if err != nil {
		return nil, store.Fail("complaints", err)
	}
	list := make([]complaints.Record, len(rows))
	for i, r := range rows {
		list[i] = complaints.Record{
			ID: r.ID, No: r.No, Unit: r.Unit, Kind: r.Kind, Channel: r.Channel, State: r.State,
			At: r.ReceivedAt.Time, Since: r.Since.Time, Campaign: r.Campaign,
		}
	}
	return list, nil
}
