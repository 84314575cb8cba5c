package social

import (
	"testing"
	"time"

	"pingyi/models"
)

// named finds units by name or code; two may share a name.
type named []models.Unit

func (n named) Exact(text string) (found []models.Unit) {
	for _, u := range n {
		if u.Name == text || u.Code == text {
			found = append(found, u)
		}
	}
	return found
}

func TestAnswer_whatBecameOfIt_decidesWhatIsTold(t *testing.T) {
	from := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	units := named{{Code: "A00", Name: "两个 词"}, {Code: "A01", Name: "同名"}, {Code: "A02", Name: "同名"}, {Code: "A03", Name: "市教育局"}, {Code: "A05", Name: "市公安局"}}
	world := func(public bool, names ...string) World {
		return World{Names: names, Directory: units, Campaigns: []Campaign{
			{ID: "1", From: from, To: from.AddDate(0, 1, 0), Public: false, Units: map[string]bool{"A05": true}},
			{ID: "2", From: from, To: from.AddDate(0, 2, 0), Public: public, Units: map[string]bool{"A00": true, "A01": true, "A03": true, "A05": true}},
		}}
	}
	inside, late, closed := from.AddDate(0, 0, 7), from.AddDate(0, 1, 7), from.AddDate(0, 3, 0)
	usual := world(true, "马鞍山发布")
	for name, tt := range map[string]struct {
		world   World
		at      time.Time
		reading Reading
		tell    Tell
		unit    string // that the answer names
	}{
		"counted":                 {usual, inside, Reading{Outcome: Counted, Unit: "A05"}, TellCounted, "市公安局"},
		"unit gone from register": {usual, inside, Reading{Outcome: Counted, Unit: "A99"}, TellNothing, ""},
		"full rating":             {usual, inside, Reading{Reason: FullStands, Unit: "A05"}, TellStands, "市公安局"},
		"key lost":                {usual, inside, Reading{Reason: Unlinked, Unit: "A05"}, TellUnlinked, "市公安局"},
		"later text":              {usual, inside, Reading{Reason: LaterStands, Unit: "A05"}, TellNothing, ""},
		"not rated":               {usual, inside, Reading{Reason: NotRated, Unit: "A02"}, TellNotRated, "同名"},
		"no level":                {usual, inside, Reading{Reason: NoLevel}, TellHow, "市教育局"},
		"the other campaign over": {usual, late, Reading{Reason: UnknownUnit}, TellHow, "市教育局"},
		"name not known":          {world(true), inside, Reading{Reason: OtherMention}, TellHowPrivate, "市教育局"},
		"public does not count":   {world(false, "马鞍山发布"), inside, Reading{Reason: NotByMethod, Unit: "A05"}, TellHowPrivate, "市公安局"},
		"no rating, none counts":  {world(false, "马鞍山发布"), inside, Reading{Reason: ExtraWords}, TellHowPrivate, "市公安局"},
		"several campaigns":       {usual, inside, Reading{Reason: SeveralOpen}, TellHowPrivate, "市教育局"},
		"our own":                 {usual, inside, Reading{Reason: OwnAccount}, TellNothing, ""},
		"nothing is open":         {usual, closed, Reading{Reason: NoLevel}, TellNothing, ""},
		"after the settlement":    {usual, inside, Reading{Reason: TooLate}, TellNothing, ""},
	} {
		a := tt.world.Answer(&Item{At: tt.at}, &tt.reading)
		if a.Tell != tt.tell || a.named() != tt.unit {
			t.Errorf("%s: %q about %q, want %q about %q", name, a.Tell, a.named(), tt.tell, tt.unit)
		}
	}
}

func TestAnswer_everyReason_isMisreadOrHasAWordOfItsOwn(t *testing.T) {
	own := map[Reason]bool{
		OwnAccount: true, NoCampaign: true, SeveralOpen: true, NotRated: true, NotByMethod: true, TooLate: true, FullStands: true, LaterStands: true,
		Unlinked: true,
	}
	for _, r := range Reasons() {
		if r.misread() == own[r] {
			t.Errorf("%s: misread %t, decided by itself %t", r, r.misread(), own[r])
		}
	}
}
