package staff

import (
	"context"
	"errors"
	"slices"
	"time"

	"gorm.io/gorm"

	"pingyi/models"
	"pingyi/store"
)

// apiKeyUse is how coarse the time of the last use is: a key that is used all
// the time costs one write a spell.
const apiKeyUse = time.Hour

// CreateAPIKey stores a key. models.Conflict: its hash is there.
func (s *Store) CreateAPIKey(ctx context.Context, k models.APIKey) error {
	return s.db.Write(ctx, "create API key", func(tx *gorm.DB) error {
		err := tx.Create(&k).Error
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
	if err := tx.Where("tenant = ? AND api_key = ?", tenant, key).Delete(&models.APIKeyUnit{}).Error; err != nil {
		return err
	}
	var rows []models.APIKeyUnit
	for _, u := range slices.Compact(slices.Sorted(slices.Values(units))) {
		rows = append(rows, models.APIKeyUnit{Tenant: tenant, APIKey: key, Unit: u})
	}
	if len(rows) == 0 {
		return nil
	}
	return tx.CreateInBatches(rows, 200).Error
}

// BindAPIKey binds a key that was not revoked. models.NotFound: there is none.
func (s *Store) BindAPIKey(ctx context.Context, tenant string, id models.ID, b models.KeyBinding) error {
	return s.db.Write(ctx, "bind API key", func(tx *gorm.DB) error {
		var n int64
		query := "SELECT COUNT(*) FROM api_keys WHERE id=? AND tenant=? AND revoked_at IS NULL"
		if err := tx.Raw(query, id, tenant).Scan(&n).Error; err != nil {
			return err
		}
		if n == 0 {
			return models.Errorf(models.NotFound, "unknown_api_key", "there is no such API key, or it was revoked")
		}
		if b.Campaign != nil {
			if err := tx.Exec("UPDATE api_keys SET campaign=? WHERE id=? AND tenant=?", *b.Campaign, id, tenant).Error; err != nil {
				return err
			}
		}
		if b.EndsAt != nil {
			if err := tx.Exec("UPDATE api_keys SET ends_at=? WHERE id=? AND tenant=?", models.At(*b.EndsAt), id, tenant).Error; err != nil {
				return err
			}
		}
		if b.Units == nil {
			return nil
		}
		return bindUnits(tx, tenant, id, b.Units)
	})
}

// unitsOf are the units that keys of a tenant are bound to, by key.
func (s *Store) unitsOf(ctx context.Context, tenant string, only ...models.ID) (map[models.ID][]string, error) {
	query := s.db.Read(ctx).Where("tenant = ?", tenant)
	for _, id := range only {
		query = query.Where("api_key = ?", id)
	}
	var rows []models.APIKeyUnit
	if err := query.Order("api_key, unit").Find(&rows).Error; err != nil {
		return nil, store.Fail("units of API keys", err)
	}
	units := map[models.ID][]string{}
	for _, r := range rows {
		units[r.APIKey] = append(units[r.APIKey], r.Unit)
	}
	return units, nil
}

// APIKeyByHash finds a key that was not revoked. models.NotFound: none.
func (s *Store) APIKeyByHash(ctx context.Context, hash []byte) (models.APIKey, error) {
	var k models.APIKey
	err := s.db.Read(ctx).Where("hash = ? AND revoked_at IS NULL", hash).Take(&k).Error
	if err != nil {
		return models.APIKey{}, store.OrNotFound("API key", err, "unknown_api_key", "there is no such API key")
	}
	units, err := s.unitsOf(ctx, k.Tenant, k.ID)
	if err != nil {
		return models.APIKey{}, err
	}
	k.Units = units[k.ID]
	return k, nil
}

// APIKeyHashes lists the hashes of at most limit keys that were not revoked, of every
// tenant, the newest first.
func (s *Store) APIKeyHashes(ctx context.Context, limit int) (hashes [][]byte, err error) {
	err = s.db.Read(ctx).Raw("SELECT hash FROM api_keys WHERE revoked_at IS NULL ORDER BY created_at DESC, id LIMIT ?", limit).Scan(&hashes).Error
	return hashes, store.Fail("API keys", err)
}

// APIKeys lists a tenant's keys, oldest first.
func (s *Store) APIKeys(ctx context.Context, tenant string) ([]models.APIKey, error) {
	var rows []models.APIKey
	if err := s.db.Read(ctx).Where("tenant = ?", tenant).Order("created_at, id").Find(&rows).Error; err != nil {
		return nil, store.Fail("API keys", err)
	}
	units, err := s.unitsOf(ctx, tenant)
	if err != nil {
		return nil, err
	}
	for i := range rows {
		rows[i].Units = units[rows[i].ID]
	}
	return rows, nil
}

// RevokeAPIKey ends a key; the time of the first revocation stays.
func (s *Store) RevokeAPIKey(ctx context.Context, tenant string, id models.ID, now time.Time) error {
	return s.db.Write(ctx, "revoke API key", func(tx *gorm.DB) error {
		return tx.Exec("UPDATE api_keys SET revoked_at=? WHERE id=? AND tenant=? AND revoked_at IS NULL", models.At(now), id, tenant).Error
	})
}

// UsedAPIKey notes that a key was used, to the hour: of all its uses in an hour, on
// however many servers, the first is written.
func (s *Store) UsedAPIKey(ctx context.Context, k *models.APIKey, now time.Time) error {
	if now.Sub(k.LastUsedAt.Time) < apiKeyUse {
		return nil
	}
	hour := models.At(now.Truncate(apiKeyUse))
	return s.db.Write(ctx, "use API key", func(tx *gorm.DB) error {
		return tx.Exec("UPDATE api_keys SET last_used_at=? WHERE id=? AND tenant=? AND (last_used_at IS NULL OR last_used_at<?)",
			hour, k.ID, k.Tenant, hour).Error
	})
}
