package social_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"pingyi/internal/dbtest"
	"pingyi/models"
	"pingyi/social"
)

func TestPollResults_pages_eachOnceInTheOrderOfEntry(t *testing.T) {
	dbtest.OnBoth(t, func(t *testing.T, db *dbtest.DB) {
		dbtest.WithCampaign(t, db, 1)
		var want []models.ID
		for i := range 5 {
			r := social.PollRecord{
				Tenant: dbtest.Tenant, ID: dbtest.Named(strconv.Itoa(i)), Campaign: dbtest.Campaign, Title: "投票", Signer: "某某", Evidence: "档案",
				EnteredAt: dbtest.Inside.Add(time.Duration(i/2) * 250 * time.Millisecond), // two at a time
			}
			if _, added, err := db.AddPollResult(t.Context(), r, models.Scope{}); err != nil || !added {
				t.Fatalf("added %t, %v", added, err)
			}
			want = append(want, r.ID)
		}
		for i := 0; i+1 < len(want); i += 2 { // among those of one time by ID
			slices.SortFunc(want[i:i+2], func(a, b models.ID) int { return slices.Compare(a[:], b[:]) })
		}
		var got []models.ID
		var after models.After
		for {
			page, err := db.PollResults(t.Context(), dbtest.Tenant, dbtest.Campaign, after, 2)
			if err != nil || len(page) > 2 {
				t.Fatalf("%d, %v", len(page), err)
			}
			if len(page) == 0 {
				break
			}
			for _, r := range page {
				got = append(got, r.ID)
			}
			last := page[len(page)-1]
			after = models.After{At: last.EnteredAt, ID: last.ID}
		}
		if !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		if other, err := db.PollResults(t.Context(), dbtest.Tenant, "2016", models.After{}, 2); err != nil || len(other) != 0 {
			t.Errorf("of another campaign: %d, %v", len(other), err)
		}
	})
}
