package faults

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pingyi/simulator"
)

// town is a whole installation with its citizens.
type town struct {
	t       testing.TB
	dir     string
	mariadb *process
	redis   *process
	servers []*process
	bases   []string
	metrics []string              // addresses of the servers' metrics
	fronts  []*simulator.Platform // WeChat, one a server
	weibos  []*simulator.WeiboPlatform
	share   int              // of 100 citizens so many are on Weibo
	client  *http.Client     // of the fronts
	ticks   <-chan time.Time // nil: pushes are sent as fast as citizens can
	sql     []*proxy         // each server's way to MariaDB
	cache   *proxy           // to Redis
	db      *sql.DB
	dsn     string
	dsnOf   func(addr string) string
	redisAt string
	more    []string // options of every server and command besides those of environ

	epoch   atomic.Int64 // counts the faults of the surroundings
	healthy atomic.Bool
	record  *record
	serial  atomic.Int64
}

func newTown(t testing.TB, servers int) *town {
	t.Helper()
	needServers(t)
	w := &town{t: t, dir: t.TempDir(), record: newRecord(t), client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100}}}
	w.mariadb, w.dsnOf = newMariaDB(t, w.dir)
	w.redis, w.redisAt = newRedis(t, w.dir)
	w.dsn = w.dsnOf("")
	w.db = openSQL(t, w.dsn)
	w.cache = newProxy(t, w.redisAt, false)
	for range servers {
		w.open()
	}
	w.share = number(t, "PINGYI_FAULT_WEIBO", 50)
	w.healthy.Store(true)
	return w
}

// open starts one more server, with further options, and the platforms before it.
func (w *town) open(more ...string) {
	w.t.Helper()
	p := newProxy(w.t, strings.TrimSuffix(w.dsn[strings.Index(w.dsn, "tcp(")+4:], ")/pingyi"), true)
	metrics := freePort(w.t)
	more = slices.Concat([]string{"PINGYI_METRICS_ADDR=" + metrics}, w.more, more)
	s, base := newServer(w.t, fmt.Sprint("pingyi", len(w.servers)), w.dir, w.dsnOf(p.addr()), w.cache.addr(), more...)
	w.sql, w.servers, w.bases, w.metrics = append(w.sql, p), append(w.servers, s), append(w.bases, base), append(w.metrics, metrics)
	s.start()
	s.await()
	o := simulator.PlatformOptions{Client: w.client}
	w.fronts, w.weibos = append(w.fronts, w.wechatOf(base, o)), append(w.weibos, w.weiboOf(base, o))
}

// wechatOf plays WeChat towards a server.
func (w *town) wechatOf(base string, o simulator.PlatformOptions) *simulator.Platform {
	w.t.Helper()
	o.Target = base + "/wechat"
	o.Account = simulator.Account{AppID: appID, Token: token, AESKey: aesKey, OriginalID: originalID}
	p, err := simulator.NewPlatform(o)
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

// recount runs the program's recount; nothing may differ.
func (w *town) recount() {
	w.t.Helper()
	cmd := exec.CommandContext(context.Background(), binary(w.t), "recount")
	cmd.Env, cmd.Dir = append(environ(w.dsn, w.redisAt, "127.0.0.1:0"), w.more...), w.dir
	if out, err := cmd.CombinedOutput(); err != nil {
		w.t.Errorf("recount: %v\n%s", err, out)
	}
}

// counted is the one number that a query asks for.
func (w *town) counted(query string, args ...any) (n int) {
	w.t.Helper()
	if err := w.db.QueryRowContext(w.t.Context(), query, args...).Scan(&n); err != nil {
		w.t.Fatal(err)
	}
	return n
}

// citizen is somebody who rates.
type citizen struct {
	w    *town
	on   platform
	who  *simulator.Citizen
	rnd  *rand.Rand
	last simulator.Exchange
	live map[string]*intention // by unit: what was counted last

	scanned  time.Time
	sent     int
	hampered bool // an answer since the try began was the busy text, a shed one or none
}

func (w *town) citizen(seed uint64) *citizen {
	n := w.serial.Add(1)
	c := &citizen{w: w, live: map[string]*intention{}, rnd: rand.New(rand.NewPCG(seed, uint64(n)))}
	if c.rnd.IntN(100) < w.share {
		c.on, c.who = w.onWeibo(), &simulator.Citizen{OpenID: strconv.FormatInt(2_000_000_000+n, 10)}
	} else {
		c.on, c.who = w.onWeChat(), &simulator.Citizen{OpenID: fmt.Sprintf("o%016x%06d", seed, n), Following: true}
	}
	return c
}

// send makes a push and delivers it so many times, overlapping, on any server.
// It returns the first proper answer.
func (c *citizen) send(act simulator.Act, copies int) simulator.Exchange {
	c.w.t.Helper()
	if c.w.ticks != nil {
		<-c.w.ticks
	}
	made, err := c.on.make(c.who, act)
	if err != nil {
		c.w.t.Error(err)
		return simulator.Exchange{}
	}
	c.sent++
	answers := make([]simulator.Exchange, copies)
	var group sync.WaitGroup
	first := c.rnd.IntN(len(c.on.fronts))
	for i := range copies {
		front, late := c.on.fronts[(first+i)%len(c.on.fronts)], time.Duration(0)
		if i > 0 {
			late = time.Duration(c.rnd.IntN(40)) * time.Millisecond
		}
		group.Go(func() {
			time.Sleep(late)
			e, err := front.Redeliver(context.Background(), made)
			if err != nil {
				c.w.t.Error(err)
			}
			answers[i] = e
		})
	}
	group.Wait()
	c.last = c.w.record.push(answers)
	c.hampered = c.hampered || c.last.Text == "" || strings.Contains(c.last.Text, busy)
	return c.last
}

func (c *citizen) copies() int { return 1 + c.rnd.IntN(4) }

func (c *citizen) link(label string) (simulator.Act, bool) {
	for _, l := range c.last.Links {
		if l.Label == label {
			return simulator.Tap(l), true
		}
	}
	return simulator.Act{}, false
}

// instead is the choice of what was wanted over a draft that is kept.
func (c *citizen) instead() (simulator.Act, bool) {
	for i, l := range c.last.Links {
		if strings.HasPrefix(l.Label, "接着") && i+1 < len(c.last.Links) {
			return simulator.Tap(c.last.Links[i+1]), true
		}
	}
	return simulator.Act{}, false
}

func (c *citizen) digits() string {
	b := make([]byte, 5)
	for i := range b {
		b[i] = '1' + byte(c.rnd.IntN(5))
	}
	return string(b)
}

// begin is a scan, or words: the platform tells two scans of one code apart by
// the second alone.
func (c *citizen) begin(unit string) simulator.Act {
	if c.rnd.IntN(2) == 0 && time.Since(c.scanned) > 2*time.Second {
		c.scanned = time.Now()
		return simulator.Scan("u:" + unit)
	}
	return simulator.Say("评议 " + unit)
}

// intention is something that a citizen confirmed.
type intention struct {
	kind    string // rating, withdrawal or complaint
	unit    string
	answers string
	proof   string // receipt or ticket once told
	tries   int    // confirmations sent
}

var units = []string{"A01", "A02", "A03", "A04", "A05"}

// rate rates a unit: by scan, digits, confirmation, as often as it takes.
func (c *citizen) rate(copies int) {
	in := &intention{kind: "rating", unit: units[c.rnd.IntN(len(units))], answers: c.digits()}
	failed := 0 // tries in a row that were hampered though all was well
	for range 50 {
		epoch, healthy := c.w.epoch.Load(), c.w.healthy.Load()
		c.hampered = false
		c.send(c.begin(in.unit), copies)
		scanned := c.last.Shown()
		if again, ok := c.instead(); ok { // a draft of before is kept
			c.send(again, copies)
		}
		c.send(simulator.Say(in.answers), copies)
		confirm, ok := c.link("确认")
		if ok && strings.Contains(c.last.Text, "请核对您对") {
			if in.tries == 0 {
				c.w.record.intend(in)
			}
			if c.confirm(in, confirm, copies) {
				c.live[in.unit] = in
				return
			}
			// Not told whether it was counted: what is live now is not known.
			c.live[in.unit] = nil
		}
		failed = c.patient(epoch, healthy, failed, "a rating after "+scanned)
	}
	c.w.t.Errorf("a rating did not come through in 50 tries; last answer %q %v", c.last.Text, c.last.Faults)
}

// confirm taps a summary's link, or types what it says, until its proof is told, at most twice.
func (c *citizen) confirm(in *intention, tap simulator.Act, copies int) bool {
	for i := range 2 {
		in.tries++
		c.send(tap, copies)
		proof := line(c.last.Shown(), "回执：", "登记编号：")
		before := strings.Contains(c.last.Shown(), "提交过了")
		if before && (i == 0 || c.w.record.known(proof)) {
			// The draft had its effect with an earlier summary, after which the
			// session was lost: so it says, and that one stands.
			in.tries--
			return false
		}
		if proof != "" && (before || fresh(c.last.Shown())) { // else it is a list of what there is
			in.proof = proof
			c.w.record.told(in)
			return true
		}
		if c.on.words {
			tap = simulator.Say("确认") // the number may mean something else by now
		}
		c.w.settle()
	}
	return false
}

// patient waits for better times; when the times were good all along, the citizen
// was stuck. One repeat is what a citizen is told to make where a push was answered
// with the busy text, shed or cut off: machines are slow at times.
func (c *citizen) patient(epoch int64, healthy bool, failed int, doing string) int {
	well := healthy && c.w.healthy.Load() && c.w.epoch.Load() == epoch
	if well {
		failed++
		c.w.record.again.Add(1)
	}
	if well && (!c.hampered || failed > 1) {
		c.w.record.wrong("stuck with %s though all is well, try %d: %q %v", doing, failed, c.last.Shown(), c.last.Faults)
	}
	c.w.settle()
	if !well {
		return 0
	}
	return failed
}

// settle waits until the surroundings are well.
func (w *town) settle() {
	for range 3000 {
		if w.healthy.Load() {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// withdraw takes back a rating that is known to be live.
func (c *citizen) withdraw(copies int) {
	for unit, live := range c.live {
		if live == nil {
			continue
		}
		c.send(simulator.Say("撤回 "+unit), copies)
		if tap, ok := c.link("确认"); ok && strings.Contains(c.last.Shown(), "要撤回") {
			c.w.record.intend(&intention{kind: "withdrawal"})
			c.send(tap, copies)
			delete(c.live, unit)
		}
		return
	}
}

// complain files a complaint; a broken dialogue is begun anew once.
func (c *citizen) complain(copies int) {
	in := &intention{kind: "complaint"}
	for range 2 {
		for _, say := range []string{"投诉", "A03", "2", "等了两个小时", "完成", "匿名", "跳过"} {
			c.send(simulator.Say(say), copies)
			if again, ok := c.instead(); ok {
				c.send(again, copies)
			}
		}
		if tap, ok := c.link("确认"); ok && strings.Contains(c.last.Shown(), "请核对您要反映") {
			c.w.record.intend(in)
			c.confirm(in, tap, copies)
			return
		}
	}
}

// line is what follows a word up to the end of its line.
func line(text string, words ...string) string {
	for l := range strings.Lines(text) {
		for _, word := range words {
			if rest, ok := strings.CutPrefix(strings.TrimSpace(l), word); ok {
				return rest
			}
		}
	}
	return ""
}

// crowd lets citizens act until so many pushes were sent or stop is closed.
func (w *town) crowd(seed uint64, citizens, pushes, copies int, stop <-chan struct{}) {
	var group sync.WaitGroup
	for i := range citizens {
		group.Go(func() {
			c := w.citizen(seed*1000 + uint64(i))
			for w.record.pushes.Load() < int64(pushes) {
				select {
				case <-stop:
					return
				default:
				}
				n := copies
				if n == 0 {
					n = c.copies()
				}
				if c.sent > 60 { // nobody sends more in a minute than is served
					c = w.citizen(seed*1000 + uint64(i))
				}
				switch x := c.rnd.IntN(20); {
				case x == 0:
					c.complain(n)
				case x < 3:
					c.withdraw(n)
				default:
					c.rate(n)
				}
			}
		})
	}
	group.Wait()
}

// hostOf is the address of a URL's host.
func hostOf(base string) string {
	host, port, _ := net.SplitHostPort(strings.TrimPrefix(base, "http://"))
	return net.JoinHostPort(host, port)
}
