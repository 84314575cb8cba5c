package config

import "pingyi/models"

// Collectors say which accounts of the configuration collect for whom. The main ones
// are those of the tenant Home. It implements campaign.Accounts.
type Collectors struct {
	Options *Options
	Home    string
}

// Bound implements campaign.Accounts. A main account that the demo made up binds
// nothing; a tenant without a main account is bound to its first further one.
func (a Collectors) Bound(tenant string, channel models.Channel) string {
	if tenant != a.Home {
		for i := range a.Options.Accounts {
			if w := &a.Options.Accounts[i]; channel == models.Mobile && w.Platform == PlatformWeChat && w.Tenant == tenant {
				return w.WeChat.AppID
			}
		}
		return ""
	}
	switch {
	case channel == models.Mobile && !a.Options.WeChat.Made:
		return a.Options.WeChat.AppID
	case channel == models.Social && !a.Options.Weibo.Made:
		return a.Options.Weibo.UID
	default:
		return ""
	}
}

// Collected implements campaign.Accounts.
func (a Collectors) Collected(tenant string, ch *models.CampaignChannel) bool {
	is := func(account string) bool { return ch.Account == "" || ch.Account == account }
	switch ch.Channel {
	case models.Mobile:
		if a.Options.WeChat.Set() && tenant == a.Home && is(a.Options.WeChat.AppID) {
			return true
		}
		for i := range a.Options.Accounts {
			if w := &a.Options.Accounts[i]; w.Platform == PlatformWeChat && w.Tenant == tenant && is(w.WeChat.AppID) {
				return true
			}
		}
		return false
	case models.Social:
		return a.Options.Weibo.Set() && tenant == a.Home && is(a.Options.Weibo.UID)
	}
	return true
}
