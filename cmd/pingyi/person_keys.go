package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"pingyi/bot"
	"pingyi/intake"
	"pingyi/models"
	"pingyi/scoring"
)

// alarmEvery is how often a log line tells of ratings that were refused.
const alarmEvery = time.Minute

// keyWatch tells the operator that a key of persons is gone: without it nobody
// can be told from somebody who rated before, so ratings are refused.
type keyWatch struct {
	*opened
	accounts []*intake.Account

	lost    prometheus.Gauge
	before  int // how many were lost at the last look
	refused prometheus.Counter

	mu    sync.Mutex
	told  map[string]time.Time
	since map[string]int // refused since the last line
}

func newKeyWatch(registry *prometheus.Registry, o *opened, accounts []*intake.Account) (*keyWatch, error) {
	k := &keyWatch{
		opened: o, accounts: accounts, told: map[string]time.Time{}, since: map[string]int{},
		lost: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "pingyi_person_keys_lost", Help: "Keys of persons that are missing although ratings were given under them.",
		}),
		refused: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "pingyi_unlinked_total", Help: "Ratings and withdrawals that were refused, as the key of persons is gone.",
		}),
	}
	for _, c := range []prometheus.Collector{k.lost, k.refused} {
		if err := registry.Register(c); err != nil {
			return nil, fmt.Errorf("register metrics: %w", err)
		}
	}
	return k, nil
}

// refuse counts what was not recorded, with one line a minute and campaign.
func (k *keyWatch) refuse(key models.PersonKey, cause error) {
	k.refused.Inc()
	k.mu.Lock()
	defer k.mu.Unlock()
	of, now := key.Tenant+"/"+key.Campaign+"/"+string(key.Channel), time.Now()
	k.since[of]++
	if told, ok := k.told[of]; ok && now.Sub(told) < alarmEvery {
		return
	}
	k.log.Error("ratings are refused: the key of persons is gone", "tenant", key.Tenant, "campaign", key.Campaign, "channel", key.Channel,
		"refused", k.since[of], "err", cause)
	k.told[of], k.since[of] = now, 0
}

// personOf names the key under which a turn's citizen is a person of a campaign.
func personOf(a *intake.Account, campaign string) models.PersonKey {
	return models.PersonKey{Tenant: a.Tenant, Campaign: campaign, Account: a.ID, Channel: a.Channel}
}

// unlinked is the result of an action whose person cannot be known: what the push
// or the draft did before, as far as that is in the record, else Unlinked.
func (a *actions) unlinked(ctx context.Context, t *intake.Turn, key models.PersonKey, draft models.ID, cause error) (bot.Result, []byte, error) {
	ack, err := a.db.Before(ctx, key.Tenant, key.Campaign, t.PushID, draft)
	switch {
	case err == nil && ack.Verdict == scoring.Repeat:
		return bot.Result{}, ack.Answer, nil
	case err == nil:
		return bot.Result{Status: bot.AlreadyDone, Receipt: ack.Receipt, Unit: ack.Unit, At: ack.At}, nil, nil
	case models.KindOf(err) != models.NotFound:
		return bot.Result{}, nil, err
	}
	a.keys.refuse(key, cause)
	return bot.Result{Status: bot.Unlinked}, nil, nil
}

// check looks at the keys of persons of every account and campaign: what is lost is
// told before a citizen meets it. It is the job's alone.
func (k *keyWatch) check(ctx context.Context) error {
	lost, err := k.look(ctx)
	if err != nil {
		return err
	}
	k.lost.Set(float64(len(lost)))
	if len(lost) > k.before {
		k.log.Error("a key of persons is lost: ratings are refused after a restart", "err", errors.Join(lost...))
	}
	k.before = len(lost)
	return nil
}

// look says of every account and campaign whose key is lost that it is.
func (k *keyWatch) look(ctx context.Context) (lost []error, err error) {
	for _, account := range k.accounts {
		view, err := k.known().Of(ctx, account.Tenant)
		if err != nil {
			return nil, err
		}
		for i := range view.Campaigns {
			if !view.Campaigns[i].Collects(account.Channel, account.ID) {
				continue
			}
			err := k.ring.CheckPersons(ctx, personOf(account, view.Campaigns[i].ID))
			switch {
			case models.CodeOf(err) == models.KeyLost:
				lost = append(lost, err)
			case err != nil && models.KindOf(err) != models.NotFound && !models.KeyGone(err):
				return nil, err
			}
		}
	}
	return lost, nil
}
