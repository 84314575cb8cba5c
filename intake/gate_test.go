package intake

import (
	"testing"
	"time"

	"pingyi/bot"
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
