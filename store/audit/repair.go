package audit

import (
	"context"
	"database/sql"
	"errors"

	"pingyi/models"
	"pingyi/store"
	"pingyi/store/rating"
	"pingyi/store/tally"
)

// Repair writes what a recount finds into the tallies, and rebuilds the index of
// live ratings where it is wrong. Ratings and complaints are never touched. It
// holds the campaign exclusively from the count to the commit: nothing is
// recorded meanwhile.
func (s *Store) Repair(ctx context.Context, tenant, campaign string) error {
	const reruns = 3 // it may take minutes
	var t store.Tries
	for n := 0; ; n++ {
		err := s.repair(ctx, tenant, campaign)
		if err == nil {
			return nil
		}
		if n == reruns || store.IsLost(err) || !t.Again(ctx, err, false) {
			return store.Fail("repair", err)
		}
	}
}

func (s *Store) repair(ctx context.Context, tenant, campaign string) (err error) {
	tx, err := s.db.SQL().BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() {
		if rerr := tx.Rollback(); rerr != nil && !errors.Is(rerr, sql.ErrTxDone) {
			err = errors.Join(err, rerr)
		}
	}()
	var id string
	err = tx.QueryRowContext(ctx, "SELECT id FROM campaigns WHERE tenant=? AND id=?"+s.db.Dialect().ForUpdate, tenant, campaign).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		return models.Errorf(models.NotFound, "unknown_campaign", "there is no campaign %s", campaign)
	}
	if err != nil {
		return err
	}
	c, err := recount(ctx, tx, tenant, campaign, nil)
	if err != nil {
		return err
	}
	live := false
	for _, d := range c.differences() {
		live = live || d.Field == fieldLiveRows || d.Field == fieldLiveMismatches
	}
	if live {
		if err := rebuildLive(ctx, tx, tenant, campaign); err != nil {
			return err
		}
	}
	if err := c.writeTallies(ctx, s.db.Dialect(), tx, tenant, campaign); err != nil {
		return err
	}
	return tx.Commit()
}

// rebuildLive fails where two ratings of one person are live: that is a fault
// of the evidence, which no program may mend.
func rebuildLive(ctx context.Context, tx *sql.Tx, tenant, campaign string) error {
	if _, err := tx.ExecContext(ctx, "DELETE FROM live_ratings WHERE tenant=? AND campaign=?", tenant, campaign); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, store.TableOf[models.LiveRating]().Into()+`
SELECT r.tenant, r.campaign, r.channel, r.unit, r.person, r.id, r.answers FROM ratings r
 LEFT JOIN rating_ends e ON e.tenant = r.tenant AND e.campaign = r.campaign AND e.rating = r.id
 WHERE r.tenant=? AND r.campaign=? AND e.rating IS NULL AND NOT `+rating.ExcludedNow, tenant, campaign)
	return err
}

func (c *recounted) writeTallies(ctx context.Context, d store.Dialect, tx *sql.Tx, tenant, campaign string) error {
	if _, err := tx.ExecContext(ctx, "DELETE FROM tallies WHERE tenant=? AND campaign=?", tenant, campaign); err != nil {
		return err
	}
	for _, k := range c.found.Keys() {
		p := tally.Deltas{k: c.found[k]}.Upsert(d, tenant, campaign)
		if _, err := tx.ExecContext(ctx, p.SQL, p.Args...); err != nil {
			return err
		}
	}
	return nil
}
