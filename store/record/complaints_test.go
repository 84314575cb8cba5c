package record_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"pingyi/complaints"
	"pingyi/internal/dbtest"
	"pingyi/models"
	"pingyi/scoring"
	"pingyi/store"
	"pingyi/store/record"
)

func TestFile_numbersAreOfTheBeijingDay(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 3)
		for i, tt := range []struct {
			at   time.Time
			want string
		}{
			{time.Date(2026, 11, 22, 15, 59, 59, 0, time.UTC), "20261122-0001"},
			{time.Date(2026, 11, 22, 16, 0, 0, 0, time.UTC), "20261123-0001"},
			{time.Date(2026, 11, 22, 16, 0, 1, 0, time.UTC), "20261123-0002"},
		} {
			f := dbtest.Filing(t)
			f.ReceivedAt = tt.at
			if ack := dbtest.File(t, db, f, complaints.Filed); ack.No != tt.want {
				t.Errorf("filing %d: %s, want %s", i, ack.No, tt.want)
			}
		}
	})
}

func TestFile_again_repeatsTheAnswer(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 3)
		f := dbtest.Filing(t)
		first := dbtest.File(t, db, f, complaints.Filed)
		repeat := f
		repeat.ID = dbtest.NewID(t)
		if ack := dbtest.File(t, db, repeat, complaints.Repeat); string(ack.Answer) != "filed "+first.No {
			t.Errorf("answer %q", ack.Answer)
		}
		repeat.Push = dbtest.NewID(t)
		if ack := dbtest.File(t, db, repeat, complaints.DraftDone); ack.No != first.No || !ack.At.Equal(f.ReceivedAt) || string(ack.Answer) != "filed "+first.No {
			t.Errorf("ack %+v", ack)
		}
		if n, err := db.FiledToday(t.Context(), dbtest.Tenant, f.Citizen, dbtest.Inside); err != nil || n != 1 {
			t.Errorf("filed today: %d, %v", n, err)
		}
		dbtest.WantRows(t, db, map[string]int{"complaints": 1, "complaint_events": 1, "complaint_keys": 1, "complaint_contacts": 1, "complaint_links": 1, "effects": 1})
		if dbtest.File(t, db, dbtest.Filing(t), complaints.Filed).No != "20261122-0002" {
			t.Error("the repeats took numbers")
		}
		dbtest.WantSound(t, db)
	})
}

func TestFile_answerCannotBeMade_changesNothing(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 3)
		f := dbtest.Filing(t)
		boom := errors.New("boom")
		f.Finish = func(string) ([]byte, error) { return nil, boom }
		if _, err := db.File(t.Context(), f); !errors.Is(err, boom) || store.IsUnresolved(err) {
			t.Errorf("error %v", err)
		}
		dbtest.WantRows(t, db, map[string]int{"complaints": 0, "effects": 0, "counters": 0, "filing_quotas": 0})
	})
}

func TestFile_manyAtOnce_neverPassTheDailyLimit(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 3)
		citizen := dbtest.NewID(t)
		verdicts := map[complaints.Verdict]int{}
		var mu sync.Mutex
		var group sync.WaitGroup
		for range 24 {
			f := dbtest.Filing(t)
			f.Citizen = citizen
			group.Go(func() {
				ack, err := db.File(t.Context(), f)
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
		if verdicts[complaints.Filed] != complaints.DailyLimit || verdicts[complaints.OverLimit] != 14 {
			t.Errorf("verdicts %v", verdicts)
		}
		// Leaving the account does not make room.
		if err := db.Erase(t.Context(), dbtest.Tenant, "gh_1", citizen); err != nil {
			t.Fatal(err)
		}
		f := dbtest.Filing(t)
		f.Citizen = citizen
		dbtest.File(t, db, f, complaints.OverLimit)
		f.ReceivedAt = dbtest.Inside.AddDate(0, 0, 1)
		dbtest.File(t, db, f, complaints.Filed)
	})
}

func TestAddEvent_keepsTheHandlingInTheTally(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 3)
		if err := db.ImportUnits(t.Context(), dbtest.Tenant, []models.Unit{{Code: "W1", Name: "窗口", Type: models.Window, Parent: "A01"}}, dbtest.Inside); err != nil {
			t.Fatal(err)
		}
		yes, no := true, false
		list := []complaints.Filing{dbtest.Filing(t), dbtest.Filing(t), dbtest.Filing(t), dbtest.Filing(t)}
		list[1].Unit = "W1" // counts with its unit
		list[2].Unit = ""   // counts nowhere
		for _, f := range list {
			dbtest.File(t, db, f, complaints.Filed)
		}
		for i, said := range map[int]*bool{0: &yes, 1: &no} {
			for _, e := range []record.Event{{State: complaints.Answered, OnTime: &yes}, {State: complaints.Revisit, Satisfied: said}} {
				e.Tenant, e.Complaint, e.At, e.By = dbtest.Tenant, list[i].ID, dbtest.Inside.Add(time.Hour), "office"
				if err := db.AddEvent(t.Context(), e); err != nil {
					t.Fatal(err)
				}
			}
		}
		want := scoring.Tally{
			Unit: "A01", ComplaintsReceived: 3, ComplaintsAnswered: 2, ComplaintsOnTime: 2, ComplaintsSatisfied: 1, ComplaintsUnsatisfied: 1,
		}
		if got := dbtest.TallyOf(t, db, models.Mobile, "A01"); got != want {
			t.Errorf("tally %+v, want %+v", got, want)
		}
		dbtest.WantSound(t, db)
		tickets, err := db.Tickets(t.Context(), dbtest.Tenant, list[0].Citizen)
		if err != nil || len(tickets) != 1 || tickets[0].State != complaints.Revisit || !tickets[0].Since.Equal(dbtest.Inside.Add(time.Hour)) {
			t.Errorf("tickets %+v, %v", tickets, err)
		}
	})
}

// Complaints are open all year, and a sealed score stays what it is: one more
// would lower the points where the method weighs their handling.
func TestFile_afterTheSeal_isTakenAndChangesNoTally(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 1)
		dbtest.File(t, db, dbtest.Filing(t), complaints.Filed)
		if _, err := db.Seal(t.Context(), dbtest.Tenant, dbtest.Campaign, dbtest.Closes); err != nil {
			t.Fatal(err)
		}
		if ack := dbtest.File(t, db, dbtest.Filing(t), complaints.Filed); ack.No != "20261122-0002" {
			t.Errorf("number %q", ack.No)
		}
		if got := dbtest.TallyOf(t, db, models.Mobile, "A01").ComplaintsReceived; got != 1 {
			t.Errorf("%d complaints received at the seal, want 1", got)
		}
		dbtest.WantSound(t, db)
	})
}
