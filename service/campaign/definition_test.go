package campaign

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pingyi/config"
	"pingyi/models"
	"pingyi/scoring"
)

func TestPhase_followsDatesOnceApproved(t *testing.T) {
	from := time.Date(2027, 5, 1, 0, 0, 0, 0, time.UTC)
	c := Campaign{
		Campaign: models.Campaign{OpensAt: models.At(from), ClosesAt: models.At(from.AddDate(0, 2, 0))},
		Defined:  Definition{Publicity: from.AddDate(0, -1, 0)},
	}
	approved := c
	approved.ApprovedAt = models.At(from.AddDate(0, -6, 0))
	for _, at := range []struct {
		now  time.Time
		want models.Phase
	}{
		{from.AddDate(0, -2, 0), models.PhaseDraft},
		{from.AddDate(0, 0, -1), models.PhasePublicity},
		{from, models.PhaseRating},
		{c.ClosesAt.Time, models.PhaseClosed},
	} {
		if got := approved.Phase(at.now); got != at.want {
			t.Errorf("approved, at %s: %s, want %s", at.now, got, at.want)
		}
		if got := c.Phase(at.now); got != models.PhaseDraft {
			t.Errorf("approved by nobody, at %s: %s, want draft", at.now, got)
		}
	}
	c.SealedAt = models.At(c.ClosesAt.Add(time.Minute))
	if got := c.Phase(c.SealedAt.Time); got != models.PhaseDraft {
		t.Errorf("approved by nobody, sealed: %s, want draft", got)
	}
}

func shipped(t *testing.T) scoring.Programme {
	t.Helper()
	p, err := config.LoadProfile("maanshan-2017")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

var window = [2]time.Time{
	time.Date(2017, 5, 1, 0, 0, 0, 0, models.Beijing), time.Date(2017, 7, 1, 0, 0, 0, 0, models.Beijing),
}

// A definition holds the whole programme: what the year's scoring needs of each of the
// channels, and when appeals and settlement end.
func TestDefine_ofAProgramme_losesNothingOfIt(t *testing.T) {
	p := shipped(t)
	body, err := json.Marshal(Define(&p, window[0], window[1]))
	if err != nil {
		t.Fatal(err)
	}
	d, err := Parse(&models.Campaign{Definition: string(body)})
	if err != nil {
		t.Fatal(err)
	}
	got := scoring.Programme{
		ID: p.ID, Title: p.Title, Sample: d.Sample, Phases: d.Phases, Classes: d.Classes, Dimensions: d.Dimensions, Channels: d.Channels,
		Methods: d.Methods, Contacts: d.Contacts, Issued: d.Issued,
	}
	if diff := cmp.Diff(p, got); diff != "" {
		t.Errorf("(-programme +definition)\n%s", diff)
	}
}

// beforeCompletions is the definition of the shipped profile as an earlier version
// stored it, whose sum an office may have filed.
func beforeCompletions(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("testdata/definition-before.json")
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSuffix(string(text), "\n")
}

// What an earlier version froze is the beginning of what is frozen now, byte for byte.
func TestDefine_beginsWithWhatEarlierVersionsFroze(t *testing.T) {
	p := shipped(t)
	body, err := json.Marshal(Define(&p, window[0], window[1]))
	if err != nil {
		t.Fatal(err)
	}
	before := strings.TrimSuffix(beforeCompletions(t), "}")
	if !strings.HasPrefix(string(body), before+`,"channels":[`) {
		t.Errorf("got %s\nwant %s at its beginning", body, before)
	}
}
