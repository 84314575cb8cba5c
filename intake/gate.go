package intake

import (
	"sync/atomic"
	"time"

	"pingyi/bot"
)

// How long a turn may take before the gate admits fewer, and how short it is
// when more may come in. Turns that are many wait for each other, so a bound in
// numbers alone would let each of them be late.
const (
	slowTurn  = 750 * time.Millisecond
	quickTurn = 250 * time.Millisecond
)

// shares of the turns admitted at a time, in percent, by class: under overload
// menus are refused first, then rating steps, complaint texts and, last,
// confirmations, which come in when all others are refused. They have a bound too:
// those that are not refused in time are late.
var shares = [bot.ClassConfirm + 1]int64{
	bot.ClassMenu: 55, bot.ClassStep: 70, bot.ClassComplaint: 85, bot.ClassConfirm: 200,
}

// patience is how long after its receipt a push may still begin its turn, by class.
// Of one that waited longer too little time is left; refused at once, it is sent
// again.
var patience = [bot.ClassConfirm + 1]time.Duration{
	bot.ClassMenu: time.Second, bot.ClassStep: time.Second, bot.ClassComplaint: 1500 * time.Millisecond, bot.ClassConfirm: 2 * time.Second,
}

// gate bounds the turns in flight by class. Whoever is refused is refused at
// once, so the rest stays in time. What it admits begins small, grows where turns
// are quick though many, and shrinks where they are slow: so a sudden rush does
// not find a door that is open too wide.
type gate struct {
	inFlight   atomic.Int64
	most, from int64
	now        atomic.Int64 // what of most is admitted at present, from or more
}

func newGate(n int) *gate {
	g := &gate{most: int64(n), from: max(1, int64(n)/16)}
	g.now.Store(max(1, g.most/8))
	return g
}

func (g *gate) enter(c bot.Class) bool {
	admitted := min(g.most, max(1, g.now.Load()*shares[c]/100))
	if g.inFlight.Add(1) > admitted {
		g.inFlight.Add(-1)
		return false
	}
	return true
}

// leave ends a turn that took so long. A slow one takes a share off what is
// admitted; a quick one adds one, if the turns in flight come near what is.
func (g *gate) leave(took time.Duration) {
	crowd := g.inFlight.Add(-1) + 1
	n := g.now.Load()
	next := n
	switch {
	case took > slowTurn:
		next = max(g.from, n-n/16-1)
	case took < quickTurn && crowd > n/4:
		next = min(g.most, n+1)
	}
	if next != n {
		// Of two that change it at once one is as good as both.
		g.now.CompareAndSwap(n, next)
	}
}
