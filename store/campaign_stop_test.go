package store

import (
	"sync"
	"testing"
	"time"

	"pingyi/models"
	"pingyi/scoring"
)

func approved(t *testing.T, db *DB) {
	t.Helper()
	withCampaign(t, db, 3)
	if done, err := db.ApproveCampaign(t.Context(), tenant, campaign, "office", "shell", opens); err != nil || !done {
		t.Fatal(done, err)
	}
}

// A stop moves the close, and every server that knew the former one asks again: what
// the platform took before the stop and arrives within the grace counts, alone and in
// groups, and nothing else does. The recorded ratings lie within the new window.
func TestStopCampaign_ratingsAfterIt_areLateWhateverAWriterKnew(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		approved(t, db)
		w := writerOn(t, db, WriterOptions{})
		submit(t, w, rating(t, "A01", "5-5"), scoring.Counted) // the writer knows the window
		before := fingerprints(t, db)
		stop := models.Stop{By: "office", Reason: "检修", At: inside.Add(time.Minute + 300*time.Millisecond)}
		closing, err := db.StopCampaign(t.Context(), tenant, campaign, stop)
		if want := inside.Add(time.Minute + time.Second); err != nil || !closing.Equal(want) {
			t.Fatalf("closes %s, want %s, %v", closing, want, err)
		}
		at := func(platform, receipt time.Duration) scoring.Submission {
			s := rating(t, "A02", "5-5")
			s.PlatformAt, s.ReceivedAt = closing.Add(platform), closing.Add(receipt)
			return s
		}
		submit(t, w, at(-time.Second, 30*time.Second), scoring.Counted)
		submit(t, w, at(0, time.Second), scoring.TooLate)
		submit(t, w, at(-time.Second, 61*time.Second), scoring.TooLate)
		var group sync.WaitGroup
		for range 20 {
			group.Go(func() { submit(t, w, at(time.Second, 2*time.Second), scoring.TooLate) })
			group.Go(func() { submit(t, w, at(-time.Second, 2*time.Second), scoring.Counted) })
		}
		group.Wait()
		if n := count(t, db, "ratings", "campaign = ?", campaign); n != 22 {
			t.Errorf("%d ratings", n)
		}
		c, err := db.Campaign(t.Context(), tenant, campaign)
		if err != nil || !c.ClosesAt.Equal(closing) || !c.PlannedClose.Equal(closes) || c.StopReason != "检修" || c.StoppedBy != "office" {
			t.Errorf("%+v, %v", c, err)
		}
		after := fingerprints(t, db)
		if after.Campaign != before.Campaign || after.Acts == before.Acts {
			t.Error("a stop is an act, and leaves what was approved as it is")
		}
		due, err := db.DueForSeal(t.Context(), closing.Add(61*time.Second))
		if err != nil || len(due) != 1 {
			t.Errorf("due for the seal: %v, %v", due, err)
		}
		if _, err := db.StopCampaign(t.Context(), tenant, campaign, stop); models.KindOf(err) != models.Conflict {
			t.Errorf("stopped again: %v", err)
		}
	})
}

// The platform's clock may be ahead of ours: what is recorded stays in its window.
func TestStopCampaign_aRatingOfALaterSecond_isWithinTheWindow(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		approved(t, db)
		w := writerOn(t, db, WriterOptions{})
		s := rating(t, "A01", "5-5")
		s.PlatformAt = inside.Add(3 * time.Second)
		submit(t, w, s, scoring.Counted)
		closing, err := db.StopCampaign(t.Context(), tenant, campaign, models.Stop{By: "x", Reason: "y", At: inside})
		if err != nil || !s.PlatformAt.Before(closing) {
			t.Errorf("closes %s, %v", closing, err)
		}
	})
}

// A stop waits for the ratings that are being recorded, and none is recorded behind
// it with a time of its window's other side.
func TestStopCampaign_amidARush_everyRatingIsOnItsSide(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		approved(t, db)
		w := writerOn(t, db, WriterOptions{})
		stop := models.Stop{By: "x", Reason: "y", At: inside.Add(30 * time.Second)}
		var group sync.WaitGroup
		verdicts := make([]scoring.Verdict, 60)
		for i := range verdicts {
			group.Go(func() {
				s := rating(t, "A01", "5-5")
				s.PlatformAt = inside.Add(time.Duration(i) * time.Second)
				s.ReceivedAt = s.PlatformAt.Add(time.Second)
				ack, err := w.Submit(t.Context(), s)
				if err != nil {
					t.Error(err)
				}
				verdicts[i] = ack.Verdict
			})
		}
		closing, err := db.StopCampaign(t.Context(), tenant, campaign, stop)
		if err != nil {
			t.Fatal(err)
		}
		group.Wait()
		for i, v := range verdicts {
			want := scoring.Counted
			if at := inside.Add(time.Duration(i) * time.Second); !at.Before(closing) {
				want = scoring.TooLate
			}
			if v != want {
				t.Errorf("second %d, closed at second %v: verdict %d, want %d", i, closing.Sub(inside).Seconds(), v, want)
			}
		}
	})
}

func TestApproveCampaign_overlaps_areByChannelAccountAndWindow(t *testing.T) {
	onBoth(t, func(t *testing.T, db *DB) {
		approved(t, db)
		for id, c := range map[string]struct {
			from, to time.Time
			account  string
			kind     models.Kind
		}{
			"same account":      {opens, closes, "gh_1", models.Conflict},
			"any account":       {opens, closes, "", models.Conflict},
			"another account":   {opens, closes, "gh_2", 0},
			"after":             {closes, closes.AddDate(0, 1, 0), "gh_1", 0},
			"before":            {opens.AddDate(0, -1, 0), opens, "gh_1", 0},
			"within its window": {inside, inside.Add(time.Hour), "gh_1", models.Conflict},
		} {
			draft := models.Campaign{
				Tenant: tenant, ID: id, Title: "t", Definition: `{}`, OpensAt: at(c.from), ClosesAt: at(c.to), CreatedAt: at(opens),
				Channels: []models.CampaignChannel{{Channel: models.Mobile, FullMarks: "10", Method: "m/1", Account: c.account}}, Units: []models.Unit{{Code: "A01", Name: "n", Class: "c", Type: models.Government}},
			}
			if err := db.CreateCampaign(t.Context(), draft); err != nil {
				t.Fatal(err)
			}
			done, err := db.ApproveCampaign(t.Context(), tenant, id, "x", "shell", opens)
			if models.KindOf(err) != c.kind || done != (c.kind == 0) {
				t.Errorf("%s: %t, %v", id, done, err)
			}
			tamper(t, db, "UPDATE campaigns SET approved_at = NULL WHERE id <> '"+campaign+"'")
		}
	})
}
