package keys

import (
	"context"
	"errors"
	"fmt"
	"time"

	"pingyi/models"
	"pingyi/seal"
)

const (
	// sealingSlack is added to seal.SealingDelay until no turn seals with the key before
	// any more.
	sealingSlack = 30 * time.Second
	// sessionsEnd is when the last session that a key sealed is gone from Redis.
	sessionsEnd = 24 * time.Hour
)

// ErrNeverRenewed says that there is no renewal to resume.
var ErrNeverRenewed = errors.New("was never renewed; there is nothing to resume")

// Sealing keeps sealing keys, and what they sealed for long.
type Sealing interface {
	// SealingKeys lists the keys that renewals made, the newest first.
	SealingKeys(ctx context.Context, tenant string) ([]models.SealingKey, error)
	AddSealingKey(ctx context.Context, tenant string, number int, wrapped []byte) error
	DestroyKey(ctx context.Context, tenant, name string, now time.Time) error
	// AnswersBefore counts the finished answers that were sealed before a time.
	AnswersBefore(ctx context.Context, tenant string, at time.Time) (int64, error)
	CountSealed(ctx context.Context, tenant string, t models.Sealed) (int64, error)
	SealedRows(ctx context.Context, tenant string, t models.Sealed, after models.SealedRow, limit int) ([]models.SealedRow, error)
	// Reseal replaces what rows hold where they still hold what was read.
	Reseal(ctx context.Context, tenant string, t models.Sealed, rows []models.Resealed) (int64, error)
}

// Renewal makes a new sealing key of a tenant, reseals what is kept for long, and ends
// the keys that seal nothing any more.
type Renewal struct {
	Record      Sealing
	Ring        *seal.Ring
	Tenant      string
	Zone        *time.Location // of the times that are said
	AnswersKept time.Duration  // how long finished answers are kept at most

	Say      func(line string) error // what was done
	Progress func(of, what string) func(done, total int64)
	Waiting  func(left time.Duration)
	Done     func() // ends a line of Progress or Waiting
}

func (r *Renewal) say(format string, args ...any) error { return r.Say(fmt.Sprintf(format, args...)) }

func (r *Renewal) shown(t time.Time) string { return t.In(r.Zone).Format("2006-01-02 15:04:05 MST") }

// publicName names what opinion.Keys seals.
func publicName(kind, id string) string { return "public/" + kind + "/" + id }

// Run carries a renewal out, or goes on with one. Without wait it makes the key and
// ends. ErrNeverRenewed: there is none to resume; models.Conflict: the last one has only
// begun.
func (r *Renewal) Run(ctx context.Context, resume, wait bool) error {
	if _, err := r.Ring.Tenant(ctx, r.Tenant); err != nil {
		return err
	}
	newest, err := r.sealingKey(ctx, resume)
	if err != nil {
		return err
	}
	if left := seal.SealingDelay + sealingSlack - newest.Age; left > 0 {
		if !wait {
			return r.say("%s: after %s pingyi keys renew --resume reseals what older keys sealed", r.Tenant, r.shown(newest.CreatedAt.Add(seal.SealingDelay+sealingSlack)))
		}
		if err = r.wait(ctx, left); err != nil {
			return err
		}
	}
	if err = r.Ring.Refresh(ctx); err != nil {
		return err
	}
	if err = r.resealAll(ctx); err != nil {
		return err
	}
	return r.endKeys(ctx)
}

// sealingKey makes the key of a renewal, or finds the one that is resumed.
func (r *Renewal) sealingKey(ctx context.Context, resume bool) (*models.SealingKey, error) {
	list, err := r.Record.SealingKeys(ctx, r.Tenant)
	if err != nil {
		return nil, err
	}
	number := 1
	if len(list) > 0 {
		number = list[0].Number + 1
	}
	switch {
	case resume && len(list) == 0:
		return nil, fmt.Errorf("the sealing key of %s %w", r.Tenant, ErrNeverRenewed)
	case resume:
		return &list[0], nil
	case len(list) > 0 && list[0].Age < seal.SealingDelay+sealingSlack:
		return nil, models.Errorf(models.Conflict, "renewed", "the key %s was made at %s, and not every server may seal with it yet; pingyi keys renew --resume goes on with it",
			models.SealingName(list[0].Number), r.shown(list[0].CreatedAt))
	}
	name := models.SealingName(number)
	if err = r.Record.AddSealingKey(ctx, r.Tenant, number, r.Ring.Wrapper().Wrap(seal.NewKey(), r.Tenant+"/"+name)); err != nil {
		return nil, err
	}
	if list, err = r.Record.SealingKeys(ctx, r.Tenant); err != nil {
		return nil, err
	}
	err = r.say("%s: the key %s is made; servers seal with it from %s on", r.Tenant, name, r.shown(list[0].CreatedAt.Add(seal.SealingDelay)))
	return &list[0], err
}

// wait shows on stderr how long it still waits.
func (r *Renewal) wait(ctx context.Context, left time.Duration) error {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for end := time.Now().Add(left); time.Now().Before(end); {
		r.Waiting(time.Until(end))
		select {
		case <-ctx.Done():
			return fmt.Errorf("pingyi keys renew --resume goes on: %w", ctx.Err())
		case <-tick.C:
		}
	}
	r.Done()
	return nil
}

// endKeys ends the keys of which nothing is left, and says of the others what is.
func (r *Renewal) endKeys(ctx context.Context) error {
	list, err := r.Record.SealingKeys(ctx, r.Tenant)
	if err != nil {
		return err
	}
	var next *models.SealingKey // the key that came into use after the one that is looked at
	for i := range list {
		k := &list[i]
		if next != nil && k.DestroyedAt.IsZero() {
			if err = r.endKey(ctx, k, next); err != nil {
				return err
			}
		}
		if k.Age >= seal.SealingDelay {
			next = k
		}
	}
	err = r.say("%s: what was sealed before the first renewal opens with the tenant's own key, which cannot be ended: hashes rest on it", r.Tenant)
	return err
}

func (r *Renewal) endKey(ctx context.Context, k, next *models.SealingKey) error {
	last := next.CreatedAt.Add(seal.SealingDelay + sealingSlack) // that it sealed anything
	answers, err := r.Record.AnswersBefore(ctx, r.Tenant, last)
	if err != nil {
		return err
	}
	name, sessions := models.SealingName(k.Number), last.Add(sessionsEnd)
	now := k.CreatedAt.Add(k.Age)
	switch {
	case answers > 0:
		err = r.say("%s: %s still opens %d finished answers, which go by %s; pingyi keys renew --resume ends it then",
			r.Tenant, name, answers, r.shown(last.Add(r.AnswersKept)))
	case now.Before(sessions):
		err = r.say("%s: %s still opens sessions until %s; pingyi keys renew --resume ends it then", r.Tenant, name, r.shown(sessions))
	default:
		if err = r.Record.DestroyKey(ctx, r.Tenant, name, now); err == nil {
			err = r.say("%s: %s is ended: nothing that it sealed is left, but in backups", r.Tenant, name)
		}
	}
	return err
}

// resealPage is how many rows are read and written at a time.
const resealPage = 200

// resealAll seals anew what older keys sealed and what is kept for long. What is done
// stays done: broken off, it passes over those rows the next time.
func (r *Renewal) resealAll(ctx context.Context) error {
	tenant, err := r.Ring.Tenant(ctx, r.Tenant)
	if err != nil {
		return err
	}
	closed := int64(0)
	for _, t := range models.SealedTables() {
		one := resealing{Renewal: r, table: t, tenant: tenant}
		if err = one.run(ctx, r.Progress(string(t), "rows")); err != nil {
			return err
		}
		r.Done()
		closed += one.closed
		if err = r.say("%s: %s: %d of %d rows resealed, %d do not open", r.Tenant, t, one.resealed, one.seen, one.closed); err != nil {
			return err
		}
	}
	if closed > 0 {
		return fmt.Errorf("%d rows open with no key of the tenant; they are as they were, and no key is ended", closed)
	}
	return nil
}

// resealing is one table at work.
type resealing struct {
	*Renewal
	table                  models.Sealed
	tenant                 *seal.Tenant
	seen, resealed, closed int64
}

func (r *resealing) run(ctx context.Context, progress func(done, total int64)) error {
	total, err := r.Record.CountSealed(ctx, r.Tenant, r.table)
	if err != nil {
		return err
	}
	var after models.SealedRow
	for {
		rows, err := r.Record.SealedRows(ctx, r.Tenant, r.table, after, resealPage)
		if err != nil {
			return err
		}
		progress(r.seen, max(total, r.seen))
		if len(rows) == 0 {
			return nil
		}
		after = rows[len(rows)-1]
		var again []models.Resealed
		for i := range rows {
			if sealed := r.reseal(&rows[i]); sealed != nil {
				again = append(again, models.Resealed{SealedRow: rows[i], Again: sealed})
			}
		}
		n, err := r.Record.Reseal(ctx, r.Tenant, r.table, again)
		if err != nil {
			return err
		}
		r.resealed += n
	}
}

// reseal is what a row is sealed as now, nil where nothing is to be done.
func (r *resealing) reseal(row *models.SealedRow) []byte {
	r.seen++
	if len(row.Sealed) == 0 {
		return nil // the id of somebody who stopped following
	}
	again, stale, err := r.tenant.Citizens().Reseal(row.Sealed, r.use(row))
	if err != nil {
		r.closed++
	}
	if !stale {
		return nil
	}
	return again
}

// use is what a row is sealed for: as actions, weiboDoor and socialKeys do.
func (r *resealing) use(row *models.SealedRow) []byte {
	switch r.table {
	case models.SealedIdentities, models.SealedLinks:
		return row.Citizen
	case models.SealedCursors:
		item := r.tenant.Push(row.Account, publicName("cursor", string(row.Key)))
		return append([]byte("public/"), item[:]...)
	default:
		return append([]byte("public/"), row.Key...) // as publicUse
	}
}
