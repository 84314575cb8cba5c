package record

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"pingyi/models"
	"pingyi/scoring"
	"pingyi/store"
)

// datedBefore reports whether the platform dated one push before another. Its unit is
// the second: within one, neither was first.
func datedBefore(push, other time.Time) bool { return push.Unix() < other.Unix() }

// anyOutdated reports whether a submission would replace a rating of a later push.
func (b *batch) anyOutdated() bool {
	for _, j := range b.in {
		if old, ok := b.replaced[j.sub.Rating]; ok && datedBefore(j.sub.PlatformAt, old.platformAt) {
			return true
		}
	}
	return false
}

// takenBackLater asks whether a person of b.in took back any rating of the campaign
// by a push later than the first of b.in. That is more than it takes to refuse one,
// and cheap: who did goes the careful way.
func (b *batch) takenBackLater() store.Statement {
	first := b.in[0].sub
	at, args := first.PlatformAt, []any{first.Tenant, first.Campaign}
	for _, j := range b.in {
		args = append(args, store.IDBytes(j.sub.Person))
		if datedBefore(j.sub.PlatformAt, at) {
			at = j.sub.PlatformAt
		}
	}
	return store.Statement{
		SQL: `SELECT 1 FROM ratings b JOIN rating_withdrawals w ON w.tenant=b.tenant AND w.campaign=b.campaign AND w.rating=b.id
 WHERE b.tenant=? AND b.campaign=? AND b.person IN ` + store.Tuples(1, len(b.in)) + " AND w.platform_at>?",
		Args: append(args, store.TimeText(at)),
	}
}

// refuseOutdated gives their verdict to confirmations that the platform dated
// before the one of the rating that they would replace, or before the withdrawal of
// one. Such a push is delivered late or by somebody who kept it. It reports true
// where the transaction must not go on; the others are then run again.
func (b *batch) refuseOutdated(ctx context.Context, conn *sql.Conn) (refused bool, err error) {
	jobs := map[liveKey]*job{}
	args := []any{b.in[0].sub.Tenant, b.in[0].sub.Campaign}
	outdated := map[models.ID]bool{} // by rating
	for _, j := range b.in {
		if isPublic(j.sub) {
			continue // refusePublic judges these
		}
		jobs[keyOf(j.sub)] = j
		args = append(args, store.IDBytes(j.sub.Person))
		if old, ok := b.replaced[j.sub.Rating]; ok && datedBefore(j.sub.PlatformAt, old.platformAt) {
			outdated[j.sub.Rating] = true
		}
	}
	if len(jobs) == 0 {
		return false, nil
	}
	err = b.db.Dialect().RunScript(ctx, conn, store.Statement{
		SQL: `SELECT b.channel, b.unit, b.person, w.platform_at FROM ratings b
 JOIN rating_withdrawals w ON w.tenant=b.tenant AND w.campaign=b.campaign AND w.rating=b.id
 WHERE b.tenant=? AND b.campaign=? AND b.person IN ` + store.Tuples(1, len(jobs)),
		Args: args,
		Rows: func(r *sql.Rows) error {
			var k liveKey
			var at models.Time
			if err := r.Scan(&k.channel, &k.unit, &k.person, &at); err != nil {
				return fmt.Errorf("scan withdrawal: %w", err)
			}
			if j := jobs[k]; j != nil && datedBefore(j.sub.PlatformAt, at.Time) {
				outdated[j.sub.Rating] = true
			}
			return nil
		},
	})
	if err != nil {
		return false, err
	}
	for i, j := range b.jobs {
		if outdated[j.sub.Rating] {
			b.verdicts[i] = &scoring.Ack{Verdict: scoring.Outdated}
		}
	}
	return len(outdated) > 0, nil
}
