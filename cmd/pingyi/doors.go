package main

import (
	"fmt"

	"pingyi/bot"
	"pingyi/bot/wechat"
	"pingyi/bot/weibo"
	"pingyi/config"
	"pingyi/intake"
	"pingyi/models"
	"pingyi/service/chat"
	"pingyi/web/hook"
	"pingyi/weiboapi"
)

// wechatAccount is one official account on both sides: its door and its channel.
type wechatAccount struct {
	door    *wechat.Account
	account *intake.Account
	options config.WeChat
}

// wechatAccounts opens every configured official account, the main one first.
func wechatAccounts(o *config.Options) ([]wechatAccount, error) {
	var list []wechatAccount
	add := func(name, tenant string, w config.WeChat) error {
		door, err := wechat.New(wechat.Options{
			AppID: w.AppID, Token: string(w.Token), PreviousToken: string(w.TokenPrevious), AESKey: string(w.AESKey), PreviousAESKey: string(w.AESKeyPrevious),
			OriginalID: w.OriginalID, AllowPlaintext: o.Demo(),
		})
		if err != nil {
			return usageError{err}
		}
		id := w.AppID
		if id == "" {
			id = "wechat"
		}
		list = append(list, wechatAccount{door, &intake.Account{
			Name: name, ID: id, Tenant: tenant, Channel: models.Mobile, Face: wechat.Face{},
		}, w})
		return nil
	}
	if o.WeChat.Set() {
		if err := add("", o.Tenant, o.WeChat); err != nil {
			return nil, err
		}
	}
	for _, a := range o.Accounts {
		if a.Platform != config.PlatformWeChat {
			continue
		}
		if err := add(a.Name, a.Tenant, a.WeChat); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// weiboAccount is one account with the fan service on both sides.
type weiboAccount struct {
	door    *weibo.Account
	account *intake.Account
}

// weiboAccounts opens the configured account; there is at most one.
func weiboAccounts(o *opened, engine *bot.Engine) ([]weiboAccount, error) {
	w := o.opts.Weibo
	if !w.Set() {
		return nil, nil
	}
	door, err := weibo.New(weibo.Options{AppSecret: string(w.AppSecret), PreviousAppSecret: string(w.AppSecretPrevious), UID: w.UID})
	if err != nil {
		return nil, usageError{fmt.Errorf("weibo: %w", err)}
	}
	a := weiboAccount{door, &intake.Account{
		ID: w.UID, Tenant: o.tenant, Channel: models.Social, Face: weibo.Face{More: engine.More()}, Strangers: true,
	}}
	if window := w.Window(); w.AccessToken != "" && window > 0 {
		api := weiboapi.New(weiboapi.Options{Base: w.API, AccessToken: string(w.AccessToken), UID: w.UID})
		a.account.Late = &chat.CustomerService{Reply: api.Reply, Following: o.followers(), Window: window, Now: o.now}
	}
	return []weiboAccount{a}, nil
}

// doors are all accounts, as the server's parts want them.
type doors struct {
	accounts []*intake.Account
	wechat   []hook.WeChat
	weibo    []hook.Weibo
	busy     string // said where a turn broke off: the same words on both platforms
	unread   string // said where a message cannot be read
}

func openDoors(o *opened, wechats []wechatAccount, engine *bot.Engine) (doors, error) {
	weibos, err := weiboAccounts(o, engine)
	if err != nil {
		return doors{}, err
	}
	var d doors
	for _, a := range wechats {
		d.accounts = append(d.accounts, a.account)
		d.wechat = append(d.wechat, hook.WeChat{Account: a.account, Front: a.door})
	}
	for _, a := range weibos {
		d.accounts = append(d.accounts, a.account)
		d.weibo = append(d.weibo, hook.Weibo{Account: a.account, Front: a.door, Path: string(o.opts.Weibo.Path)})
	}
	if len(d.accounts) > 0 {
		d.busy = d.accounts[0].Face.Render(engine.Busy())
		d.unread = d.accounts[0].Face.Render(engine.Unread())
	}
	return d, nil
}
