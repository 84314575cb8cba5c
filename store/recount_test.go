package store

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pingyi/models"
	"pingyi/scoring"
)

// tamper changes what the transactions keep, behind their back.
func tamper(t *testing.T, db *DB, statement string) {
	t.Helper()
	if _, err := db.SQL().ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

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
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 3)
		w := writerOn(t, db, WriterOptions{})
		first := rating(t, "A01", "54321")
		submit(t, w, first, scoring.Counted)
		submit(t, w, change(t, first, "33333"), scoring.Counted)
		submit(t, w, rating(t, "A02", "5-0-1"), scoring.Counted)
		submit(t, w, rating(t, "A03", "3"), scoring.Counted)
		f := filing(t)
		f.Unit = "A03"
		file(t, db, f, 0)
		wantSound(t, db)
		for name, tt := range tests {
			tamper(t, db, tt.statement)
			if got := differences(t, db); got != tt.want {
				t.Errorf("%s: differences %s, want %s", name, got, tt.want)
			}
			if err := db.Repair(t.Context(), tenant, campaign); err != nil {
				t.Fatal(err)
			}
			wantSound(t, db)
		}
	})
}

func TestRecount_progress_endsAtTheTotal(t *testing.T) {
	db := migrated(t, sqliteURL(t))
	withCampaign(t, db, 3)
	w := writerOn(t, db, WriterOptions{})
	for range 5 {
		submit(t, w, rating(t, "A01", "54321"), scoring.Counted)
	}
	var done, total int64
	if _, err := db.Recount(t.Context(), tenant, campaign, func(d, n int64) { done, total = d, n }); err != nil {
		t.Fatal(err)
	}
	if done != 5 || total != 5 {
		t.Errorf("%d of %d, want 5 of 5", done, total)
	}
	if _, err := db.Recount(t.Context(), tenant, "1999", nil); models.KindOf(err) != models.NotFound {
		t.Errorf("unknown campaign: %v", err)
	}
	if err := db.Repair(t.Context(), tenant, "1999"); models.KindOf(err) != models.NotFound {
		t.Errorf("unknown campaign: %v", err)
	}
}

// Personal and chosen things stand where they must and nowhere else.
func TestTables_effectsHoldNoLevels_evidenceHoldsNoPlatformID(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		tables := schemaOf(t, db)
		for _, table := range []string{"effects", "ratings", "rating_ends", "rating_reasons", "live_ratings", "complaints", "complaint_events", "tallies"} {
			for column := range tables[table].columns {
				for _, bad := range []string{"openid", "uid", "citizen", "platform_id", "sealed_id", "contact"} {
					if strings.Contains(column, bad) {
						t.Errorf("%s has the column %s", table, column)
					}
				}
			}
		}
		want := fmt.Sprint([]string{"answer", "draft", "id", "kind", "proof", "push", "recorded_at", "ref", "tenant"})
		if got := fmt.Sprint(sorted(tables["effects"].columns)); got != want {
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
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 3)
		w := writerOn(t, db, WriterOptions{})
		submit(t, w, rating(t, "A01", "5"), scoring.Counted)
		submit(t, w, rating(t, "A02", "4"), scoring.Counted)
		for name, tt := range tests {
			wantTallied(t, db)
			tamper(t, db, tt.statement)
			if got := differences(t, db); got != tt.want {
				t.Errorf("%s: differences %s, want %s", name, got, tt.want)
			}
			tamper(t, db, tt.undo)
		}
		wantTallied(t, db)
	})
}

// differences are "field unit" of what a recount finds.
func differences(t *testing.T, db *DB) string {
	t.Helper()
	list, err := db.Recount(t.Context(), tenant, campaign, nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range list {
		got = append(got, d.Field+" "+d.Unit)
	}
	return strings.Join(got, ",")
}

// A public text may be fetched until the settlement.
func TestRecount_publicTextFetchedAfterTheClose_isNoDifference(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 1)
		s := rating(t, "A01", "5")
		s.Channel, s.Account, s.Source = models.Social, "wb_1", newID(t)
		s.PlatformAt, s.ReceivedAt = closes.Add(-time.Second), closes.Add(scoring.PublicGrace)
		submit(t, writerOn(t, db, WriterOptions{}), s, scoring.Counted)
		wantSound(t, db)
		tamper(t, db, "DELETE FROM public_ratings")
		if got := differences(t, db); got != "outside_window A01" {
			t.Errorf("differences %s, want outside_window A01", got)
		}
	})
}

// Whoever must look into it has to know where.
func TestRecount_answersThatAreNone_namesTheRating(t *testing.T) {
	db := migrated(t, sqliteURL(t))
	withCampaign(t, db, 1)
	s := rating(t, "A01", "54321")
	submit(t, writerOn(t, db, WriterOptions{}), s, scoring.Counted)
	tamper(t, db, "UPDATE ratings SET answers = '5x321'")
	_, err := db.Recount(t.Context(), tenant, campaign, nil)
	if err == nil || !strings.Contains(err.Error(), s.Rating.String()) || !strings.Contains(err.Error(), "A01") {
		t.Errorf("got %v, want the rating and its unit", err)
	}
}
