package store

import (
	"fmt"
	"strings"
	"testing"

	"pingyi/models"
	"pingyi/scoring"
)

// tamper changes what the transactions keep, behind their back.
func tamper(t *testing.T, db *DB, statement string) {
	t.Helper()
	if _, err := db.sql.ExecContext(t.Context(), statement); err != nil {
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
			list, err := db.Recount(t.Context(), tenant, campaign, nil)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, d := range list {
				got = append(got, d.Field+" "+d.Unit)
			}
			if s := strings.Join(got, ","); s != tt.want {
				t.Errorf("%s: differences %s, want %s", name, s, tt.want)
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
		want := fmt.Sprint([]string{"answer", "draft", "id", "kind", "push", "recorded_at", "ref", "tenant"})
		if got := fmt.Sprint(sorted(tables["effects"].columns)); got != want {
			t.Errorf("effects has %s, want %s", got, want)
		}
	})
}
