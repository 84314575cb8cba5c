package main

import (
	"context"
	"fmt"

	"pingyi/seal"
	"pingyi/service/opinion"
	"pingyi/store/secret"
)

// resealPage is how many rows are read and written at a time.
const resealPage = 200

// resealAll seals anew what older keys sealed and what is kept for long. What is done
// stays done: broken off, it passes over those rows the next time.
func (e *env) resealAll(ctx context.Context, o *opened) error {
	tenant, err := o.ring.Tenant(ctx, o.tenant)
	if err != nil {
		return err
	}
	closed := int64(0)
	for _, t := range secret.SealedTables() {
		r := resealing{opened: o, table: t, tenant: tenant}
		if err = r.run(ctx, e.progress(string(t), "rows")); err != nil {
			return err
		}
		fmt.Fprintln(e.err)
		closed += r.closed
		if _, err = fmt.Fprintf(e.out, "%s: %s: %d of %d rows resealed, %d do not open\n", o.tenant, t, r.resealed, r.seen, r.closed); err != nil {
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
	*opened
	table                  secret.Sealed
	tenant                 *seal.Tenant
	seen, resealed, closed int64
}

func (r *resealing) run(ctx context.Context, progress func(done, total int64)) error {
	total, err := r.db.CountSealed(ctx, r.opened.tenant, r.table)
	if err != nil {
		return err
	}
	var after secret.SealedRow
	for {
		rows, err := r.db.SealedRows(ctx, r.opened.tenant, r.table, after, resealPage)
		if err != nil {
			return err
		}
		progress(r.seen, max(total, r.seen))
		if len(rows) == 0 {
			return nil
		}
		after = rows[len(rows)-1]
		var again []secret.Resealed
		for i := range rows {
			if sealed := r.reseal(&rows[i]); sealed != nil {
				again = append(again, secret.Resealed{SealedRow: rows[i], Again: sealed})
			}
		}
		n, err := r.db.Reseal(ctx, r.opened.tenant, r.table, again)
		if err != nil {
			return err
		}
		r.resealed += n
	}
}

// reseal is what a row is sealed as now, nil where nothing is to be done.
func (r *resealing) reseal(row *secret.SealedRow) []byte {
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
func (r *resealing) use(row *secret.SealedRow) []byte {
	switch r.table {
	case secret.SealedIdentities, secret.SealedLinks:
		return row.Citizen
	case secret.SealedCursors:
		item := r.tenant.Push(row.Account, opinion.PublicName("cursor", string(row.Key)))
		return opinion.PublicUse(item)
	default:
		return append([]byte("public/"), row.Key...) // as publicUse
	}
}
