package intake

import (
	"testing"
	"time"

	"pingyi/bot"
	"pingyi/models"
)

// fill enters turns of a class until one is refused and returns how many.
func fill(g *gate, c bot.Class) (n int) {
	for g.enter(c) {
		n++
	}
	return n
}

// grown is a gate whose turns were many and quick.
func grown(n int) *gate {
	g := newGate(n)
	for range 20 * n {
		m := fill(g, bot.ClassStep)
		for range m {
			g.leave(time.Millisecond)
		}
		if g.now.Load() == g.most {
			break
		}
	}
	return g
}

func TestGate_full_refusesMenusFirstAndConfirmationsLast(t *testing.T) {
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

func TestGate_suddenRush_admitsFewAtFirst(t *testing.T) {
	g := newGate(512)
	if n := fill(g, bot.ClassMenu); n != 35 {
		t.Errorf("%d menus are admitted at once", n)
	}
	if n := fill(g, bot.ClassConfirm); n != 128-35 {
		t.Errorf("%d confirmations are admitted beside them", n)
	}
}

func TestGate_slowTurns_admitFewerOfAllAndMostConfirmations(t *testing.T) {
	g := grown(512)
	for range 200 {
		g.enter(bot.ClassConfirm)
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
		g.enter(bot.ClassStep)
		g.leave(time.Millisecond)
	}
	if n := fill(g, bot.ClassMenu); n != 35 {
		t.Errorf("%d menus are admitted", n)
	}
}

func TestHandle_pushThatWaitedTooLong_isRefusedByClass(t *testing.T) {
	d, _ := newOneCitizen(t)
	account := &Account{ID: "1", Tenant: "default", Channel: models.Social, Face: lineFace{}}
	for i, c := range []struct {
		text   string
		waited time.Duration
		shed   bool
	}{
		{"帮助", 900 * time.Millisecond, false}, {"帮助", 1100 * time.Millisecond, true},
		{"确认", 1900 * time.Millisecond, false}, {"确认", 2100 * time.Millisecond, true},
	} {
		in := bot.Input{Kind: bot.Text, Text: c.text, At: d.Now(), Now: d.Now().Add(-c.waited)}
		a := d.Handle(t.Context(), Push{Account: account, Citizen: "7", Key: string(rune('a' + i)), Input: in})
		if a.Shed != c.shed || a.Shed == (a.Text != "") {
			t.Errorf("%s after %v: %+v", c.text, c.waited, a)
		}
	}
}
