package store_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"pingyi/complaints"
	"pingyi/internal/dbtest"
	"pingyi/models"
	"pingyi/scoring"
	"pingyi/store/record"
)

// complaintTimes are all times that the record has of complaints, by column.
func complaintTimes(t *testing.T, db *dbtest.DB) map[string][]string {
	t.Helper()
	times := map[string][]string{}
	for _, of := range []struct{ column, query string }{
		{"complaints.platform_at", "SELECT platform_at FROM complaints"},
		{"complaints.received_at", "SELECT received_at FROM complaints"},
		{"complaint_events.happened_at", "SELECT happened_at FROM complaint_events"},
		{"effects.recorded_at", "SELECT recorded_at FROM effects WHERE kind = 'complaint'"},
	} {
		var list []models.Time
		if err := db.Primary(context.Background()).Raw(of.query).Scan(&list).Error; err != nil {
			t.Fatal(err)
		}
		for _, at := range list {
			times[of.column] = append(times[of.column], at.Format(models.TimeForm))
		}
	}
	return times
}

func wantHours(t *testing.T, db *dbtest.DB, rows map[string]int) {
	t.Helper()
	times := complaintTimes(t, db)
	for column, n := range rows {
		if len(times[column]) != n {
			t.Errorf("%d times in %s, want %d", len(times[column]), column, n)
		}
		for _, at := range times[column] {
			if !strings.HasSuffix(at, ":00:00.000") {
				t.Errorf("%s has %s, which is no full hour", column, at)
			}
		}
	}
}

// By its second an anonymous complaint could be joined to the rating that its
// author sent in the same minute.
func TestFile_timesOfTheRecord_areFullHours(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 3)
		f := dbtest.Filing(t)
		f.PlatformAt, f.ReceivedAt = dbtest.Inside.Add(59*time.Minute+58*time.Second), dbtest.Inside.Add(59*time.Minute+59*time.Second+999*time.Millisecond)
		ack := dbtest.File(t, db, f, complaints.Filed)
		if !ack.At.Equal(dbtest.Inside) {
			t.Errorf("the ack says %s", ack.At)
		}
		if err := db.AddEvent(t.Context(), record.Event{Tenant: dbtest.Tenant, Complaint: f.ID, State: complaints.Accepted, At: dbtest.Inside.Add(61 * time.Minute), By: "office"}); err != nil {
			t.Fatal(err)
		}
		wantHours(t, db, map[string]int{"complaints.platform_at": 1, "complaints.received_at": 1, "complaint_events.happened_at": 2, "effects.recorded_at": 1})
		list, err := db.Tickets(t.Context(), dbtest.Tenant, f.Citizen)
		if err != nil || len(list) != 1 || !list[0].At.Equal(dbtest.Inside) || !list[0].Since.Equal(dbtest.Inside.Add(time.Hour)) {
			t.Errorf("tickets %+v, %v", list, err)
		}
		late := dbtest.Filing(t) // two minutes later it is the next day in Beijing
		late.ReceivedAt = time.Date(2026, 11, 22, 16, 1, 59, 0, time.UTC)
		if ack := dbtest.File(t, db, late, complaints.Filed); ack.No != "20261123-0001" {
			t.Errorf("number %s: the day is not that of the receipt", ack.No)
		}
		again := f
		again.ID, again.Push = dbtest.NewID(t), dbtest.NewID(t)
		again.ReceivedAt = again.ReceivedAt.Add(time.Second)
		if ack := dbtest.File(t, db, again, complaints.DraftDone); ack.No != "20261122-0001" {
			t.Errorf("the draft again: %+v", ack)
		}
		dbtest.WantSound(t, db)
	})
}

// A server of an earlier release wrote times to the millisecond, also beside the
// migrated schema.
func TestMigrate_exactTimesOfAnEarlierRelease_becomeFullHours(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 3)
		f := dbtest.Filing(t)
		dbtest.File(t, db, f, complaints.Filed)
		s := dbtest.Rating(t, "A01", "11111")
		dbtest.Submit(t, dbtest.WriterOn(t, db, record.WriterOptions{}), s, scoring.Counted)
		exact := models.At(dbtest.Inside.Add(59*time.Minute + 58*time.Second + 987*time.Millisecond))
		for _, sql := range []string{
			"UPDATE effects SET recorded_at = ? WHERE kind = 'complaint'", "UPDATE complaint_events SET happened_at = ?",
			"UPDATE complaints SET platform_at = ?", "UPDATE complaints SET received_at = ?",
		} {
			if err := db.Primary(context.Background()).Exec(sql, exact).Error; err != nil {
				t.Fatal(err)
			}
		}
		for range 2 {
			if err := db.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
			wantHours(t, db, map[string]int{"complaints.platform_at": 1, "complaints.received_at": 1, "complaint_events.happened_at": 1, "effects.recorded_at": 1})
		}
		if n := dbtest.Count(t, db, "ratings", "received_at = ?", models.At(s.ReceivedAt)); n != 1 {
			t.Error("the time of a rating was changed")
		}
		again := f
		again.ID = dbtest.NewID(t)
		dbtest.File(t, db, again, complaints.Repeat)
		dbtest.WantSound(t, db)
	})
}
