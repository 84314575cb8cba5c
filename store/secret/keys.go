package secret

import (
	"context"
	"time"

	"gorm.io/gorm"

	"pingyi/models"
	"pingyi/store"
)

// Key is a wrapped key. models.NotFound: there is none. models.Conflict
// (key_destroyed): it was destroyed.
func (s *Store) Key(ctx context.Context, tenant, name string) ([]byte, error) {
	return Find(s.db.Read(ctx), tenant, name)
}

// Find returns a wrapped key; errors are those of Key.
func Find(tx *gorm.DB, tenant, name string) ([]byte, error) {
	var rows []struct {
		Wrapped     []byte
		DestroyedAt models.Time
	}
	if err := tx.Raw("SELECT wrapped, destroyed_at FROM wrapped_keys WHERE tenant=? AND name=?", tenant, name).Scan(&rows).Error; err != nil {
		return nil, store.Fail("key", err)
	}
	switch {
	case len(rows) == 0:
		return nil, models.Errorf(models.NotFound, "unknown_key", "there is no such key")
	case !rows[0].DestroyedAt.IsZero():
		return nil, models.Errorf(models.Conflict, models.KeyDestroyed, "the key was destroyed at %s", rows[0].DestroyedAt.Format(time.RFC3339))
	}
	return rows[0].Wrapped, nil
}

// AddKey stores a wrapped key unless one of that name is there, and returns the
// one that is stored: of two servers that make a key at once both get the same.
// models.Conflict: one of that name was destroyed (key_destroyed), or, of the
// models.TenantKey, effects are there that it named (key_lost).
func (s *Store) AddKey(ctx context.Context, tenant, name string, wrapped []byte) (stored []byte, err error) {
	err = s.db.Write(ctx, "add key", func(tx *gorm.DB) error {
		if stored, err = Find(tx, tenant, name); models.KindOf(err) != models.NotFound {
			return err
		}
		if name == models.TenantKey {
			some, err := store.AnyRow(tx, "SELECT kind FROM effects WHERE tenant=? LIMIT 1", tenant)
			if err != nil {
				return err
			}
			if some {
				return Lost("the key of the tenant " + tenant)
			}
		}
		if _, err := store.CreateOnce(tx, &models.WrappedKey{Tenant: tenant, Name: name, Wrapped: wrapped, CreatedAt: models.At(time.Now())}); err != nil {
			return err
		}
		stored, err = Find(tx, tenant, name)
		return err
	})
	return stored, err
}

// Keys lists a tenant's keys by name, without those that were destroyed.
func (s *Store) Keys(ctx context.Context, tenant string) (list []models.WrappedKey, err error) {
	err = s.db.Read(ctx).Raw("SELECT name, wrapped FROM wrapped_keys WHERE tenant=? AND destroyed_at IS NULL ORDER BY name", tenant).Scan(&list).Error
	return list, store.Fail("keys", err)
}

// ReplaceKey stores the same key under another wrapping, if it still has the
// one given. It reports whether it had.
func (s *Store) ReplaceKey(ctx context.Context, tenant, name string, old, wrapped []byte) (replaced bool, err error) {
	err = s.db.Write(ctx, "replace key", func(tx *gorm.DB) error {
		done := tx.Exec("UPDATE wrapped_keys SET wrapped=? WHERE tenant=? AND name=? AND wrapped=?", wrapped, tenant, name, old)
		replaced = done.RowsAffected == 1
		return done.Error
	})
	return replaced, err
}

// DestroyKey deletes a key, and with it what it alone could open or link. Its
// row stays, with the time of the first call, so that no other is made in its
// place.
func (s *Store) DestroyKey(ctx context.Context, tenant, name string, now time.Time) error {
	return s.db.Write(ctx, "destroy key", func(tx *gorm.DB) error {
		return tx.Exec("UPDATE wrapped_keys SET wrapped=?, destroyed_at=? WHERE tenant=? AND name=? AND destroyed_at IS NULL",
			store.Blob(nil), models.At(now), tenant, name).Error
	})
}

// ComplaintKeys lists at most limit keys behind the complaint after, by id.
func (s *Store) ComplaintKeys(ctx context.Context, tenant string, after models.ID, limit int) (list []models.ComplaintKey, err error) {
	err = s.db.Read(ctx).Raw("SELECT complaint, wrapped FROM complaint_keys WHERE tenant=? AND complaint>? ORDER BY complaint LIMIT ?",
		tenant, after[:], limit).Scan(&list).Error
	return list, store.Fail("complaint keys", err)
}

// ReplaceComplaintKey is ReplaceKey for a complaint's own key.
func (s *Store) ReplaceComplaintKey(ctx context.Context, tenant string, complaint models.ID, old, wrapped []byte) (replaced bool, err error) {
	err = s.db.Write(ctx, "replace key", func(tx *gorm.DB) error {
		done := tx.Exec("UPDATE complaint_keys SET wrapped=? WHERE tenant=? AND complaint=? AND wrapped=?", wrapped, tenant, complaint, old)
		replaced = done.RowsAffected == 1
		return done.Error
	})
	return replaced, err
}

// DestroyComplaint deletes the key of a complaint and its contact: text
// and contact can never be read again. That it was filed, and what became of it, stays.
func (s *Store) DestroyComplaint(ctx context.Context, tenant string, complaint models.ID) error {
	return s.db.Write(ctx, "destroy complaint", func(tx *gorm.DB) error {
		for _, table := range []string{"complaint_keys", "complaint_contacts"} {
			if err := tx.Exec("DELETE FROM "+table+" WHERE tenant=? AND complaint=?", tenant, complaint).Error; err != nil {
				return err
			}
		}
		return nil
	})
}

// Insert stores a wrapped key.
func Insert(tx *gorm.DB, tenant, name string, wrapped []byte) error {
	return tx.Create(&models.WrappedKey{Tenant: tenant, Name: name, Wrapped: wrapped, CreatedAt: models.At(time.Now())}).Error
}

// Lost is the error of a key that is missing although something was hashed under it.
func Lost(what string) error {
	return models.Errorf(models.Conflict, models.KeyLost, "%s is missing, and what was hashed under it is there: restore its row of wrapped_keys from a backup", what)
}
