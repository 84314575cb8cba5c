package hook

import (
	"errors"
	"time"

	"pingyi/bot/wechat"
	"pingyi/bot/weibo"
	"pingyi/intake"
)

// Weibo is an account with the fan service: where its pushes go, and how they
// are read.
type Weibo struct {
	Account *intake.Account
	Front   *weibo.Account
	// Path is what the account's address ends in, /weibo/{Path}, and a secret. Only
	// the demo serves an account without one, at /weibo, and there that stays.
	Path string
}

func (s *Hooks) routeWeibo() error {
	var fronts []addressed[weibo.Push]
	for _, w := range s.o.Weibo {
		front := &weiboFront{to: w.Account, with: w.Front}
		if w.Path != "" {
			fronts = append(fronts, addressed[weibo.Push]{w.Path, front})
		}
		if s.server.Demo {
			fronts = append(fronts, addressed[weibo.Push]{w.Account.Name, front})
		} else if w.Path == "" {
			return errors.New("webhooks: a Weibo account has no path, which all but a demo needs")
		}
	}
	return route(s, WeiboName, !s.server.Demo, fronts)
}

// weiboFront speaks Weibo.
type weiboFront struct {
	to   *intake.Account
	with *weibo.Account
}

func (f *weiboFront) account() *intake.Account { return f.to }

func (f *weiboFront) greet(query string) (echo, reason string, ok bool) {
	echo, err := f.with.Handshake(weibo.ParseQuery(query))
	if err != nil {
		_, reason = weiboFate(err)
		return "", reason, false
	}
	return echo, "", true
}

func (f *weiboFront) open(query string, body []byte) (opened[weibo.Push], fate, string) {
	p, err := f.with.Open(weibo.ParseQuery(query), body)
	o := opened[weibo.Push]{
		native: p, citizen: p.Citizen, key: p.Key, input: p.Input,
		bare:    true,
		dated:   wechat.Dated{Timestamp: p.Timestamp, Swapped: p.Swapped, Reach: p.Reach, Signature: p.Signature},
		others:  p.Others,
		follows: p.Following == weibo.FollowingBegan,
	}
	if err != nil {
		why, reason := weiboFate(err)
		return o, why, reason
	}
	if m := p.Mention; m.Subtype != "" {
		o.mention = &Mention{Citizen: p.Citizen, Subtype: m.Subtype, ID: m.ID, Text: m.Text, At: p.Input.At}
	}
	return o, usable, ""
}

// weiboFate is wechatFate for Weibo.
func weiboFate(err error) (f fate, reason string) {
	var bad *weibo.Unusable
	if errors.As(err, &bad) {
		return unusable, string(bad.Reason)
	}
	var no *weibo.Refusal
	if errors.As(err, &no) {
		return refused, string(no.Reason)
	}
	return refused, other
}

func (f *weiboFront) answer(dst []byte, p weibo.Push, _ int64, text string, _ time.Time) ([]byte, error) {
	body, err := weibo.Reply(p, text)
	return append(dst, body...), err
}

func (f *weiboFront) media() []string { return jsonText }

// nothing is the empty body: the platform does nothing with it and does not come
// again. That it does likewise with any other word is not documented.
func (f *weiboFront) nothing() []byte { return nil }
