package secret

import (
	"context"

	"pingyi/store"

	"pingyi/models"

	"gorm.io/gorm"
)

// sealedColumns are the account of a row ("" where the key alone names it), the rest of
// its key, its citizen where that is another column, and what is sealed.
var sealedColumns = map[models.Sealed]struct{ account, key, citizen, sealed string }{
	models.SealedIdentities: {"account", "citizen", "citizen", "sealed_id"},
	models.SealedLinks:      {"", "complaint", "citizen", "sealed_citizen"},
	models.SealedItems:      {"account", "item", "item", "sealed"},
	models.SealedAccounts:   {"account", "citizen", "citizen", "sealed"},
	models.SealedCursors:    {"account", "feed", "feed", "state"},
}

// keyOfSealed binds a row's key: an id as bytes, a feed as text, which no blob equals.
func keyOfSealed(t models.Sealed, r *models.SealedRow) any {
	if t == models.SealedCursors {
		return string(r.Key)
	}
	return r.Key
}

// SealedRows lists at most limit rows behind after, by key.
func (s *Store) SealedRows(ctx context.Context, tenant string, t models.Sealed, after models.SealedRow, limit int) (list []models.SealedRow, err error) {
	c := sealedColumns[t]
	key := keyOfSealed(t, &after)
	if after.Key == nil {
		key = keyOfSealed(t, &models.SealedRow{Key: []byte{}})
	}
	query := "SELECT '' AS account, " + c.key + " AS `key`, " + c.citizen + " AS citizen, " + c.sealed + " AS sealed FROM " + string(t) +
		" WHERE tenant=? AND " + c.key + ">? ORDER BY " + c.key + " LIMIT ?"
	args := []any{tenant, key, limit}
	if c.account != "" {
		query = "SELECT account, " + c.key + " AS `key`, " + c.citizen + " AS citizen, " + c.sealed + " AS sealed FROM " + string(t) +
			" WHERE tenant=? AND (account>? OR account=? AND " + c.key + ">?) ORDER BY account, " + c.key + " LIMIT ?"
		args = []any{tenant, after.Account, after.Account, key, limit}
	}
	err = s.db.Read(ctx).Raw(query, args...).Scan(&list).Error
	return list, store.Fail("sealed rows", err)
}

// Reseal replaces what rows hold, in one transaction, where they still hold what was
// read. It returns how many did.
func (s *Store) Reseal(ctx context.Context, tenant string, t models.Sealed, rows []models.Resealed) (n int64, err error) {
	if len(rows) == 0 {
		return 0, nil
	}
	c := sealedColumns[t]
	query := "UPDATE " + string(t) + " SET " + c.sealed + "=? WHERE tenant=? AND " + c.key + "=? AND " + c.sealed + "=?"
	if c.account != "" {
		query += " AND account=?"
	}
	err = s.db.Write(ctx, "reseal", func(tx *gorm.DB) error {
		n = 0
		for i := range rows {
			r := &rows[i]
			args := []any{r.Again, tenant, keyOfSealed(t, &r.SealedRow), r.Sealed}
			if c.account != "" {
				args = append(args, r.Account)
			}
			done := tx.Exec(query, args...)
			if done.Error != nil {
				return done.Error
			}
			n += done.RowsAffected
		}
		return nil
	})
	return n, err
}

// CountSealed counts the rows of one of these tables.
func (s *Store) CountSealed(ctx context.Context, tenant string, t models.Sealed) (n int64, err error) {
	err = s.db.Read(ctx).Raw("SELECT COUNT(*) FROM "+string(t)+" WHERE tenant=?", tenant).Scan(&n).Error
	return n, store.Fail("count sealed", err)
}
