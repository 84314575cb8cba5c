package store

import (
	"context"
	"errors"
	"slices"
	"time"

	"gorm.io/gorm"

	"pingyi/models"
)

// APIKey is a caller of the API. The key itself is kept nowhere.
type APIKey struct {
	ID                               models.ID
	Tenant, Name                     string
	Role                             models.Role
	Hash                             []byte // SHA-256 of the key
	CreatedAt, RevokedAt, LastUsedAt time.Time
	EndsAt                           time.Time // zero: never by itself
	Campaign                         string    // the one that it is bound to; empty: none
	Units                            []string  // codes of those that it is bound to
	CreatedVia                       string    // what made it; see Act. Empty: unknown
}

// Scope is what the key reaches.
func (k *APIKey) Scope() models.Scope { return models.ScopeOf(k.Role, k.Campaign, k.Units) }

// Ended reports whether the key's time is over.
func (k *APIKey) Ended(now time.Time) bool { return !k.EndsAt.IsZero() && !now.Before(k.EndsAt) }

// apiKeyUse is how coarse the time of the last use is: a key that is used all
// the time costs one write a spell.
const apiKeyUse = time.Hour

type apiKeyRow struct {
	ID         models.ID `gorm:"primaryKey;column:id"`
	Tenant     string
	Name       string
	Role       models.Role
	Hash       []byte
	CreatedAt  stamp `gorm:"autoCreateTime:false"`
	RevokedAt  stamp
	LastUsedAt stamp
	EndsAt     stamp
	Campaign   string
	CreatedVia string
}

func (apiKeyRow) TableName() string { return "api_keys" }

func (r apiKeyRow) key() APIKey {
	return APIKey{
		ID: r.ID, Tenant: r.Tenant, Name: r.Name, Role: r.Role, Hash: r.Hash, CreatedAt: r.CreatedAt.Time, RevokedAt: r.RevokedAt.Time,
		LastUsedAt: r.LastUsedAt.Time, EndsAt: r.EndsAt.Time, Campaign: r.Campaign, CreatedVia: r.CreatedVia,
	}
}

// CreateAPIKey stores a key. models.Conflict: its hash is there.
func (db *DB) CreateAPIKey(ctx context.Context, k APIKey) error {
	return db.write(ctx, "create API key", func(tx *gorm.DB) error {
		err := tx.Create(&apiKeyRow{
			ID: k.ID, Tenant: k.Tenant, Name: k.Name, Role: k.Role, Hash: k.Hash, CreatedAt: at(k.CreatedAt), EndsAt: at(k.EndsAt), Campaign: k.Campaign,
			CreatedVia: k.CreatedVia,
		}).Error
		if errors.Is(err, gorm.ErrDuplicatedKey) {
			return models.Errorf(models.Conflict, "api_key_exists", "the API key exists")
		}
		if err != nil {
			return err
		}
		return bindUnits(tx, k.Tenant, k.ID, k.Units)
	})
}

// bindUnits makes units those, and the only ones, that a key is bound to.
func bindUnits(tx *gorm.DB, tenant string, key models.ID, units []string) error {
	if err := tx.Exec("DELETE FROM api_key_units WHERE tenant=? AND api_key=?", tenant, raw(key)).Error; err != nil {
		return err
	}
	for _, u := range slices.Compact(slices.Sorted(slices.Values(units))) {
		if err := tx.Exec("INSERT INTO api_key_units (tenant,api_key,unit) VALUES "+tuples(1, 3), tenant, raw(key), u).Error; err != nil {
			return err
		}
	}
	return nil
}

// Binding is what a key is bound to from now on; what is nil stays as it is.
type Binding struct {
	Units    []string
	Campaign *string
	EndsAt   *time.Time
}

// BindAPIKey binds a key that was not revoked. models.NotFound: there is none.
func (db *DB) BindAPIKey(ctx context.Context, tenant string, id models.ID, b Binding) error {
	return db.write(ctx, "bind API key", func(tx *gorm.DB) error {
		var n int64
		query := "SELECT COUNT(*) FROM api_keys WHERE id=? AND tenant=? AND revoked_at IS NULL"
		if err := tx.Raw(query, raw(id), tenant).Scan(&n).Error; err != nil {
			return err
		}
		if n == 0 {
			return models.Errorf(models.NotFound, "unknown_api_key", "there is no such API key")
		}
		if b.Campaign != nil {
			if err := tx.Exec("UPDATE api_keys SET campaign=? WHERE id=? AND tenant=?", *b.Campaign, raw(id), tenant).Error; err != nil {
				return err
			}
		}
		if b.EndsAt != nil {
			if err := tx.Exec("UPDATE api_keys SET ends_at=? WHERE id=? AND tenant=?", at(*b.EndsAt), raw(id), tenant).Error; err != nil {
				return err
			}
		}
		if b.Units == nil {
			return nil
		}
		return bindUnits(tx, tenant, id, b.Units)
	})
}

// inScope narrows a WHERE clause, whose columns campaign and unit stand behind prefix,
// to what a scope reaches.
func inScope(where string, args []any, prefix string, s models.Scope) (narrowed string, all []any) {
	if s.Campaign != "" {
		where, args = where+" AND "+prefix+"campaign = ?", append(args, s.Campaign)
	}
	switch {
	case s.Nothing():
		where += " AND 1 = 0"
	case s.Bounded:
		where, args = where+" AND "+prefix+"unit IN ?", append(args, s.Units)
	}
	return where, args
}

// unitsOf are the units that keys of a tenant are bound to, by key.
func (db *DB) unitsOf(ctx context.Context, tenant string, only ...models.ID) (map[models.ID][]string, error) {
	query, args := "SELECT api_key, unit FROM api_key_units WHERE tenant=?", []any{tenant}
	for _, id := range only {
		query, args = query+" AND api_key=?", append(args, raw(id))
	}
	var rows []struct {
		APIKey models.ID `gorm:"column:api_key"`
		Unit   string
	}
	if err := db.read.WithContext(ctx).Raw(query+" ORDER BY api_key, unit", args...).Scan(&rows).Error; err != nil {
		return nil, fail("units of API keys", err)
	}
	units := map[models.ID][]string{}
	for _, r := range rows {
		units[r.APIKey] = append(units[r.APIKey], r.Unit)
	}
	return units, nil
}

// APIKeyByHash finds a key that was not revoked. models.NotFound: none.
func (db *DB) APIKeyByHash(ctx context.Context, hash []byte) (APIKey, error) {
	var row apiKeyRow
	err := db.read.WithContext(ctx).Where("hash = ? AND revoked_at IS NULL", hash).Take(&row).Error
	if err != nil {
		return APIKey{}, orNotFound("API key", err, "unknown_api_key", "there is no such API key")
	}
	units, err := db.unitsOf(ctx, row.Tenant, row.ID)
	if err != nil {
		return APIKey{}, err
	}
	k := row.key()
	k.Units = units[k.ID]
	return k, nil
}

// APIKeyHashes lists the hashes of at most limit keys that were not revoked, of every
// tenant, the newest first.
func (db *DB) APIKeyHashes(ctx context.Context, limit int) (hashes [][]byte, err error) {
	err = db.read.WithContext(ctx).Raw("SELECT hash FROM api_keys WHERE revoked_at IS NULL ORDER BY created_at DESC, id LIMIT ?", limit).Scan(&hashes).Error
	return hashes, fail("API keys", err)
}

// APIKeys lists a tenant's keys, oldest first.
func (db *DB) APIKeys(ctx context.Context, tenant string) ([]APIKey, error) {
	var rows []apiKeyRow
	if err := db.read.WithContext(ctx).Where("tenant = ?", tenant).Order("created_at, id").Find(&rows).Error; err != nil {
		return nil, fail("API keys", err)
	}
	units, err := db.unitsOf(ctx, tenant)
	if err != nil {
		return nil, err
	}
	list := make([]APIKey, len(rows))
	for i, r := range rows {
		list[i] = r.key()
		list[i].Units = units[r.ID]
	}
	return list, nil
}

// RevokeAPIKey ends a key; the time of the first revocation stays.
func (db *DB) RevokeAPIKey(ctx context.Context, tenant string, id models.ID, now time.Time) error {
	return db.write(ctx, "revoke API key", func(tx *gorm.DB) error {
		return tx.Exec("UPDATE api_keys SET revoked_at=? WHERE id=? AND tenant=? AND revoked_at IS NULL", at(now), raw(id), tenant).Error
	})
}

// UsedAPIKey notes that a key was used, to the hour: of all its uses in an hour, on
// however many servers, the first is written.
func (db *DB) UsedAPIKey(ctx context.Context, k *APIKey, now time.Time) error {
	if now.Sub(k.LastUsedAt) < apiKeyUse {
		return nil
	}
	hour := at(now.Truncate(apiKeyUse))
	return db.write(ctx, "use API key", func(tx *gorm.DB) error {
		return tx.Exec("UPDATE api_keys SET last_used_at=? WHERE id=? AND tenant=? AND (last_used_at IS NULL OR last_used_at<?)",
			hour, raw(k.ID), k.Tenant, hour).Error
	})
}
