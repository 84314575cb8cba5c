package campaign

import (
	"context"
	"time"

	"gorm.io/gorm"

	"pingyi/models"
	"pingyi/store"
)

// EnsureTenant adds the tenant unless it is there.
func (s *Store) EnsureTenant(ctx context.Context, id, title string, now time.Time) error {
	return s.db.Write(ctx, "ensure tenant", func(tx *gorm.DB) error {
		_, err := store.CreateOnce(tx, &models.Tenant{Tenant: id, Title: title, CreatedAt: models.At(now)})
		return err
	})
}

// Tenants lists all of them by id.
func (s *Store) Tenants(ctx context.Context) ([]models.Tenant, error) {
	var list []models.Tenant
	if err := s.db.Read(ctx).Order("tenant").Find(&list).Error; err != nil {
		return nil, store.Fail("tenants", err)
	}
	return list, nil
}

// ComplaintsTaken reports whether the tenant takes complaints; otherwise is what holds
// where it was not decided.
func (s *Store) ComplaintsTaken(ctx context.Context, id string, otherwise bool) (bool, error) {
	var set []string
	if err := s.db.Read(ctx).Raw("SELECT complaints FROM tenants WHERE tenant = ?", id).Scan(&set).Error; err != nil {
		return false, store.Fail("complaints taken", err)
	}
	if len(set) == 0 || set[0] == "" {
		return otherwise, nil
	}
	return set[0] == complaintsOn, nil
}

const complaintsOn, complaintsOff = "on", "off"

// TakeComplaints decides whether the tenant takes complaints. models.NotFound
// ("unknown_tenant"): there is no such tenant.
func (s *Store) TakeComplaints(ctx context.Context, id string, on bool) error {
	set := complaintsOff
	if on {
		set = complaintsOn
	}
	return s.db.Write(ctx, "take complaints", func(tx *gorm.DB) error {
		if err := s.Bump(tx, id); err != nil {
			return err
		}
		var known []string
		if err := tx.Raw("SELECT tenant FROM tenants WHERE tenant = ?", id).Scan(&known).Error; err != nil {
			return err
		}
		if len(known) == 0 {
			return models.Errorf(models.NotFound, "unknown_tenant", "there is no tenant %s", id)
		}
		return tx.Exec("UPDATE tenants SET complaints = ? WHERE tenant = ?", set, id).Error
	})
}

// Revision counts the changes of a tenant's register and campaigns, so that
// servers know when to read them again. 0: nothing was ever changed.
func (s *Store) Revision(ctx context.Context, tenant string) (int64, error) {
	var revisions []int64
	err := s.db.Read(ctx).Raw("SELECT revision FROM revisions WHERE tenant = ?", tenant).Scan(&revisions).Error
	if err != nil || len(revisions) == 0 {
		return 0, store.Fail("revision", err)
	}
	return revisions[0], nil
}

// Bump counts a change. It comes first in its transaction: its row lock makes
// changes of one tenant's register and campaigns wait for each other.
func (s *Store) Bump(tx *gorm.DB, tenant string) error {
	return tx.Exec("INSERT INTO revisions (tenant, revision) VALUES (?, 1)"+
		s.db.Dialect().OnConflictAdd("revisions", "tenant", "revision"), tenant).Error
}
