package intake

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pingyi/bot"
	"pingyi/models"
)

// fill enters turns of a class as long as there is room and returns how many.
func fill(g *gate, c bot.Class) (n int) {
	for g.inFlight < g.admitted(c) {
		if !g.enter(c, 0) {
			return n
		}
		n++
	}
	return n
}

// grown is a gate whose turns were many and quick.
func grown(n int) *gate {
	g := newGate(n)
	for g.now < g.most {
		m := fill(g, bot.ClassStep)
		for range m {
			g.leave(time.Millisecond)
		}
	}
	return g
}

func TestGate_full_hasRoomForConfirmationsLongest(t *testing.T) {
	g := grown(100)
	for _, step := range []struct {
		class bot.Class
		more  int
	}{{bot.ClassMenu, 55}, {bot.ClassStep, 15}, {bot.ClassComplaint, 15}, {bot.ClassConfirm, 15}} {
		if n := fill(g, step.class); n != step.more {
			t.Errorf("class %d: %d admitted, want %d more", step.class, n, step.more)
		}
	}
}

// crowd are pushes that come to a gate in a bubble of synctest, whose turns all
// take the same time.
type crowd struct {
	g    *gate
	turn time.Duration

	group   sync.WaitGroup
	mu      sync.Mutex
	served  [bot.ClassConfirm + 1]int
	refused [bot.ClassConfirm + 1]int
	late    time.Duration // the longest from the arrival to the end of a turn
	waited  time.Duration // the longest before a refusal
	order   []bot.Class   // in which they came in
}

func (c *crowd) push(class bot.Class) {
	c.group.Go(func() {
		at := time.Now()
		in := c.g.enter(class, 0)
		c.mu.Lock()
		if !in {
			c.refused[class]++
			c.waited = max(c.waited, time.Since(at))
			c.mu.Unlock()
			return
		}
		c.order = append(c.order, class)
		c.mu.Unlock()
		time.Sleep(c.turn)
		c.g.leave(c.turn)
		c.mu.Lock()
		defer c.mu.Unlock()
		c.served[class]++
		c.late = max(c.late, time.Since(at))
	})
}

func TestGate_rushOnAFreshServer_isServedWhole(t *testing.T) {
	for _, n := range []int{64, 256, 700, 2000} {
		synctest.Test(t, func(t *testing.T) {
			c := &crowd{g: newGate(512), turn: 100 * time.Millisecond}
			for range n {
				c.push(bot.ClassMenu)
			}
			c.group.Wait()
			if c.served[bot.ClassMenu] != n || c.late > Budget-reserve {
				t.Errorf("%d of %d were served, the last after %v", c.served[bot.ClassMenu], n, c.late)
			}
		})
	}
}

// Those who wait come in by class, whoever was first.
func TestGate_roomAgain_confirmationsComeInFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &crowd{g: newGate(8), turn: 300 * time.Millisecond}
		c.push(bot.ClassConfirm) // takes the one place that there is for others
		synctest.Wait()
		for _, class := range []bot.Class{bot.ClassMenu, bot.ClassStep, bot.ClassComplaint, bot.ClassConfirm, bot.ClassConfirm} {
			c.push(class)
			synctest.Wait()
		}
		c.group.Wait()
		want := []bot.Class{bot.ClassConfirm, bot.ClassConfirm, bot.ClassConfirm, bot.ClassComplaint, bot.ClassStep, bot.ClassMenu}
		if got := c.order; !slices.Equal(got, want) {
			t.Errorf("they came in as %v, want %v", got, want)
		}
	})
}

// Ten times what the turns allow: who is refused hears so soon, who is served is
// served in time, and confirmations are refused last.
func TestGate_overload_staysInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &crowd{g: newGate(512), turn: 800 * time.Millisecond}
		for i := range 20_000 {
			c.push([]bot.Class{bot.ClassMenu, bot.ClassMenu, bot.ClassStep, bot.ClassConfirm}[i%4])
			time.Sleep(time.Millisecond)
			if i == 5000 {
				c.mu.Lock()
				c.waited, c.served, c.refused = 0, [bot.ClassConfirm + 1]int{}, [bot.ClassConfirm + 1]int{} // it has seen that this is no rush
				c.mu.Unlock()
			}
		}
		c.group.Wait()
		if c.late > Budget-reserve || c.waited > patience[bot.ClassConfirm] {
			t.Errorf("a turn ended after %v, a refusal came after %v", c.late, c.waited)
		}
		share := func(class bot.Class) float64 {
			return float64(c.served[class]) / float64(c.served[class]+c.refused[class])
		}
		if share(bot.ClassConfirm) <= share(bot.ClassStep) || share(bot.ClassStep) < share(bot.ClassMenu) || share(bot.ClassConfirm) == 0 {
			t.Errorf("served %v, refused %v", c.served, c.refused)
		}
	})
}

// A refusal shortens the queue for a while and not for good.
func TestGate_afterOverload_waitsAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &crowd{g: newGate(8), turn: 10 * time.Second}
		c.push(bot.ClassMenu)
		synctest.Wait()
		c.push(bot.ClassMenu)
		time.Sleep(lastStart)
		synctest.Wait()
		if c.refused[bot.ClassMenu] != 1 || c.waited != lastStart {
			t.Fatalf("%d refused, after %v", c.refused[bot.ClassMenu], c.waited)
		}
		if c.g.longest() != longestQueue || c.g.latest(bot.ClassMenu) != patience[bot.ClassMenu] {
			t.Error("after a refusal the queue is as long as before")
		}
		c.group.Wait()
		if c.g.longest() != lastStart {
			t.Error("long after a refusal the queue is short")
		}
	})
}

func TestGate_slowTurns_admitFewerOfAllAndMostConfirmations(t *testing.T) {
	g := grown(512)
	for range 200 {
		g.enter(bot.ClassConfirm, 0)
		g.leave(time.Second)
	}
	menus := fill(g, bot.ClassMenu)
	if menus != 17 {
		t.Errorf("%d menus are admitted after slow turns", menus)
	}
	if n := fill(g, bot.ClassConfirm); n != 64-menus {
		t.Errorf("%d confirmations are admitted beside %d menus", n, menus)
	}
}

func TestGate_fewTurnsHoweverQuick_openNoWider(t *testing.T) {
	g := newGate(512)
	for range 1000 {
		g.enter(bot.ClassStep, 0)
		g.leave(time.Millisecond)
	}
	if n := fill(g, bot.ClassMenu); n != 35 {
		t.Errorf("%d menus are admitted", n)
	}
}

// Who gets no turn is told to send it again, as long as the platform takes an
// answer; that somebody left needs none.
func TestHandle_refused_isToldToSendItAgain(t *testing.T) {
	account := &Account{ID: "1", Tenant: "default", Channel: models.Social, Face: lineFace{}}
	left := bot.Input{Kind: bot.Unfollow}
	for name, c := range map[string]struct {
		in     bot.Input
		before time.Duration // the age of a push that was refused just before
		age    time.Duration
		shed   bool
		told   bool
	}{
		"a menu in a rush":                    {bot.Input{Kind: bot.Text, Text: "帮助"}, 0, lastStart, false, true},
		"a menu too late":                     {bot.Input{Kind: bot.Text, Text: "帮助"}, 0, lastStart + time.Millisecond, true, true},
		"a menu under overload":               {bot.Input{Kind: bot.Text, Text: "帮助"}, Budget, 1100 * time.Millisecond, true, true},
		"a confirmation under overload":       {bot.Input{Kind: bot.Text, Text: "确认"}, Budget, 1900 * time.Millisecond, false, true},
		"a later confirmation under overload": {bot.Input{Kind: bot.Text, Text: "确认"}, Budget, 2100 * time.Millisecond, true, true},
		"after the platform's time":           {bot.Input{Kind: bot.Text, Text: "确认"}, 0, Budget, true, false},
		"who left":                            {left, 0, lastStart + time.Millisecond, true, false},
	} {
		d, _ := newOneCitizen(t)
		if c.before > 0 {
			d.Handle(t.Context(), Push{Account: account, Citizen: "8", Key: "b", Input: bot.Input{Kind: bot.Text, Text: "1", Now: d.Now().Add(-c.before)}})
		}
		c.in.At, c.in.Now = d.Now(), d.Now().Add(-c.age)
		a := d.Handle(t.Context(), Push{Account: account, Citizen: "7", Key: "a", Input: c.in})
		if a.Shed != c.shed || (a.Text != "") != c.told {
			t.Errorf("%s: %+v", name, a)
		}
		if said := strings.Contains(a.Text, "请再发一次"); said != (c.shed && c.told) {
			t.Errorf("%s: %q", name, a.Text)
		}
	}
}
