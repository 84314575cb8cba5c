package social

import (
	"context"
	"time"

	"gorm.io/gorm"

	"pingyi/models"
	"pingyi/social"
	"pingyi/store"
)

// NoteToken notes when an access token, by its keyed hash, was issued. Notes are
// only added; the last one holds.
func (s *Store) NoteToken(ctx context.Context, a social.Account, token models.ID, issued, now time.Time) error {
	return s.db.Write(ctx, "note token", func(tx *gorm.DB) error {
		_, err := store.CreateOnce(tx, &models.SocialToken{
			Tenant: a.Tenant, Account: a.ID, Token: token, IssuedAt: models.At(issued), NotedAt: models.At(now),
		})
		return err
	})
}

// TokenIssued is when a token was issued as far as noted; zero: never noted.
func (s *Store) TokenIssued(ctx context.Context, a social.Account, token models.ID) (time.Time, error) {
	var rows []struct{ IssuedAt models.Time }
	err := s.db.Read(ctx).Raw("SELECT issued_at FROM social_tokens WHERE tenant=? AND account=? AND token=? ORDER BY noted_at DESC LIMIT 1",
		a.Tenant, a.ID, token).Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return time.Time{}, store.Fail("token", err)
	}
	return rows[0].IssuedAt.Time, nil
}
