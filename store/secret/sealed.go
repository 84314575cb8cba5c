package secret

import (
	"context"
	"pingyi/store"

	"gorm.io/gorm"
)

// Sealed names a table of what a tenant's sealing keys seal and that is kept for long.
// Sessions and finished answers are not among them: they end by themselves.
type Sealed string

// The tables.
const (
	SealedIdentities Sealed = "identities"      // platform ids of who writes
	SealedLinks      Sealed = "complaint_links" // platform ids of who complained
	SealedItems      Sealed = "social_items"    // public texts
	SealedAccounts   Sealed = "social_accounts" // what was looked up of their authors
	SealedCursors    Sealed = "social_cursors"  // how far an account's texts are fetched
)

// SealedTables lists them.
func SealedTables() []Sealed {
	return []Sealed{SealedIdentities, SealedLinks, SealedItems, SealedAccounts, SealedCursors}
}

// sealedColumns are the account of a row ("" where the key alone names it), the rest of
// its key, its citizen where that is another column, and what is sealed.
var sealedColumns = map[Sealed]struct{ account, key, citizen, sealed string }{
	SealedIdentities: {"account", "citizen", "citizen", "sealed_id"},
	SealedLinks:      {"", "complaint", "citizen", "sealed_citizen"},
	SealedItems:      {"account", "item", "item", "sealed"},
	SealedAccounts:   {"account", "citizen", "citizen", "sealed"},
	SealedCursors:    {"account", "feed", "feed", "state"},
}

// SealedRow is a row of one of these tables.
type SealedRow struct {
	Account string
	Key     []byte // of a cursor its feed, else an id
	Citizen []byte // whose it is, or Key
	Sealed  []byte
}

// key binds a row's key: an id as bytes, a feed as text, which no blob equals.
func (t Sealed) key(r *SealedRow) any {
	if t == SealedCursors {
		return string(r.Key)
	}
	return r.Key
}

// SealedRows lists at most limit rows behind after, by key.
func (s *Store) SealedRows(ctx context.Context, tenant string, t Sealed, after SealedRow, limit int) (list []SealedRow, err error) {
	c := sealedColumns[t]
	key := t.key(&after)
	if after.Key == nil {
		key = t.key(&SealedRow{Key: []byte{}})
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

// Resealed is a row and what it is sealed as now.
type Resealed struct {
	SealedRow
	Again []byte
}

// Reseal replaces what rows hold, in one transaction, where they still hold what was
// read. It returns how many did.
func (s *Store) Reseal(ctx context.Context, tenant string, t Sealed, rows []Resealed) (n int64, err error) {
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
			args := []any{r.Again, tenant, t.key(&r.SealedRow), r.Sealed}
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
func (s *Store) CountSealed(ctx context.Context, tenant string, t Sealed) (n int64, err error) {
	err = s.db.Read(ctx).Raw("SELECT COUNT(*) FROM "+string(t)+" WHERE tenant=?", tenant).Scan(&n).Error
	return n, store.Fail("count sealed", err)
}
