package social

import (
	"context"

	"gorm.io/gorm"

	"pingyi/models"
	"pingyi/social"
	"pingyi/store"
)

// HashedAccounts lists the accounts of a tenant that have followers or public texts.
func (s *Store) HashedAccounts(ctx context.Context, tenant string) ([]string, error) {
	var list []string
	err := s.db.Read(ctx).Raw(`SELECT account FROM followers WHERE tenant=? UNION SELECT account FROM social_items WHERE tenant=?
 UNION SELECT account FROM social_accounts WHERE tenant=? ORDER BY account`, tenant, tenant, tenant).Scan(&list).Error
	return list, store.Fail("accounts", err)
}

// StoredItems lists at most limit public texts of an account behind after.
func (s *Store) StoredItems(ctx context.Context, a social.Account, after models.ID, limit int) ([]social.Item, error) {
	var rows []itemRow
	err := s.db.Read(ctx).Raw(`SELECT item, kind, feed, author, sealed, platform_at, fetched_at FROM social_items
 WHERE tenant=? AND account=? AND item>? ORDER BY item LIMIT ?`, a.Tenant, a.ID, after[:], limit).Scan(&rows).Error
	list := make([]social.Item, len(rows))
	for i := range rows {
		list[i] = rows[i].item()
	}
	return list, store.Fail("stored texts", err)
}

// SetAuthor gives a public text another hash of its author.
func (s *Store) SetAuthor(ctx context.Context, a social.Account, item, author models.ID) error {
	return s.db.Write(ctx, "set an author", func(tx *gorm.DB) error {
		return tx.Exec("UPDATE social_items SET author=? WHERE tenant=? AND account=? AND item=?", author, a.Tenant, a.ID, item).Error
	})
}

// MoveAccount puts what was looked up of a citizen under another hash, sealed for it,
// where the row still holds what was read. What was looked up under that hash meanwhile
// stays.
func (s *Store) MoveAccount(ctx context.Context, a social.Account, from, to social.SealedAccount) error {
	return s.db.Write(ctx, "move an account", func(tx *gorm.DB) error {
		var rows []struct{ LookedAt models.Time }
		if err := tx.Raw("SELECT looked_at FROM social_accounts WHERE tenant=? AND account=? AND citizen=? AND sealed=?"+s.db.Dialect().ForUpdate,
			a.Tenant, a.ID, from.Citizen, from.Sealed).Scan(&rows).Error; err != nil || len(rows) == 0 {
			return err
		}
		if err := accountTable.Put(tx, models.SocialAccount{
			Tenant: a.Tenant, Account: a.ID, Citizen: to.Citizen, Sealed: store.Blob(to.Sealed), LookedAt: rows[0].LookedAt,
		}, s.db.Dialect().OnConflictKeep("sealed")).Error; err != nil {
			return err
		}
		return tx.Exec("DELETE FROM social_accounts WHERE tenant=? AND account=? AND citizen=?", a.Tenant, a.ID, from.Citizen).Error
	})
}
