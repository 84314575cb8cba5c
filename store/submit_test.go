package store

import (
	"context"
	"reflect"
	"sync"
	"testing"
	"time"

	"pingyi/models"
	"pingyi/scoring"
)

func TestSubmit_once_counts(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 3)
		w := writerOn(t, db, WriterOptions{})
		s := rating(t, "A01", "5540-")
		if ack := submit(t, w, s, scoring.Counted); ack.Receipt != s.Receipt {
			t.Errorf("receipt %q, want %q", ack.Receipt, s.Receipt)
		}
		got := tally(t, db, models.Mobile, "A01")
		want := scoring.Tally{Unit: "A01", Received: 1}
		want.Add(s.Answers, 1)
		if got != want {
			t.Errorf("tally %+v, want %+v", got, want)
		}
		answer, found, err := db.FindEffect(t.Context(), tenant, s.Push)
		if err != nil || !found || string(answer) != string(s.Answer) {
			t.Errorf("effect %q, %t, %v", answer, found, err)
		}
	})
}

func TestSubmit_samePush_repeatsTheFirstAnswer(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 3)
		w := writerOn(t, db, WriterOptions{})
		s := rating(t, "A01", "55555")
		s.Replacing = []byte("of no use: it replaces none")
		if ack := submit(t, w, s, scoring.Counted); ack.Replaced {
			t.Error("told that it replaces one")
		}
		if ack := submit(t, w, again(t, s), scoring.Repeat); string(ack.Answer) != string(s.Answer) {
			t.Errorf("answer %q, want %q", ack.Answer, s.Answer)
		}
		wantRows(t, db, map[string]int{"effects": 1, "ratings": 1, "live_ratings": 1, "rating_ends": 0})
	})
}

func TestSubmit_sameDraftFromAnotherPush_tellsTheFirstReceipt(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 3)
		w := writerOn(t, db, WriterOptions{})
		s := rating(t, "A02", "55555")
		submit(t, w, s, scoring.Counted)
		second := again(t, s)
		second.Push = newID(t)
		ack := submit(t, w, second, scoring.DraftDone)
		if ack.Receipt != s.Receipt || ack.Unit != "A02" || !ack.At.Equal(s.ReceivedAt) {
			t.Errorf("ack %+v", ack)
		}
		wantRows(t, db, map[string]int{"effects": 1, "ratings": 1})
	})
}

func TestSubmit_changed_supersedes(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 3)
		w := writerOn(t, db, WriterOptions{})
		first := rating(t, "A01", "30425")
		submit(t, w, first, scoring.Counted)
		second := change(t, first, "55555")
		second.Replacing = []byte("counts instead")
		if ack := submit(t, w, second, scoring.Counted); !ack.Replaced {
			t.Error("not told that it replaces one")
		}
		if ack := submit(t, w, again(t, second), scoring.Repeat); string(ack.Answer) != "counts instead" {
			t.Errorf("answer %q was committed", ack.Answer)
		}
		got := tally(t, db, models.Mobile, "A01")
		want := scoring.Tally{Unit: "A01", Received: 2, Superseded: 1}
		want.Add(second.Answers, 1)
		if got != want {
			t.Errorf("tally %+v, want %+v", got, want)
		}
		if n := count(t, db, "rating_ends", "rating = ? AND how = 'superseded' AND by_rating = ?", raw(first.Rating), raw(second.Rating)); n != 1 {
			t.Errorf("%d ends of the first rating, want 1", n)
		}
	})
}

func TestSubmit_window(t *testing.T) {
	grace := closes.Add(scoring.CloseGrace)
	tests := map[string]struct {
		platform, received time.Time
		want               scoring.Verdict
	}{
		"before it opens": {opens.Add(-time.Second), opens, scoring.TooEarly},
		"as it opens":     {opens, opens.Add(time.Second), scoring.Counted},
		"last second, received at the last grace": {closes.Add(-time.Second), grace, scoring.Counted},
		"last second, received a ms after grace":  {closes.Add(-time.Second), grace.Add(time.Millisecond), scoring.TooLate},
		"at the close":                            {closes, closes, scoring.TooLate},
	}
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 3)
		w := writerOn(t, db, WriterOptions{})
		counted := 0
		for name, tt := range tests {
			s := rating(t, "A01", "55555")
			s.PlatformAt, s.ReceivedAt = tt.platform, tt.received
			ack, err := w.Submit(t.Context(), s)
			if err != nil || ack.Verdict != tt.want {
				t.Errorf("%s: verdict %d, %v, want %d", name, ack.Verdict, err, tt.want)
			}
			if tt.want == scoring.Counted {
				counted++
			}
		}
		wantRows(t, db, map[string]int{"effects": counted, "ratings": counted, "live_ratings": counted})
	})
}

func TestSubmit_unknownCampaignUnitOrChannel_isMissing(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 3)
		w := writerOn(t, db, WriterOptions{})
		for _, spoil := range []func(*scoring.Submission){
			func(s *scoring.Submission) { s.Campaign = "1999" },
			func(s *scoring.Submission) { s.Unit = "Z99" },
			func(s *scoring.Submission) { s.Channel = "tv" },
			func(s *scoring.Submission) { s.Tenant = "other" },
		} {
			s := rating(t, "A01", "55555")
			spoil(&s)
			submit(t, w, s, scoring.Missing)
		}
		wantRows(t, db, map[string]int{"effects": 0, "ratings": 0})
	})
}

// A batch holds whatever was queued before the writer ran.
func TestSubmit_duplicatesInsideABatch_failNobody(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 3)
		w := NewWriter(db, WriterOptions{Writers: 1})
		s := rating(t, "A01", "55555")
		otherPush := again(t, s)
		otherPush.Push = newID(t)
		late := rating(t, "A02", "55555")
		late.ReceivedAt = closes.Add(time.Hour)
		list := []scoring.Submission{
			s, again(t, s), otherPush, change(t, s, "11111"), rating(t, "A02", "44444"), late, rating(t, "A03", "33333"),
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
		wantRows(t, db, map[string]int{"effects": 4, "ratings": 4, "live_ratings": 3, "rating_ends": 1})
	})
}

// A person who rates a unit twice within a group that brings nothing else out of
// the ordinary.
func TestSubmit_changedInsideABatch_supersedes(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 3)
		w := NewWriter(db, WriterOptions{Writers: 1})
		s := rating(t, "A01", "55555")
		for i, ack := range queued(t, w, []scoring.Submission{s, rating(t, "A02", "44444"), change(t, s, "11111"), change(t, s, "22222")}) {
			if ack.Verdict != scoring.Counted {
				t.Errorf("submission %d: verdict %d", i, ack.Verdict)
			}
		}
		wantRows(t, db, map[string]int{"effects": 4, "ratings": 4, "live_ratings": 2, "rating_ends": 2})
		wantSound(t, db)
	})
}

func TestSubmit_oneBadRow_failsAlone(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 3)
		w := NewWriter(db, WriterOptions{Writers: 1})
		earlier := rating(t, "A01", "55555")
		bad := rating(t, "A01", "55555")
		// The receipt of a committed rating: the one key that a clash of
		// randomness would hit.
		bad.Receipt = earlier.Receipt
		list := []scoring.Submission{rating(t, "A02", "11111"), bad, rating(t, "A03", "22222")}
		results := make([]chan reply, len(list))
		queue(t, w, earlier)
		for i, s := range list {
			results[i] = queue(t, w, s)
		}
		runUntilClosed(t, w)
		for i, want := range []bool{true, false, true} {
			if r := <-results[i]; (r.err == nil) != want {
				t.Errorf("submission %d: %+v", i, r)
			} else if IsUnresolved(r.err) {
				t.Errorf("submission %d is unresolved: %v", i, r.err)
			}
		}
		wantRows(t, db, map[string]int{"effects": 3, "ratings": 3, "live_ratings": 3})
	})
}

func TestSubmit_manyAtOnceOfOnePush_countOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 3)
		w := writerOn(t, db, WriterOptions{})
		s := rating(t, "A01", "54321")
		verdicts := hammer(t, 64, func(int) (*Writer, scoring.Submission) { return w, again(t, s) })
		if verdicts[scoring.Counted] != 1 || verdicts[scoring.Repeat] != 63 {
			t.Errorf("verdicts %v", verdicts)
		}
		wantRows(t, db, map[string]int{"effects": 1, "ratings": 1, "live_ratings": 1})
	})
}

func TestSubmit_twoServersSamePushes_countOnce(t *testing.T) {
	url := mysqlURL(t)
	first, second := migrated(t, url), migrated(t, url)
	withCampaign(t, first, 3)
	writers := []*Writer{writerOn(t, first, WriterOptions{}), writerOn(t, second, WriterOptions{})}
	person := newID(t)
	list := make([]scoring.Submission, 60)
	for i := range list {
		list[i] = rating(t, []string{"A01", "A02", "A03"}[i%3], "54321")
		if i%2 == 0 {
			list[i].Person = person // all of these fight for three live rows
		}
	}
	verdicts := hammer(t, 240, func(i int) (*Writer, scoring.Submission) { return writers[i%2], again(t, list[i/4]) })
	if verdicts[scoring.Counted] != 60 || verdicts[scoring.Repeat] != 180 {
		t.Errorf("verdicts %v", verdicts)
	}
	wantRows(t, first, map[string]int{"effects": 60, "ratings": 60, "live_ratings": 33, "rating_ends": 27})
	wantSound(t, first)
}

// A database made before effects were stored in the order of time goes on as it
// is; operations.md has the statement that rearranges it.
func TestSubmit_effectsStoredByPush_countOnceAsWell(t *testing.T) {
	db := migrated(t, mysqlURL(t))
	withCampaign(t, db, 3)
	tamper(t, db, "ALTER TABLE effects DROP PRIMARY KEY, DROP KEY effects_push, ADD PRIMARY KEY (tenant, push)")
	w := writerOn(t, db, WriterOptions{})
	s := rating(t, "A01", "54321")
	verdicts := hammer(t, 64, func(int) (*Writer, scoring.Submission) { return w, again(t, s) })
	if verdicts[scoring.Counted] != 1 || verdicts[scoring.Repeat] != 63 {
		t.Errorf("verdicts %v", verdicts)
	}
	tamper(t, db, "ALTER TABLE effects DROP PRIMARY KEY, ADD PRIMARY KEY (tenant, recorded_at, id), ADD UNIQUE KEY effects_push (tenant, push)")
	submit(t, w, again(t, s), scoring.Repeat)
	wantSound(t, db)
	if a, b := schemaOf(t, db), schemaOf(t, migrated(t, mysqlURL(t))); !reflect.DeepEqual(a, b) {
		t.Errorf("rearranged: %v, new: %v", a["effects"], b["effects"])
	}
}

func TestSubmit_waiterLeaves_isUnresolved(t *testing.T) {
	db := migrated(t, sqliteURL(t))
	w := NewWriter(db, WriterOptions{}) // nobody works
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s := rating(t, "A01", "5")
	var err error
	for !IsUnresolved(err) { // an ended context may also keep it out of the queue
		if _, err = w.Submit(ctx, s); err == nil || (!IsUnresolved(err) && models.KindOf(err) != models.Unavailable) {
			t.Fatalf("error %v", err)
		}
	}
	w.Close()
}

func TestClose_drains(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 3)
		w := NewWriter(db, WriterOptions{MaxBatch: 4, Queue: 16})
		var waiting []chan reply
		for range 10 {
			waiting = append(waiting, queue(t, w, rating(t, "A01", "5")))
		}
		runUntilClosed(t, w)
		for _, c := range waiting {
			if r := <-c; r.err != nil || r.ack.Verdict != scoring.Counted {
				t.Errorf("reply %+v", r)
			}
		}
		if _, err := w.Submit(t.Context(), rating(t, "A01", "5")); models.KindOf(err) != models.Unavailable {
			t.Errorf("after Close: %v", err)
		}
	})
}

// queue puts s into the queue of a writer that does not work yet.
func queue(t *testing.T, w *Writer, s scoring.Submission) chan reply {
	t.Helper()
	j := &job{sub: &s, deadline: time.Now().Add(time.Minute), reply: make(chan reply, 1)}
	if err := w.enqueue(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	return j.reply
}

// runUntilClosed closes the queue and lets the writer work it off.
func runUntilClosed(t *testing.T, w *Writer) {
	t.Helper()
	w.mu.Lock()
	w.closed = true
	close(w.queue)
	w.mu.Unlock()
	if err := w.Run(); err != nil {
		t.Fatal(err)
	}
}

// queued lets one batch begin with all of list waiting.
func queued(t *testing.T, w *Writer, list []scoring.Submission) []scoring.Ack {
	t.Helper()
	var waiting []chan reply
	for _, s := range list {
		waiting = append(waiting, queue(t, w, s))
	}
	runUntilClosed(t, w)
	acks := make([]scoring.Ack, len(list))
	for i, c := range waiting {
		r := <-c
		if r.err != nil {
			t.Fatal(r.err)
		}
		acks[i] = r.ack
	}
	return acks
}

// hammer submits n at once and counts the verdicts.
func hammer(t *testing.T, n int, each func(i int) (*Writer, scoring.Submission)) map[scoring.Verdict]int {
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

func wantRows(t *testing.T, db *DB, want map[string]int) {
	t.Helper()
	for table, n := range want {
		if got := count(t, db, table, "1=1"); got != n {
			t.Errorf("%s: %d rows, want %d", table, got, n)
		}
	}
}
