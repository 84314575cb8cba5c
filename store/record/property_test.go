package record_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"pingyi/internal/dbtest"
	"pingyi/models"
	"pingyi/scoring"
	"pingyi/store/record"
	"pingyi/store/tally"
)

// model is the record as the rules describe it, without transactions.
type model struct {
	pushes  map[models.ID][]byte // finished answers
	drafts  map[models.ID]string // receipts
	live    map[record.LiveKey]models.Answers
	at      map[record.LiveKey]time.Time // of the last push that confirmed or took back
	tallies map[tally.Key]*scoring.Tally
	sealed  bool
}

func newModel() *model {
	return &model{map[models.ID][]byte{}, map[models.ID]string{}, map[record.LiveKey]models.Answers{}, map[record.LiveKey]time.Time{}, map[tally.Key]*scoring.Tally{}, false}
}

func (m *model) tally(k record.LiveKey) *scoring.Tally {
	return tally.Deltas(m.tallies).Of(k.Tally())
}

func (m *model) before(push, draft models.ID) (scoring.Verdict, bool) {
	if _, ok := m.pushes[push]; ok {
		return scoring.Repeat, true
	}
	if _, ok := m.drafts[draft]; ok {
		return scoring.DraftDone, true
	}
	return 0, false
}

func (m *model) submit(s *scoring.Submission) scoring.Verdict {
	if s.Unit == "Z99" {
		return scoring.Missing
	}
	if v, ok := m.before(s.Push, s.Draft); ok {
		return v
	}
	if m.sealed || !s.PlatformAt.Before(dbtest.Closes) {
		return scoring.TooLate
	}
	k := record.KeyOf(s)
	if record.DatedBefore(s.PlatformAt, m.at[k]) {
		return scoring.Outdated
	}
	t := m.tally(k)
	if old, ok := m.live[k]; ok {
		t.Superseded++
		t.Add(old, -1)
	}
	t.Received++
	t.Add(s.Answers, 1)
	m.live[k], m.at[k], m.pushes[s.Push], m.drafts[s.Draft] = s.Answers, s.PlatformAt, s.Answer, s.Receipt
	return scoring.Counted
}

func (m *model) withdraw(w *scoring.Withdrawal) scoring.Verdict {
	if v, ok := m.before(w.Push, w.Draft); ok {
		return v
	}
	k := record.KeyOf(&scoring.Submission{Channel: w.Channel, Unit: w.Unit, Person: w.Person})
	old, ok := m.live[k]
	switch {
	case m.sealed:
		return scoring.TooLate
	case !ok:
		return scoring.Missing
	case record.DatedBefore(w.PlatformAt, m.at[k]):
		return scoring.Outdated
	}
	t := m.tally(k)
	t.Withdrawn++
	t.Add(old, -1)
	delete(m.live, k)
	m.at[k] = w.PlatformAt
	m.pushes[w.Push], m.drafts[w.Draft] = w.Answer, "withdrawn"
	return scoring.Counted
}

// Whatever is sent in whatever order, the verdicts are the model's, the tallies
// are the model's, and both equal a recount.
func TestRecord_againstAModel(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		run := 0
		rapid.Check(t, func(rt *rapid.T) {
			run++
			id := fmt.Sprintf("c%d", run)
			createCampaign(t, db, id)
			w := record.NewWriter(db.RecordStore, record.WriterOptions{Writers: 1})
			done := make(chan error, 1)
			go func() { done <- w.Run() }()
			m := newModel()
			for range rapid.IntRange(1, 25).Draw(rt, "steps") {
				step(t, rt, db, w, m, id)
			}
			w.Close()
			if err := <-done; err != nil {
				rt.Fatal(err)
			}
			compare(t, rt, db, m, id)
		})
	})
}

func createCampaign(t *testing.T, db *dbtest.DB, id string) {
	t.Helper()
	err := db.CreateCampaign(t.Context(), models.Campaign{
		Tenant: dbtest.Tenant, ID: id, OpensAt: models.At(dbtest.Opens), ClosesAt: models.At(dbtest.Closes), CreatedAt: models.At(dbtest.Opens), Units: []models.Unit{{Code: "A01"}, {Code: "A02"}},
		Channels: []models.CampaignChannel{{Channel: models.Mobile, Account: "a"}, {Channel: models.Social, Account: "b"}},
	})
	if err != nil {
		t.Fatal(err)
	}
}

func step(t *testing.T, rt *rapid.T, db *dbtest.DB, w *record.Writer, m *model, id string) {
	t.Helper()
	switch kind := rapid.IntRange(0, 20).Draw(rt, "kind"); {
	case kind == 20:
		if _, err := db.Seal(t.Context(), dbtest.Tenant, id, dbtest.Inside); err != nil {
			rt.Fatal(err)
		}
		m.sealed = true
	case kind >= 15:
		wd := drawWithdrawal(rt, id)
		ack, err := db.Withdraw(t.Context(), wd)
		if want := m.withdraw(&wd); err != nil || ack.Verdict != want {
			rt.Fatalf("withdrawal: verdict %d, %v, want %d", ack.Verdict, err, want)
		}
	default:
		s := drawSubmission(t, rt, id)
		ack, err := w.Submit(t.Context(), s)
		want := m.submit(&s)
		if err != nil || ack.Verdict != want {
			rt.Fatalf("submission: verdict %d, %v, want %d", ack.Verdict, err, want)
		}
		if want == scoring.Repeat && string(ack.Answer) != string(m.pushes[s.Push]) {
			rt.Fatalf("answer %q, want %q", ack.Answer, m.pushes[s.Push])
		}
	}
}

func drawID(rt *rapid.T, of, kind string, n int) models.ID {
	return dbtest.Named(fmt.Sprintf("%s-%s%d", of, kind, rapid.IntRange(1, n).Draw(rt, kind)))
}

// drawSecond is the platform's time of a push, which is not the order in which
// pushes come: some are late, some were kept by somebody.
func drawSecond(rt *rapid.T) time.Time {
	return dbtest.Inside.Add(time.Duration(rapid.IntRange(0, 2).Draw(rt, "second")) * time.Second)
}

func drawWithdrawal(rt *rapid.T, id string) scoring.Withdrawal {
	return scoring.Withdrawal{
		Tenant: dbtest.Tenant, Campaign: id, Unit: rapid.SampledFrom([]string{"A01", "A02"}).Draw(rt, "unit"), Channel: models.Mobile,
		Person: drawID(rt, id, "p", 3), Push: drawID(rt, id, "push", 12), Draft: drawID(rt, id, "d", 12),
		PlatformAt: drawSecond(rt), ReceivedAt: dbtest.Inside, Answer: []byte("taken back"),
	}
}

func drawSubmission(t *testing.T, rt *rapid.T, id string) scoring.Submission {
	t.Helper()
	letters := rapid.StringMatching(`[1-5][0-5-]{4}`).Draw(rt, "answers")
	s := dbtest.Rating(t, rapid.SampledFrom([]string{"A01", "A02", "A01", "A02", "Z99"}).Draw(rt, "unit"), letters)
	s.Campaign, s.Person, s.Push, s.Draft = id, drawID(rt, id, "p", 3), drawID(rt, id, "push", 12), drawID(rt, id, "d", 12)
	s.Channel = rapid.SampledFrom([]models.Channel{models.Mobile, models.Mobile, models.Social}).Draw(rt, "channel")
	s.PlatformAt = drawSecond(rt)
	if rapid.IntRange(0, 9).Draw(rt, "late") == 0 {
		s.PlatformAt = dbtest.Closes
	}
	return s
}

func compare(t *testing.T, rt *rapid.T, db *dbtest.DB, m *model, id string) {
	t.Helper()
	for _, channel := range []models.Channel{models.Mobile, models.Social} {
		list, err := db.Tallies(t.Context(), dbtest.Tenant, id, channel)
		if err != nil {
			rt.Fatal(err)
		}
		for _, got := range list {
			want := *tally.Deltas(m.tallies).Of(channel, got.Unit)
			if got != want {
				rt.Fatalf("%s %s: tally %+v, want %+v", channel, got.Unit, got, want)
			}
		}
	}
	differences, err := db.Recount(t.Context(), dbtest.Tenant, id, nil)
	if err != nil || len(differences) > 0 {
		rt.Fatalf("recount: %v, %v", differences, err)
	}
	if n := dbtest.Count(t, db, "live_ratings", "campaign = ?", id); n != len(m.live) {
		rt.Fatalf("%d live rows, want %d", n, len(m.live))
	}
}
