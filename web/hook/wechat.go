package hook

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"pingyi/bot/wechat"
	"pingyi/bot/weibo"
	"pingyi/intake"
)

// The platforms, as paths and labels name them.
const (
	WeChatName = "wechat"
	WeiboName  = "weibo"
)

// whyStale is one word for both platforms.
const whyStale = string(wechat.Stale)

// WeChat is an official account: where its pushes go, and how they are read.
type WeChat struct {
	Account *intake.Account
	Front   *wechat.Account
}

// refusalReasons is the closed list of the reasons why a call is turned away
// or a push not used.
func refusalReasons() []string {
	all := []string{other, whyAccount, whyTooLarge, whyBody, whyAgain}
	for _, r := range wechat.Reasons() {
		all = append(all, string(r))
	}
	for _, r := range weibo.Reasons() {
		all = append(all, string(r))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (s *Hooks) routeWeChat() error {
	fronts := make([]addressed[wechat.Push], len(s.o.WeChat))
	for i, w := range s.o.WeChat {
		if name := w.Account.Name; name != "" && !accountName.MatchString(name) {
			return fmt.Errorf("webhooks: %s account %q: a name is letters, digits, - and _, at most 32 long, and there once", WeChatName, name)
		}
		fronts[i] = addressed[wechat.Push]{w.Account.Name, &wechatFront{to: w.Account, with: w.Front, random: s.o.Random}}
	}
	return route(s, WeChatName, false, fronts)
}

// wechatFront speaks WeChat.
type wechatFront struct {
	to     *intake.Account
	with   *wechat.Account
	random io.Reader
}

func (f *wechatFront) account() *intake.Account { return f.to }

func (f *wechatFront) greet(query string) (echo, reason string, ok bool) {
	echo, err := f.with.Handshake(wechat.ParseQuery(query))
	if err != nil {
		_, reason = wechatFate(err)
		return "", reason, false
	}
	return echo, "", true
}

func (f *wechatFront) open(query string, body []byte) (opened[wechat.Push], fate, string) {
	p, err := f.with.Open(wechat.ParseQuery(query), body)
	o := opened[wechat.Push]{native: p, citizen: p.Citizen, key: p.Key, dated: p.Dated, input: p.Input}
	if err != nil {
		why, reason := wechatFate(err)
		return o, why, reason
	}
	return o, usable, ""
}

// wechatFate tells a push that is not authentic from one that is but cannot be
// used; an error that is neither refuses.
func wechatFate(err error) (f fate, reason string) {
	var bad *wechat.Unusable
	if errors.As(err, &bad) {
		return unusable, string(bad.Reason)
	}
	var no *wechat.Refusal
	if errors.As(err, &no) {
		return refused, string(no.Reason)
	}
	return refused, other
}

func (f *wechatFront) answer(dst []byte, p wechat.Push, at int64, text string, now time.Time) ([]byte, error) {
	return f.with.Answer(dst, p, at, text, f.random, now)
}

func (f *wechatFront) media() []string { return xmlText }

func (f *wechatFront) nothing() []byte { return []byte(Success) }
