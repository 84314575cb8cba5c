package chat

import (
	"context"
	"errors"
	"testing"
	"time"

	"pingyi/bot"
	"pingyi/intake"
	"pingyi/models"
	"pingyi/scoring"
)

// following is what is known of everybody.
type following struct {
	known scoring.Provenance
	lost  error
}

func (f following) Following(context.Context, string, string, string) (scoring.Provenance, error) {
	return f.known, f.lost
}

func TestCustomerService_sendsWithinTheWindowAndToNobodyWhoLeft(t *testing.T) {
	wrote := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	for name, tt := range map[string]struct {
		after  time.Duration
		window time.Duration
		known  scoring.Provenance
		lost   error
		sent   int
		kind   models.Kind // of the error
		failed bool
	}{
		"at once":                   {after: 5 * time.Second, window: 48 * time.Hour, known: scoring.Follower, sent: 1},
		"a stranger":                {after: 5 * time.Second, window: 48 * time.Hour, known: scoring.Unverified, sent: 1},
		"just inside":               {after: 48*time.Hour - time.Second, window: 48 * time.Hour, known: scoring.Follower, sent: 1},
		"at its end":                {after: 48 * time.Hour, window: 48 * time.Hour, known: scoring.Follower, failed: true, kind: models.Conflict},
		"a short one":               {after: 70 * time.Second, window: time.Minute, known: scoring.Follower, failed: true, kind: models.Conflict},
		"who left":                  {after: 5 * time.Second, window: 48 * time.Hour, known: scoring.Unfollowed},
		"not known whether they do": {after: 5 * time.Second, window: 48 * time.Hour, lost: errors.New("no database"), failed: true},
	} {
		sent := 0
		c := &CustomerService{
			Reply: func(_ context.Context, uid, text string) error {
				sent++
				if uid != "7" || text != "回执" {
					t.Errorf("%s: sent %q to %q", name, text, uid)
				}
				return nil
			},
			Following: following{tt.known, tt.lost},
			Window:    tt.window, Now: func() time.Time { return wrote.Add(tt.after) },
		}
		turn := &intake.Turn{Push: intake.Push{Account: &intake.Account{ID: "1", Tenant: "default"}, Citizen: "7", Input: bot.Input{At: wrote}}}
		err := c.Send(t.Context(), turn, "回执")
		if sent != tt.sent || (err != nil) != tt.failed || models.KindOf(err) != tt.kind {
			t.Errorf("%s: %d sent, %v", name, sent, err)
		}
	}
}
