package store

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"pingyi/complaints"
	"pingyi/models"
	"pingyi/scoring"
)

func filing(t testing.TB) complaints.Filing {
	t.Helper()
	return complaints.Filing{
		Tenant: tenant, Campaign: campaign, Channel: models.Mobile, Account: "gh_1", Unit: "A01", Kind: "delay",
		ID: newID(t), Push: newID(t), Draft: newID(t), WrappedKey: []byte("wrapped"), SealedParts: []byte("parts"), SealedContact: []byte("contact"),
		Anonymous: true, Citizen: newID(t), SealedCitizen: []byte("sealed"), PlatformAt: inside, ReceivedAt: inside,
		CodeHash: []byte("the hash of the code............"), Finish: func(no string) ([]byte, error) { return []byte("filed " + no), nil },
	}
}

func file(t testing.TB, db *DB, f complaints.Filing, want complaints.Verdict) complaints.Ack {
	t.Helper()
	ack, err := db.File(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	if ack.Verdict != want {
		t.Fatalf("verdict %d, want %d", ack.Verdict, want)
	}
	return ack
}

func TestFile_numbersAreOfTheBeijingDay(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 3)
		for i, tt := range []struct {
			at   time.Time
			want string
		}{
			{time.Date(2026, 11, 22, 15, 59, 59, 0, time.UTC), "20261122-0001"},
			{time.Date(2026, 11, 22, 16, 0, 0, 0, time.UTC), "20261123-0001"},
			{time.Date(2026, 11, 22, 16, 0, 1, 0, time.UTC), "20261123-0002"},
		} {
			f := filing(t)
			f.ReceivedAt = tt.at
			if ack := file(t, db, f, complaints.Filed); ack.No != tt.want {
				t.Errorf("filing %d: %s, want %s", i, ack.No, tt.want)
			}
		}
	})
}

func TestFile_again_repeatsTheAnswer(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 3)
		f := filing(t)
		first := file(t, db, f, complaints.Filed)
		repeat := f
		repeat.ID = newID(t)
		if ack := file(t, db, repeat, complaints.Repeat); string(ack.Answer) != "filed "+first.No {
			t.Errorf("answer %q", ack.Answer)
		}
		repeat.Push = newID(t)
		if ack := file(t, db, repeat, complaints.DraftDone); ack.No != first.No || !ack.At.Equal(f.ReceivedAt) || string(ack.Answer) != "filed "+first.No {
			t.Errorf("ack %+v", ack)
		}
		if n, err := db.FiledToday(t.Context(), tenant, f.Citizen, inside); err != nil || n != 1 {
			t.Errorf("filed today: %d, %v", n, err)
		}
		wantRows(t, db, map[string]int{"complaints": 1, "complaint_events": 1, "complaint_keys": 1, "complaint_contacts": 1, "complaint_links": 1, "effects": 1})
		if file(t, db, filing(t), complaints.Filed).No != "20261122-0002" {
			t.Error("the repeats took numbers")
		}
		wantSound(t, db)
	})
}

func TestFile_answerCannotBeMade_changesNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 3)
		f := filing(t)
		boom := errors.New("boom")
		f.Finish = func(string) ([]byte, error) { return nil, boom }
		if _, err := db.File(t.Context(), f); !errors.Is(err, boom) || IsUnresolved(err) {
			t.Errorf("error %v", err)
		}
		wantRows(t, db, map[string]int{"complaints": 0, "effects": 0, "counters": 0, "filing_quotas": 0})
	})
}

func TestFile_manyAtOnce_neverPassTheDailyLimit(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 3)
		citizen := newID(t)
		verdicts := map[complaints.Verdict]int{}
		var mu sync.Mutex
		var group sync.WaitGroup
		for range 24 {
			f := filing(t)
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
		if err := db.Erase(t.Context(), tenant, "gh_1", citizen); err != nil {
			t.Fatal(err)
		}
		f := filing(t)
		f.Citizen = citizen
		file(t, db, f, complaints.OverLimit)
		f.ReceivedAt = inside.AddDate(0, 0, 1)
		file(t, db, f, complaints.Filed)
	})
}

func TestErase_cutsTheLinksAndLeavesTheEvidence(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 3)
		f := filing(t)
		file(t, db, f, complaints.Filed)
		yes := true
		who := models.Identity{Tenant: tenant, Account: "gh_1", Citizen: f.Citizen, SealedID: []byte("sealed"), Follows: &yes, FollowedAt: at(inside), SeenAt: at(inside)}
		if err := db.Remember(t.Context(), who); err != nil {
			t.Fatal(err)
		}
		if got, err := db.Identity(t.Context(), tenant, "gh_1", f.Citizen); err != nil || !*got.Follows || !got.FollowedAt.Equal(inside) {
			t.Errorf("identity %+v, %v", got, err)
		}
		if err := db.Erase(t.Context(), tenant, "gh_1", f.Citizen); err != nil {
			t.Fatal(err)
		}
		if _, err := db.Identity(t.Context(), tenant, "gh_1", f.Citizen); models.KindOf(err) != models.NotFound {
			t.Errorf("after erasure: %v", err)
		}
		if list, err := db.Tickets(t.Context(), tenant, f.Citizen); err != nil || len(list) != 0 {
			t.Errorf("tickets after erasure: %v, %v", list, err)
		}
		wantRows(t, db, map[string]int{"complaints": 1, "complaint_contacts": 1, "complaint_links": 0, "identities": 0})
	})
}

// asked is what somebody's look at a ticket ends in; 0 where it is shown.
func asked(t *testing.T, db *DB, citizen byte, no string, hash []byte, now time.Time) models.Kind {
	t.Helper()
	ticket, err := db.TicketByNo(t.Context(), tenant, models.ID{citizen}, no, hash, now)
	if err != nil {
		return models.KindOf(err)
	}
	if ticket.No != no || ticket.State != complaints.Received || ticket.Unit != "A01" || !ticket.At.Equal(inside) {
		t.Errorf("another ticket: %+v", ticket)
	}
	return 0
}

func TestTicketByNo_tenWrongCodes_stopWhoGuessesForTheDay(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 3)
		f := filing(t)
		no := file(t, db, f, complaints.Filed).No
		wrong := []byte("wrong")
		for i := range MaxTries - 2 {
			if k := asked(t, db, 1, no, wrong, inside); k != models.Forbidden {
				t.Fatalf("try %d: kind %d", i+1, k)
			}
		}
		if k := asked(t, db, 1, "20000101-0001", wrong, inside); k != models.NotFound {
			t.Errorf("unknown number: kind %d", k)
		}
		if k := asked(t, db, 1, no, f.CodeHash, inside); k != 0 {
			t.Errorf("the right code after nine misses: kind %d", k)
		}
		if k := asked(t, db, 1, no, wrong, inside); k != models.Forbidden {
			t.Errorf("tenth miss: kind %d", k)
		}
		for what, hash := range map[string][]byte{"wrong": wrong, "right": f.CodeHash} {
			if k := asked(t, db, 1, no, hash, inside); k != models.TooMany {
				t.Errorf("a %s code after ten misses: kind %d", what, k)
			}
		}
		if k := asked(t, db, 1, "20000101-0001", wrong, inside); k != models.TooMany {
			t.Errorf("an unknown number after ten misses: kind %d", k)
		}
		if k := asked(t, db, 2, no, f.CodeHash, inside); k != 0 {
			t.Errorf("another citizen with the right code: kind %d", k)
		}
		tomorrow := inside.AddDate(0, 0, 1)
		if k := asked(t, db, 1, no, f.CodeHash, tomorrow); k != 0 {
			t.Errorf("next day: kind %d", k)
		}
		if err := db.Sweep(t.Context(), tomorrow); err != nil {
			t.Fatal(err)
		}
		wantRows(t, db, map[string]int{"code_failures": 0, "code_guesses": 0, "filing_quotas": 0})
	})
}

func TestTicketByNo_hundredWrongCodes_lockTheTicketForTheDay(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 3)
		f := filing(t)
		no := file(t, db, f, complaints.Filed).No
		for i := range MaxTicketTries {
			if k := asked(t, db, byte(1+i/MaxTries), no, []byte("wrong"), inside); k != models.Forbidden {
				t.Fatalf("try %d: kind %d", i+1, k)
			}
		}
		if k := asked(t, db, 200, no, f.CodeHash, inside); k != models.TooMany {
			t.Errorf("the right code after all misses: kind %d", k)
		}
		if k := asked(t, db, 200, no, f.CodeHash, inside.AddDate(0, 0, 1)); k != 0 {
			t.Errorf("next day: kind %d", k)
		}
	})
}

func TestTicketByNo_manyGuessesAtOnce_areNotMoreThanTen(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 3)
		no := file(t, db, filing(t), complaints.Filed).No
		kinds := map[models.Kind]int{}
		var mu sync.Mutex
		var group sync.WaitGroup
		for i := range 30 {
			group.Go(func() {
				k := asked(t, db, 1, no, fmt.Append(nil, i), inside)
				mu.Lock()
				defer mu.Unlock()
				kinds[k]++
			})
		}
		group.Wait()
		if kinds[models.Forbidden] != MaxTries || kinds[models.TooMany] != 20 {
			t.Errorf("kinds %v", kinds)
		}
	})
}

func TestComplaints_pagesHoldEveryRowOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 3)
		var filed []complaints.Filing
		for i := range 7 {
			f := filing(t)
			f.ReceivedAt = inside.Add(time.Duration(i/3) * time.Second) // three at a time
			file(t, db, f, complaints.Filed)
			filed = append(filed, f)
		}
		seen := map[models.ID]bool{}
		var after models.After
		for {
			page, err := db.Complaints(t.Context(), tenant, models.Scope{}, after, 2)
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

func TestAddEvent_keepsTheHandlingInTheTally(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 3)
		if err := db.ImportUnits(t.Context(), tenant, []models.Unit{{Code: "W1", Name: "窗口", Type: models.Window, Parent: "A01"}}, inside); err != nil {
			t.Fatal(err)
		}
		yes, no := true, false
		list := []complaints.Filing{filing(t), filing(t), filing(t), filing(t)}
		list[1].Unit = "W1" // counts with its unit
		list[2].Unit = ""   // counts nowhere
		for _, f := range list {
			file(t, db, f, complaints.Filed)
		}
		for i, said := range map[int]*bool{0: &yes, 1: &no} {
			for _, e := range []Event{{State: complaints.Answered, OnTime: &yes}, {State: complaints.Revisit, Satisfied: said}} {
				e.Tenant, e.Complaint, e.At, e.By = tenant, list[i].ID, inside.Add(time.Hour), "office"
				if err := db.AddEvent(t.Context(), e); err != nil {
					t.Fatal(err)
				}
			}
		}
		want := scoring.Tally{
			Unit: "A01", ComplaintsReceived: 3, ComplaintsAnswered: 2, ComplaintsOnTime: 2, ComplaintsSatisfied: 1, ComplaintsUnsatisfied: 1,
		}
		if got := tally(t, db, models.Mobile, "A01"); got != want {
			t.Errorf("tally %+v, want %+v", got, want)
		}
		wantSound(t, db)
		tickets, err := db.Tickets(t.Context(), tenant, list[0].Citizen)
		if err != nil || len(tickets) != 1 || tickets[0].State != complaints.Revisit || !tickets[0].Since.Equal(inside.Add(time.Hour)) {
			t.Errorf("tickets %+v, %v", tickets, err)
		}
	})
}

// Complaints are open all year, and a sealed score stays what it is: one more
// would lower the points where the method weighs their handling.
func TestFile_afterTheSeal_isTakenAndChangesNoTally(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 1)
		file(t, db, filing(t), complaints.Filed)
		if _, err := db.Seal(t.Context(), tenant, campaign, closes); err != nil {
			t.Fatal(err)
		}
		if ack := file(t, db, filing(t), complaints.Filed); ack.No != "20261122-0002" {
			t.Errorf("number %q", ack.No)
		}
		if got := tally(t, db, models.Mobile, "A01").ComplaintsReceived; got != 1 {
			t.Errorf("%d complaints received at the seal, want 1", got)
		}
		wantSound(t, db)
	})
}
