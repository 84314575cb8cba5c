package store

import (
	"context"

	"gorm.io/gorm"

	"pingyi/models"
	"pingyi/social"
)

// HashedAccounts lists the accounts of a tenant that have followers or public texts.
func (db *DB) HashedAccounts(ctx context.Context, tenant string) ([]string, error) {
	var list []string
	err := db.Read(ctx).Raw(`SELECT account FROM followers WHERE tenant=? UNION SELECT account FROM social_items WHERE tenant=?
 UNION SELECT account FROM social_accounts WHERE tenant=? ORDER BY account`, tenant, tenant, tenant).Scan(&list).Error
	return list, fail("accounts", err)
}

// FollowersOfBefore lists at most limit followers behind after whose rows have the hash
// of an identity or of a complaint's citizen, as an earlier version wrote them, with the
// id that is sealed there.
func (db *DB) FollowersOfBefore(ctx context.Context, a social.Account, after models.ID, limit int) (list []social.SealedAccount, err error) {
	err = db.Read(ctx).Raw(`SELECT citizen, sealed FROM (SELECT f.citizen AS citizen, COALESCE(
 (SELECT i.sealed_id FROM identities i WHERE i.tenant = f.tenant AND i.account = f.account AND i.citizen = f.citizen AND LENGTH(i.sealed_id) > 0),
 (SELECT MAX(l.sealed_citizen) FROM complaint_links l WHERE l.tenant = f.tenant AND l.account = f.account AND l.citizen = f.citizen)) AS sealed
 FROM followers f WHERE f.tenant=? AND f.account=? AND f.citizen>?) k WHERE sealed IS NOT NULL ORDER BY citizen LIMIT ?`,
		a.Tenant, a.ID, after[:], limit).Scan(&list).Error
	return list, fail("followers of before", err)
}

// MoveFollower puts what is known of a follower under another hash. Where that has a
// row of a later event, the later one stays.
func (db *DB) MoveFollower(ctx context.Context, a social.Account, from, to models.ID) error {
	return db.Write(ctx, "move a follower", func(tx *gorm.DB) error {
		var rows []struct {
			Follows   bool
			ChangedAt models.Time
		}
		if err := tx.Raw("SELECT follows, changed_at FROM followers WHERE tenant=? AND account=? AND citizen=?"+db.Dialect().forUpdate,
			a.Tenant, a.ID, raw(from)).Scan(&rows).Error; err != nil || len(rows) == 0 {
			return err
		}
		if err := db.setFollowing(tx, a.Tenant, a.ID, to, rows[0].Follows, rows[0].ChangedAt.Time, "<"); err != nil {
			return err
		}
		return tx.Exec("DELETE FROM followers WHERE tenant=? AND account=? AND citizen=?", a.Tenant, a.ID, raw(from)).Error
	})
}

// StoredItems lists at most limit public texts of an account behind after.
func (db *DB) StoredItems(ctx context.Context, a social.Account, after models.ID, limit int) ([]social.Item, error) {
	var rows []itemRow
	err := db.Read(ctx).Raw(`SELECT item, kind, feed, author, sealed, platform_at, fetched_at FROM social_items
 WHERE tenant=? AND account=? AND item>? ORDER BY item LIMIT ?`, a.Tenant, a.ID, after[:], limit).Scan(&rows).Error
	list := make([]social.Item, len(rows))
	for i := range rows {
		list[i] = rows[i].item()
	}
	return list, fail("stored texts", err)
}

// SetAuthor gives a public text another hash of its author.
func (db *DB) SetAuthor(ctx context.Context, a social.Account, item, author models.ID) error {
	return db.Write(ctx, "set an author", func(tx *gorm.DB) error {
		return tx.Exec("UPDATE social_items SET author=? WHERE tenant=? AND account=? AND item=?", raw(author), a.Tenant, a.ID, raw(item)).Error
	})
}

// MoveAccount puts what was looked up of a citizen under another hash, sealed for it,
// where the row still holds what was read. What was looked up under that hash meanwhile
// stays.
func (db *DB) MoveAccount(ctx context.Context, a social.Account, from, to social.SealedAccount) error {
	return db.Write(ctx, "move an account", func(tx *gorm.DB) error {
		var rows []struct{ LookedAt models.Time }
		if err := tx.Raw("SELECT looked_at FROM social_accounts WHERE tenant=? AND account=? AND citizen=? AND sealed=?"+db.Dialect().forUpdate,
			a.Tenant, a.ID, raw(from.Citizen), from.Sealed).Scan(&rows).Error; err != nil || len(rows) == 0 {
			return err
		}
		if err := tx.Exec("INSERT INTO social_accounts (tenant,account,citizen,sealed,looked_at) VALUES "+tuples(1, 5)+db.Dialect().onConflictKeep("sealed"),
			a.Tenant, a.ID, raw(to.Citizen), blob(to.Sealed), text(rows[0].LookedAt.Time)).Error; err != nil {
			return err
		}
		return tx.Exec("DELETE FROM social_accounts WHERE tenant=? AND account=? AND citizen=?", a.Tenant, a.ID, raw(from.Citizen)).Error
	})
}
