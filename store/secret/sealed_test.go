package secret_test

import (
	"fmt"
	"testing"
	"time"

	"pingyi/internal/dbtest"
	"pingyi/models"
	"pingyi/social"
	"pingyi/store"
)

// Each row of every table is listed once, whatever the page, and replaced only where it
// still holds what was read.
func TestSealedRows_inPages_eachOnceAndReplacedOnlyIfUnchanged(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		ctx, now := t.Context(), time.Now()
		for i := range 23 {
			account := fmt.Sprintf("account%d", i%3)
			if err := db.Remember(ctx, models.Identity{Tenant: dbtest.Tenant, Account: account, Citizen: dbtest.NewID(t), SealedID: []byte{byte(i), 1}, SeenAt: models.At(now)}); err != nil {
				t.Fatal(err)
			}
			if err := db.SaveAccount(ctx, social.Account{Tenant: dbtest.Tenant, ID: account}, social.SealedAccount{Citizen: dbtest.NewID(t), Sealed: []byte{byte(i), 2}}, now); err != nil {
				t.Fatal(err)
			}
			for query, args := range map[string][]any{
				"INSERT INTO complaint_links (tenant,complaint,account,citizen,sealed_citizen) VALUES ": {dbtest.NewID(t), account, dbtest.NewID(t), []byte{byte(i), 3}},
				"INSERT INTO social_cursors (tenant,account,feed,state,version) VALUES ":                {account, fmt.Sprintf("feed%d", i), []byte{byte(i), 4}, 1},
				"INSERT INTO social_items (tenant,account,item,sealed,kind,feed,author,platform_at,fetched_at,seen_round,done) VALUES ": {
					account, dbtest.NewID(t), []byte{byte(i), 5}, "status", "f", dbtest.NewID(t), models.At(now), models.At(now), 1, 1,
				},
			} {
				if err := db.Primary(ctx).Exec(query+store.Tuples(1, len(args)+1), append([]any{dbtest.Tenant}, args...)...).Error; err != nil {
					t.Fatal(err)
				}
			}
		}
		for nth, table := range models.SealedTables() {
			t.Run(string(table), func(t *testing.T) { wantResealed(t, db, table, nth) })
		}
		if rows, err := db.SealedRows(ctx, "another", models.SealedIdentities, models.SealedRow{}, 5); err != nil || len(rows) != 0 {
			t.Errorf("of another tenant: %d rows, %v", len(rows), err)
		}
	})
}

// wantResealed goes through a table of 23 rows in pages, and replaces all.
func wantResealed(t *testing.T, db *dbtest.DB, table models.Sealed, nth int) {
	t.Helper()
	ctx := t.Context()
	seen := map[string]bool{}
	var after models.SealedRow
	for {
		rows, err := db.SealedRows(ctx, dbtest.Tenant, table, after, 4)
		if err != nil {
			t.Fatal(err)
		}
		if len(rows) == 0 {
			break
		}
		after = rows[len(rows)-1]
		again := make([]models.Resealed, len(rows))
		for i, r := range rows {
			seen[r.Account+string(r.Key)] = true
			if len(r.Sealed) != 2 || len(r.Citizen) == 0 {
				t.Fatalf("row %d: %v", i, r)
			}
			again[i] = models.Resealed{SealedRow: r, Again: append(append([]byte{}, r.Sealed...), byte(nth))}
		}
		if n, err := db.Reseal(ctx, dbtest.Tenant, table, again); err != nil || n != int64(len(rows)) {
			t.Fatalf("%d of %d replaced, %v", n, len(rows), err)
		}
		if n, err := db.Reseal(ctx, dbtest.Tenant, table, again); err != nil || n != 0 {
			t.Fatalf("%d replaced that were changed meanwhile, %v", n, err)
		}
	}
	if n, err := db.CountSealed(ctx, dbtest.Tenant, table); err != nil || n != 23 || len(seen) != 23 {
		t.Errorf("%d rows seen of %d, %v", len(seen), n, err)
	}
}

// Of two renewals at once one makes the key; its age is by the database's clock.
func TestAddSealingKey_twiceOneNumber_isRefused(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		if err := db.AddSealingKey(t.Context(), dbtest.Tenant, 1, []byte("a")); err != nil {
			t.Fatal(err)
		}
		if err := db.AddSealingKey(t.Context(), dbtest.Tenant, 1, []byte("b")); models.CodeOf(err) != "renewed" {
			t.Errorf("a second key of the number: %v", err)
		}
		if err := db.AddSealingKey(t.Context(), dbtest.Tenant, 10, []byte("c")); err != nil {
			t.Fatal(err)
		}
		if err := db.DestroyKey(t.Context(), dbtest.Tenant, models.SealingName(1), time.Now()); err != nil {
			t.Fatal(err)
		}
		list, err := db.SealingKeys(t.Context(), dbtest.Tenant)
		if err != nil || len(list) != 2 || list[0].Number != 10 || string(list[0].Wrapped) != "c" || list[0].Age < 0 || list[0].Age > time.Minute {
			t.Fatalf("%v %v", list, err)
		}
		if list[1].DestroyedAt.IsZero() || len(list[1].Wrapped) != 0 || !list[0].DestroyedAt.IsZero() {
			t.Errorf("destroyed: %v", list[1])
		}
	})
}
