//go:build drill

package faults

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"pingyi/config"
	"pingyi/simulator"
)

// publicName is where citizens reach a server in production.
const publicName = "pingyi.test"

// newProduction is a town as an office sets it up, without a demo's shortcuts: the
// schema by `migrate`, the register, a campaign that is open and approved. Its
// servers are still to be opened.
func newProduction(t testing.TB) *town {
	t.Helper()
	w := newTown(t, 0)
	w.more = []string{"PINGYI_ENV=production", "PINGYI_PUBLIC_URL=https://" + publicName, "PINGYI_TRUSTED_PROXIES=127.0.0.1"}
	register := filepath.Join(w.dir, "units.csv")
	if err := os.WriteFile(register, config.SampleUnits(), 0o600); err != nil {
		t.Fatal(err)
	}
	profile, err := config.ProfileText("maanshan-2017")
	if err != nil {
		t.Fatal(err)
	}
	city := filepath.Join(w.dir, "city.yaml")
	if err := os.WriteFile(city, append(profile, "issued: {body: the drill, number: 演练1号, date: 2017-04-20}\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	from, to := time.Now().Add(-time.Hour), time.Now().AddDate(0, 1, 0)
	for _, args := range [][]string{
		{"migrate"},
		{"units", "import", register},
		{"campaign", "create", "--profile", city, "--id", "2017", "--from", from.Format(time.RFC3339), "--to", to.Format(time.RFC3339)},
		{"campaign", "approve", "--id", "2017", "--by", "the drill"},
	} {
		w.must(binary(t), args...)
	}
	return w
}

// command is a command of a program on the town's database.
func (w *town) command(bin string, args ...string) *exec.Cmd {
	cmd := exec.Command(bin, args...)
	cmd.Env, cmd.Dir = append(environ(w.dsn, w.redisAt, "127.0.0.1:0"), w.more...), w.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	return cmd
}

// must runs a command and returns what it says on stdout.
func (w *town) must(bin string, args ...string) string {
	w.t.Helper()
	cmd := w.command(bin, args...)
	var errs strings.Builder
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		w.t.Fatalf("pingyi %s: %v\n%s", strings.Join(args, " "), err, errs.String())
	}
	return strings.TrimSpace(string(out))
}

// mustFail runs a command that has to end with an exit code and say something.
func (w *town) mustFail(code int, says, bin string, args ...string) {
	w.t.Helper()
	cmd := w.command(bin, args...)
	out, err := cmd.CombinedOutput()
	if got := cmd.ProcessState.ExitCode(); err == nil || got != code || !strings.Contains(string(out), says) {
		w.t.Errorf("pingyi %s ends with code %d, want %d and %q: %s", strings.Join(args, " "), got, code, says, out)
	}
}

// stop ends a server in order.
func (p *process) stop() {
	p.t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		p.t.Fatal(err)
	}
	<-p.exited
	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		p.t.Errorf("%s ended with code %d: %s", p.name, code, p.log.tail())
	}
}

// replace ends a server in order and starts a program in its place.
func (p *process) replace(bin string) {
	p.t.Helper()
	p.stop()
	before := p.make
	p.make = func() *exec.Cmd {
		cmd := before()
		cmd.Path, cmd.Args[0] = bin, bin
		return cmd
	}
	p.start()
	p.await()
}

// all is what a process has said, at most the last megabyte.
func (l *log) all() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// mustLog waits until a server has said something.
func (p *process) mustLog(what string) {
	p.t.Helper()
	for start := time.Now(); !strings.Contains(p.log.all(), what); time.Sleep(10 * time.Millisecond) {
		if time.Since(start) > 10*time.Second {
			p.t.Errorf("%s does not say %s in\n%s", p.name, what, p.log.tail())
			return
		}
	}
}

// pending is a confirmation that was made and not delivered.
type pending struct {
	c  *citizen
	in *intention
	e  simulator.Exchange
}

// summarised brings somebody new as far as the summary and makes the confirmation.
func (w *town) summarised(c *citizen, unit, digits string) pending {
	w.t.Helper()
	c.say("评议 " + unit)
	c.say(digits)
	tap, ok := c.link("确认")
	if !ok || !strings.Contains(c.last.Text, "请核对您对") {
		w.t.Fatalf("digits are answered %q", c.last.Shown())
	}
	e, err := c.on.make(c.who, tap)
	if err != nil {
		w.t.Fatal(err)
	}
	in := &intention{kind: "rating", unit: unit, answers: digits, tries: 1}
	w.record.intend(in)
	return pending{c, in, e}
}

// deliver delivers it to a front; every answer is in the record.
func (p pending) deliver(front int) simulator.Exchange {
	p.c.w.t.Helper()
	e, err := p.c.all().fronts[front].Redeliver(p.c.w.t.Context(), p.e)
	if err != nil {
		p.c.w.t.Fatal(err)
	}
	p.c.w.record.push([]simulator.Exchange{e})
	if proof := line(e.Shown(), "回执："); proof != "" && p.in.proof == "" {
		p.in.proof = proof
		p.c.w.record.told(p.in)
	}
	return e
}

// so many answers were of a kind.
func (r *record) so(kind string) int64 {
	n, _ := r.counts.LoadOrStore(kind, new(atomic.Int64))
	if count, ok := n.(*atomic.Int64); ok {
		return count.Load()
	}
	return 0
}
