package store

import (
	"context"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"pingyi/models"
)

// MethodState is where a method is on its way into force.
type MethodState string

// States of a method (R7). A body never changes; a changed method is a new
// version with an id of its own.
const (
	MethodDraft    MethodState = "draft"
	MethodApproved MethodState = "approved"
)

// Method is a versioned record of how levels become points.
type Method struct {
	Tenant, ID string
	Body       []byte // JSON text
	Sample     bool   // issued by nobody
	State      MethodState
	CreatedAt  time.Time
	ApprovedAt time.Time
	ApprovedBy string
}

type methodRow struct {
	Tenant     string `gorm:"primaryKey"`
	ID         string `gorm:"primaryKey;column:id"`
	Body       string
	Sample     bool
	State      MethodState
	CreatedAt  stamp `gorm:"autoCreateTime:false"`
	ApprovedAt stamp
	ApprovedBy string
}

func (methodRow) TableName() string { return "methods" }

// AddMethod freezes a method as a draft. The same body again changes nothing;
// models.Conflict: the id stands for another body.
func (db *DB) AddMethod(ctx context.Context, m Method) error {
	return db.write(ctx, "add method", func(tx *gorm.DB) error {
		row := methodRow{Tenant: m.Tenant, ID: m.ID, Body: string(m.Body), Sample: m.Sample, State: MethodDraft, CreatedAt: at(m.CreatedAt)}
		done := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row)
		if done.Error != nil || done.RowsAffected == 1 {
			return done.Error
		}
		var there methodRow
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
func (db *DB) ApproveMethod(ctx context.Context, tenant, id, by string, now time.Time) error {
	return db.write(ctx, "approve method", func(tx *gorm.DB) error {
		done := tx.Model(&methodRow{}).Where("tenant = ? AND id = ? AND approved_at IS NULL", tenant, id).
			Updates(map[string]any{"state": MethodApproved, "approved_at": at(now), "approved_by": by})
		if done.Error != nil || done.RowsAffected == 1 {
			return done.Error
		}
		var n int64
		if err := tx.Model(&methodRow{}).Where("tenant = ? AND id = ?", tenant, id).Count(&n).Error; err != nil {
			return err
		}
		if n == 0 {
			return models.Errorf(models.NotFound, "unknown_method", "there is no method %s", id)
		}
		return nil
	})
}

// Methods lists a tenant's methods by id.
func (db *DB) Methods(ctx context.Context, tenant string) ([]Method, error) {
	var rows []methodRow
	if err := db.read.WithContext(ctx).Where("tenant = ?", tenant).Order("id").Find(&rows).Error; err != nil {
		return nil, fail("methods", err)
	}
	list := make([]Method, len(rows))
	for i, r := range rows {
		list[i] = Method{r.Tenant, r.ID, []byte(r.Body), r.Sample, r.State, r.CreatedAt.Time, r.ApprovedAt.Time, r.ApprovedBy}
	}
	return list, nil
}
