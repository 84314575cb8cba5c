package intake_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pingyi/bot"
)

// peaceful is a world in which nothing goes wrong by itself.
func peaceful(engine *bot.Engine) *sim {
	return newSim(engine, 1, plan{copies: 1, inFlight: 512, hints: 6400}, 1)
}

// linkOf is the words of a link on the screen that begin so.
func (c *citizen) linkOf(begin string) string {
	for _, l := range c.shown {
		if strings.HasPrefix(l, begin) {
			return l
		}
	}
	return "no link " + begin
}

// act sends what the step says: words, a scan as u:CODE, or the link that
// begins with what follows a star.
func act(c *citizen, step string) *push {
	switch {
	case strings.HasPrefix(step, "u:"):
		return c.sim.send(c, bot.Input{Kind: bot.Scan, Scene: step})
	case strings.HasPrefix(step, "*"):
		return c.sim.send(c, text(c.linkOf(step[1:])))
	}
	return c.sim.send(c, text(step))
}

// journeys are what must survive a fault at any call.
var journeys = map[string][]string{
	"rating":        {"u:A03", "55445", "*确认"},
	"question-wise": {"u:A03", "*市教育局 第1题 满意", "4", "3", "2", "1", "*确认", "1"},
	"changed":       {"u:A03", "55445", "*确认", "u:A03", "11111", "*确认"},
	"withdrawal":    {"u:A03", "55445", "*确认", "撤回", "1", "*确认"},
	"complaint":     {"投诉", "市教育局", "2", "等了两个小时", "完成", "匿名", "跳过", "*确认"},
	"unfollow":      {"投诉 市教育局", "2", "等了两个小时", "完成", "匿名", "跳过", "*确认", "查询"},
}

// TestFailpoints_everyCallOfEveryJourney_nothingWrong: the k-th call to Redis or
// to the record fails, before or after it had its effect, once or from then on,
// for every k; each push is delivered twice.
func TestFailpoints_everyCallOfEveryJourney_nothingWrong(t *testing.T) {
	engine := simEngine(t)
	points := 0
	for name, steps := range journeys {
		for _, hints := range []int{0, 6400} {
			for mode := range 4 {
				for k := 1; ; k++ {
					faults, calls := journey(t, engine, steps, plan{
						copies: 1, inFlight: 512, hints: hints, failAt: k, after: mode&1 == 1, forever: mode&2 == 2,
					})
					if len(faults) > 0 {
						t.Fatalf("%s, hints %d, call %d fails, after its effect %v, for ever %v: %q", name, hints, k, mode&1 == 1, mode&2 == 2, faults)
					}
					if calls < k {
						break
					}
					points++
				}
			}
		}
	}
	if points < 500 {
		t.Fatalf("%d failpoints, a journey is missing", points)
	}
	t.Logf("%d failpoints", points)
}

// journey runs the steps, each push twice, and returns what was wrong and how
// many calls there were while something could fail.
func journey(t *testing.T, engine *bot.Engine, steps []string, p plan) (faults []string, calls int) {
	t.Helper()
	synctest.Test(t, func(*testing.T) {
		s := newSim(engine, 1, p, 1)
		for _, step := range steps {
			push := act(s.people[0], step)
			s.rest()
			s.deliver(push, 0)
			s.rest()
		}
		calls = s.calls
		s.drain()
		s.model.unstuck()
		faults = s.model.faults
	})
	return faults, calls
}

// rest ends what is under way with the faults of the plan left on.
func (s *sim) rest() {
	p := s.plan
	for {
		s.settle()
		switch {
		case len(s.ready) > 0:
			s.release(0)
		case len(s.pending) > 0:
			s.begin(0)
		case s.running > 0:
			s.wait(20e6)
		default:
			s.plan = p
			return
		}
	}
}

// dialogue plays a story in a world of its own.
func dialogue(t *testing.T, play func(s *sim, c *citizen)) {
	t.Helper()
	engine := simEngine(t)
	synctest.Test(t, func(t *testing.T) {
		s := peaceful(engine)
		play(s, s.people[0])
		s.drain()
		s.model.unstuck()
		for _, f := range s.model.faults {
			t.Error(f)
		}
	})
}

func (s *sim) do(c *citizen, steps ...string) *push {
	var p *push
	for _, step := range steps {
		p = act(c, step)
		s.rest()
	}
	return p
}

func TestConfirm_repeatedAfterRedisWasLostAndAnotherDialogueBegan_getsItsReceipt(t *testing.T) {
	dialogue(t, func(s *sim, c *citizen) {
		p := s.do(c, "u:A03", "11111", "*确认")
		reason := s.do(c, "1")
		s.redis.wipe()
		s.do(c, "u:A01")
		for _, again := range []*push{p, reason} {
			s.deliver(again, 0)
			s.rest()
			if n := len(again.answers); n != 2 || again.answers[0].Answer != again.answers[1].Answer {
				t.Errorf("%d answers: %+v", n, again.answers)
			}
		}
	})
}

func TestConfirm_linkOfASummaryThatRedisForgot_commitsNothingElse(t *testing.T) {
	dialogue(t, func(s *sim, c *citizen) {
		s.do(c, "u:A03")
		s.redis.old = s.redis.clone()
		s.do(c, "11111")
		first := c.linkOf("确认")
		s.redis.fallBack()
		s.do(c, "55555") // as many changes as before, others
		if c.linkOf("确认") == first {
			t.Error("two summaries have one link")
		}
		s.do(c, first)
		if n := len(s.store.journal); n != 0 {
			t.Errorf("%d effects of a link whose summary was forgotten", n)
		}
	})
}

func TestConfirm_draftDoneBeforeAndAnswerNotSaved_isNotSaidAndForgotten(t *testing.T) {
	dialogue(t, func(s *sim, c *citizen) {
		s.do(c, "u:A03", "55445")
		confirm := c.linkOf("确认")
		s.redis.old = s.redis.clone()
		s.do(c, confirm)
		s.redis.fallBack() // the session is at its summary again
		s.plan.failing = "swap"
		p := s.do(c, confirm) // the draft is done, and that cannot be saved
		s.plan.failing = ""
		s.do(c, "u:A01")
		s.deliver(p, 0)
		s.rest()
		if s.model.proper(p.answers[0].Text) && p.answers[0].Answer != p.answers[1].Answer {
			t.Errorf("answered %+v", p.answers)
		}
	})
}

// until lets one delivery run until it stands before a call of that name.
func (s *sim) until(d *delivery, name string) {
	for range 50 {
		s.settle()
		for i, c := range s.ready {
			if c.d == d && c.name == name {
				return
			}
			if c.d == d {
				s.release(i)
				break
			}
		}
		if len(s.ready) == 0 {
			s.wait(20e6)
		}
	}
}

// A second delivery comes while the first has the effect, and the session has
// moved on meanwhile: it must not answer that the link is old.
func TestConfirm_repeatedWhileTheEffectIsHadAndTheSessionMovedOn_waitsForIt(t *testing.T) {
	dialogue(t, func(s *sim, c *citizen) {
		s.do(c, "u:A03", "11111")
		p := act(c, "*确认")
		first := s.pending[0]
		s.begin(0)
		s.until(first, "do")
		s.speakThrough(c, text("取消"), first)
		s.wait(1500 * time.Millisecond)
		s.deliver(p, 0)
		second := s.pending[0]
		second.desk = 1 - first.desk // which knows that the session moved on
		s.begin(0)
		s.until(second, "swap") // where it looks without waiting for the first
		s.until(first, "swap")  // the effect is committed
		s.wait(3100 * time.Millisecond)
		s.rest() // the lease of the first is over, and nothing of it in Redis
		if n := len(p.answers); n != 2 || s.model.proper(p.answers[1].Text) && p.answers[0].Answer != p.answers[1].Answer {
			t.Errorf("%d answers: %+v", n, p.answers)
		}
	})
}

// speakThrough sends a push and lets it come to its end while another delivery
// stands still.
func (s *sim) speakThrough(c *citizen, in bot.Input, still *delivery) {
	p := s.send(c, in)
	s.pending[0].desk = 1 - still.desk
	s.begin(0)
	for p.open > 0 {
		s.settle()
		for i, r := range s.ready {
			if r.d != still {
				s.release(i)
				break
			}
		}
	}
}
