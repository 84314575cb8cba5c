package record_test

import (
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"pingyi/internal/dbtest"
	"pingyi/models"
	"pingyi/store"
	"pingyi/store/record"
)

// BenchmarkScores times the reading of all channel scores with few ratings stored
// and with many, and a count of the single ratings beside it.
// PINGYI_BENCH_ROWS is how many (a million).
//
//	PINGYI_TEST_MYSQL_DSN=... PINGYI_BENCH_ROWS=10000000 go test ./store/record -run '^$' -bench Scores -benchtime 1x -timeout 1h
func BenchmarkScores(b *testing.B) {
	rows := 1_000_000
	if s := os.Getenv("PINGYI_BENCH_ROWS"); s != "" {
		var err error
		if rows, err = strconv.Atoi(s); err != nil {
			b.Fatal(err)
		}
	}
	db := dbtest.Migrated(b, dbtest.MySQLURL(b))
	dbtest.WithCampaign(b, db, 84)
	w := dbtest.WriterOn(b, db, record.WriterOptions{})
	for range 840 { // every unit has its tallies
		if _, err := w.Submit(b.Context(), benchRating()); err != nil {
			b.Fatal(err)
		}
	}
	stored := 0
	for b.Loop() {
		for _, n := range []int{10_000, rows} {
			fillRatings(b, db, stored, n)
			stored = n
			read := scoresRead(b, db)
			counted := groupedRead(b, db)
			b.Logf("%d ratings: all scores in %s (median of 201), counting single ratings in %s", dbtest.Count(b, db, "ratings", "1=1"), read, counted)
			b.ReportMetric(float64(read.Microseconds()), "µs-at-"+strconv.Itoa(n))
		}
	}
}

// fillRatings makes rows of ratings inside the database, numbered from+1 to to.
func fillRatings(b *testing.B, db *dbtest.DB, from, to int) {
	b.Helper()
	const atATime = 200_000
	for ; from < to; from += atATime {
		n := min(to-from, atATime)
		done := db.Primary(b.Context()).Exec(`INSERT INTO ratings (tenant,campaign,id,channel,account,unit,window_code,serial,person,answers,receipt,platform_at,received_at)
 SELECT ?, ?, UNHEX(MD5(seq + ?)), 'mobile', 'gh_1', CONCAT('A', LPAD(1 + seq % 84, 2, '0')), '', '', UNHEX(MD5(CONCAT('p', seq + ?))), '55445', CONCAT('bench-', seq + ?), ?, ?
 FROM seq_1_to_`+strconv.Itoa(n), dbtest.Tenant, dbtest.Campaign, from, from, from, store.TimeText(dbtest.Inside), store.TimeText(dbtest.Inside))
		if done.Error != nil || done.RowsAffected != int64(n) {
			b.Fatalf("%d rows, %v", done.RowsAffected, done.Error)
		}
	}
}

// scoresRead is the median time of reading and computing both channels' scores.
func scoresRead(b *testing.B, db *dbtest.DB) time.Duration {
	b.Helper()
	times := make([]time.Duration, 201)
	for i := range times {
		begin := time.Now()
		for _, channel := range []models.Channel{models.Mobile, models.Social} {
			list, err := db.Tallies(b.Context(), dbtest.Tenant, dbtest.Campaign, channel)
			if err != nil || len(list) != 84 {
				b.Fatalf("%d tallies, %v", len(list), err)
			}
		}
		times[i] = time.Since(begin)
	}
	slices.Sort(times)
	return times[len(times)/2]
}

// groupedRead is the time of one count of the single ratings.
func groupedRead(b *testing.B, db *dbtest.DB) time.Duration {
	b.Helper()
	begin := time.Now()
	rows, err := db.ReadSQL().QueryContext(b.Context(), "SELECT unit, COUNT(*), SUM(SUBSTR(answers,1,1)) FROM ratings WHERE tenant=? AND campaign=? GROUP BY unit", dbtest.Tenant, dbtest.Campaign)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	units := 0
	for rows.Next() {
		units++
	}
	if err := rows.Err(); err != nil || units != 84 {
		b.Fatalf("%d units, %v", units, err)
	}
	return time.Since(begin)
}
