package main

import (
	"strconv"
	"testing"
	"time"

	"pingyi/models"
	"pingyi/scoring"
	"pingyi/simulator"
)

// captured is a citizen whose pushes somebody records on the way and can deliver
// again, or first, at a time of their choosing.
type captured struct {
	t       *testing.T
	channel models.Channel
	in      *instance
	who     *simulator.Citizen
	face    simulator.Face
	mk      func(act simulator.Act) (simulator.Exchange, error)
}

// bothPlatforms runs a test with a citizen of each platform.
func bothPlatforms(t *testing.T, run func(t *testing.T, w *world, c func(*instance) *captured, loseRedis func(*instance) *instance)) {
	t.Helper()
	databases(t, func(t *testing.T, w *world) {
		t.Helper()
		w.withWeibo()
		loseRedis := func(in *instance) *instance { // the demo's Redis ends with its server
			in.stop()
			return w.serve()
		}
		if w.env["PINGYI_REDIS"] != "" {
			own := w.withRedis(t)
			loseRedis = func(in *instance) *instance { own.flush(); return in }
		}
		wechat, weibo := simulator.Citizen{OpenID: "o" + randomHex(t, 12)}, simulator.Citizen{OpenID: freshUID(t)}
		t.Run("wechat", func(t *testing.T) {
			run(t, w, func(in *instance) *captured {
				c := &captured{t: t, channel: models.Mobile, in: in, who: &wechat, face: in.Platform}
				c.mk = func(act simulator.Act) (simulator.Exchange, error) { return in.Make(c.who, act) }
				return c
			}, loseRedis)
		})
		t.Run("weibo", func(t *testing.T) {
			run(t, w, func(in *instance) *captured {
				p := in.weibo()
				c := &captured{t: t, channel: models.Social, in: in, who: &weibo, face: p}
				c.mk = func(act simulator.Act) (simulator.Exchange, error) { return p.Make(t.Context(), c.who, act) }
				return c
			}, loseRedis)
		})
	})
}

func freshUID(t *testing.T) string {
	t.Helper()
	n, err := strconv.ParseUint(randomHex(t, 4), 16, 32)
	if err != nil {
		t.Fatal(err)
	}
	return strconv.FormatUint(1e9+n, 10)
}

// make records a push of the present second without delivering it.
func (c *captured) make(act simulator.Act) simulator.Exchange {
	c.t.Helper()
	made, err := c.mk(act)
	if err != nil {
		c.t.Fatal(err)
	}
	return made
}

func (c *captured) deliver(made simulator.Exchange) string {
	c.t.Helper()
	e, err := c.face.Redeliver(c.t.Context(), made)
	if err != nil || len(e.Faults) > 0 {
		c.t.Fatalf("%v: %v %v", made.Act, err, e.Faults)
	}
	return e.Shown()
}

// send delivers a push and keeps a record of it.
func (c *captured) send(act simulator.Act) (shown string, made simulator.Exchange) {
	c.t.Helper()
	made = c.make(act)
	return c.deliver(made), made
}

func (c *captured) say(text string) string {
	c.t.Helper()
	shown, _ := c.send(simulator.Say(text))
	return shown
}

// live is the citizen's unit as the office sees it.
func (c *captured) live() scoring.UnitScore {
	c.t.Helper()
	u, _ := c.in.scoreOf(c.channel, "A03")
	return u
}

func (c *captured) wantMean(when, mean string) {
	c.t.Helper()
	u := c.live()
	got := ""
	if u.Mean != nil {
		got = u.Mean.String()
	}
	if got != mean || (mean == "") != (u.Ratings == 0) {
		c.t.Errorf("%s: %d ratings with mean %q, want %q", when, u.Ratings, got, mean)
	}
}

// Somebody who recorded a dialogue with two confirmations delivers all of it again
// after its citizen changed the rating: of the second, which had no effect, nothing
// in the record says that it was there.
func TestReplay_secondConfirmationAfterAChange_olderLevelsDoNotComeBack(t *testing.T) {
	bothPlatforms(t, func(t *testing.T, w *world, of func(*instance) *captured, loseRedis func(*instance) *instance) {
		in := w.serve()
		c := of(in)
		var tape []simulator.Exchange
		for _, act := range []simulator.Act{simulator.Scan("u:A03"), simulator.Say("55555"), simulator.Say("确认"), simulator.Say("确认")} {
			_, made := c.send(act)
			tape = append(tape, made)
		}
		c.wantMean("at first", "100.00")
		replay := func(when, mean string) {
			t.Helper()
			for _, made := range tape {
				c.deliver(made)
			}
			c.wantMean(when, mean)
		}
		later(t, 1100*time.Millisecond)
		c.say("市教育局")
		c.say("11111")
		contains(t, c.say("确认"), "回执：")
		replay("replayed within its eleven minutes", "0.00")
		in = loseRedis(in)
		c = of(in)
		replay("replayed after Redis was lost", "0.00")
		contains(t, c.deliver(tape[3]), "没有改动", "市教育局") // and this is its answer for good
		later(t, 1100*time.Millisecond)
		c.say("撤回 市教育局")
		contains(t, c.say("确认"), "已经撤回")
		in = loseRedis(in)
		c = of(in)
		replay("replayed after the withdrawal", "")
		later(t, 1100*time.Millisecond)
		c.say("市教育局") // who means it still can
		c.say("33333")
		contains(t, c.say("确认"), "回执：")
		c.wantMean("at last", "60.00")
		in.stop()
		sums(t, w)
	})
}

// A confirmation that was kept back confirms nothing that its citizen began after
// sending it.
func TestReplay_confirmationKeptBack_confirmsNoLaterDraft(t *testing.T) {
	bothPlatforms(t, func(t *testing.T, w *world, of func(*instance) *captured, _ func(*instance) *instance) {
		in := w.serve()
		c := of(in)
		c.send(simulator.Follow())
		kept := make([]simulator.Exchange, 3) // before: a push of Weibo has no identity but its second
		for i := range kept {
			kept[i] = c.make(simulator.Say("确认"))
		}
		later(t, time.Until(time.Now().Truncate(time.Second).Add(time.Duration(len(kept)+1)*time.Second)))
		c.say("市教育局")
		c.say("55555")
		contains(t, c.deliver(kept[0]), "没有算数", "请核对")
		c.wantMean("after the confirmation that was kept back", "")
		contains(t, c.say("确认"), "回执：")
		c.wantMean("after the citizen's own", "100.00")
		c.say("撤回 市教育局")
		contains(t, c.deliver(kept[1]), "没有算数", "撤回")
		c.wantMean("not taken back by the one kept back", "100.00")
		c.say("取消")
		for _, words := range []string{"投诉", "市教育局", "办事拖拉", "周三下午窗口没人。", "完成", "匿名", "跳过"} {
			c.say(words)
		}
		filed := w.count(t, "SELECT COUNT(*) FROM complaints")
		contains(t, c.deliver(kept[2]), "没有算数", "请核对")
		if n := w.count(t, "SELECT COUNT(*) FROM complaints"); n != filed {
			t.Errorf("%d complaints were filed by the one kept back", n-filed)
		}
		contains(t, c.say("确认"), "登记编号：")
		in.stop()
		sums(t, w)
	})
}
