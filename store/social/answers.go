package social

import (
	"context"

	"gorm.io/gorm"

	"pingyi/models"
	"pingyi/social"
	"pingyi/store"
)

var _ social.Answers = (*Store)(nil)

// MayAnswer implements social.Answers.
func (s *Store) MayAnswer(ctx context.Context, a social.Account, author models.ID, day, head string, item models.ID) (mine bool, err error) {
	err = s.db.Write(ctx, "answer a text", func(tx *gorm.DB) error {
		if _, err := store.CreateOnce(tx, &models.SocialAnswer{Tenant: a.Tenant, Account: a.ID, Author: author, Day: day, Kind: head, Item: item}); err != nil {
			return err
		}
		var is models.ID
		err := store.ScanRow(tx.Raw("SELECT item FROM social_answers WHERE tenant=? AND account=? AND author=? AND day=? AND kind=?",
			a.Tenant, a.ID, author, day, head), &is)
		mine = is == item
		return err
	})
	return mine && err == nil, err
}
