package social

import (
	"context"

	"pingyi/models"
	"pingyi/social"
	"pingyi/store"
)

// Listed lists texts in a scope that did not count, by the platform's time: at most
// limit behind after. An empty reason lists all.
func (s *Store) Listed(ctx context.Context, a social.Account, scope models.Scope, reason social.Reason, after models.After, limit int) ([]social.Review, error) {
	query := `SELECT i.item, i.kind, i.feed, i.author, i.sealed, i.platform_at, i.fetched_at, r.reason, r.campaign, r.unit, r.level, r.read_at
 FROM social_items i JOIN social_readings r ON r.tenant = i.tenant AND r.account = i.account AND r.item = i.item
 WHERE i.tenant=? AND i.account=? AND i.done=1 AND r.outcome=? AND (i.platform_at>? OR i.platform_at=? AND i.item>?)`
	// The zero ID would be NULL, which nothing is greater than.
	args := []any{a.Tenant, a.ID, string(social.Listed), models.At(after.At), models.At(after.At), after.ID[:]}
	if after.At.IsZero() {
		args[3], args[4] = "0001-01-01 00:00:00.000", "0001-01-01 00:00:00.000"
	}
	if reason != social.None {
		query, args = query+" AND r.reason=?", append(args, string(reason))
	}
	query, args = store.InScope(query, args, "r.", scope)
	var rows []struct {
		Item       models.ID // not an embedded itemRow: gorm leaves out what has no exported name
		Kind       social.Kind
		Feed       social.Feed
		Author     models.ID
		Sealed     []byte
		PlatformAt models.Time
		FetchedAt  models.Time

		Reason   social.Reason
		Campaign string
		Unit     string
		Level    uint8
		ReadAt   models.Time
	}
	if err := s.db.Read(ctx).Raw(query+" ORDER BY i.platform_at, i.item LIMIT ?", append(args, limit)...).Scan(&rows).Error; err != nil {
		return nil, store.Fail("listed texts", err)
	}
	list := make([]social.Review, len(rows))
	for i := range rows {
		r := &rows[i]
		item := itemRow{r.Item, r.Kind, r.Feed, r.Author, r.Sealed, r.PlatformAt, r.FetchedAt}
		list[i] = social.Review{Item: item.item(), Reading: social.Reading{
			Item: r.Item, Outcome: social.Listed, Reason: r.Reason, Campaign: r.Campaign, Unit: r.Unit, Level: models.Level(r.Level), At: r.ReadAt.Time,
		}}
	}
	return list, nil
}

// Outcomes counts the texts of an account by what became of them; those that
// wait to be read count under "".
func (s *Store) Outcomes(ctx context.Context, a social.Account) (map[social.Reason]int64, int64, error) {
	var rows []struct {
		Outcome social.Outcome
		Reason  social.Reason
		N       int64
	}
	err := s.db.Read(ctx).Raw("SELECT outcome, reason, COUNT(*) AS n FROM social_readings WHERE tenant=? AND account=? GROUP BY outcome, reason",
		a.Tenant, a.ID).Scan(&rows).Error
	listed, counted := map[social.Reason]int64{}, int64(0)
	for _, r := range rows {
		if r.Outcome == social.Counted {
			counted += r.N
			continue
		}
		listed[r.Reason] += r.N
	}
	return listed, counted, store.Fail("outcomes", err)
}
