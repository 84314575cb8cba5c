package intake_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash"
	"hash/fnv"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"testing/synctest"
	"time"

	"pingyi/bot"
	"pingyi/intake"
	"pingyi/models"
	"pingyi/seal"
)

// sim is the whole service in one process: two desks with the real engine, a
// Redis, a record and a platform in memory, under one seed. It runs inside a
// bubble of synctest, whose clock it moves. A delivery is a goroutine that
// stands still at each call of a port until the scheduler lets it go on, so
// that at any time one of them runs, and the seed decides which.
type sim struct {
	rnd    *rand.Rand
	start  time.Time
	base   time.Time // what the clocks say at start
	world  *bot.World
	engine *bot.Engine
	redis  *simRedis
	store  *simStore
	keys   simKeys
	desks  [2]*intake.Desk
	plan   plan
	people []*citizen
	pushes []*push
	model  *model
	trace  hash.Hash64
	log    func(format string, args ...any) // nil: silent

	mu      sync.Mutex // of what several goroutines that wake at once append to
	ready   []*call    // standing before a call
	zombies []*call    // given up by the caller, perhaps still carried out
	ended   []*delivery
	waits   int

	pending []*delivery // not begun
	running int
	serial  int
	calls   int
	drawn   uint64
}

// plan is what goes wrong in a run.
type plan struct {
	fault     [2]float64 // chance that a call fails: before, after its effect
	env       float64    // chance of a fault of the surroundings instead of a step
	impatient float64    // chance that a citizen does not wait for an answer
	copies    int        // at most so many deliveries of a push
	slow      bool       // long delays are common
	inFlight  int
	hints     int
	closes    time.Duration // the window's end after the start
	// failAt, for failpoints: the k-th call from 1 fails; later ones too where
	// forever is set.
	failAt  int
	after   bool
	forever bool
	failing string // calls of this name fail
}

// call is a delivery before a call of a port.
type call struct {
	d    *delivery
	name string
	op   func()
	let  chan verdict
}

// verdict is what the scheduler lets become of a call.
type verdict uint8

const (
	goesWell verdict = iota
	failsBefore
	failsAfter
	killed
)

var (
	errFault  = errors.New("a fault of the simulation")
	errKilled = errors.New("the process is gone")
)

// push is a message with all its deliveries.
type push struct {
	id      int
	c       *citizen
	input   bot.Input
	answers []answer
	open    int // deliveries not ended
}

type answer struct {
	intake.Answer
	epoch int // losses of Redis before it
}

type delivery struct {
	id     int
	p      *push
	due    time.Duration // since the start
	desk   int
	begun  time.Time
	epoch  int // losses of Redis before it began
	lapses int // leases that ended early before it began
	ended  time.Time
	answer intake.Answer
	killed bool

	tried     bool // it asked for an effect
	elsewhere bool // it was told that another delivery runs, or of the effect that that had
}

type deliveryKey struct{}

// newSim makes a world; everything in it follows from seed and plan.
func newSim(engine *bot.Engine, seed uint64, p plan, people int) *sim {
	s := &sim{
		rnd: rand.New(rand.NewPCG(seed, 0x70696e677969)), start: time.Now(), base: simNow, engine: engine, plan: p,
		keys: simKeys{}, trace: fnv.New64a(),
	}
	s.world = simWorld(s.base, p.closes)
	s.redis = &simRedis{sim: s, memory: newMemory(), old: newMemory()}
	s.store = newSimStore(s)
	s.model = newModel(s)
	for i := range people {
		s.people = append(s.people, &citizen{id: fmt.Sprintf("o%d", i), sim: s, wants: []string{"", "", "", "撤回", "投诉"}[s.rnd.IntN(5)]})
	}
	for i := range s.desks {
		s.restart(i)
	}
	return s
}

func (s *sim) now() time.Time         { return s.base.Add(s.elapsed()) }
func (s *sim) elapsed() time.Duration { return time.Since(s.start) }

// restart replaces a desk: its hints are gone, and so is what ran on it.
func (s *sim) restart(i int) {
	wrapper, err := seal.NewWrapper("the secret of the simulation is long", "")
	if err != nil {
		panic(err)
	}
	s.desks[i] = intake.NewDesk(intake.Options{
		Engine: s.engine, Sessions: s.redis, Actions: s.store, Worlds: s, Keys: seal.NewRing(wrapper, s.keys),
		Observer: nobody{}, Log: slog.New(slog.DiscardHandler), Now: s.now, InFlight: s.plan.inFlight, Hints: s.plan.hints,
	})
}

// World implements intake.Worlds.
func (s *sim) World(*intake.Account) *bot.World { return s.world }

// call stands before a call of a port until the scheduler says what becomes of
// it, or the caller's time is over.
func (s *sim) call(ctx context.Context, name string, op func()) error {
	d, _ := ctx.Value(deliveryKey{}).(*delivery)
	if d.killed {
		return errKilled
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	c := &call{d: d, name: name, op: op, let: make(chan verdict)}
	s.mu.Lock()
	s.ready = append(s.ready, c)
	s.mu.Unlock()
	select {
	case v := <-c.let:
		switch v {
		case killed:
			return errKilled
		case failsBefore:
			return errFault
		case failsAfter:
			op()
			return errFault
		}
		op()
		return nil
	case <-ctx.Done():
		s.mu.Lock()
		defer s.mu.Unlock()
		s.ready = slices.DeleteFunc(s.ready, func(x *call) bool { return x == c })
		s.zombies = append(s.zombies, c)
		return ctx.Err()
	}
}

// settle waits until everything stands still, and puts what arrived at once
// into an order of its own.
func (s *sim) settle() {
	synctest.Wait()
	s.mu.Lock() // whatever came here came under the lock
	defer s.mu.Unlock()
	slices.SortFunc(s.ready, func(a, b *call) int { return a.d.id - b.d.id })
	slices.SortFunc(s.zombies, func(a, b *call) int { return cmp.Or(a.d.id-b.d.id, cmp.Compare(a.name, b.name)) })
	slices.SortFunc(s.ended, func(a, b *delivery) int { return a.id - b.id })
	ended := s.ended
	s.ended = nil
	for _, d := range ended {
		s.running--
		d.p.open--
		if !d.killed {
			s.note("answer %d/%d after %v: %q", d.p.id, d.id, d.ended.Sub(d.begun), d.answer.Text)
			s.model.answered(d)
			d.p.c.see(d)
		}
	}
}

func (s *sim) note(format string, args ...any) {
	fmt.Fprintf(s.trace, format, args...)
	if s.log != nil {
		s.log("%8v "+format, append([]any{s.elapsed()}, args...)...)
	}
}

// release lets a call go on, with what the plan has for it.
func (s *sim) release(i int) {
	c := s.ready[i]
	s.ready = slices.Delete(s.ready, i, i+1)
	v := s.fate()
	if c.name == s.plan.failing {
		v = failsBefore
	}
	s.note("%s of %d/%d: %d", c.name, c.d.p.id, c.d.id, v)
	c.let <- v
}

func (s *sim) fate() verdict {
	s.calls++
	if k := s.plan.failAt; k > 0 && (s.calls == k || s.plan.forever && s.calls > k) {
		if s.plan.after {
			return failsAfter
		}
		return failsBefore
	}
	switch x := s.rnd.Float64(); {
	case x < s.plan.fault[0]:
		return failsBefore
	case x < s.plan.fault[0]+s.plan.fault[1]:
		return failsAfter
	}
	return goesWell
}

// begin starts a delivery on its desk.
func (s *sim) begin(i int) {
	d := s.pending[i]
	s.pending = slices.Delete(s.pending, i, i+1)
	s.running++
	d.begun, d.epoch, d.lapses = s.now(), s.redis.epoch, s.redis.lapses
	s.note("begin %d/%d on %d", d.p.id, d.id, d.desk)
	in := d.p.input
	in.Now = d.begun
	in.Random = s.id()
	desk := s.desks[d.desk]
	go func() {
		ctx, cancel := context.WithTimeout(context.WithValue(context.Background(), deliveryKey{}, d), intake.Budget)
		defer cancel()
		d.answer = desk.Handle(ctx, intake.Push{Account: account, Citizen: d.p.c.id, Key: fmt.Sprint("m", d.p.id), Input: in})
		d.ended = s.now()
		s.mu.Lock()
		defer s.mu.Unlock()
		s.ended = append(s.ended, d)
	}()
}

// id is a fresh id.
func (s *sim) id() (id models.ID) {
	s.drawn++
	for i := range 8 {
		id[i], id[8+i] = byte(s.drawn>>(8*i)), byte(s.rnd.Uint32())
	}
	return id
}

// send makes a push and its deliveries: overlapping, on either desk, some late.
func (s *sim) send(c *citizen, in bot.Input) *push {
	p := &push{id: s.serial, c: c, input: in}
	s.serial++
	p.input.At = s.now().Truncate(time.Second)
	s.note("push %d of %s: %v %q %q", p.id, c.id, in.Kind, in.Text, in.Scene)
	c.last = p
	c.sent(p)
	s.pushes = append(s.pushes, p)
	for i := range 1 + s.rnd.IntN(s.plan.copies) {
		late := time.Duration(0)
		switch {
		case i == 0:
		case s.rnd.IntN(2) == 0:
			late = time.Duration(s.rnd.IntN(200)) * time.Millisecond
		default:
			late = time.Duration(i)*5*time.Second + time.Duration(s.rnd.IntN(2000))*time.Millisecond
		}
		s.deliver(p, late)
	}
	return p
}

func (s *sim) deliver(p *push, late time.Duration) {
	d := &delivery{id: s.id64(), p: p, due: s.elapsed() + late, desk: s.rnd.IntN(len(s.desks))}
	p.open++
	s.pending = append(s.pending, d)
}

func (s *sim) id64() int { s.drawn++; return int(s.drawn) }

// step is one decision of the scheduler.
func (s *sim) step() {
	s.settle()
	x := s.rnd.Float64()
	switch {
	case x < s.plan.env:
		s.disturb()
	case len(s.ready) > 0 && s.rnd.IntN(10) < 6:
		s.release(s.rnd.IntN(len(s.ready)))
	case s.beginDue():
	case s.speak():
	case len(s.ready) > 0 && s.rnd.IntN(3) > 0:
		s.release(s.rnd.IntN(len(s.ready)))
	default:
		s.pass()
	}
}

// beginDue starts one of the deliveries that are due.
func (s *sim) beginDue() bool {
	var due []int
	for i, d := range s.pending {
		if d.due <= s.elapsed() {
			due = append(due, i)
		}
	}
	if len(due) == 0 || s.rnd.IntN(4) == 0 {
		return false
	}
	s.begin(due[s.rnd.IntN(len(due))])
	return true
}

// speak lets somebody send something who is not waiting, or is impatient.
func (s *sim) speak() bool {
	c := s.people[s.rnd.IntN(len(s.people))]
	if c.last != nil && c.last.open > 0 && !c.heard && s.rnd.Float64() >= s.plan.impatient {
		return false
	}
	s.send(c, c.choose())
	return true
}

// pass lets time pass.
func (s *sim) pass() {
	d := time.Duration(1+s.rnd.IntN(100)) * time.Millisecond
	switch n := s.rnd.IntN(20); {
	case n == 0 || s.plan.slow && n < 6:
		d *= 50
	case n < 5 || s.plan.slow:
		d *= 10
	}
	s.wait(d)
}

func (s *sim) wait(d time.Duration) {
	s.note("wait %v", d)
	s.order()
	time.Sleep(d)
}

// order has whoever wakes next come after what was read so far.
func (s *sim) order() {
	s.mu.Lock()
	s.waits++
	s.mu.Unlock()
}

// disturb is a fault of the surroundings.
func (s *sim) disturb() {
	n := s.rnd.IntN(10)
	s.note("disturb %d", n)
	switch {
	case n == 0:
		s.redis.wipe()
	case n == 1:
		s.redis.fallBack()
	case n < 4:
		s.redis.old = s.redis.clone()
	case n == 4:
		s.redis.expireClaims()
	case n == 5:
		c := s.people[s.rnd.IntN(len(s.people))]
		s.redis.forgetOne(citizenID(s, c.id))
	case n == 6:
		s.kill(s.rnd.IntN(len(s.desks)))
	default:
		s.resurrect(s.rnd.IntN(2) == 0)
	}
}

// kill ends a process with all that runs on it, and starts it anew.
func (s *sim) kill(i int) {
	for j := len(s.ready) - 1; j >= 0; j-- {
		c := s.ready[j]
		if c.d.desk != i {
			continue
		}
		c.d.killed = true
		s.ready = slices.Delete(s.ready, j, j+1)
		s.zombies = append(s.zombies, c)
		c.let <- killed
		synctest.Wait()
	}
	s.restart(i)
}

// resurrect carries out, or drops, a call whose caller gave it up.
func (s *sim) resurrect(really bool) {
	if len(s.zombies) == 0 {
		return
	}
	i := s.rnd.IntN(len(s.zombies))
	c := s.zombies[i]
	s.zombies = slices.Delete(s.zombies, i, i+1)
	s.note("%s of %d/%d after all: %v", c.name, c.d.p.id, c.d.id, really)
	if really {
		c.op()
	}
}

// drain ends all that is under way, without further faults.
func (s *sim) drain() {
	s.plan.fault, s.plan.failAt, s.plan.env = [2]float64{}, 0, 0
	for {
		s.settle()
		switch {
		case len(s.ready) > 0:
			s.release(0)
		case len(s.zombies) > 0:
			s.resurrect(s.rnd.IntN(2) == 0)
		case len(s.pending) > 0 && s.pending[0].due <= s.elapsed():
			s.begin(0)
		case len(s.pending) > 0:
			s.wait(max(time.Millisecond, s.pending[0].due-s.elapsed()))
		case s.running > 0:
			s.wait(20 * time.Millisecond)
		default:
			return
		}
	}
}

// ask sends one push in peace and returns its answer.
func (s *sim) ask(c *citizen, in bot.Input) string {
	c.heard = false
	p := s.send(c, in)
	s.drain()
	return p.text()
}

func (p *push) text() string {
	for _, a := range p.answers {
		if a.Text != "" {
			return a.Text
		}
	}
	return ""
}

// all lists every push that was sent.
func (s *sim) all() []*push { return s.pushes }
