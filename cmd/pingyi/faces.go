package main

import (
	"pingyi/bot"
	"pingyi/bot/wechat"
	"pingyi/config"
	"pingyi/intake"
	"pingyi/models"
)

// wechatFace shows messages as WeChat can: with links to tap.
type wechatFace struct{}

func (wechatFace) Platform() bot.Platform      { return bot.Platform{Taps: true} }
func (wechatFace) Render(m bot.Message) string { return wechat.Render(m) }

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
			Name: name, ID: id, Tenant: tenant, Channel: models.Mobile, Face: wechatFace{},
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
