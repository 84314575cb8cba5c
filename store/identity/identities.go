package identity

import (
	"context"
	"time"

	"gorm.io/gorm"

	"pingyi/complaints"
	"pingyi/models"
	"pingyi/social"
	"pingyi/store"
)

// Remember stores or renews an identity; what it does not know of following
// stays as it was.
func (s *Store) Remember(ctx context.Context, i models.Identity) error {
	return s.db.Write(ctx, "remember", func(tx *gorm.DB) error {
		columns := []string{"sealed_id", "seen_at"}
		if i.Follows != nil {
			columns = append(columns, "follows", "followed_at")
		}
		return identityTable.Put(tx, models.Identity{
			Tenant: i.Tenant, Account: i.Account, Citizen: i.Citizen, SealedID: store.Blob(i.SealedID), Follows: i.Follows,
			FollowedAt: models.At(i.FollowedAt.Time), SeenAt: models.At(complaints.Hour(i.SeenAt.Time)),
		}, s.db.Dialect().OnConflictSet("tenant,account,citizen", columns...)).Error
	})
}

// Identity finds a citizen. models.NotFound: unknown, or erased.
func (s *Store) Identity(ctx context.Context, tenant, account string, citizen models.ID) (models.Identity, error) {
	var rows []models.Identity
	err := s.db.Read(ctx).Raw("SELECT * FROM identities WHERE tenant=? AND account=? AND citizen=?",
		tenant, account, citizen).Scan(&rows).Error
	if err != nil {
		return models.Identity{}, store.Fail("identity", err)
	}
	if len(rows) == 0 {
		return models.Identity{}, models.Errorf(models.NotFound, "unknown_citizen", "nobody is known by this id")
	}
	return rows[0], nil
}

// Erase deletes all that ties a citizen's platform id to what they sent: their
// identity and the links from their complaints. Ratings carry no id; complaints
// stay, and so does a sealed contact, which was given to be used.
func (s *Store) Erase(ctx context.Context, tenant, account string, citizen models.ID) error {
	return s.db.Write(ctx, "erase", func(tx *gorm.DB) error {
		if err := tx.Exec("DELETE FROM complaint_links WHERE tenant=? AND citizen=?", tenant, citizen).Error; err != nil {
			return err
		}
		return tx.Exec("DELETE FROM identities WHERE tenant=? AND account=? AND citizen=?", tenant, account, citizen).Error
	})
}

// Sweep deletes the daily counters (complaints of a citizen, wrong query codes,
// answered public texts, times of signatures) of days that are over: they are of no more use.
func (s *Store) Sweep(ctx context.Context, now time.Time) error {
	return s.db.Write(ctx, "sweep", func(tx *gorm.DB) error {
		for _, table := range []string{"filing_quotas", "code_failures", "code_guesses"} {
			if err := tx.Exec("DELETE FROM "+table+" WHERE day < ?", models.Day(now)).Error; err != nil {
				return err
			}
		}
		if err := tx.Exec("DELETE FROM signed_readings WHERE until_day < ?", social.Day(now.Add(-24*time.Hour))).Error; err != nil {
			return err
		}
		// A push is repeated within minutes; two days also cover the text's own day.
		return tx.Exec("DELETE FROM social_answers WHERE day < ?", social.Day(now.Add(-48*time.Hour))).Error
	})
}

// FiledToday is how many complaints the citizen filed on the Beijing day of
// now; complaints.DailyLimit is the most there can be.
func (s *Store) FiledToday(ctx context.Context, tenant string, citizen models.ID, now time.Time) (int, error) {
	var filed []int
	err := s.db.Read(ctx).Raw("SELECT filed FROM filing_quotas WHERE tenant=? AND citizen=? AND day=?",
		tenant, citizen, models.Day(now)).Scan(&filed).Error
	if err != nil || len(filed) == 0 {
		return 0, store.Fail("filed today", err)
	}
	return filed[0], nil
}
