package social

import (
	"context"
	"time"

	"gorm.io/gorm"

	"pingyi/models"
	"pingyi/social"
	"pingyi/store"
)

// SaveAccount keeps what was looked up of a citizen, over what was known.
func (s *Store) SaveAccount(ctx context.Context, a social.Account, found social.SealedAccount, now time.Time) error {
	return s.db.Write(ctx, "save account", func(tx *gorm.DB) error {
		return accountTable.Put(tx, models.SocialAccount{
			Tenant: a.Tenant, Account: a.ID, Citizen: found.Citizen, Sealed: store.Blob(found.Sealed), LookedAt: models.At(now),
		}, s.db.Dialect().OnConflictSet("tenant,account,citizen", "sealed", "looked_at")).Error
	})
}

// LookedUp lists at most limit citizens that were looked up, behind after.
func (s *Store) LookedUp(ctx context.Context, a social.Account, after models.ID, limit int) ([]social.SealedAccount, error) {
	return s.sealedAccounts(ctx, "SELECT citizen, sealed FROM social_accounts", a, after, limit)
}

// KnownIDs lists at most limit citizens whose platform id is kept, behind after.
func (s *Store) KnownIDs(ctx context.Context, a social.Account, after models.ID, limit int) ([]social.SealedAccount, error) {
	return s.sealedAccounts(ctx, "SELECT citizen, sealed_id AS sealed FROM identities", a, after, limit)
}

func (s *Store) sealedAccounts(ctx context.Context, from string, a social.Account, after models.ID, limit int) (list []social.SealedAccount, err error) {
	err = s.db.Read(ctx).Raw(from+" WHERE tenant=? AND account=? AND citizen>? ORDER BY citizen LIMIT ?", a.Tenant, a.ID, after[:], limit).Scan(&list).Error
	return list, store.Fail("accounts", err)
}

// CountedItems lists at most limit texts of a campaign that counted, behind after.
func (s *Store) CountedItems(ctx context.Context, a social.Account, campaign string, after models.ID, limit int) ([]social.Item, error) {
	var rows []itemRow
	err := s.db.Read(ctx).Raw(`SELECT i.item, i.kind, i.feed, i.author, i.sealed, i.platform_at, i.fetched_at FROM social_items i
 JOIN social_readings r ON r.tenant = i.tenant AND r.account = i.account AND r.item = i.item
 WHERE i.tenant=? AND i.account=? AND r.campaign=? AND r.outcome=? AND i.item>? ORDER BY i.item LIMIT ?`,
		a.Tenant, a.ID, campaign, string(social.Counted), after[:], limit).Scan(&rows).Error
	list := make([]social.Item, len(rows))
	for i := range rows {
		list[i] = rows[i].item()
	}
	return list, store.Fail("counted texts", err)
}
