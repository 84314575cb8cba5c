package main

import (
	"math"
	"time"

	"pingyi/config"
	"pingyi/models"
	"pingyi/service/campaign"
	"pingyi/service/score"
)

// everything is more rows than any list of a tenant has.
const everything = math.MaxInt

// known are the views of the tenants' campaigns and registers: one for the process.
func (o *opened) known() *campaign.Views {
	if o.views == nil {
		o.views = campaign.NewViews(o.db)
	}
	return o.views
}

func (o *opened) campaigns() *campaign.Service {
	return &campaign.Service{Views: o.known(), Record: o.db, Accounts: accounts{o}, Now: time.Now}
}

func (o *opened) register() (*campaign.Register, error) {
	engine, err := newEngine()
	if err != nil {
		return nil, err
	}
	return &campaign.Register{Views: o.known(), Units: o.db, Now: time.Now, IsWord: engine.IsWord, Shipped: shippedClasses}, nil
}

// shippedClasses are the classes of the shipped profiles.
func shippedClasses() ([][]string, error) {
	var list [][]string
	for _, name := range config.Profiles() {
		p, err := config.LoadProfile(name)
		if err != nil {
			return nil, err
		}
		list = append(list, p.Classes)
	}
	return list, nil
}

// scenes are the numbers of the Weibo account's codes; without one there are none.
func (o *opened) scenes() *campaign.Scenes {
	account := ""
	if o.opts.Weibo.Set() {
		account = o.opts.Weibo.UID
	}
	return &campaign.Scenes{Views: o.known(), Numbers: o.db, Account: account, Now: o.now}
}

func (o *opened) sealer() *campaign.Sealer {
	return &campaign.Sealer{Seals: o.db, Now: o.now, Log: o.log}
}

func (o *opened) scores() *score.Service {
	return &score.Service{Views: o.known(), Tallies: o.db, Polls: o.db, Now: o.now}
}

// accounts says which accounts of the configuration collect for whom. The main ones
// are those of the tenant that the configuration names. It implements
// campaign.Accounts.
type accounts struct{ *opened }

// Bound implements campaign.Accounts. A main account that the demo made up binds
// nothing; a tenant without a main account is bound to its first further one.
func (a accounts) Bound(tenant string, channel models.Channel) string {
	if tenant != a.home {
		for i := range a.opts.Accounts {
			if w := &a.opts.Accounts[i]; channel == models.Mobile && w.Platform == config.PlatformWeChat && w.Tenant == tenant {
				return w.WeChat.AppID
			}
		}
		return ""
	}
	switch {
	case channel == models.Mobile && !a.opts.WeChat.Made:
		return a.opts.WeChat.AppID
	case channel == models.Social && !a.opts.Weibo.Made:
		return a.opts.Weibo.UID
	default:
		return ""
	}
}

// Collected implements campaign.Accounts.
func (a accounts) Collected(tenant string, ch *models.CampaignChannel) bool {
	is := func(account string) bool { return ch.Account == "" || ch.Account == account }
	switch ch.Channel {
	case models.Mobile:
		if a.opts.WeChat.Set() && tenant == a.home && is(a.opts.WeChat.AppID) {
			return true
		}
		for i := range a.opts.Accounts {
			if w := &a.opts.Accounts[i]; w.Platform == config.PlatformWeChat && w.Tenant == tenant && is(w.WeChat.AppID) {
				return true
			}
		}
		return false
	case models.Social:
		return a.opts.Weibo.Set() && tenant == a.home && is(a.opts.Weibo.UID)
	}
	return true
}
