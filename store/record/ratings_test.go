package record_test

import (
	"slices"
	"testing"
	"time"

	"pingyi/internal/dbtest"
	"pingyi/models"
	"pingyi/scoring"
	"pingyi/store/record"
)

func TestMine_listsOwnRatingsWithTheirState(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 3)
		w := dbtest.WriterOn(t, db, record.WriterOptions{})
		first := dbtest.Rating(t, "A01", "11111")
		second := dbtest.Change(t, first, "22222")
		second.ReceivedAt = first.ReceivedAt.Add(time.Second)
		third := dbtest.Change(t, dbtest.Rating(t, "A02", "33333"), "33333")
		third.Person, third.ReceivedAt = first.Person, first.ReceivedAt.Add(2*time.Second)
		for _, s := range []scoring.Submission{first, second, third, dbtest.Rating(t, "A03", "44444")} {
			dbtest.Submit(t, w, s, scoring.Counted)
		}
		dbtest.Withdraw(t, db, dbtest.Withdrawal(t, third), scoring.Counted)
		want := []scoring.OwnRating{
			{Account: first.Account, Person: first.Person, Campaign: dbtest.Campaign, Channel: models.Mobile, Unit: "A02", At: third.ReceivedAt, Receipt: third.Receipt, State: models.RatingWithdrawn},
			{Account: first.Account, Person: first.Person, Campaign: dbtest.Campaign, Channel: models.Mobile, Unit: "A01", At: second.ReceivedAt, Receipt: second.Receipt, State: models.RatingLive},
			{Account: first.Account, Person: first.Person, Campaign: dbtest.Campaign, Channel: models.Mobile, Unit: "A01", At: first.ReceivedAt, Receipt: first.Receipt, State: models.RatingSuperseded},
		}
		// Another person in every campaign: one campaign, several, ours first or last.
		for _, persons := range [][]models.ID{{first.Person}, {first.Person, dbtest.NewID(t)}, {dbtest.NewID(t), first.Person}} {
			list, err := db.Mine(t.Context(), dbtest.Tenant, persons)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(list, want) {
				t.Errorf("of %d persons: %+v, want %+v", len(persons), list, want)
			}
		}
		if r, err := db.Receipt(t.Context(), dbtest.Tenant, second.Receipt); err != nil || r != want[1] {
			t.Errorf("receipt: %+v, %v", r, err)
		}
		if _, err := db.Receipt(t.Context(), "other", second.Receipt); models.KindOf(err) != models.NotFound {
			t.Errorf("another tenant's receipt: %v", err)
		}
	})
}
