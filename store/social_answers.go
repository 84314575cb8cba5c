package store

import (
	"context"

	"gorm.io/gorm"

	"pingyi/models"
	"pingyi/social"
)

var _ social.Answers = (*DB)(nil)

// MayAnswer implements social.Answers.
func (db *DB) MayAnswer(ctx context.Context, a social.Account, author models.ID, day, head string, item models.ID) (mine bool, err error) {
	err = db.Write(ctx, "answer a text", func(tx *gorm.DB) error {
		if _, err := addOnce(tx, "INSERT INTO social_answers (tenant,account,author,day,kind,item) VALUES "+tuples(1, 6),
			a.Tenant, a.ID, raw(author), day, head, raw(item)); err != nil {
			return err
		}
		var is models.ID
		err := tx.Raw("SELECT item FROM social_answers WHERE tenant=? AND account=? AND author=? AND day=? AND kind=?",
			a.Tenant, a.ID, raw(author), day, head).Row().Scan(&is)
		mine = is == item
		return err
	})
	return mine && err == nil, err
}
