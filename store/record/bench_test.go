package record_test

import (
	"cmp"
	"context"
	cryptorand "crypto/rand"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"pingyi/internal/dbtest"
	"pingyi/models"
	"pingyi/scoring"
	"pingyi/store"
	"pingyi/store/record"
	"pingyi/store/tally"
)

// benchBegan lets the clock of the benchmarks' ratings run from inside on.
var benchBegan = time.Now()

// benchSpell is how long each side works in a round.
const benchSpell = 2 * time.Second

// BenchmarkRatings compares durable ratings by group commit with one GORM
// transaction each and with raw SQL in one transaction. The sides take turns in
// the same minutes; the ratio is the median of three rounds.
//
//	PINGYI_TEST_MYSQL_DSN=... go test ./store/record -run '^$' -bench Ratings -benchtime 1x
func BenchmarkRatings(b *testing.B) {
	db := dbtest.Migrated(b, dbtest.MySQLURL(b))
	dbtest.WithCampaign(b, db, 84)
	w := dbtest.WriterOn(b, db, record.WriterOptions{})
	baseline := newBaseline(b, db)
	group := func(ctx context.Context, s scoring.Submission) error {
		ack, err := w.Submit(ctx, s)
		if err == nil && ack.Verdict != scoring.Counted {
			err = fmt.Errorf("verdict %d", ack.Verdict)
		}
		return err
	}
	for b.Loop() {
		race(b, db, "256 at once, one GORM transaction each", 256, group, baseline.gorm)
		race(b, db, "64 at once, one GORM transaction each", 64, group, baseline.gorm)
		race(b, db, "one at a time, raw SQL in one transaction", 1, group, baseline.raw)
	}
	if n := dbtest.Count(b, db, "ratings", "1=1"); n == 0 {
		b.Fatal("nothing was recorded")
	}
	dbtest.WantSound(b, db)
}

// BenchmarkRatings_openLoop offers twice as many ratings a second as one GORM
// transaction each carries with 64 at once, whether they are answered or not, and
// takes each one's time from the moment it was due.
//
//	PINGYI_TEST_MYSQL_DSN=... go test ./store/record -run '^$' -bench Ratings_openLoop -benchtime 1x
func BenchmarkRatings_openLoop(b *testing.B) {
	const rounds, spell, atOnce = 3, 5 * time.Second, 20_000
	db := dbtest.Migrated(b, dbtest.MySQLURL(b))
	dbtest.WithCampaign(b, db, 84)
	w := dbtest.WriterOn(b, db, record.WriterOptions{})
	baseline := newBaseline(b, db)
	sent := 0
	for b.Loop() {
		var slowest []time.Duration
		for range rounds {
			rate, _ := work(b, 64, baseline.gorm)
			n := int(2 * rate * spell.Seconds())
			times := make([]time.Duration, n)
			slots := make(chan struct{}, atOnce)
			var group sync.WaitGroup
			begin := time.Now()
			for i := range n {
				due := begin.Add(time.Duration(float64(i) / (2 * rate) * float64(time.Second)))
				time.Sleep(time.Until(due))
				slots <- struct{}{}
				group.Go(func() {
					if ack, err := w.Submit(b.Context(), benchRating()); err != nil || ack.Verdict != scoring.Counted {
						b.Errorf("%+v, %v", ack, err)
					}
					times[i] = time.Since(due)
					<-slots
				})
			}
			group.Wait()
			took := time.Since(begin)
			slices.Sort(times)
			sent += n
			slowest = append(slowest, times[n*99/100])
			b.Logf("GORM %.0f/s; %d ratings offered at %.0f/s, answered in %s: median %s, 99 %% within %s, longest %s",
				rate, n, 2*rate, took.Round(time.Millisecond), times[n/2], times[n*99/100], times[n-1])
		}
		b.ReportMetric(float64(median(slowest).Milliseconds()), "ms-p99")
	}
	if n := dbtest.Count(b, db, "ratings", "1=1"); n != sent {
		b.Errorf("%d ratings are recorded of %d", n, sent)
	}
	dbtest.WantSound(b, db)
}

type insertOne func(context.Context, scoring.Submission) error

// race lets both sides work in turns and prints the ratio of their rates.
func race(b *testing.B, db *dbtest.DB, name string, workers int, ours, base insertOne) {
	b.Helper()
	var ratios, rates, baseRates []float64
	var slowest []time.Duration
	for range 3 {
		rate, p99 := work(b, workers, ours)
		baseRate, _ := work(b, workers, base)
		ratios, rates, baseRates, slowest = append(ratios, rate/baseRate), append(rates, rate), append(baseRates, baseRate), append(slowest, p99)
	}
	var flush, pool int64
	if err := db.ReadSQL().QueryRowContext(context.Background(), "SELECT @@innodb_flush_log_at_trx_commit, @@innodb_buffer_pool_size").Scan(&flush, &pool); err != nil {
		b.Fatal(err)
	}
	b.Logf("%s: ratio %.2f (group %.0f/s, p99 %s; baseline %.0f/s); %d rows, flush_log_at_trx_commit=%d, buffer pool %d MiB",
		name, median(ratios), median(rates), median(slowest), median(baseRates), dbtest.Count(b, db, "ratings", "1=1"), flush, pool>>20)
	b.ReportMetric(median(ratios), fmt.Sprintf("x-at-%d", workers))
}

func median[T cmp.Ordered](list []T) T {
	slices.Sort(list)
	return list[len(list)/2]
}

// work is the rate of do by so many workers, and the 99th percentile of its time.
func work(b *testing.B, workers int, do insertOne) (perSecond float64, p99 time.Duration) {
	b.Helper()
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	var stop atomic.Bool
	times := make([][]time.Duration, workers)
	var group sync.WaitGroup
	begin := time.Now()
	for i := range workers {
		group.Go(func() {
			for !stop.Load() {
				s := benchRating()
				t := time.Now()
				if err := do(ctx, s); err != nil {
					b.Error(err)
					return
				}
				times[i] = append(times[i], time.Since(t))
			}
		})
	}
	time.Sleep(benchSpell)
	stop.Store(true)
	group.Wait()
	took := time.Since(begin)
	all := slices.Concat(times...)
	if len(all) == 0 {
		b.Fatal("nothing was done")
	}
	slices.Sort(all)
	return float64(len(all)) / took.Seconds(), all[len(all)*99/100]
}

func benchID() (i models.ID) {
	for at := 0; at < len(i); at += 8 {
		x := rand.Uint64()
		for k := range 8 {
			i[at+k] = byte(x >> (8 * k))
		}
	}
	return i
}

func benchRating() scoring.Submission {
	answers := make(models.Answers, 5)
	for i := range answers {
		answers[i] = models.Level(1 + rand.IntN(5))
	}
	now := time.Now()
	id, err := models.NewRowID(now, cryptorand.Reader)
	if err != nil {
		panic(err)
	}
	hex := strings.ToUpper(benchID().String())
	return scoring.Submission{
		Tenant: dbtest.Tenant, Campaign: dbtest.Campaign, Channel: models.Mobile, Account: "gh_1", Unit: fmt.Sprintf("A%02d", 1+rand.IntN(84)),
		Rating: id, Person: benchID(), Push: benchID(), Draft: benchID(), Receipt: hex[:4] + "-" + hex[4:8] + "-" + hex[8:12] + "-" + hex[12:16],
		Answers: answers, PlatformAt: dbtest.Inside, ReceivedAt: dbtest.Inside.Add(now.Sub(benchBegan)), Answer: make([]byte, 600),
	}
}

// baseline has a row and a tally a rating, as the ordinary way would: the same
// columns and keys as ours, without ledger and index of live ratings.
type baseline struct {
	db      *gorm.DB
	sql     *sql.DB
	dialect store.Dialect
}

type benchRow struct {
	Tenant     string    `gorm:"primaryKey"`
	Campaign   string    `gorm:"primaryKey"`
	ID         models.ID `gorm:"primaryKey;column:id"`
	Channel    models.Channel
	Account    string
	Unit       string
	WindowCode string
	Serial     string
	Person     models.ID
	Answers    string
	Receipt    string
	PlatformAt models.Time
	ReceivedAt models.Time
}

func (benchRow) TableName() string { return "bench_ratings" }

func newBaseline(b *testing.B, db *dbtest.DB) *baseline {
	b.Helper()
	for _, s := range []string{"CREATE TABLE bench_ratings LIKE ratings", "CREATE TABLE bench_tallies LIKE tallies"} {
		if _, err := db.SQL().ExecContext(context.Background(), s); err != nil {
			b.Fatal(err)
		}
	}
	return &baseline{db.Primary(context.Background()), db.SQL(), db.Dialect()}
}

func (x *baseline) row(s scoring.Submission) *benchRow {
	return &benchRow{
		s.Tenant, s.Campaign, s.Rating, s.Channel, s.Account, s.Unit, s.Window, s.Serial, s.Person, s.Answers.String(), s.Receipt,
		models.At(s.PlatformAt), models.At(s.ReceivedAt),
	}
}

func (x *baseline) tally(s scoring.Submission) map[string]any {
	t := scoring.Tally{Received: 1}
	t.Add(s.Answers, 1)
	row := map[string]any{"tenant": s.Tenant, "campaign": s.Campaign, "channel": s.Channel, "unit": s.Unit}
	for i, cell := range tally.Cells(&t) {
		row[tally.Columns[i]] = *cell
	}
	return row
}

func (x *baseline) gorm(ctx context.Context, s scoring.Submission) error {
	return x.db.WithContext(ctx).Transaction(func(tx *gorm.DB) error {
		if err := tx.Create(x.row(s)).Error; err != nil {
			return err
		}
		up := clause.Set{}
		for _, c := range tally.Columns {
			up = append(up, clause.Assignment{Column: clause.Column{Name: c}, Value: gorm.Expr(c + "+VALUES(" + c + ")")})
		}
		return tx.Table("bench_tallies").Clauses(clause.OnConflict{DoUpdates: up}).Create(x.tally(s)).Error
	})
}

func (x *baseline) raw(ctx context.Context, s scoring.Submission) (err error) {
	tx, err := x.sql.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO bench_ratings (tenant,campaign,id,channel,account,unit,window_code,serial,person,answers,receipt,platform_at,received_at) VALUES "+store.Tuples(1, 13),
		s.Tenant, s.Campaign, s.Rating[:], string(s.Channel), s.Account, s.Unit, s.Window, s.Serial, s.Person[:], s.Answers.String(), s.Receipt,
		store.TimeText(s.PlatformAt), store.TimeText(s.ReceivedAt))
	if err == nil {
		d := tally.Deltas{}
		t := d.Of(s.Channel, s.Unit)
		t.Received++
		t.Add(s.Answers, 1)
		p := d.Upsert(x.dialect, s.Tenant, s.Campaign)
		_, err = tx.ExecContext(ctx, strings.ReplaceAll(p.SQL, "tallies", "bench_tallies"), p.Args...)
	}
	if err != nil {
		if rerr := tx.Rollback(); rerr != nil {
			return fmt.Errorf("%w; roll back: %w", err, rerr)
		}
		return err
	}
	return tx.Commit()
}
