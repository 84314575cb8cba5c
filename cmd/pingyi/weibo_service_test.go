package main

import (
	"context"
	"errors"
	"testing"
	"time"

	"pingyi/bot"
	"pingyi/config"
	"pingyi/intake"
	"pingyi/models"
	"pingyi/scoring"
)

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
		c := &customerService{
			send: func(_ context.Context, uid, text string) error {
				sent++
				if uid != "7" || text != "回执" {
					t.Errorf("%s: sent %q to %q", name, text, uid)
				}
				return nil
			},
			following: func(context.Context, string, string, string) (scoring.Provenance, error) { return tt.known, tt.lost },
			window:    tt.window, now: func() time.Time { return wrote.Add(tt.after) },
		}
		turn := &intake.Turn{Push: intake.Push{Account: &intake.Account{ID: testUID, Tenant: "default"}, Citizen: "7", Input: bot.Input{At: wrote}}}
		err := c.Send(t.Context(), turn, "回执")
		if sent != tt.sent || (err != nil) != tt.failed || models.KindOf(err) != tt.kind {
			t.Errorf("%s: %d sent, %v", name, sent, err)
		}
	}
}

func TestWeiboAccounts_customerServiceAsConfigured(t *testing.T) {
	engine, err := newEngine()
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		token  config.Secret
		window string
		want   time.Duration // 0: none
	}{
		"with a token": {"t", "36h", 36 * time.Hour},
		"turned off":   {"t", "0", 0},
		"no token":     {"", "48h", 0},
	} {
		o := &opened{tenant: "default", opts: config.Options{Weibo: config.Weibo{AppSecret: "s", UID: testUID, AccessToken: tt.token, ServiceWindow: tt.window}}}
		list, err := weiboAccounts(o, engine)
		if err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		got := time.Duration(0)
		if c, ok := list[0].account.Late.(*customerService); ok {
			got = c.window
		}
		if got != tt.want {
			t.Errorf("%s: a window of %s, want %s", name, got, tt.want)
		}
	}
}
