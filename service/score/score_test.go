package score

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"pingyi/models"
	"pingyi/scoring"
	"pingyi/service/campaign"
)

// record is a campaign whose social channel counts public texts.
type record struct {
	sealed time.Time // of its public texts
	tally  scoring.Tally
}

func (r *record) Revision(context.Context, string) (int64, error) { return 1, nil }

func (r *record) Campaigns(context.Context, string) ([]models.Campaign, error) {
	method := scoring.Method{
		ID: "m/1", Points: scoring.Linear(), M: scoring.DefaultM, Official: scoring.Raw, HideBelow: scoring.DefaultHideBelow,
		ScarceBelow: scoring.DefaultScarceBelow, Public: true,
	}
	body, err := json.Marshal(campaign.Definition{
		Methods: []scoring.Method{method}, Dimensions: map[models.UnitType][]models.Dimension{models.Government: {{Title: "t"}}},
	})
	return []models.Campaign{{
		Tenant: "t", ID: "2017", Definition: string(body), SealedAt: models.At(time.Now()), Units: []models.Unit{{Code: "A01"}},
		Channels: []models.CampaignChannel{{Channel: models.Social, FullMarks: "4.5", Method: "m/1"}},
	}}, err
}

func (r *record) Units(context.Context, string) ([]models.Unit, error) { return nil, nil }

func (r *record) Tallies(context.Context, string, string, models.Channel) ([]scoring.Tally, error) {
	return []scoring.Tally{r.tally}, nil
}

func (r *record) PublicSealed(context.Context, string, string) (time.Time, error) {
	return r.sealed, nil
}

// What is final holds every rating: the last public one and the seal may come
// while a document is made.
func TestScores_sealedWhileTheyAreRead_areFinalOnlyWithTheLastRating(t *testing.T) {
	r := &record{tally: scoring.Tally{Unit: "A01"}}
	s := Service{Views: campaign.NewViews(r), Tallies: r, Now: func() time.Time {
		r.tally = scoring.Tally{Unit: "A01", Received: 1, Live: 1, Ratings: 1, Counts: [models.MaxDimensions][5]int64{{0, 0, 0, 0, 1}}}
		r.sealed = time.Now()
		return r.sealed
	}}
	doc, _, err := s.Scores(t.Context(), "t", "2017", models.Social)
	if err != nil {
		t.Fatal(err)
	}
	if doc.Final && doc.Units[0].Ratings == 0 {
		t.Error("scores are final and lack a rating that was committed before the seal")
	}
	doc, _, err = s.Scores(t.Context(), "t", "2017", models.Social)
	if err != nil || !doc.Final || doc.Units[0].Ratings != 1 || doc.FullMarks.String() != "4.5" {
		t.Errorf("afterwards: %+v, %v", doc, err)
	}
	if _, _, err = s.Scores(t.Context(), "t", "2017", models.Mobile); models.CodeOf(err) != "unknown_channel" {
		t.Errorf("another channel: %v", err)
	}
}
