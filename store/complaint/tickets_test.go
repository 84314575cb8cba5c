package complaint_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"pingyi/complaints"
	"pingyi/internal/dbtest"
	"pingyi/models"
	"pingyi/store/complaint"
)

func TestTicketByNo_tenWrongCodes_stopWhoGuessesForTheDay(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 3)
		f := dbtest.Filing(t)
		no := dbtest.File(t, db, f, complaints.Filed).No
		wrong := []byte("wrong")
		for i := range complaint.MaxTries - 2 {
			if k := asked(t, db, 1, no, wrong, dbtest.Inside); k != models.Forbidden {
				t.Fatalf("try %d: kind %d", i+1, k)
			}
		}
		if k := asked(t, db, 1, "20000101-0001", wrong, dbtest.Inside); k != models.NotFound {
			t.Errorf("unknown number: kind %d", k)
		}
		if k := asked(t, db, 1, no, f.CodeHash, dbtest.Inside); k != 0 {
			t.Errorf("the right code after nine misses: kind %d", k)
		}
		if k := asked(t, db, 1, no, wrong, dbtest.Inside); k != models.Forbidden {
			t.Errorf("tenth miss: kind %d", k)
		}
		for what, hash := range map[string][]byte{"wrong": wrong, "right": f.CodeHash} {
			if k := asked(t, db, 1, no, hash, dbtest.Inside); k != models.TooMany {
				t.Errorf("a %s code after ten misses: kind %d", what, k)
			}
		}
		if k := asked(t, db, 1, "20000101-0001", wrong, dbtest.Inside); k != models.TooMany {
			t.Errorf("an unknown number after ten misses: kind %d", k)
		}
		if k := asked(t, db, 2, no, f.CodeHash, dbtest.Inside); k != 0 {
			t.Errorf("another citizen with the right code: kind %d", k)
		}
		tomorrow := dbtest.Inside.AddDate(0, 0, 1)
		if k := asked(t, db, 1, no, f.CodeHash, tomorrow); k != 0 {
			t.Errorf("next day: kind %d", k)
		}
		if err := db.Sweep(t.Context(), tomorrow); err != nil {
			t.Fatal(err)
		}
		dbtest.WantRows(t, db, map[string]int{"code_failures": 0, "code_guesses": 0, "filing_quotas": 0})
	})
}

func TestTicketByNo_hundredWrongCodes_lockTheTicketForTheDay(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 3)
		f := dbtest.Filing(t)
		no := dbtest.File(t, db, f, complaints.Filed).No
		for i := range complaint.MaxTicketTries {
			if k := asked(t, db, byte(1+i/complaint.MaxTries), no, []byte("wrong"), dbtest.Inside); k != models.Forbidden {
				t.Fatalf("try %d: kind %d", i+1, k)
			}
		}
		if k := asked(t, db, 200, no, f.CodeHash, dbtest.Inside); k != models.TooMany {
			t.Errorf("the right code after all misses: kind %d", k)
		}
		if k := asked(t, db, 200, no, f.CodeHash, dbtest.Inside.AddDate(0, 0, 1)); k != 0 {
			t.Errorf("next day: kind %d", k)
		}
	})
}

func TestTicketByNo_manyGuessesAtOnce_areNotMoreThanTen(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 3)
		no := dbtest.File(t, db, dbtest.Filing(t), complaints.Filed).No
		kinds := map[models.Kind]int{}
		var mu sync.Mutex
		var group sync.WaitGroup
		for i := range 30 {
			group.Go(func() {
				k := asked(t, db, 1, no, fmt.Append(nil, i), dbtest.Inside)
				mu.Lock()
				defer mu.Unlock()
				kinds[k]++
			})
		}
		group.Wait()
		if kinds[models.Forbidden] != complaint.MaxTries || kinds[models.TooMany] != 20 {
			t.Errorf("kinds %v", kinds)
		}
	})
}

func TestComplaints_pagesHoldEveryRowOnce(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 3)
		var filed []complaints.Filing
		for i := range 7 {
			f := dbtest.Filing(t)
			f.ReceivedAt = dbtest.Inside.Add(time.Duration(i/3) * time.Second) // three at a time
			dbtest.File(t, db, f, complaints.Filed)
			filed = append(filed, f)
		}
		seen := map[models.ID]bool{}
		var after models.After
		for {
			page, err := db.Complaints(t.Context(), dbtest.Tenant, models.Scope{}, after, 2)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range page {
				if seen[r.ID] {
					t.Errorf("%s twice", r.No)
				}
				if !after.At.IsZero() && r.At.After(after.At) {
					t.Errorf("%s is newer than the one before", r.No)
				}
				seen[r.ID] = true
				after = models.After{At: r.At, ID: r.ID}
			}
			if len(page) == 0 {
				break
			}
		}
		if len(seen) != len(filed) {
			t.Errorf("%d complaints, want %d", len(seen), len(filed))
		}
	})
}

// asked is what somebody's look at a ticket ends in; 0 where it is shown.
func asked(t *testing.T, db *dbtest.DB, citizen byte, no string, hash []byte, now time.Time) models.Kind {
	t.Helper()
	ticket, err := db.TicketByNo(t.Context(), dbtest.Tenant, models.ID{citizen}, no, hash, now)
	if err != nil {
		return models.KindOf(err)
	}
	if ticket.No != no || ticket.State != complaints.Received || ticket.Unit != "A01" || !ticket.At.Equal(dbtest.Inside) {
		t.Errorf("another ticket: %+v", ticket)
	}
	return 0
}
