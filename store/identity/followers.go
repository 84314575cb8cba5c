package identity

import (
	"context"
	"time"

	"gorm.io/gorm"

	"pingyi/models"
	"pingyi/scoring"
	"pingyi/social"
	"pingyi/store"
)

// SetFollowing records that a citizen began or ceased to follow an account. The
// row holds the keyed hash alone, so it outlives the identity, which is erased
// with an unfollow. What happened earlier than what is known changes nothing:
// pushes come late and more than once. Of two events within the platform's one
// second the one told last holds.
func (s *Store) SetFollowing(ctx context.Context, tenant, account string, citizen models.ID, follows bool, at time.Time) error {
	return s.db.Write(ctx, "set following", func(tx *gorm.DB) error {
		return s.setFollowing(tx, tenant, account, citizen, follows, at, "<=")
	})
}

// setFollowing writes an event where the one that is known compares so with it.
func (s *Store) setFollowing(tx *gorm.DB, tenant, account string, citizen models.ID, follows bool, at time.Time, known string) error {
	if err := followerTable.Put(tx, models.Follower{
		Tenant: tenant, Account: account, Citizen: citizen, Follows: follows, ChangedAt: models.At(at),
	}, s.db.Dialect().OnConflictKeep("follows")).Error; err != nil {
		return err
	}
	return tx.Exec("UPDATE followers SET follows=?, changed_at=? WHERE tenant=? AND account=? AND citizen=? AND changed_at"+known+"?",
		follows, models.At(at), tenant, account, citizen, models.At(at)).Error
}

// Following is what is known of whether a citizen follows an account, as the
// provenance of what they rate now. A server of the release before has its rows under
// the hash in before; of the two rows the later event holds.
func (s *Store) Following(ctx context.Context, tenant, account string, citizen, before models.ID) (scoring.Provenance, error) {
	var rows []struct{ Follows bool }
	err := s.db.Read(ctx).Raw("SELECT follows FROM followers WHERE tenant=? AND account=? AND (citizen=? OR citizen=?) ORDER BY changed_at DESC, CASE WHEN citizen=? THEN 0 ELSE 1 END LIMIT 1",
		tenant, account, citizen, before, citizen).Scan(&rows).Error
	switch {
	case err != nil:
		return "", store.Fail("following", err)
	case len(rows) == 0:
		return scoring.Unverified, nil
	case rows[0].Follows:
		return scoring.Follower, nil
	default:
		return scoring.Unfollowed, nil
	}
}

// FollowersOfBefore lists at most limit followers behind after whose rows have the hash
// of an identity or of a complaint's citizen, as an earlier version wrote them, with the
// id that is sealed there.
func (s *Store) FollowersOfBefore(ctx context.Context, a social.Account, after models.ID, limit int) (list []social.SealedAccount, err error) {
	err = s.db.Read(ctx).Raw(`SELECT citizen, sealed FROM (SELECT f.citizen AS citizen, COALESCE(
 (SELECT i.sealed_id FROM identities i WHERE i.tenant = f.tenant AND i.account = f.account AND i.citizen = f.citizen AND LENGTH(i.sealed_id) > 0),
 (SELECT MAX(l.sealed_citizen) FROM complaint_links l WHERE l.tenant = f.tenant AND l.account = f.account AND l.citizen = f.citizen)) AS sealed
 FROM followers f WHERE f.tenant=? AND f.account=? AND f.citizen>?) k WHERE sealed IS NOT NULL ORDER BY citizen LIMIT ?`,
		a.Tenant, a.ID, after[:], limit).Scan(&list).Error
	return list, store.Fail("followers of before", err)
}

// MoveFollower puts what is known of a follower under another hash. Where that has a
// row of a later event, the later one stays.
func (s *Store) MoveFollower(ctx context.Context, a social.Account, from, to models.ID) error {
	return s.db.Write(ctx, "move a follower", func(tx *gorm.DB) error {
		var rows []struct {
			Follows   bool
			ChangedAt models.Time
		}
		if err := tx.Raw("SELECT follows, changed_at FROM followers WHERE tenant=? AND account=? AND citizen=?"+s.db.Dialect().ForUpdate,
			a.Tenant, a.ID, from).Scan(&rows).Error; err != nil || len(rows) == 0 {
			return err
		}
		if err := s.setFollowing(tx, a.Tenant, a.ID, to, rows[0].Follows, rows[0].ChangedAt.Time, "<"); err != nil {
			return err
		}
		return tx.Exec("DELETE FROM followers WHERE tenant=? AND account=? AND citizen=?", a.Tenant, a.ID, from).Error
	})
}
