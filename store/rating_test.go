package store

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pingyi/models"
	"pingyi/scoring"
)

// withdrawal takes back what s put in.
func withdrawal(t testing.TB, s scoring.Submission) scoring.Withdrawal {
	t.Helper()
	return scoring.Withdrawal{
		Tenant: s.Tenant, Campaign: s.Campaign, Unit: s.Unit, Channel: s.Channel, Person: s.Person,
		Push: newID(t), Draft: newID(t), PlatformAt: inside, ReceivedAt: inside.Add(time.Minute), Answer: []byte("withdrawn"),
	}
}

func withdraw(t testing.TB, db *DB, w scoring.Withdrawal, want scoring.Verdict) scoring.Ack {
	t.Helper()
	ack, err := db.Withdraw(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	if ack.Verdict != want {
		t.Fatalf("verdict %d, want %d", ack.Verdict, want)
	}
	return ack
}

func TestWithdraw_liveRating_isTakenBackAndStays(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 3)
		w := writerOn(t, db, WriterOptions{})
		s := rating(t, "A01", "54321")
		submit(t, w, s, scoring.Counted)
		take := withdrawal(t, s)
		if ack := withdraw(t, db, take, scoring.Counted); ack.Receipt != s.Receipt {
			t.Errorf("receipt %q, want %q", ack.Receipt, s.Receipt)
		}
		if got, want := tally(t, db, models.Mobile, "A01"), (scoring.Tally{Unit: "A01", Received: 1, Withdrawn: 1}); got != want {
			t.Errorf("tally %+v, want %+v", got, want)
		}
		if ack := withdraw(t, db, take, scoring.Repeat); string(ack.Answer) != "withdrawn" {
			t.Errorf("answer %q", ack.Answer)
		}
		otherPush := take
		otherPush.Push = newID(t)
		if ack := withdraw(t, db, otherPush, scoring.DraftDone); ack.Receipt != s.Receipt || ack.Unit != "A01" {
			t.Errorf("ack %+v", ack)
		}
		withdraw(t, db, withdrawal(t, s), scoring.Missing)
		// The person may rate the unit anew.
		submit(t, w, change(t, s, "11111"), scoring.Counted)
		wantRows(t, db, map[string]int{"effects": 3, "ratings": 2, "live_ratings": 1, "rating_ends": 1})
		wantSound(t, db)
	})
}

func TestWithdraw_outsideTheWindow_changesNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 3)
		w := writerOn(t, db, WriterOptions{})
		s := rating(t, "A01", "54321")
		submit(t, w, s, scoring.Counted)
		late := withdrawal(t, s)
		late.PlatformAt, late.ReceivedAt = closes, closes
		withdraw(t, db, late, scoring.TooLate)
		elsewhere := withdrawal(t, s)
		elsewhere.Campaign = "1999"
		withdraw(t, db, elsewhere, scoring.Missing)
		wantRows(t, db, map[string]int{"effects": 1, "live_ratings": 1, "rating_ends": 0})
	})
}

func TestAddReason_ownRating_once(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 3)
		w := writerOn(t, db, WriterOptions{})
		s := rating(t, "A01", "11111")
		submit(t, w, s, scoring.Counted)
		r := scoring.Reason{
			Tenant: tenant, Receipt: s.Receipt, Person: s.Person, Reason: "waiting", Push: newID(t), ReceivedAt: inside, Answer: []byte("noted"),
		}
		for i, want := range []scoring.Verdict{scoring.Counted, scoring.Repeat} {
			ack, err := db.AddReason(t.Context(), r)
			if err != nil || ack.Verdict != want {
				t.Errorf("call %d: %+v, %v", i+1, ack, err)
			}
		}
		r.Push = newID(t) // tapped a second time
		if ack, err := db.AddReason(t.Context(), r); err != nil || ack.Verdict != scoring.Counted {
			t.Errorf("second tap: %+v, %v", ack, err)
		}
		wantRows(t, db, map[string]int{"rating_reasons": 1, "effects": 3})
		r.Push, r.Person = newID(t), newID(t)
		if ack, err := db.AddReason(t.Context(), r); err != nil || ack.Verdict != scoring.Missing {
			t.Errorf("somebody else's rating: %+v, %v", ack, err)
		}
		if _, err := db.Seal(t.Context(), tenant, campaign, inside); err != nil {
			t.Fatal(err)
		}
		r.Push, r.Person = newID(t), s.Person
		if ack, err := db.AddReason(t.Context(), r); err != nil || ack.Verdict != scoring.TooLate {
			t.Errorf("behind the seal: %+v, %v", ack, err)
		}
		wantRows(t, db, map[string]int{"rating_reasons": 1, "effects": 3})
	})
}

func TestMine_listsOwnRatingsWithTheirState(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 3)
		w := writerOn(t, db, WriterOptions{})
		first := rating(t, "A01", "11111")
		second := change(t, first, "22222")
		second.ReceivedAt = first.ReceivedAt.Add(time.Second)
		third := change(t, rating(t, "A02", "33333"), "33333")
		third.Person, third.ReceivedAt = first.Person, first.ReceivedAt.Add(2*time.Second)
		for _, s := range []scoring.Submission{first, second, third, rating(t, "A03", "44444")} {
			submit(t, w, s, scoring.Counted)
		}
		withdraw(t, db, withdrawal(t, third), scoring.Counted)
		want := []scoring.OwnRating{
			{Account: first.Account, Person: first.Person, Campaign: campaign, Channel: models.Mobile, Unit: "A02", At: third.ReceivedAt, Receipt: third.Receipt, State: models.RatingWithdrawn},
			{Account: first.Account, Person: first.Person, Campaign: campaign, Channel: models.Mobile, Unit: "A01", At: second.ReceivedAt, Receipt: second.Receipt, State: models.RatingLive},
			{Account: first.Account, Person: first.Person, Campaign: campaign, Channel: models.Mobile, Unit: "A01", At: first.ReceivedAt, Receipt: first.Receipt, State: models.RatingSuperseded},
		}
		// Another person in every campaign: one campaign, several, ours first or last.
		for _, persons := range [][]models.ID{{first.Person}, {first.Person, newID(t)}, {newID(t), first.Person}} {
			list, err := db.Mine(t.Context(), tenant, persons)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(list, want) {
				t.Errorf("of %d persons: %+v, want %+v", len(persons), list, want)
			}
		}
		if r, err := db.Receipt(t.Context(), tenant, second.Receipt); err != nil || r != want[1] {
			t.Errorf("receipt: %+v, %v", r, err)
		}
		if _, err := db.Receipt(t.Context(), "other", second.Receipt); models.KindOf(err) != models.NotFound {
			t.Errorf("another tenant's receipt: %v", err)
		}
	})
}

func TestSeal_onceAndForGood(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 3)
		w := writerOn(t, db, WriterOptions{})
		s := rating(t, "A01", "54321")
		submit(t, w, s, scoring.Counted)
		due, err := db.DueForSeal(t.Context(), closes.Add(scoring.CloseGrace))
		if err != nil || len(due) != 0 {
			t.Errorf("due while a rating may arrive: %v, %v", due, err)
		}
		due, err = db.DueForSeal(t.Context(), closes.Add(scoring.CloseGrace+time.Second))
		if err != nil || len(due) != 1 || due[0] != (models.CampaignKey{Tenant: tenant, Campaign: campaign}) {
			t.Errorf("due: %v, %v", due, err)
		}
		for i, want := range []bool{true, false} {
			if set, err := db.Seal(t.Context(), tenant, campaign, closes.Add(2*time.Minute+time.Duration(i))); err != nil || set != want {
				t.Errorf("call %d: %t, %v", i+1, set, err)
			}
		}
		if _, err := db.Seal(t.Context(), tenant, "1999", closes); models.KindOf(err) != models.NotFound {
			t.Errorf("unknown campaign: %v", err)
		}
		submit(t, w, rating(t, "A01", "54321"), scoring.TooLate)
		withdraw(t, db, withdrawal(t, s), scoring.TooLate)
		submit(t, w, again(t, s), scoring.Repeat)
		wantRows(t, db, map[string]int{"effects": 1, "ratings": 1, "live_ratings": 1})
		if due, err := db.DueForSeal(t.Context(), closes.AddDate(1, 0, 0)); err != nil || len(due) != 0 {
			t.Errorf("due behind the seal: %v, %v", due, err)
		}
	})
}

// A rating's transaction is held open by a lock on the tally row that it needs
// last. The seal must wait for it; a rating that comes while the seal waits
// must not get in front of the seal's back.
func TestSeal_waitsForAnOpenRating_andNothingCommitsBehindIt(t *testing.T) {
	db := migrated(t, mysqlURL(t))
	withCampaign(t, db, 3)
	w := writerOn(t, db, WriterOptions{Writers: 2})
	submit(t, w, rating(t, "A01", "54321"), scoring.Counted)

	blocker, err := db.SQL().BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := blocker.ExecContext(t.Context(), "UPDATE tallies SET received=received WHERE unit='A01'"); err != nil {
		t.Fatal(err)
	}
	open := make(chan scoring.Ack, 1)
	go func() {
		ack, err := w.Submit(t.Context(), rating(t, "A01", "55555"))
		if err != nil {
			t.Error(err)
		}
		open <- ack
	}()
	awaitLockWait(t, db, "INSERT INTO tallies")
	sealed := make(chan error, 1)
	go func() {
		set, err := db.Seal(t.Context(), tenant, campaign, inside)
		if err == nil && !set {
			t.Error("the seal was not set by this call")
		}
		sealed <- err
	}()
	awaitLockWait(t, db, "UPDATE `campaigns`")
	select {
	case err := <-sealed:
		t.Fatalf("the seal did not wait for the open rating: %v", err)
	default:
	}
	if err := blocker.Rollback(); err != nil {
		t.Fatal(err)
	}
	if ack := <-open; ack.Verdict != scoring.Counted {
		t.Errorf("the rating before the seal: verdict %d", ack.Verdict)
	}
	if err := <-sealed; err != nil {
		t.Fatal(err)
	}
	submit(t, w, rating(t, "A01", "55555"), scoring.TooLate)
	if n := count(t, db, "ratings", "1=1"); n != 2 {
		t.Errorf("%d ratings, want 2", n)
	}
	wantSound(t, db)
}

// Groups go another way than single ratings; a server may still believe its
// window open when another one has sealed.
func TestSeal_groupBehindIt_isTooLate(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		withCampaign(t, db, 3)
		w := NewWriter(db, WriterOptions{Writers: 1})
		if set, err := db.Seal(t.Context(), tenant, campaign, inside); err != nil || !set {
			t.Fatal(set, err)
		}
		for i, ack := range queued(t, w, []scoring.Submission{rating(t, "A01", "55555"), rating(t, "A02", "44444"), rating(t, "A01", "33333")}) {
			if ack.Verdict != scoring.TooLate {
				t.Errorf("submission %d: verdict %d", i, ack.Verdict)
			}
		}
		wantRows(t, db, map[string]int{"effects": 0, "ratings": 0, "live_ratings": 0})
		wantSound(t, db)
	})
}

// awaitLockWait waits until a statement that begins so waits for a row lock.
func awaitLockWait(t *testing.T, db *DB, begins string) {
	t.Helper()
	for range 100 {
		// The server renews this view only for whoever asks less often than
		// every 100 ms.
		time.Sleep(120 * time.Millisecond)
		for _, r := range quads(t, db, "SELECT COALESCE(trx_query, ''), '', '', '' FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'") {
			if strings.HasPrefix(r[0], begins) {
				return
			}
		}
	}
	t.Fatal("nobody waited for the lock")
}
