package store

import (
	"context"
	"time"

	"gorm.io/gorm"

	"pingyi/models"
	"pingyi/scoring"
)

// SetFollowing records that a citizen began or ceased to follow an account. The
// row holds the keyed hash alone, so it outlives the identity, which is erased
// with an unfollow. What happened earlier than what is known changes nothing:
// pushes come late and more than once. Of two events within the platform's one
// second the one told last holds.
func (db *DB) SetFollowing(ctx context.Context, tenant, account string, citizen models.ID, follows bool, at time.Time) error {
	return db.write(ctx, "set following", func(tx *gorm.DB) error {
		return db.setFollowing(tx, tenant, account, citizen, follows, at, "<=")
	})
}

// setFollowing writes an event where the one that is known compares so with it.
func (db *DB) setFollowing(tx *gorm.DB, tenant, account string, citizen models.ID, follows bool, at time.Time, known string) error {
	if err := tx.Exec("INSERT INTO followers (tenant,account,citizen,follows,changed_at) VALUES "+tuples(1, 5)+db.dialect.onConflictKeep("follows"),
		tenant, account, raw(citizen), follows, text(at)).Error; err != nil {
		return err
	}
	return tx.Exec("UPDATE followers SET follows=?, changed_at=? WHERE tenant=? AND account=? AND citizen=? AND changed_at"+known+"?",
		follows, text(at), tenant, account, raw(citizen), text(at)).Error
}

// Following is what is known of whether a citizen follows an account, as the
// provenance of what they rate now. A server of the release before has its rows under
// the hash in before; of the two rows the later event holds.
func (db *DB) Following(ctx context.Context, tenant, account string, citizen, before models.ID) (scoring.Provenance, error) {
	var rows []struct{ Follows bool }
	err := db.read.WithContext(ctx).Raw("SELECT follows FROM followers WHERE tenant=? AND account=? AND (citizen=? OR citizen=?) ORDER BY changed_at DESC, CASE WHEN citizen=? THEN 0 ELSE 1 END LIMIT 1",
		tenant, account, raw(citizen), raw(before), raw(citizen)).Scan(&rows).Error
	switch {
	case err != nil:
		return "", fail("following", err)
	case len(rows) == 0:
		return scoring.Unverified, nil
	case rows[0].Follows:
		return scoring.Follower, nil
	default:
		return scoring.Unfollowed, nil
	}
}

// provenances puts in the provenance of the ratings that have one, in the
// ratings' transaction; nothing where none has. The ratings are in b.in.
func (b *batch) provenances() []part {
	var args []any
	n := 0
	for _, j := range b.in {
		if s := j.sub; s.Provenance != "" {
			n++
			args = append(args, s.Tenant, s.Campaign, raw(s.Rating), string(s.Provenance))
		}
	}
	if n == 0 {
		return nil
	}
	return []part{{sql: "INSERT INTO rating_provenances (tenant,campaign,rating,provenance) VALUES " + tuples(n, 4), args: args}}
}

// LiveProvenances counts the live ratings of a channel by provenance. A rating
// that was recorded without one counts under "".
func (db *DB) LiveProvenances(ctx context.Context, tenant, campaign string, channel models.Channel) (map[scoring.Provenance]int64, error) {
	var rows []struct {
		Provenance scoring.Provenance
		N          int64
	}
	err := db.read.WithContext(ctx).Raw(`SELECT COALESCE(p.provenance, '') AS provenance, COUNT(*) AS n FROM live_ratings l
 LEFT JOIN rating_provenances p ON p.tenant = l.tenant AND p.campaign = l.campaign AND p.rating = l.rating
 WHERE l.tenant=? AND l.campaign=? AND l.channel=? GROUP BY COALESCE(p.provenance, '')`, tenant, campaign, string(channel)).Scan(&rows).Error
	if err != nil {
		return nil, fail("provenances", err)
	}
	counts := make(map[scoring.Provenance]int64, len(rows))
	for _, r := range rows {
		counts[r.Provenance] = r.N
	}
	return counts, nil
}
