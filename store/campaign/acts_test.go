package campaign_test

import (
	"sync"
	"testing"
	"time"

	"pingyi/internal/dbtest"
	"pingyi/models"
	"pingyi/scoring"
	"pingyi/store/record"
)

func approved(t *testing.T, db *dbtest.DB) {
	t.Helper()
	dbtest.WithCampaign(t, db, 3)
	if done, err := db.ApproveCampaign(t.Context(), dbtest.Tenant, dbtest.Campaign, "office", "shell", dbtest.Opens); err != nil || !done {
		t.Fatal(done, err)
	}
}

// A stop moves the close, and every server that knew the former one asks again: what
// the platform took before the stop and arrives within the grace counts, alone and in
// groups, and nothing else does. The recorded ratings lie within the new window.
func TestStopCampaign_ratingsAfterIt_areLateWhateverAWriterKnew(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		approved(t, db)
		w := dbtest.WriterOn(t, db, record.WriterOptions{})
		dbtest.Submit(t, w, dbtest.Rating(t, "A01", "5-5"), scoring.Counted) // the writer knows the window
		before := dbtest.Fingerprints(t, db)
		stop := models.Stop{By: "office", Reason: "检修", At: dbtest.Inside.Add(time.Minute + 300*time.Millisecond)}
		closing, err := db.StopCampaign(t.Context(), dbtest.Tenant, dbtest.Campaign, stop)
		if want := dbtest.Inside.Add(time.Minute + time.Second); err != nil || !closing.Equal(want) {
			t.Fatalf("closes %s, want %s, %v", closing, want, err)
		}
		at := func(platform, receipt time.Duration) scoring.Submission {
			s := dbtest.Rating(t, "A02", "5-5")
			s.PlatformAt, s.ReceivedAt = closing.Add(platform), closing.Add(receipt)
			return s
		}
		dbtest.Submit(t, w, at(-time.Second, 30*time.Second), scoring.Counted)
		dbtest.Submit(t, w, at(0, time.Second), scoring.TooLate)
		dbtest.Submit(t, w, at(-time.Second, 61*time.Second), scoring.TooLate)
		var group sync.WaitGroup
		for range 20 {
			group.Go(func() { dbtest.Submit(t, w, at(time.Second, 2*time.Second), scoring.TooLate) })
			group.Go(func() { dbtest.Submit(t, w, at(-time.Second, 2*time.Second), scoring.Counted) })
		}
		group.Wait()
		if n := dbtest.Count(t, db, "ratings", "campaign = ?", dbtest.Campaign); n != 22 {
			t.Errorf("%d ratings", n)
		}
		c, err := db.Campaign(t.Context(), dbtest.Tenant, dbtest.Campaign)
		if err != nil || !c.ClosesAt.Equal(closing) || !c.PlannedClose.Equal(dbtest.Closes) || c.StopReason != "检修" || c.StoppedBy != "office" {
			t.Errorf("%+v, %v", c, err)
		}
		after := dbtest.Fingerprints(t, db)
		if after.Campaign != before.Campaign || after.Acts == before.Acts {
			t.Error("a stop is an act, and leaves what was approved as it is")
		}
		due, err := db.DueForSeal(t.Context(), closing.Add(61*time.Second))
		if err != nil || len(due) != 1 {
			t.Errorf("due for the seal: %v, %v", due, err)
		}
		if _, err := db.StopCampaign(t.Context(), dbtest.Tenant, dbtest.Campaign, stop); models.KindOf(err) != models.Conflict {
			t.Errorf("stopped again: %v", err)
		}
	})
}

// The platform's clock may be ahead of ours: what is recorded stays in its window.
func TestStopCampaign_aRatingOfALaterSecond_isWithinTheWindow(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		approved(t, db)
		w := dbtest.WriterOn(t, db, record.WriterOptions{})
		s := dbtest.Rating(t, "A01", "5-5")
		s.PlatformAt = dbtest.Inside.Add(3 * time.Second)
		dbtest.Submit(t, w, s, scoring.Counted)
		closing, err := db.StopCampaign(t.Context(), dbtest.Tenant, dbtest.Campaign, models.Stop{By: "x", Reason: "y", At: dbtest.Inside})
		if err != nil || !s.PlatformAt.Before(closing) {
			t.Errorf("closes %s, %v", closing, err)
		}
	})
}

// A stop waits for the ratings that are being recorded, and none is recorded behind
// it with a time of its window's other side.
func TestStopCampaign_amidARush_everyRatingIsOnItsSide(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		approved(t, db)
		w := dbtest.WriterOn(t, db, record.WriterOptions{})
		stop := models.Stop{By: "x", Reason: "y", At: dbtest.Inside.Add(30 * time.Second)}
		var group sync.WaitGroup
		verdicts := make([]scoring.Verdict, 60)
		for i := range verdicts {
			group.Go(func() {
				s := dbtest.Rating(t, "A01", "5-5")
				s.PlatformAt = dbtest.Inside.Add(time.Duration(i) * time.Second)
				s.ReceivedAt = s.PlatformAt.Add(time.Second)
				ack, err := w.Submit(t.Context(), s)
				if err != nil {
					t.Error(err)
				}
				verdicts[i] = ack.Verdict
			})
		}
		closing, err := db.StopCampaign(t.Context(), dbtest.Tenant, dbtest.Campaign, stop)
		if err != nil {
			t.Fatal(err)
		}
		group.Wait()
		for i, v := range verdicts {
			want := scoring.Counted
			if at := dbtest.Inside.Add(time.Duration(i) * time.Second); !at.Before(closing) {
				want = scoring.TooLate
			}
			if v != want {
				t.Errorf("second %d, closed at second %v: verdict %d, want %d", i, closing.Sub(dbtest.Inside).Seconds(), v, want)
			}
		}
	})
}

func TestApproveCampaign_overlaps_areByChannelAccountAndWindow(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		approved(t, db)
		for id, c := range map[string]struct {
			from, to time.Time
			account  string
			kind     models.Kind
		}{
			"same account":      {dbtest.Opens, dbtest.Closes, "gh_1", models.Conflict},
			"any account":       {dbtest.Opens, dbtest.Closes, "", models.Conflict},
			"another account":   {dbtest.Opens, dbtest.Closes, "gh_2", 0},
			"after":             {dbtest.Closes, dbtest.Closes.AddDate(0, 1, 0), "gh_1", 0},
			"before":            {dbtest.Opens.AddDate(0, -1, 0), dbtest.Opens, "gh_1", 0},
			"within its window": {dbtest.Inside, dbtest.Inside.Add(time.Hour), "gh_1", models.Conflict},
		} {
			draft := models.Campaign{
				Tenant: dbtest.Tenant, ID: id, Title: "t", Definition: `{}`, OpensAt: models.At(c.from), ClosesAt: models.At(c.to), CreatedAt: models.At(dbtest.Opens),
				Channels: []models.CampaignChannel{{Channel: models.Mobile, FullMarks: "10", Method: "m/1", Account: c.account}}, Units: []models.Unit{{Code: "A01", Name: "n", Class: "c", Type: models.Government}},
			}
			if err := db.CreateCampaign(t.Context(), draft); err != nil {
				t.Fatal(err)
			}
			done, err := db.ApproveCampaign(t.Context(), dbtest.Tenant, id, "x", "shell", dbtest.Opens)
			if models.KindOf(err) != c.kind || done != (c.kind == 0) {
				t.Errorf("%s: %t, %v", id, done, err)
			}
			dbtest.Tamper(t, db, "UPDATE campaigns SET approved_at = NULL WHERE id <> '"+dbtest.Campaign+"'")
		}
	})
}
