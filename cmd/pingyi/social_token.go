package main

import (
	"context"
	"math"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"pingyi/models"
	"pingyi/seal"
	"pingyi/social"
)

// tokenWatch warns 30, 7 and 1 days before the access token ends.
type tokenWatch struct {
	*opened
	account social.Account
	keys    *seal.Tenant // before anything is looked at
	gauge   prometheus.Gauge
	warned  social.Warning
	day     string // of the last warning
}

func newTokenWatch(o *opened) *tokenWatch {
	w := &tokenWatch{opened: o, account: socialAccount(o), gauge: prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "pingyi_weibo_token_days_left", Help: "Whole days until the Weibo access token ends; NaN where there is none.",
	})}
	w.gauge.Set(math.NaN())
	return w
}

// hash stands for the token; zero where there is none.
func (w *tokenWatch) hash() models.ID {
	t := w.opts.Weibo.AccessToken
	if t == "" {
		return models.ID{}
	}
	return w.keys.Push(w.account.ID, "access token/"+string(t))
}

// token is when the token was issued: as told, else as first seen, which is noted
// now where it is new.
func (w *tokenWatch) token(ctx context.Context, now time.Time) (t social.Token, known bool, err error) {
	hash := w.hash()
	if hash.IsZero() {
		return t, false, nil
	}
	if t.Issued, err = w.db.TokenIssued(ctx, w.account, hash); err != nil {
		return t, false, err
	}
	if t.Issued.IsZero() {
		t.Issued = now
		err = w.db.NoteToken(ctx, w.account, hash, now, now)
	}
	return t, err == nil, err
}

// look sets the metric, and warns once a threshold and once a day from the first
// threshold on.
func (w *tokenWatch) look(ctx context.Context, now time.Time) error {
	t, known, err := w.token(ctx, now)
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
