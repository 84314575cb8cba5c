package intake

import (
	"container/list"
	"sync"
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
var shares = [bot.ClassConfirm + 1]int{
	bot.ClassMenu: 55, bot.ClassStep: 70, bot.ClassComplaint: 85, bot.ClassConfirm: 200,
}

// Bounds of the wait for a turn.
const (
	// lastStart is how long after its receipt a push may begin its turn at the
	// latest; worthwhile is how many usual turns must fit behind that.
	lastStart  = Budget - reserve - time.Second
	worthwhile = 3
	// overloadedFor is how long after a refusal the gate takes the server to be
	// overloaded, and longestQueue how long a push may then expect to wait.
	overloadedFor = time.Second
	longestQueue  = 500 * time.Millisecond
	mostWaiting   = 4096
)

// patience is how long after its receipt a push may begin its turn under
// overload, by class. A push that is older has too little time left.
var patience = [bot.ClassConfirm + 1]time.Duration{
	bot.ClassMenu: time.Second, bot.ClassStep: time.Second, bot.ClassComplaint: 1500 * time.Millisecond, bot.ClassConfirm: 2 * time.Second,
}

// gate bounds the turns in flight by class. What it admits begins small, grows
// where turns are quick though many, and shrinks where they are slow: so a sudden
// rush does not find a door that is open too wide.
//
// A push for which there is no room waits, the highest class first and within a
// class in the order of arrival. It is refused when so little of its time is left
// that its turn would not end in it, so a rush that the server works off in time is
// served whole. A refusal means that the server has more to do than it can: for a
// while the gate then keeps the queue short and refuses at once what would wait
// for long, so those who come in have most of their time before them.
type gate struct {
	most, from int

	mu       sync.Mutex
	inFlight int
	now      int // what of most is admitted at present, from or more
	usual    time.Duration
	queues   [bot.ClassConfirm + 1]list.List // of *waiter
	waiting  int
	refused  time.Time // when the last push was
}

// waiter is a push before the gate.
type waiter struct {
	in       chan struct{} // closed when it is admitted
	admitted bool
}

func newGate(n int) *gate {
	return &gate{most: n, from: max(1, n/16), now: max(1, n/8)}
}

// enter admits a push that was received so long ago, or reports false where no
// turn of it would end in time. It may wait.
func (g *gate) enter(c bot.Class, age time.Duration) bool {
	g.mu.Lock()
	left := g.latest(c) - max(age, 0) // the time in use may have been set back since
	switch {
	case left < 0:
		return g.refuse()
	case g.waitingFrom(c) == 0 && g.inFlight < g.admitted(c):
		g.inFlight++
		g.mu.Unlock()
		return true
	case g.waiting >= mostWaiting || g.expected(c) > min(left, g.longest()):
		return g.refuse()
	}
	w := &waiter{in: make(chan struct{})}
	at := g.queues[c].PushBack(w)
	g.waiting++
	g.mu.Unlock()
	timer := time.NewTimer(left)
	defer timer.Stop()
	select {
	case <-w.in:
		return true
	case <-timer.C:
	}
	g.mu.Lock()
	if w.admitted {
		g.mu.Unlock()
		return true
	}
	g.queues[c].Remove(at)
	g.waiting--
	return g.refuse()
}

// refuse notes a refusal and unlocks the gate.
func (g *gate) refuse() bool {
	g.refused = time.Now()
	g.mu.Unlock()
	return false
}

func (g *gate) overloaded() bool {
	return !g.refused.IsZero() && time.Since(g.refused) < overloadedFor
}

// latest is how long after its receipt a push of a class may begin its turn.
func (g *gate) latest(c bot.Class) time.Duration {
	if g.overloaded() {
		return patience[c]
	}
	return max(patience[c], min(lastStart, Budget-reserve-worthwhile*g.usual))
}

// longest is how long a push may expect to wait.
func (g *gate) longest() time.Duration {
	if g.overloaded() {
		return longestQueue
	}
	return lastStart
}

func (g *gate) admitted(c bot.Class) int { return min(g.most, max(1, g.now*shares[c]/100)) }

// waitingFrom is how many pushes of a class or a higher one wait.
func (g *gate) waitingFrom(c bot.Class) (n int) {
	for ; int(c) < len(g.queues); c++ {
		n += g.queues[c].Len()
	}
	return n
}

// expected is how long a push of a class would wait behind those before it.
func (g *gate) expected(c bot.Class) time.Duration {
	return time.Duration(g.waitingFrom(c)) * g.usual / time.Duration(g.admitted(c))
}

// leave ends a turn that took so long; none says nothing of how long turns take.
// A slow turn takes a share off what is admitted; a quick one adds one, if the
// turns in flight come near what is.
func (g *gate) leave(took time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	crowd := g.inFlight
	g.inFlight--
	if took != none {
		g.usual += (took - g.usual) / 16
	}
	switch {
	case took > slowTurn:
		g.now = max(g.from, g.now-g.now/16-1)
	case took != none && took < quickTurn && crowd > g.now/4:
		g.now = min(g.most, g.now+1)
	}
	for c := len(g.queues) - 1; c >= 0; c-- {
		for q := &g.queues[c]; q.Len() > 0 && g.inFlight < g.admitted(bot.Class(c)); {
			w, _ := q.Remove(q.Front()).(*waiter)
			g.waiting--
			g.inFlight++
			w.admitted = true
			close(w.in)
		}
	}
}

// none is the time of a turn that says nothing, as does that of a repeat, which
// waits for another delivery.
const none time.Duration = -1
