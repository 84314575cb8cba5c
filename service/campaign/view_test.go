package campaign

import (
	"context"
	"sync"
	"testing"
	"time"

	"pingyi/models"
)

// shelf is what views read.
type shelf struct {
	mu        sync.Mutex
	revision  int64
	campaigns []models.Campaign
	units     []models.Unit
	read      int
}

func (s *shelf) Revision(context.Context, string) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.revision, nil
}

func (s *shelf) Campaigns(context.Context, string) ([]models.Campaign, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.read++
	return s.campaigns, nil
}

func (s *shelf) Units(context.Context, string) ([]models.Unit, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.units, nil
}

func day(n int) models.Time { return models.At(window[0].AddDate(0, 0, n)) }

func TestViews_ofARevision_areReadOnceAndShared(t *testing.T) {
	s := &shelf{revision: 1, units: []models.Unit{{Code: "A01", Name: "市教育局"}}, campaigns: []models.Campaign{{ID: "2016", Definition: "{}"}, {ID: "2017", Definition: "{}"}}}
	v := NewViews(s)
	first, err := v.Of(t.Context(), "t")
	if err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			if again, err := v.Of(t.Context(), "t"); err != nil || again != first {
				t.Errorf("another view of the same revision, %v", err)
			}
		})
	}
	group.Wait()
	if s.read != 1 {
		t.Errorf("read %d times", s.read)
	}
	if _, err := first.Campaign("2018"); models.CodeOf(err) != "unknown_campaign" {
		t.Errorf("got %v", err)
	}
	s.revision, s.campaigns = 2, append(s.campaigns, models.Campaign{ID: "2018", Definition: "{}"})
	if c, err := v.Campaign(t.Context(), "t", "2018"); err != nil || c.ID != "2018" {
		t.Errorf("after a change: %+v, %v", c, err)
	}
}

// Citizens find a unit by the name under which their account's campaign rates it, the
// open one's before that of a later one.
func TestDirectory_hasTheNamesOfTheAccountsCampaigns(t *testing.T) {
	unit := func(name string) []models.Unit {
		return []models.Unit{{Code: "A01", Name: name, Type: models.Government}}
	}
	of := func(id, account, name string, from, to int) models.Campaign {
		return models.Campaign{
			ID: id, Definition: "{}", OpensAt: day(from), ClosesAt: day(to), ApprovedAt: day(-100), Units: unit(name),
			Channels: []models.CampaignChannel{{Channel: models.Mobile, Account: account}},
		}
	}
	s := &shelf{units: unit("市教育体育局"), campaigns: []models.Campaign{
		of("open", "gh_1", "市教育局", 0, 60), of("next", "gh_1", "市教委", 100, 160), of("else", "gh_2", "市体育局", 0, 60),
	}}
	view, err := NewViews(s).Of(t.Context(), "t")
	if err != nil {
		t.Fatal(err)
	}
	d := view.Directory(models.Mobile, "gh_1", window[0].Add(time.Hour))
	if d != view.Directory(models.Mobile, "gh_1", window[0].Add(time.Hour)) {
		t.Error("the directory is made again")
	}
	for name, found := range map[string]bool{"市教育局": true, "市教委": true, "市体育局": false} {
		if got := d.Exact(name); (len(got) == 1) != found {
			t.Errorf("%s: found %v", name, got)
		}
	}
	if got := view.Newest(); got[0].ID != "next" || got[1].ID != "else" {
		t.Errorf("newest are %s, %s", got[0].ID, got[1].ID)
	}
}
