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
	return db.Write(ctx, "set following", func(tx *gorm.DB) error {
		return db.setFollowing(tx, tenant, account, citizen, follows, at, "<=")
	})
}

// setFollowing writes an event where the one that is known compares so with it.
func (db *DB) setFollowing(tx *gorm.DB, tenant, account string, citizen models.ID, follows bool, at time.Time, known string) error {
	if err := tx.Exec("INSERT INTO followers (tenant,account,citizen,follows,changed_at) VALUES "+tuples(1, 5)+db.Dialect().onConflictKeep("follows"),
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
	err := db.Read(ctx).Raw("SELECT follows FROM followers WHERE tenant=? AND account=? AND (citizen=? OR citizen=?) ORDER BY changed_at DESC, CASE WHEN citizen=? THEN 0 ELSE 1 END LIMIT 1",
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
