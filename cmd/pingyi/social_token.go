package main

import (
	"context"
	"log/slog"
	"math"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"pingyi/models"
	"pingyi/social"
	"pingyi/store"
)

// accessToken is the configured token as the record knows it: by a keyed hash,
// which is zero where there is none.
type accessToken struct {
	db      *store.DB
	account social.Account
	hash    models.ID
}

func (k *socialKeys) token(o *opened) accessToken {
	t := accessToken{db: o.db, account: k.account}
	if secret := o.opts.Weibo.AccessToken; secret != "" {
		t.hash = k.tenant.Push(k.account.ID, "access token/"+string(secret))
	}
	return t
}

// read is when the token was issued: as noted, else as first seen, which is noted
// now where it is new. It is not known where there is no token.
func (a accessToken) read(ctx context.Context, now time.Time) (t social.Token, known bool, err error) {
	if a.hash.IsZero() {
		return t, false, nil
	}
	if t.Issued, err = a.db.TokenIssued(ctx, a.account, a.hash); err != nil {
		return t, false, err
	}
	if t.Issued.IsZero() {
		t.Issued = now
		err = a.note(ctx, now, now)
	}
	return t, err == nil, err
}

// note says when the token was issued.
func (a accessToken) note(ctx context.Context, issued, now time.Time) error {
	if a.hash.IsZero() {
		return nil
	}
	return a.db.NoteToken(ctx, a.account, a.hash, issued, now)
}

// tokenWatch warns 30, 7 and 1 days before the access token ends.
type tokenWatch struct {
	log    *slog.Logger
	gauge  prometheus.Gauge
	warned social.Warning
	day    string // of the last warning
}

func newTokenWatch(log *slog.Logger) *tokenWatch {
	w := &tokenWatch{log: log, gauge: prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "pingyi_weibo_token_days_left", Help: "Whole days until the Weibo access token ends; NaN where there is none.",
	})}
	w.gauge.Set(math.NaN())
	return w
}

// look sets the metric, and warns once a threshold and once a day from the first
// threshold on.
func (w *tokenWatch) look(ctx context.Context, token accessToken, now time.Time) error {
	t, known, err := token.read(ctx, now)
	if err != nil || !known {
		return err
	}
	w.gauge.Set(float64(t.DaysLeft(now)))
	warning, day := t.Warning(now), social.Day(now)
	if warning == social.NoWarning || warning == w.warned && day == w.day {
		w.warned = warning
		return nil
	}
	w.warned, w.day = warning, day
	if warning == social.Ended {
		w.log.Error("the access token of the Weibo account has ended: nothing public is fetched until it is renewed")
		return nil
	}
	w.log.Warn("the access token of the Weibo account ends soon: have it issued anew, it cannot be refreshed",
		"days", t.DaysLeft(now), "ends", t.Ends().Format(time.DateOnly))
	return nil
}
