package social

import (
	"context"
	"slices"
	"time"

	"gorm.io/gorm"

	"pingyi/models"
	"pingyi/social"
	"pingyi/store"
)

// Spend implements social.Budget. The row is counted up before the call that it
// is for; a server that ends in between has lost a call, never won one.
func (s *Store) Spend(ctx context.Context, a social.Account, day, pool string, limit int) (spent bool, err error) {
	err = s.db.Write(ctx, "spend a call", func(tx *gorm.DB) error {
		spent = false
		if err := budgetTable.Put(tx, models.SocialBudget{Tenant: a.Tenant, Account: a.ID, Day: day, Pool: pool}, s.db.Dialect().OnConflictKeep("used")).Error; err != nil {
			return err
		}
		done := tx.Exec("UPDATE social_budgets SET used=used+1 WHERE tenant=? AND account=? AND day=? AND pool=? AND used<?", a.Tenant, a.ID, day, pool, limit)
		spent = done.RowsAffected == 1
		return done.Error
	})
	if err != nil {
		return false, err
	}
	return spent, nil
}

// Spent is how many calls of each pool are gone on a day.
func (s *Store) Spent(ctx context.Context, a social.Account, day string) (map[string]int, error) {
	var rows []struct {
		Pool string
		Used int
	}
	err := s.db.Read(ctx).Raw("SELECT pool, used FROM social_budgets WHERE tenant=? AND account=? AND day=?", a.Tenant, a.ID, day).Scan(&rows).Error
	spent := make(map[string]int, len(rows))
	for _, r := range rows {
		spent[r.Pool] = r.Used
	}
	return spent, store.Fail("spent calls", err)
}

// Lease implements social.Leases.
func (s *Store) Lease(ctx context.Context, a social.Account, name string, holder models.ID, now, until time.Time) (mine bool, err error) {
	err = s.db.Write(ctx, "lease", func(tx *gorm.DB) error {
		mine = false
		put := leaseTable.Put(tx, models.SocialLease{Tenant: a.Tenant, Account: a.ID, Name: name, Holder: holder, UntilAt: models.At(until)},
			s.db.Dialect().OnConflictKeep("holder"))
		if put.Error != nil {
			return put.Error
		}
		if mine = put.RowsAffected == 1; mine {
			return nil
		}
		if err := tx.Exec("UPDATE social_leases SET holder=?, until_at=? WHERE tenant=? AND account=? AND name=? AND (holder=? OR until_at<=?)",
			holder, models.At(until), a.Tenant, a.ID, name, holder, models.At(now)).Error; err != nil {
			return err
		}
		// Not by the count of rows: a renewal within one millisecond changes none.
		var is models.ID
		err := store.ScanRow(tx.Raw("SELECT holder FROM social_leases WHERE tenant=? AND account=? AND name=?", a.Tenant, a.ID, name), &is)
		mine = is == holder
		return err
	})
	return mine, err
}

// Cursor implements social.Cursors.
func (s *Store) Cursor(ctx context.Context, a social.Account, name string) (state []byte, version int64, err error) {
	var rows []struct {
		State   []byte
		Version int64
	}
	err = s.db.Primary(ctx).Raw("SELECT state, version FROM social_cursors WHERE tenant=? AND account=? AND feed=?", a.Tenant, a.ID, name).Scan(&rows).Error
	if err != nil || len(rows) == 0 {
		return nil, 0, store.Fail("cursor", err)
	}
	return rows[0].State, rows[0].Version, nil
}

// Keep implements social.Cursors.
func (s *Store) Keep(ctx context.Context, a social.Account, k social.Keep) error {
	return s.db.Write(ctx, "keep texts", func(tx *gorm.DB) error {
		if err := s.moveCursor(tx, a, k); err != nil {
			return err
		}
		const atATime = 100
		for items := k.Items; len(items) > 0; {
			n := min(atATime, len(items))
			if err := s.keepItems(tx, a, items[:n], k.Round); err != nil {
				return err
			}
			items = items[n:]
		}
		return nil
	})
}

// moveCursor moves the cursor if it is where it was read.
func (s *Store) moveCursor(tx *gorm.DB, a social.Account, k social.Keep) error {
	if k.Cursor == "" {
		return nil
	}
	var done *gorm.DB
	if k.Version == 0 {
		done = cursorTable.Put(tx, models.SocialCursor{Tenant: a.Tenant, Account: a.ID, Feed: k.Cursor, State: store.Blob(k.State), Version: 1},
			s.db.Dialect().OnConflictKeep("version"))
	} else {
		done = tx.Exec("UPDATE social_cursors SET state=?, version=version+1 WHERE tenant=? AND account=? AND feed=? AND version=?",
			store.Blob(k.State), a.Tenant, a.ID, k.Cursor, k.Version)
	}
	if done.Error == nil && done.RowsAffected != 1 {
		return models.Errorf(models.Conflict, "cursor_moved", "another server read this feed meanwhile")
	}
	return done.Error
}

// keepItems puts texts in. One that is known keeps what was stored first; it only
// takes over the feed that shows it, and the round that saw it.
func (s *Store) keepItems(tx *gorm.DB, a social.Account, items []social.Item, round int64) error {
	rows := make([]models.SocialItem, len(items))
	for i := range items {
		t := &items[i]
		rows[i] = models.SocialItem{
			Tenant: a.Tenant, Account: a.ID, Item: t.ID, Kind: string(t.Kind), Feed: string(t.Feed), Author: t.Author, Sealed: store.Blob(t.Sealed),
			PlatformAt: models.At(t.At), FetchedAt: models.At(t.FetchedAt), SeenRound: round,
		}
	}
	d := s.db.Dialect()
	conflict := " ON CONFLICT (tenant,account,item) DO UPDATE SET "
	if d.IsMySQL() {
		conflict = " ON DUPLICATE KEY UPDATE "
	}
	put := itemTable.Insert(rows, conflict+
		"feed=CASE WHEN social_items.feed='' THEN "+d.Inserted("feed")+" ELSE social_items.feed END, "+
		"seen_round=CASE WHEN social_items.seen_round<"+d.Inserted("seen_round")+" THEN "+d.Inserted("seen_round")+" ELSE social_items.seen_round END")
	return tx.Exec(put.SQL, put.Args...).Error
}

type itemRow struct {
	Item       models.ID
	Kind       social.Kind
	Feed       social.Feed
	Author     models.ID
	Sealed     []byte
	PlatformAt models.Time
	FetchedAt  models.Time
}

func (r *itemRow) item() social.Item {
	return social.Item{
		ID: r.Item, Kind: r.Kind, Feed: r.Feed, Author: r.Author, Sealed: r.Sealed, At: r.PlatformAt.Time, FetchedAt: r.FetchedAt.Time,
	}
}

// Unread implements social.Items.
func (s *Store) Unread(ctx context.Context, a social.Account, limit int) ([]social.Item, error) {
	var rows []itemRow
	err := s.db.Primary(ctx).Raw(`SELECT item, kind, feed, author, sealed, platform_at, fetched_at FROM social_items
 WHERE tenant=? AND account=? AND done=0 ORDER BY platform_at, item LIMIT ?`, a.Tenant, a.ID, limit).Scan(&rows).Error
	list := make([]social.Item, len(rows))
	for i := range rows {
		list[i] = rows[i].item()
	}
	return list, store.Fail("unread texts", err)
}

// Item implements social.Items.
func (s *Store) Item(ctx context.Context, a social.Account, item models.ID) (social.Item, *social.Reading, error) {
	var rows []struct {
		Item       models.ID // not an embedded itemRow: gorm leaves out what has no exported name
		Kind       social.Kind
		Feed       social.Feed
		Author     models.ID
		Sealed     []byte
		PlatformAt models.Time
		FetchedAt  models.Time

		Outcome        social.Outcome
		Reason         social.Reason
		Campaign, Unit string
		Level          uint8
		Rating         models.ID
		ReadAt         models.Time
	}
	err := s.db.Primary(ctx).Raw(`SELECT i.item, i.kind, i.feed, i.author, i.sealed, i.platform_at, i.fetched_at,
 COALESCE(r.outcome, '') AS outcome, COALESCE(r.reason, '') AS reason, COALESCE(r.campaign, '') AS campaign, COALESCE(r.unit, '') AS unit,
 COALESCE(r.level, 0) AS level, r.rating, r.read_at
 FROM social_items i LEFT JOIN social_readings r ON r.tenant = i.tenant AND r.account = i.account AND r.item = i.item
 WHERE i.tenant=? AND i.account=? AND i.item=?`, a.Tenant, a.ID, item).Scan(&rows).Error
	if err != nil {
		return social.Item{}, nil, store.Fail("text", err)
	}
	if len(rows) == 0 {
		return social.Item{}, nil, models.Errorf(models.NotFound, "unknown_text", "there is no such text")
	}
	r := &rows[0]
	i := itemRow{r.Item, r.Kind, r.Feed, r.Author, r.Sealed, r.PlatformAt, r.FetchedAt}
	if r.Outcome == "" {
		return i.item(), nil, nil
	}
	return i.item(), &social.Reading{
		Item: r.Item, Outcome: r.Outcome, Reason: r.Reason, Campaign: r.Campaign, Unit: r.Unit, Level: models.Level(r.Level), Rating: r.Rating, At: r.ReadAt.Time,
	}, nil
}

// WriteDown implements social.Items.
func (s *Store) WriteDown(ctx context.Context, a social.Account, readings []social.Reading) error {
	if len(readings) == 0 {
		return nil
	}
	return s.db.Write(ctx, "write down readings", func(tx *gorm.DB) error {
		items := []any{a.Tenant, a.ID}
		for i := range readings {
			items = append(items, readings[i].Item) // a Valuer: after a parenthesis gorm would take bytes apart
		}
		var written []models.ID
		if err := tx.Raw("SELECT item FROM social_readings WHERE tenant=? AND account=? AND item IN "+store.Tuples(1, len(readings)), items...).Scan(&written).Error; err != nil {
			return err
		}
		var rows []models.SocialReading
		for i := range readings {
			if r := &readings[i]; !slices.Contains(written, r.Item) {
				written = append(written, r.Item)
				rows = append(rows, models.SocialReading{
					Tenant: a.Tenant, Account: a.ID, Item: r.Item, Outcome: string(r.Outcome), Reason: string(r.Reason), Campaign: r.Campaign, Unit: r.Unit,
					Level: int(r.Level), Rating: r.Rating, ReadAt: models.At(r.At),
				})
			}
		}
		if len(rows) > 0 {
			put := readingTable.Insert(rows, "")
			err := tx.Exec(put.SQL, put.Args...).Error
			if store.KeyTaken(err) {
				return store.ErrChanged // by another server, meanwhile
			}
			if err != nil {
				return err
			}
		}
		return tx.Exec("UPDATE social_items SET done=1 WHERE tenant=? AND account=? AND item IN "+store.Tuples(1, len(readings)), items...).Error
	})
}

// Unseen implements social.Checks.
func (s *Store) Unseen(ctx context.Context, a social.Account, feed social.Feed, round int64, from time.Time, limit int) ([]social.Unseen, error) {
	var list []social.Unseen
	err := s.db.Primary(ctx).Raw(`SELECT i.item, r.campaign FROM social_items i
 JOIN social_readings r ON r.tenant = i.tenant AND r.account = i.account AND r.item = i.item
 LEFT JOIN social_retractions x ON x.tenant = i.tenant AND x.account = i.account AND x.item = i.item
 WHERE i.tenant=? AND i.account=? AND i.feed=? AND i.platform_at>=? AND i.seen_round<? AND i.fetched_at<? AND x.item IS NULL
 AND r.outcome = ? ORDER BY i.platform_at LIMIT ?`,
		a.Tenant, a.ID, string(feed), models.At(from), round, models.At(time.UnixMilli(round)), string(social.Counted), limit).Scan(&list).Error
	return list, store.Fail("unseen texts", err)
}
