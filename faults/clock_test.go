package faults

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"pingyi/simulator"
)

// movedClock is added to the program where its clock is to be moved: the wall
// clock is off by the seconds in a file, the monotonic one goes on, as when a
// machine's time is set.
const movedClock = `package main

import (
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"
	"unsafe"
)

var clockOff atomic.Int64

func readClock() {
	b, err := os.ReadFile(os.Getenv("FAULT_CLOCK"))
	if err != nil {
		panic(err)
	}
	if off, err := strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64); err == nil {
		clockOff.Store(off)
	}
}

func init() {
	readClock()
	go func() {
		for {
			time.Sleep(10 * time.Millisecond)
			readClock()
		}
	}()
}

// movedNow moves the seconds of a time.Time, which begin at bit 30 of its first
// word while it has a monotonic reading.
func movedNow() time.Time {
	t := time.Now()
	wall := (*uint64)(unsafe.Pointer(&t))
	*wall = uint64(int64(*wall) + clockOff.Load()<<30)
	return t
}
`

// buildMoved makes the program with a clock that a file moves, whose name is in
// FAULT_CLOCK. The sources know nothing of it: each time.Now of cmd/pingyi, which
// hands the clock to all other packages, is replaced as it is compiled.
var buildMoved = sync.OnceValues(func() (string, error) {
	bin, err := build()
	if err != nil {
		return "", err
	}
	dir := filepath.Dir(bin)
	sources, err := filepath.Glob("../cmd/pingyi/*.go")
	if err != nil {
		return "", err
	}
	o := overlay{dir: dir, files: map[string]string{}}
	for _, path := range sources {
		b, err := os.ReadFile(path)
		if err != nil {
			return "", err
		}
		if strings.HasSuffix(path, "_test.go") || !strings.Contains(string(b), "time.Now") {
			continue
		}
		if err := o.replace(path, strings.ReplaceAll(string(b), "time.Now", "movedNow")+"\nvar _ time.Time\n"); err != nil {
			return "", err
		}
	}
	if err := o.replace("../cmd/pingyi/moved_clock.go", movedClock); err != nil {
		return "", err
	}
	return o.build("pingyi-moved")
})

// clocks starts the town's servers anew, each with a clock that can be moved.
func (w *town) clocks() (set func(server int, off time.Duration)) {
	w.t.Helper()
	moved, err := buildMoved()
	if err != nil {
		w.t.Fatal(err)
	}
	file := func(i int) string { return filepath.Join(w.dir, fmt.Sprint("clock", i)) }
	set = func(i int, off time.Duration) {
		w.t.Helper()
		if err := os.WriteFile(file(i), []byte(strconv.Itoa(int(off/time.Second))), 0o600); err != nil {
			w.t.Fatal(err)
		}
		time.Sleep(100 * time.Millisecond)
	}
	for i, s := range w.servers {
		set(i, 0)
		s.kill()
		plain := s.make
		s.make = func() *exec.Cmd {
			cmd := plain()
			cmd.Path, cmd.Args[0] = moved, moved
			cmd.Env = append(cmd.Env, "FAULT_CLOCK="+file(i))
			return cmd
		}
		s.start()
		s.await()
	}
	return set
}

// crowdFor lets citizens act for so long, pushes overlapping on all servers.
func (w *town) crowdFor(seed uint64, long time.Duration) {
	stop := make(chan struct{})
	time.AfterFunc(long, func() { close(stop) })
	w.crowd(seed, 16, 1<<40, 4, stop)
}

// signed makes a push of somebody new, as if the platform had made it so long ago,
// and delivers it to one server.
func (w *town) signed(server int, ago time.Duration) simulator.Exchange {
	w.t.Helper()
	front := w.wechatOf(w.bases[server], simulator.PlatformOptions{Client: w.client, Now: func() time.Time { return time.Now().Add(-ago) }})
	e, err := front.Push(w.t.Context(), &simulator.Citizen{OpenID: fmt.Sprintf("osigned%d", w.serial.Add(1)), Following: true}, simulator.Say("帮助"))
	if err != nil {
		w.t.Fatal(err)
	}
	return e
}

// mustTake checks whether a server takes a push that is so old for the platform.
func (w *town) mustTake(server int, ago time.Duration, takes bool) {
	w.t.Helper()
	if e := w.signed(server, ago); takes != (e.Status == http.StatusOK && e.Text != "") || !takes && e.Status != http.StatusForbidden {
		w.t.Errorf("%s answered a push of %v ago with status %d, %q", w.servers[server].name, ago, e.Status, e.Text)
	}
}

// TestClock_aheadAndBackAnHourOnOneServer_noDoubleEffectNoLostReceipt: the first
// server knows the time; the second is three minutes ahead, then an hour back. Both
// are more than a minute off the database's clock, which is then used: no fresh push
// is refused, and no stale one taken.
func TestClock_aheadAndBackAnHourOnOneServer_noDoubleEffectNoLostReceipt(t *testing.T) {
	w := newTown(t, 2)
	set := w.clocks()
	seed, long := uint64(number(t, "PINGYI_FAULT_SEED", 1)), span(t, "PINGYI_FAULT_CLOCK", 2*time.Second)
	for i, off := range []time.Duration{3 * time.Minute, -time.Hour, 0} {
		set(1, off)
		w.mustTake(1, 0, true) // at once
		w.suspects(1, off != 0)
		for server := range 2 {
			w.mustTake(server, 280*time.Second, true)
			w.mustTake(server, -280*time.Second, true)
			w.mustTake(server, 310*time.Second, false)
			w.mustTake(server, time.Hour, false)
		}
		w.mustChange()
		w.crowdFor(seed+uint64(i), long) // a refused fresh push fails the test
	}
	w.record.check(w)
}

// suspects waits until a server's metric tells whether its clock is wrong.
func (w *town) suspects(server int, wrong bool) {
	w.t.Helper()
	for start := time.Now(); (w.metric(server, "pingyi_clock_suspect")[0] == 1) != wrong; time.Sleep(20 * time.Millisecond) {
		if time.Since(start) > patience {
			w.t.Fatalf("server %d's metric does not tell that its clock is wrong: %v", server, wrong)
		}
	}
}

// on is a citizen whose pushes go to one server alone.
func (w *town) on(server int) *citizen {
	c := w.citizen(uint64(server))
	c.turnTo(server)
	return c
}

func (c *citizen) turnTo(server int) {
	c.on.fronts = c.all().fronts[server : server+1]
}

// say sends words once.
func (c *citizen) say(words string) string {
	c.w.t.Helper()
	return c.send(simulator.Say(words), 1).Shown()
}

// submit rates a unit with words alone and returns what the confirmation was answered.
func (c *citizen) submit(unit, digits string) string {
	c.w.t.Helper()
	c.say("评议 " + unit)
	c.say(digits)
	said := c.say("确认")
	if proof := line(said, "回执："); proof != "" {
		in := &intention{kind: "rating", unit: unit, answers: digits, proof: proof, tries: 1}
		c.w.record.intend(in)
		c.w.record.told(in)
	}
	return said
}

// mustChange has people rate on the second server and change that on the first:
// what stands is decided by the order of commits, whatever the clocks say.
func (w *town) mustChange() {
	w.t.Helper()
	for range 4 {
		c := w.on(1)
		first := line(c.submit("A01", "55555"), "回执：")
		c.turnTo(0)
		second := line(c.submit("A01", "11111"), "回执：")
		live := map[string]string{}
		rows(w, "SELECT r.receipt, r.answers FROM live_ratings l JOIN ratings r ON r.tenant = l.tenant AND r.id = l.rating", live)
		if _, stands := live[first]; first == "" || stands || live[second] != "11111" {
			w.t.Errorf("a rating %q was changed to %q on a server whose clock is behind: of these stand %q and %q", first, second, live[first], live[second])
		}
	}
}

// TestClock_atTheClose_thePlatformsTimeDecides: a campaign closes while one server is
// three minutes ahead, and behind. The platform's time of the confirmation decides,
// and the database's clock takes the place of a wrong one, so that a server which is
// ahead takes what comes before the close and seals nothing.
func TestClock_atTheClose_thePlatformsTimeDecides(t *testing.T) {
	w := newTown(t, 2)
	set := w.clocks()
	set(1, 3*time.Minute)
	closes := time.Now().Add(25 * time.Second).Truncate(time.Second)
	w.closeAt(closes)
	const late = "没有收进来"
	right, ahead := w.on(0), w.on(1)
	if said := ahead.submit("A01", "55445"); line(said, "回执：") == "" {
		t.Errorf("a server ahead answers a rating before the close with %q", said)
	}
	time.Sleep(6 * time.Second) // longer than between two looks for what is to be sealed
	if said := right.submit("A01", "55445"); line(said, "回执：") == "" {
		t.Errorf("a rating before the close is answered %q", said)
	}
	set(1, -3*time.Minute)
	behind := w.on(1)
	if said := behind.submit("A01", "44444"); line(said, "回执：") == "" {
		t.Errorf("a server behind answers a rating before the close with %q", said)
	}
	late1, late2 := w.on(0), w.on(1)
	for _, c := range []*citizen{late1, late2} {
		c.say("评议 A02")
		c.say("33333")
	}
	time.Sleep(time.Until(closes.Add(time.Second)))
	for _, c := range []*citizen{late1, late2} {
		if said := c.say("确认"); line(said, "回执：") != "" || !strings.Contains(said, "已经结束") && !strings.Contains(said, late) {
			t.Errorf("a rating after the close is answered %q", said)
		}
	}
	sealed := map[string]string{}
	rows(w, "SELECT id, sealed_at FROM campaigns WHERE sealed_at IS NOT NULL", sealed)
	if len(sealed) != 0 {
		t.Errorf("sealed at %v, and its close is at %v", sealed, closes)
	}
	w.record.check(w) // three ratings, which were confirmed in time
}

// closeAt moves the campaign's close, and waits until all servers know.
func (w *town) closeAt(closes time.Time) {
	w.t.Helper()
	for _, query := range []string{
		"UPDATE campaigns SET closes_at = '" + closes.UTC().Format("2006-01-02 15:04:05") + "'", "UPDATE revisions SET revision = revision + 1",
	} {
		if _, err := w.db.ExecContext(w.t.Context(), query); err != nil {
			w.t.Fatal(err)
		}
	}
	time.Sleep(1500 * time.Millisecond) // they look every half second
}
