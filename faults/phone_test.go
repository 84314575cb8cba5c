package faults

import (
	"strings"
	"testing"

	"pingyi/simulator"
)

// phone is a citizen before a server.
type phone struct {
	t    testing.TB
	p    *simulator.Platform
	who  *simulator.Citizen
	last simulator.Exchange
}

func newPhone(t testing.TB, base, id, key string) *phone {
	t.Helper()
	p, err := simulator.NewPlatform(simulator.PlatformOptions{Target: base + "/wechat", Account: simulator.Account{
		AppID: appID, Token: token, AESKey: key, OriginalID: originalID,
	}})
	if err != nil {
		t.Fatal(err)
	}
	return &phone{t: t, p: p, who: &simulator.Citizen{OpenID: id, Following: true}}
}

func (p *phone) say(text string) string {
	p.t.Helper()
	return p.do(simulator.Say(text))
}

func (p *phone) do(act simulator.Act) string {
	p.t.Helper()
	e, err := p.p.Push(p.t.Context(), p.who, act)
	if err != nil {
		p.t.Fatal(err)
	}
	p.last = e
	return e.Shown()
}

func (p *phone) confirm() string {
	p.t.Helper()
	for _, l := range p.last.Links {
		if l.Label == "确认" {
			return p.do(simulator.Tap(l))
		}
	}
	p.t.Fatalf("nothing to confirm in %q", p.last.Shown())
	return ""
}

// rate rates a unit and returns the receipt, "" where there is none.
func (p *phone) rate(unit, digits string) string {
	p.t.Helper()
	p.say("评议 " + unit)
	p.say(digits)
	return line(p.confirm(), "回执：")
}

func (p *phone) mustCount(receipt string) {
	p.t.Helper()
	if said := p.say("查询 " + receipt); !strings.Contains(said, "已经计入") {
		p.t.Errorf("a receipt is answered %q", said)
	}
}
