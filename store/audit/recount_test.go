package audit_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pingyi/internal/dbtest"
	"pingyi/models"
	"pingyi/scoring"
	"pingyi/store/record"
)

func TestRecount_whatWasTamperedWith_isFoundAndRepaired(t *testing.T) {
	tests := map[string]struct {
		statement string
		want      string // "field unit" of the differences
	}{
		"a count":              {"UPDATE tallies SET d3_l3 = d3_l3 + 1, live = live - 1 WHERE unit = 'A01'", "live A01,d3_l3 A01"},
		"a tally that is gone": {"DELETE FROM tallies WHERE unit = 'A03'", "received A03,live A03,ratings A03,d1_l3 A03,complaints_received A03"},
		"a complaint":          {"UPDATE tallies SET complaints_received = 0 WHERE unit = 'A03'", "complaints_received A03"},
		"a live row's answers": {"UPDATE live_ratings SET answers = '11111' WHERE unit = 'A02'", "live_mismatches A02"},
		"a live row gone":      {"DELETE FROM live_ratings WHERE unit = 'A02'", "live_rows A02,live_mismatches A02"},
		"a live row too many": {
			"INSERT INTO live_ratings (tenant,campaign,channel,unit,person,rating,answers) VALUES ('default','2017','mobile','A02',X'0102',X'0304','5')",
			"live_rows A02",
		},
	}
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 3)
		w := dbtest.WriterOn(t, db, record.WriterOptions{})
		first := dbtest.Rating(t, "A01", "54321")
		dbtest.Submit(t, w, first, scoring.Counted)
		dbtest.Submit(t, w, dbtest.Change(t, first, "33333"), scoring.Counted)
		dbtest.Submit(t, w, dbtest.Rating(t, "A02", "5-0-1"), scoring.Counted)
		dbtest.Submit(t, w, dbtest.Rating(t, "A03", "3"), scoring.Counted)
		f := dbtest.Filing(t)
		f.Unit = "A03"
		dbtest.File(t, db, f, 0)
		dbtest.WantSound(t, db)
		for name, tt := range tests {
			dbtest.Tamper(t, db, tt.statement)
			if got := dbtest.Differences(t, db); got != tt.want {
				t.Errorf("%s: differences %s, want %s", name, got, tt.want)
			}
			if err := db.Repair(t.Context(), dbtest.Tenant, dbtest.Campaign); err != nil {
				t.Fatal(err)
			}
			dbtest.WantSound(t, db)
		}
	})
}

func TestRecount_progress_endsAtTheTotal(t *testing.T) {
	db := dbtest.Migrated(t, dbtest.SQLiteURL(t))
	dbtest.WithCampaign(t, db, 3)
	w := dbtest.WriterOn(t, db, record.WriterOptions{})
	for range 5 {
		dbtest.Submit(t, w, dbtest.Rating(t, "A01", "54321"), scoring.Counted)
	}
	var done, total int64
	if _, err := db.Recount(t.Context(), dbtest.Tenant, dbtest.Campaign, func(d, n int64) { done, total = d, n }); err != nil {
		t.Fatal(err)
	}
	if done != 5 || total != 5 {
		t.Errorf("%d of %d, want 5 of 5", done, total)
	}
	if _, err := db.Recount(t.Context(), dbtest.Tenant, "1999", nil); models.KindOf(err) != models.NotFound {
		t.Errorf("unknown campaign: %v", err)
	}
	if err := db.Repair(t.Context(), dbtest.Tenant, "1999"); models.KindOf(err) != models.NotFound {
		t.Errorf("unknown campaign: %v", err)
	}
}

// Personal and chosen things stand where they must and nowhere else.
func TestTables_effectsHoldNoLevels_evidenceHoldsNoPlatformID(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		tables := dbtest.SchemaOf(t, db)
		for _, table := range []string{"effects", "ratings", "rating_ends", "rating_reasons", "live_ratings", "complaints", "complaint_events", "tallies"} {
			for column := range tables[table].Columns {
				for _, bad := range []string{"openid", "uid", "citizen", "platform_id", "sealed_id", "contact"} {
					if strings.Contains(column, bad) {
						t.Errorf("%s has the column %s", table, column)
					}
				}
			}
		}
		want := fmt.Sprint([]string{"answer", "draft", "id", "kind", "proof", "push", "recorded_at", "ref", "tenant"})
		if got := fmt.Sprint(dbtest.Sorted(tables["effects"].Columns)); got != want {
			t.Errorf("effects has %s, want %s", got, want)
		}
	})
}

// Who alters a rating, its index and its tally alike is found by what the
// campaign's own rows say, or by a sum that was filed before.
func TestRecount_frameThatWasTamperedWith_isFound(t *testing.T) {
	tests := map[string]struct{ statement, want, undo string }{
		"the close moved before ratings": {
			"UPDATE campaigns SET closes_at = '2026-11-22 08:00:00.000'", "outside_window A01,outside_window A02",
			"UPDATE campaigns SET closes_at = '2026-12-01 00:00:00.000'",
		},
		"the opening moved behind them": {
			"UPDATE campaigns SET opens_at = '2026-11-22 08:00:00.001'", "outside_window A01,outside_window A02",
			"UPDATE campaigns SET opens_at = '2026-11-01 00:00:00.000'",
		},
		"a confirmation after the close": {
			"UPDATE ratings SET platform_at = '2026-12-01 00:00:00.000' WHERE unit = 'A01'", "outside_window A01",
			"UPDATE ratings SET platform_at = '2026-11-22 08:00:00.000' WHERE unit = 'A01'",
		},
		"a receipt long after the close": {
			"UPDATE ratings SET received_at = '2026-12-01 00:01:00.001' WHERE unit = 'A01'", "outside_window A01",
			"UPDATE ratings SET received_at = '2026-12-01 00:01:00.000' WHERE unit = 'A01'", // the last that counts
		},
		"the close moved without a stop": {
			"UPDATE campaigns SET planned_close = closes_at, closes_at = '2026-12-31 00:00:00.000'", "close_moved ",
			"UPDATE campaigns SET closes_at = planned_close, planned_close = NULL",
		},
		"a stop that put the close off": {
			"UPDATE campaigns SET planned_close = closes_at, closes_at = '2026-12-31 00:00:00.000', stopped_at = '2026-11-30 00:00:00.000'", "close_moved ",
			"UPDATE campaigns SET closes_at = planned_close, planned_close = NULL, stopped_at = NULL",
		},
		"a unit struck off": {
			"UPDATE campaign_units SET code = 'A99' WHERE code = 'A02'", "unlisted A02",
			"UPDATE campaign_units SET code = 'A02' WHERE code = 'A99'",
		},
		"a channel struck off": {
			"UPDATE campaign_channels SET channel = 'web' WHERE channel = 'mobile'", "unlisted A01,unlisted A02",
			"UPDATE campaign_channels SET channel = 'mobile' WHERE channel = 'web'",
		},
		"a tally of no unit": {
			"UPDATE tallies SET unit = 'A09' WHERE unit = 'A02'",
			"received A02,live A02,ratings A02,d1_l4 A02,received A09,live A09,ratings A09,d1_l4 A09,unlisted A09",
			"UPDATE tallies SET unit = 'A02' WHERE unit = 'A09'",
		},
	}
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 3)
		w := dbtest.WriterOn(t, db, record.WriterOptions{})
		dbtest.Submit(t, w, dbtest.Rating(t, "A01", "5"), scoring.Counted)
		dbtest.Submit(t, w, dbtest.Rating(t, "A02", "4"), scoring.Counted)
		for name, tt := range tests {
			dbtest.WantTallied(t, db)
			dbtest.Tamper(t, db, tt.statement)
			if got := dbtest.Differences(t, db); got != tt.want {
				t.Errorf("%s: differences %s, want %s", name, got, tt.want)
			}
			dbtest.Tamper(t, db, tt.undo)
		}
		dbtest.WantTallied(t, db)
	})
}

// A public text may be fetched until the settlement.
func TestRecount_publicTextFetchedAfterTheClose_isNoDifference(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 1)
		s := dbtest.Rating(t, "A01", "5")
		s.Channel, s.Account, s.Source = models.Social, "wb_1", dbtest.NewID(t)
		s.PlatformAt, s.ReceivedAt = dbtest.Closes.Add(-time.Second), dbtest.Closes.Add(scoring.PublicGrace)
		dbtest.Submit(t, dbtest.WriterOn(t, db, record.WriterOptions{}), s, scoring.Counted)
		dbtest.WantSound(t, db)
		dbtest.Tamper(t, db, "DELETE FROM public_ratings")
		if got := dbtest.Differences(t, db); got != "outside_window A01" {
			t.Errorf("differences %s, want outside_window A01", got)
		}
	})
}

// Whoever must look into it has to know where.
func TestRecount_answersThatAreNone_namesTheRating(t *testing.T) {
	db := dbtest.Migrated(t, dbtest.SQLiteURL(t))
	dbtest.WithCampaign(t, db, 1)
	s := dbtest.Rating(t, "A01", "54321")
	dbtest.Submit(t, dbtest.WriterOn(t, db, record.WriterOptions{}), s, scoring.Counted)
	dbtest.Tamper(t, db, "UPDATE ratings SET answers = '5x321'")
	_, err := db.Recount(t.Context(), dbtest.Tenant, dbtest.Campaign, nil)
	if err == nil || !strings.Contains(err.Error(), s.Rating.String()) || !strings.Contains(err.Error(), "A01") {
		t.Errorf("got %v, want the rating and its unit", err)
	}
}
