package faults

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"pingyi/simulator"
)

// load are citizens who rate on the first server, half of them on Weibo, each
// push delivered once.
type load struct {
	w      *town
	on     [2]platform
	client *http.Client
	most   int64 // pushes on their way

	all, confirms *meter
	receipts      atomic.Int64
	busy          atomic.Int64 // pushes answered with the busy text
	unsent        atomic.Int64 // pushes that were due while too many were on their way

	mu  sync.Mutex
	due []*journey
}

// newLoad bounds the pushes on their way, for each has a socket.
func newLoad(w *town, most int) *load {
	l := &load{w: w, most: int64(most), all: &meter{}, confirms: &meter{}}
	l.on, l.client = w.once(most)
	return l
}

// journey is a rating under way.
type journey struct {
	on    platform
	who   *simulator.Citizen
	unit  string
	act   simulator.Act // what comes next
	final bool          // that confirms
	tries int
}

func (l *load) begin() *journey {
	n := l.w.serial.Add(1)
	j := &journey{on: l.on[n%2], unit: units[int(n/2)%len(units)], who: &simulator.Citizen{OpenID: fmt.Sprintf("oload%d", n), Following: true}}
	if j.on.words {
		j.who.OpenID = strconv.FormatInt(3_000_000_000+n, 10)
	}
	j.act = simulator.Say("评议 " + j.unit)
	return j
}

// push sends what comes next and reports whether there is more to come. Who is not
// let in goes away; who has begun tries again.
func (l *load) push(j *journey) (more bool) {
	made, err := j.on.make(j.who, j.act)
	if err != nil {
		l.w.t.Error(err)
		return false
	}
	e, err := j.on.fronts[0].Redeliver(context.Background(), made)
	if err != nil {
		l.w.t.Error(err)
		return false
	}
	l.all.add(e)
	if j.final {
		l.confirms.add(e)
	}
	l.w.record.shown(e)
	refused := e.Text == "" || strings.Contains(e.Text, again)
	if strings.Contains(e.Text, busy) && !refused {
		l.busy.Add(1)
	}
	j.tries++
	begun := j.act.Text != "评议 "+j.unit
	confirm, ok := link(e, "确认")
	switch {
	case line(e.Shown(), "回执：") != "":
		l.receipts.Add(1)
		return false
	case strings.Contains(e.Text, "第1题"):
		j.act = simulator.Say("55445")
	case ok && strings.Contains(e.Text, "请核对您对"):
		j.act, j.final = simulator.Tap(confirm), true
	case refused && begun: // the same again
	default:
		return false
	}
	return j.tries < 30
}

func link(e simulator.Exchange, label string) (simulator.Link, bool) {
	for _, l := range e.Links {
		if l.Label == label {
			return l, true
		}
	}
	return simulator.Link{}, false
}

// throttled names the variable that makes this program a throttle: "<process> <percent>".
const throttled = "FAULT_THROTTLE"

// throttle lets a process run so many percent of the time, as a small share of
// a processor would, so that the crowd beside it on the same machine can be more than
// it carries. A process of its own does it: this one is busy, and would forget to
// wake the other.
func (w *town) throttle(slowed *process, percent int) (end func()) {
	w.t.Helper()
	p := &process{t: w.t, name: "throttle", log: &log{}, make: func() *exec.Cmd {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%d %d", throttled, slowed.cmd.Process.Pid, percent))
		return cmd
	}}
	p.start()
	end = func() {
		p.kill()
		_ = slowed.cmd.Process.Signal(syscall.SIGCONT)
	}
	w.t.Cleanup(end)
	return end
}

// throttleForever is what the process of a throttle does until it is killed.
func throttleForever(what string) {
	const period = 20 * time.Millisecond
	var pid, percent int
	if _, err := fmt.Sscan(what, &pid, &percent); err != nil {
		panic(err)
	}
	run := period * time.Duration(percent) / 100
	for {
		for _, phase := range []struct {
			signal syscall.Signal
			long   time.Duration
		}{{syscall.SIGCONT, run}, {syscall.SIGSTOP, period - run}} {
			if syscall.Kill(pid, phase.signal) != nil {
				return
			}
			time.Sleep(phase.long)
		}
	}
}

// late is how many authentic pushes took the server longer than 4 and than 5 s, by
// its own clock.
func (w *town) late() (over4, over5 int) {
	w.t.Helper()
	for _, name := range []string{"wechat", "weibo"} {
		series := func(le string) string { return `pingyi_push_seconds_bucket{platform="` + name + `",le="` + le + `"}` }
		n := w.metric(0, series("4"), series("5"), series("+Inf"))
		over4, over5 = over4+int(n[2]-n[0]), over5+int(n[2]-n[1])
	}
	return over4, over5
}

// closed lets so many citizens rate, who wait for each answer, and returns how many
// pushes a second are answered with words.
func (l *load) closed(n int, long time.Duration) float64 {
	start := time.Now()
	var group sync.WaitGroup
	for range n {
		group.Go(func() {
			for time.Since(start) < long {
				for j := l.begin(); l.push(j); {
				}
			}
		})
	}
	group.Wait()
	return float64(len(l.all.took)) / time.Since(start).Seconds()
}

// open sends so many pushes a second, whether they are answered or not: first what
// is due of those who have begun, then somebody new. It returns how many a second
// it did send, and when all are answered.
func (l *load) open(rate float64, long time.Duration) (offered float64) {
	var group sync.WaitGroup
	var under atomic.Int64
	sent, start := 0, time.Now()
	for took := time.Duration(0); took < long; took = time.Since(start) {
		for due := int(rate * took.Seconds()); sent+int(l.unsent.Load()) < due; {
			if under.Load() >= l.most {
				l.unsent.Add(int64(due - sent - int(l.unsent.Load())))
				break
			}
			sent++
			under.Add(1)
			j := l.next()
			group.Go(func() {
				defer under.Add(-1)
				if l.push(j) {
					l.later(j)
				}
			})
		}
		time.Sleep(2 * time.Millisecond)
	}
	offered = float64(sent) / time.Since(start).Seconds()
	group.Wait()
	return offered
}

func (l *load) next() *journey {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.due) == 0 {
		return l.begin()
	}
	j := l.due[0]
	l.due = l.due[1:]
	return j
}

func (l *load) later(j *journey) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.due = append(l.due, j)
}
