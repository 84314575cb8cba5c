package campaign

import (
	"context"
	"time"

	"gorm.io/gorm"

	"pingyi/models"
	"pingyi/store"
)

// AddMethod freezes a method as a draft. The same body again changes nothing;
// models.Conflict: the id stands for another body.
func (s *Store) AddMethod(ctx context.Context, m models.Method) error {
	return s.db.Write(ctx, "add method", func(tx *gorm.DB) error {
		row := m
		row.State, row.ApprovedAt, row.ApprovedBy = models.MethodDraft, models.Time{}, ""
		if added, err := store.CreateOnce(tx, &row); added || err != nil {
			return err
		}
		var there models.Method
		if err := tx.Where("tenant = ? AND id = ?", m.Tenant, m.ID).Take(&there).Error; err != nil {
			return err
		}
		if there.Body != row.Body {
			return models.Errorf(models.Conflict, "method_exists", "the method %s exists and says something else", m.ID)
		}
		return nil
	})
}

// ApproveMethod puts a method in force, once. models.NotFound: no such method.
func (s *Store) ApproveMethod(ctx context.Context, tenant, id, by string, now time.Time) error {
	return s.db.Write(ctx, "approve method", func(tx *gorm.DB) error {
		done := tx.Model(&models.Method{}).Where("tenant = ? AND id = ? AND approved_at IS NULL", tenant, id).
			Updates(map[string]any{"state": models.MethodApproved, "approved_at": models.At(now), "approved_by": by})
		if done.Error != nil || done.RowsAffected == 1 {
			return done.Error
		}
		var n int64
		if err := tx.Model(&models.Method{}).Where("tenant = ? AND id = ?", tenant, id).Count(&n).Error; err != nil {
			return err
		}
		if n == 0 {
			return models.Errorf(models.NotFound, "unknown_method", "there is no method %s", id)
		}
		return nil
	})
}

// Methods lists a tenant's methods by id.
func (s *Store) Methods(ctx context.Context, tenant string) ([]models.Method, error) {
	var list []models.Method
	if err := s.db.Read(ctx).Where("tenant = ?", tenant).Order("id").Find(&list).Error; err != nil {
		return nil, store.Fail("methods", err)
	}
	return list, nil
}
