package keys

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"pingyi/models"
	"pingyi/service/campaign"
)

// alarmEvery is how often a log line tells of ratings that were refused.
const alarmEvery = time.Minute

// Persons knows whether the keys of persons are there.
type Persons interface {
	// CheckPersons is a models.Conflict (key_lost) where a key is missing although
	// ratings were given under it, or key_destroyed; models.NotFound: none was made.
	CheckPersons(ctx context.Context, key models.PersonKey) error
}

// Collector is an account that collects for one channel of a tenant.
type Collector struct {
	Tenant, Account string
	Channel         models.Channel
}

// Person names the key under which the account's citizens are persons of a campaign.
func (c Collector) Person(id string) models.PersonKey {
	return models.PersonKey{Tenant: c.Tenant, Campaign: id, Account: c.Account, Channel: c.Channel}
}

// PersonWatch tells the operator that a key of persons is gone: without it no
// citizen can be told from one who rated before, so ratings are refused.
type PersonWatch struct {
	Persons    Persons
	Views      *campaign.Views
	Collectors []Collector
	Log        *slog.Logger
	// Lost is set to the number of keys that are missing; Refused counts what was not
	// recorded.
	Lost    interface{ Set(n float64) }
	Refused interface{ Inc() }

	before int // how many were lost at the last look
	mu     sync.Mutex
	told   map[string]time.Time
	since  map[string]int // refused since the last line
}

// Refuse counts what was not recorded, with one line a minute and campaign.
func (k *PersonWatch) Refuse(key models.PersonKey, cause error) {
	k.Refused.Inc()
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.told == nil {
		k.told, k.since = map[string]time.Time{}, map[string]int{}
	}
	of, now := key.Tenant+"/"+key.Campaign+"/"+string(key.Channel), time.Now()
	k.since[of]++
	if told, ok := k.told[of]; ok && now.Sub(told) < alarmEvery {
		return
	}
	k.Log.Error("ratings are refused: the key of persons is gone", "tenant", key.Tenant, "campaign", key.Campaign, "channel", key.Channel,
		"refused", k.since[of], "err", cause)
	k.told[of], k.since[of] = now, 0
}

// Check looks at the keys of persons of every account and campaign: what is lost is
// told before a citizen meets it. It is the job's alone.
func (k *PersonWatch) Check(ctx context.Context) error {
	lost, err := k.look(ctx)
	if err != nil {
		return err
	}
	k.Lost.Set(float64(len(lost)))
	if len(lost) > k.before {
		k.Log.Error("a key of persons is lost: ratings are refused after a restart", "err", errors.Join(lost...))
	}
	k.before = len(lost)
	return nil
}

// look says of every account and campaign whose key is lost that it is.
func (k *PersonWatch) look(ctx context.Context) (lost []error, err error) {
	for _, account := range k.Collectors {
		view, err := k.Views.Of(ctx, account.Tenant)
		if err != nil {
			return nil, err
		}
		for i := range view.Campaigns {
			if !view.Campaigns[i].Collects(account.Channel, account.Account) {
				continue
			}
			err := k.Persons.CheckPersons(ctx, account.Person(view.Campaigns[i].ID))
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
