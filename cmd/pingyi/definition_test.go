package main

import (
	"testing"
	"time"

	"pingyi/models"
	"pingyi/store"
)

func TestPhase_followsDatesOnceApproved(t *testing.T) {
	from := time.Date(2027, 5, 1, 0, 0, 0, 0, time.UTC)
	c := knownCampaign{Campaign: store.Campaign{From: from, To: from.AddDate(0, 2, 0)}, defined: definition{Publicity: from.AddDate(0, -1, 0)}}
	approved := c
	approved.ApprovedAt = from.AddDate(0, -6, 0)
	for _, at := range []struct {
		now  time.Time
		want models.Phase
	}{
		{from.AddDate(0, -2, 0), models.PhaseDraft},
		{from.AddDate(0, 0, -1), models.PhasePublicity},
		{from, models.PhaseRating},
		{c.To, models.PhaseClosed},
	} {
		if got := approved.phase(at.now); got != at.want {
			t.Errorf("approved, at %s: %s, want %s", at.now, got, at.want)
		}
		if got := c.phase(at.now); got != models.PhaseDraft {
			t.Errorf("approved by nobody, at %s: %s, want draft", at.now, got)
		}
	}
	c.SealedAt = c.To.Add(time.Minute)
	if got := c.phase(c.SealedAt); got != models.PhaseDraft {
		t.Errorf("approved by nobody, sealed: %s, want draft", got)
	}
}
