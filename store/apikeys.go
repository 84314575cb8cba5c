package store

import (
	"context"
	"errors"
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
	CreatedVia                       string // what made it; see Act. Empty: unknown
}

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
	CreatedVia string
}

func (apiKeyRow) TableName() string { return "api_keys" }

func (r apiKeyRow) key() APIKey {
	return APIKey{r.ID, r.Tenant, r.Name, r.Role, r.Hash, r.CreatedAt.Time, r.RevokedAt.Time, r.LastUsedAt.Time, r.CreatedVia}
}

// CreateAPIKey stores a key. models.Conflict: its hash is there.
func (db *DB) CreateAPIKey(ctx context.Context, k APIKey) error {
	return db.write(ctx, "create API key", func(tx *gorm.DB) error {
		err := tx.Create(&apiKeyRow{ID: k.ID, Tenant: k.Tenant, Name: k.Name, Role: k.Role, Hash: k.Hash, CreatedAt: at(k.CreatedAt), CreatedVia: k.CreatedVia}).Error
		if errors.Is(err, gorm.ErrDuplicatedKey) {
			return models.Errorf(models.Conflict, "api_key_exists", "the API key exists")
		}
		return err
	})
}

// APIKeyByHash finds a key that was not revoked. models.NotFound: none.
func (db *DB) APIKeyByHash(ctx context.Context, hash []byte) (APIKey, error) {
	var row apiKeyRow
	err := db.read.WithContext(ctx).Where("hash = ? AND revoked_at IS NULL", hash).Take(&row).Error
	if err != nil {
		return APIKey{}, orNotFound("API key", err, "unknown_api_key", "there is no such API key")
	}
	return row.key(), nil
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
	list := make([]APIKey, len(rows))
	for i, r := range rows {
		list[i] = r.key()
	}
	return list, nil
}

// RevokeAPIKey ends a key; the time of the first revocation stays.
func (db *DB) RevokeAPIKey(ctx context.Context, tenant string, id models.ID, now time.Time) error {
	return db.write(ctx, "revoke API key", func(tx *gorm.DB) error {
		return tx.Exec("UPDATE api_keys SET revoked_at=? WHERE id=? AND tenant=? AND revoked_at IS NULL", at(now), raw(id), tenant).Error
	})
}

// UsedAPIKey notes that a key was used, to the hour.
func (db *DB) UsedAPIKey(ctx context.Context, k APIKey, now time.Time) error {
	if now.Sub(k.LastUsedAt) < apiKeyUse {
		return nil
	}
	return db.write(ctx, "use API key", func(tx *gorm.DB) error {
		return tx.Exec("UPDATE api_keys SET last_used_at=? WHERE id=?", at(now.Truncate(apiKeyUse)), raw(k.ID)).Error
	})
}
