package record_test

import (
	"context"
	"reflect"
	"sync"
	"testing"
	"time"

	"pingyi/internal/dbtest"
	"pingyi/models"
	"pingyi/scoring"
	"pingyi/store"
	"pingyi/store/record"
)

func TestSubmit_once_counts(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 3)
		w := dbtest.WriterOn(t, db, record.WriterOptions{})
		s := dbtest.Rating(t, "A01", "5540-")
		if ack := dbtest.Submit(t, w, s, scoring.Counted); ack.Receipt != s.Receipt {
			t.Errorf("receipt %q, want %q", ack.Receipt, s.Receipt)
		}
		got := dbtest.TallyOf(t, db, models.Mobile, "A01")
		want := scoring.Tally{Unit: "A01", Received: 1}
		want.Add(s.Answers, 1)
		if got != want {
			t.Errorf("tally %+v, want %+v", got, want)
		}
		answer, found, err := db.FindEffect(t.Context(), dbtest.Tenant, s.Push)
		if err != nil || !found || string(answer) != string(s.Answer) {
			t.Errorf("effect %q, %t, %v", answer, found, err)
		}
	})
}

func TestSubmit_samePush_repeatsTheFirstAnswer(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 3)
		w := dbtest.WriterOn(t, db, record.WriterOptions{})
		s := dbtest.Rating(t, "A01", "55555")
		s.Replacing = []byte("of no use: it replaces none")
		if ack := dbtest.Submit(t, w, s, scoring.Counted); ack.Replaced {
			t.Error("told that it replaces one")
		}
		if ack := dbtest.Submit(t, w, dbtest.Again(t, s), scoring.Repeat); string(ack.Answer) != string(s.Answer) {
			t.Errorf("answer %q, want %q", ack.Answer, s.Answer)
		}
		dbtest.WantRows(t, db, map[string]int{"effects": 1, "ratings": 1, "live_ratings": 1, "rating_ends": 0})
	})
}

func TestSubmit_sameDraftFromAnotherPush_tellsTheFirstReceipt(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 3)
		w := dbtest.WriterOn(t, db, record.WriterOptions{})
		s := dbtest.Rating(t, "A02", "55555")
		dbtest.Submit(t, w, s, scoring.Counted)
		second := dbtest.Again(t, s)
		second.Push = dbtest.NewID(t)
		ack := dbtest.Submit(t, w, second, scoring.DraftDone)
		if ack.Receipt != s.Receipt || ack.Unit != "A02" || !ack.At.Equal(s.ReceivedAt) {
			t.Errorf("ack %+v", ack)
		}
		dbtest.WantRows(t, db, map[string]int{"effects": 1, "ratings": 1})
	})
}

func TestSubmit_changed_supersedes(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 3)
		w := dbtest.WriterOn(t, db, record.WriterOptions{})
		first := dbtest.Rating(t, "A01", "30425")
		dbtest.Submit(t, w, first, scoring.Counted)
		second := dbtest.Change(t, first, "55555")
		second.Replacing = []byte("counts instead")
		if ack := dbtest.Submit(t, w, second, scoring.Counted); !ack.Replaced {
			t.Error("not told that it replaces one")
		}
		if ack := dbtest.Submit(t, w, dbtest.Again(t, second), scoring.Repeat); string(ack.Answer) != "counts instead" {
			t.Errorf("answer %q was committed", ack.Answer)
		}
		got := dbtest.TallyOf(t, db, models.Mobile, "A01")
		want := scoring.Tally{Unit: "A01", Received: 2, Superseded: 1}
		want.Add(second.Answers, 1)
		if got != want {
			t.Errorf("tally %+v, want %+v", got, want)
		}
		if n := dbtest.Count(t, db, "rating_ends", "rating = ? AND how = 'superseded' AND by_rating = ?", first.Rating, second.Rating); n != 1 {
			t.Errorf("%d ends of the first rating, want 1", n)
		}
	})
}

func TestSubmit_window(t *testing.T) {
	grace := dbtest.Closes.Add(scoring.CloseGrace)
	tests := map[string]struct {
		platform, received time.Time
		want               scoring.Verdict
	}{
		"before it opens": {dbtest.Opens.Add(-time.Second), dbtest.Opens, scoring.TooEarly},
		"as it opens":     {dbtest.Opens, dbtest.Opens.Add(time.Second), scoring.Counted},
		"last second, received at the last grace": {dbtest.Closes.Add(-time.Second), grace, scoring.Counted},
		"last second, received a ms after grace":  {dbtest.Closes.Add(-time.Second), grace.Add(time.Millisecond), scoring.TooLate},
		"at the close":                            {dbtest.Closes, dbtest.Closes, scoring.TooLate},
	}
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 3)
		w := dbtest.WriterOn(t, db, record.WriterOptions{})
		counted := 0
		for name, tt := range tests {
			s := dbtest.Rating(t, "A01", "55555")
			s.PlatformAt, s.ReceivedAt = tt.platform, tt.received
			ack, err := w.Submit(t.Context(), s)
			if err != nil || ack.Verdict != tt.want {
				t.Errorf("%s: verdict %d, %v, want %d", name, ack.Verdict, err, tt.want)
			}
			if tt.want == scoring.Counted {
				counted++
			}
		}
		dbtest.WantRows(t, db, map[string]int{"effects": counted, "ratings": counted, "live_ratings": counted})
	})
}

func TestSubmit_unknownCampaignUnitOrChannel_isMissing(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 3)
		w := dbtest.WriterOn(t, db, record.WriterOptions{})
		for _, spoil := range []func(*scoring.Submission){
			func(s *scoring.Submission) { s.Campaign = "1999" },
			func(s *scoring.Submission) { s.Unit = "Z99" },
			func(s *scoring.Submission) { s.Channel = "tv" },
			func(s *scoring.Submission) { s.Tenant = "other" },
		} {
			s := dbtest.Rating(t, "A01", "55555")
			spoil(&s)
			dbtest.Submit(t, w, s, scoring.Missing)
		}
		dbtest.WantRows(t, db, map[string]int{"effects": 0, "ratings": 0})
	})
}

// A batch holds whatever was queued before the writer ran.
func TestSubmit_duplicatesInsideABatch_failNobody(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 3)
		w := record.NewWriter(db.RecordStore, record.WriterOptions{Writers: 1})
		s := dbtest.Rating(t, "A01", "55555")
		otherPush := dbtest.Again(t, s)
		otherPush.Push = dbtest.NewID(t)
		late := dbtest.Rating(t, "A02", "55555")
		late.ReceivedAt = dbtest.Closes.Add(time.Hour)
		list := []scoring.Submission{
			s, dbtest.Again(t, s), otherPush, dbtest.Change(t, s, "11111"), dbtest.Rating(t, "A02", "44444"), late, dbtest.Rating(t, "A03", "33333"),
		}
		acks := queued(t, w, list)
		want := []scoring.Verdict{
			scoring.Counted, scoring.Repeat, scoring.DraftDone, scoring.Counted, scoring.Counted, scoring.TooLate, scoring.Counted,
		}
		for i := range list {
			if acks[i].Verdict != want[i] {
				t.Errorf("submission %d: verdict %d, want %d", i, acks[i].Verdict, want[i])
			}
		}
		dbtest.WantRows(t, db, map[string]int{"effects": 4, "ratings": 4, "live_ratings": 3, "rating_ends": 1})
	})
}

// A person who rates a unit twice within a group that brings nothing else out of
// the ordinary.
func TestSubmit_changedInsideABatch_supersedes(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 3)
		w := record.NewWriter(db.RecordStore, record.WriterOptions{Writers: 1})
		s := dbtest.Rating(t, "A01", "55555")
		for i, ack := range queued(t, w, []scoring.Submission{s, dbtest.Rating(t, "A02", "44444"), dbtest.Change(t, s, "11111"), dbtest.Change(t, s, "22222")}) {
			if ack.Verdict != scoring.Counted {
				t.Errorf("submission %d: verdict %d", i, ack.Verdict)
			}
		}
		dbtest.WantRows(t, db, map[string]int{"effects": 4, "ratings": 4, "live_ratings": 2, "rating_ends": 2})
		dbtest.WantSound(t, db)
	})
}

func TestSubmit_oneBadRow_failsAlone(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 3)
		w := record.NewWriter(db.RecordStore, record.WriterOptions{Writers: 1})
		earlier := dbtest.Rating(t, "A01", "55555")
		bad := dbtest.Rating(t, "A01", "55555")
		// The receipt of a committed rating: the one key that a clash of
		// randomness would hit.
		bad.Receipt = earlier.Receipt
		list := []scoring.Submission{dbtest.Rating(t, "A02", "11111"), bad, dbtest.Rating(t, "A03", "22222")}
		results := make([]waiter, len(list))
		queue(t, w, earlier)
		for i, s := range list {
			results[i] = queue(t, w, s)
		}
		runUntilClosed(t, w)
		for i, want := range []bool{true, false, true} {
			if ack, err := results[i](); (err == nil) != want {
				t.Errorf("submission %d: %+v, %v", i, ack, err)
			} else if store.IsUnresolved(err) {
				t.Errorf("submission %d is unresolved: %v", i, err)
			}
		}
		dbtest.WantRows(t, db, map[string]int{"effects": 3, "ratings": 3, "live_ratings": 3})
	})
}

func TestSubmit_manyAtOnceOfOnePush_countOnce(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 3)
		w := dbtest.WriterOn(t, db, record.WriterOptions{})
		s := dbtest.Rating(t, "A01", "54321")
		verdicts := hammer(t, 64, func(int) (*record.Writer, scoring.Submission) { return w, dbtest.Again(t, s) })
		if verdicts[scoring.Counted] != 1 || verdicts[scoring.Repeat] != 63 {
			t.Errorf("verdicts %v", verdicts)
		}
		dbtest.WantRows(t, db, map[string]int{"effects": 1, "ratings": 1, "live_ratings": 1})
	})
}

func TestSubmit_twoServersSamePushes_countOnce(t *testing.T) {
	url := dbtest.MySQLURL(t)
	first, second := dbtest.Migrated(t, url), dbtest.Migrated(t, url)
	dbtest.WithCampaign(t, first, 3)
	writers := []*record.Writer{dbtest.WriterOn(t, first, record.WriterOptions{}), dbtest.WriterOn(t, second, record.WriterOptions{})}
	person := dbtest.NewID(t)
	list := make([]scoring.Submission, 60)
	for i := range list {
		list[i] = dbtest.Rating(t, []string{"A01", "A02", "A03"}[i%3], "54321")
		if i%2 == 0 {
			list[i].Person = person // all of these fight for three live rows
		}
	}
	verdicts := hammer(t, 240, func(i int) (*record.Writer, scoring.Submission) { return writers[i%2], dbtest.Again(t, list[i/4]) })
	if verdicts[scoring.Counted] != 60 || verdicts[scoring.Repeat] != 180 {
		t.Errorf("verdicts %v", verdicts)
	}
	dbtest.WantRows(t, first, map[string]int{"effects": 60, "ratings": 60, "live_ratings": 33, "rating_ends": 27})
	dbtest.WantSound(t, first)
}

// A database made before effects were stored in the order of time goes on as it
// is; operations.md has the statement that rearranges it.
func TestSubmit_effectsStoredByPush_countOnceAsWell(t *testing.T) {
	db := dbtest.Migrated(t, dbtest.MySQLURL(t))
	dbtest.WithCampaign(t, db, 3)
	dbtest.Tamper(t, db, "ALTER TABLE effects DROP PRIMARY KEY, DROP KEY effects_push, ADD PRIMARY KEY (tenant, push)")
	w := dbtest.WriterOn(t, db, record.WriterOptions{})
	s := dbtest.Rating(t, "A01", "54321")
	verdicts := hammer(t, 64, func(int) (*record.Writer, scoring.Submission) { return w, dbtest.Again(t, s) })
	if verdicts[scoring.Counted] != 1 || verdicts[scoring.Repeat] != 63 {
		t.Errorf("verdicts %v", verdicts)
	}
	dbtest.Tamper(t, db, "ALTER TABLE effects DROP PRIMARY KEY, ADD PRIMARY KEY (tenant, recorded_at, id), ADD UNIQUE KEY effects_push (tenant, push)")
	dbtest.Submit(t, w, dbtest.Again(t, s), scoring.Repeat)
	dbtest.WantSound(t, db)
	if a, b := dbtest.SchemaOf(t, db), dbtest.SchemaOf(t, dbtest.Migrated(t, dbtest.MySQLURL(t))); !reflect.DeepEqual(a, b) {
		t.Errorf("rearranged: %v, new: %v", a["effects"], b["effects"])
	}
}

func TestSubmit_waiterLeaves_isUnresolved(t *testing.T) {
	db := dbtest.Migrated(t, dbtest.SQLiteURL(t))
	w := record.NewWriter(db.RecordStore, record.WriterOptions{}) // nobody works
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := dbtest.Rating(t, "A01", "5")
	var err error
	for !store.IsUnresolved(err) { // an ended context may also keep it out of the queue
		if _, err = w.Submit(ctx, s); err == nil || (!store.IsUnresolved(err) && models.KindOf(err) != models.Unavailable) {
			t.Fatalf("error %v", err)
		}
	}
	w.Close()
}

func TestClose_drains(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 3)
		w := record.NewWriter(db.RecordStore, record.WriterOptions{MaxBatch: 4, Queue: 16})
		var waiting []waiter
		for range 10 {
			waiting = append(waiting, queue(t, w, dbtest.Rating(t, "A01", "5")))
		}
		runUntilClosed(t, w)
		for _, c := range waiting {
			if ack, err := c(); err != nil || ack.Verdict != scoring.Counted {
				t.Errorf("reply %+v, %v", ack, err)
			}
		}
		if _, err := w.Submit(t.Context(), dbtest.Rating(t, "A01", "5")); models.KindOf(err) != models.Unavailable {
			t.Errorf("after Close: %v", err)
		}
	})
}

// queue puts s into the queue of a writer that does not work yet.
func queue(t *testing.T, w *record.Writer, s scoring.Submission) waiter {
	t.Helper()
	wait, err := w.Enqueue(t.Context(), &s)
	if err != nil {
		t.Fatal(err)
	}
	return wait
}

// waiter waits for the reply to a submission.
type waiter = func() (scoring.Ack, error)

// runUntilClosed closes the queue and lets the writer work it off.
func runUntilClosed(t *testing.T, w *record.Writer) {
	t.Helper()
	if err := w.RunUntilClosed(); err != nil {
		t.Fatal(err)
	}
}

// queued lets one batch begin with all of list waiting.
func queued(t *testing.T, w *record.Writer, list []scoring.Submission) []scoring.Ack {
	t.Helper()
	var waiting []waiter
	for _, s := range list {
		waiting = append(waiting, queue(t, w, s))
	}
	runUntilClosed(t, w)
	acks := make([]scoring.Ack, len(list))
	for i, c := range waiting {
		ack, err := c()
		if err != nil {
			t.Fatal(err)
		}
		acks[i] = ack
	}
	return acks
}

// hammer submits n at once and counts the verdicts.
func hammer(t *testing.T, n int, each func(i int) (*record.Writer, scoring.Submission)) map[scoring.Verdict]int {
	t.Helper()
	var mu sync.Mutex
	verdicts := map[scoring.Verdict]int{}
	var group sync.WaitGroup
	for i := range n {
		w, s := each(i)
		group.Go(func() {
			ack, err := w.Submit(t.Context(), s)
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			verdicts[ack.Verdict]++
		})
	}
	group.Wait()
	return verdicts
}
