package faults

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
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

// inTime is within what every authentic push has to be answered: the platform
// cuts after 5 s.
const inTime = 4500 * time.Millisecond

// meter gathers how long answers took.
type meter struct {
	mu     sync.Mutex
	took   []time.Duration
	shed   []time.Duration
	told   atomic.Int64 // of those that were shed, with words
	faults atomic.Int64
	wrong  []string     // the first of them
	again  atomic.Int64 // pushes whose connection was lost, and that were delivered again
}

// add takes an exchange in. Its time is that of all its tries: who was answered by
// the second was answered, if in time.
func (m *meter) add(e simulator.Exchange) {
	if len(e.Faults) > 0 {
		if m.faults.Add(1) <= 5 {
			m.mu.Lock()
			defer m.mu.Unlock()
			m.wrong = append(m.wrong, fmt.Sprintf("status %d after %d tries and %v: %v", e.Status, e.Tries, e.Duration.Round(time.Millisecond), e.Faults))
		}
		return
	}
	if e.Tries != 1 {
		m.again.Add(1)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if sent := strings.Contains(e.Text, again); sent || e.Text == "" {
		if sent {
			m.told.Add(1)
		}
		m.shed = append(m.shed, e.Duration)
		return
	}
	m.took = append(m.took, e.Duration)
}

func quantile(d []time.Duration, q float64) time.Duration {
	if len(d) == 0 {
		return 0
	}
	slices.Sort(d)
	return d[min(len(d)-1, int(q*float64(len(d))))].Round(time.Millisecond)
}

func (m *meter) String() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return fmt.Sprintf("%d answered (median %v, 99 %% %v, longest %v), %d shed (%d told so, median %v, 99 %% %v, longest %v), %d delivered again, %d faults",
		len(m.took), quantile(m.took, 0.5), quantile(m.took, 0.99), quantile(m.took, 1),
		len(m.shed), m.told.Load(), quantile(m.shed, 0.5), quantile(m.shed, 0.99), quantile(m.shed, 1), m.again.Load(), m.faults.Load())
}

// storm is a load on one server for a while.
type storm struct {
	w     *town
	stop  chan struct{}
	group sync.WaitGroup

	clients []*http.Client
}

func (s *storm) over() bool {
	select {
	case <-s.stop:
		return true
	default:
		return false
	}
}

// each runs so many of f, again and again until the storm is over.
func (s *storm) each(n int, f func(i int)) {
	for i := range n {
		s.group.Go(func() {
			for !s.over() {
				f(i)
			}
		})
	}
}

// once are both platforms towards the first server, for n at once; they do not try
// again.
func (w *town) once(n int) (on [2]platform, client *http.Client) {
	w.t.Helper()
	client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: n}}
	options := simulator.PlatformOptions{TryTime: 20 * time.Second, Client: client}
	wechat, weibo := w.wechatOf(w.bases[0], options), w.weiboOf(w.bases[0], options)
	on[0] = platform{make: wechat.Make, fronts: []simulator.Face{wechat}}
	on[1] = platform{words: true, fronts: []simulator.Face{weibo}, make: func(c *simulator.Citizen, act simulator.Act) (simulator.Exchange, error) {
		return weibo.Make(context.Background(), c, act)
	}}
	return on, client
}

// end ends the storm and hangs up.
func (s *storm) end() {
	close(s.stop)
	s.group.Wait()
	for _, c := range s.clients {
		c.CloseIdleConnections()
	}
}

// slow sockets send a head and then a byte a second.
func (s *storm) slow(n int) {
	s.each(n, func(int) {
		c, err := (&net.Dialer{Timeout: time.Second}).DialContext(context.Background(), "tcp", hostOf(s.w.bases[0]))
		if err != nil {
			time.Sleep(100 * time.Millisecond)
			return
		}
		defer func() { _ = c.Close() }()
		_, err = io.WriteString(c, "POST /wechat HTTP/1.1\r\nHost: pingyi\r\nContent-Length: 4000\r\n\r\n")
		for err == nil && !s.over() {
			time.Sleep(time.Second)
			_, err = c.Write([]byte{'<'})
		}
	})
}

// forged are pushes that nobody signed; each must be refused.
func (s *storm) forged(n int, refused *atomic.Int64) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: n}, Timeout: 20 * time.Second}
	s.clients = append(s.clients, client)
	body := bytes.Repeat([]byte("<xml>forged</xml>"), 60)
	s.each(n, func(int) {
		at := s.w.bases[0] + "/wechat?signature=0&timestamp=" + strconv.FormatInt(time.Now().Unix(), 10) + "&nonce=1&encrypt_type=aes&msg_signature=0"
		req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, at, bytes.NewReader(body))
		if err != nil {
			s.w.t.Error(err)
			return
		}
		res, err := client.Do(req)
		if err != nil {
			return
		}
		_, _ = io.Copy(io.Discard, res.Body)
		_ = res.Body.Close()
		if res.StatusCode != http.StatusForbidden {
			s.w.t.Errorf("a forged push got status %d", res.StatusCode)
		}
		refused.Add(1)
		time.Sleep(10 * time.Millisecond)
	})
}

// flooder is one citizen who sends without end.
func (s *storm) flooder(m *meter) {
	on, client := s.w.once(4)
	s.clients = append(s.clients, client)
	s.each(4, func(i int) {
		who := &simulator.Citizen{OpenID: "oflooder", Following: true}
		e, err := on[0].fronts[0].Push(context.Background(), who, simulator.Say(fmt.Sprint("帮助", i)))
		if err != nil {
			s.w.t.Error(err)
		}
		m.add(e)
		time.Sleep(10 * time.Millisecond)
	})
}

// huge sends a head of a megabyte.
func (w *town) huge() {
	w.t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, w.bases[0]+"/wechat", http.NoBody)
	if err != nil {
		w.t.Fatal(err)
	}
	req.Header.Set("X-Much", strings.Repeat("x", 1<<20))
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return // cut while the head was sent: as good
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		w.t.Errorf("a head of a megabyte got status %d", res.StatusCode)
	}
}

// TestOverload_tenTimesWhatItCarries_everybodyAnsweredInTime: what one server can
// carry is measured first, by citizens who rate and wait for each answer. Then
// PINGYI_FAULT_TIMES times as many pushes a second are sent for PINGYI_FAULT_OVERLOAD,
// whether it answers or not, with slow sockets, forged pushes and one who floods. What
// it carries is little because the server has a part of a processor alone or, with
// PINGYI_FAULT_THROTTLED=database, because MariaDB has.
func TestOverload_tenTimesWhatItCarries_everybodyAnsweredInTime(t *testing.T) {
	w := newTown(t, 1)
	long, times := span(t, "PINGYI_FAULT_OVERLOAD", 8*time.Second), number(t, "PINGYI_FAULT_TIMES", 10)
	slow, share := number(t, "PINGYI_FAULT_SLOW", 1000), number(t, "PINGYI_FAULT_SHARE", 25)
	// How long a crowd beside the suite's other packages and under the race detector
	// waits says nothing of the server: times are judged in a run by hand.
	byHand := os.Getenv("PINGYI_FAULT_OVERLOAD") != ""
	w.direct()
	slowed := w.servers[0]
	if os.Getenv("PINGYI_FAULT_THROTTLED") == "database" {
		slowed = w.mariadb
	}
	atFull := w.throttle(slowed, share)
	l := newLoad(w, number(t, "PINGYI_FAULT_AT_ONCE", 600))
	carried := l.closed(32, max(2*time.Second, long/10))
	t.Logf("with %s that runs %d %% of the time a server carries, 32 citizens at once: %.0f pushes a second; %v; %d ratings; %d descriptors, %d MB",
		slowed.name, share, carried, l.all, l.receipts.Load(), w.descriptors(), w.resident())
	fds, before := w.descriptors(), l.receipts.Load()
	l.all, l.confirms = &meter{}, &meter{}
	flood := &meter{}
	var refused atomic.Int64
	s := &storm{w: w, stop: make(chan struct{})}
	s.slow(slow)
	s.forged(20, &refused)
	s.flooder(flood)
	s.group.Go(w.huge)
	offered := l.open(carried*float64(times), long)
	ended := time.Now()
	s.end()
	normal := w.normal(ended, byHand)
	atFull()
	over4, over5 := w.late()
	l.client.CloseIdleConnections()
	t.Logf("%v, %d slow sockets: %.0f pushes a second offered (%.1f times what it carries), %d not sent in time; %.0f a second answered with words\n"+
		"all: %v, %d of them with the busy text\nconfirmations: %v, %d receipts\none who floods: %v\nforged and refused: %d\nby the server's clock %d took longer than 4 s, %d than 5 s\nnormal again after %v; %d descriptors, %d MB",
		long, slow, offered, offered/carried, l.unsent.Load(), float64(len(l.all.took))/long.Seconds(),
		l.all, l.busy.Load(), l.confirms, l.receipts.Load()-before, flood, refused.Load(), over4, over5, normal.Round(time.Millisecond), w.descriptors(), w.resident())
	for name, m := range map[string]*meter{"pushes": l.all, "one who floods": flood} {
		if m.faults.Load() > 0 {
			t.Errorf("%s: %d authentic pushes were answered wrongly or not at all:\n%s", name, m.faults.Load(), strings.Join(m.wrong, "\n"))
		}
		if longest := max(quantile(m.took, 1), quantile(m.shed, 1)); byHand && longest > inTime {
			t.Errorf("%s: an authentic push was answered after %v", name, longest)
		}
	}
	if len(l.confirms.shed) > 0 && len(l.all.shed) == len(l.confirms.shed) {
		t.Errorf("%d confirmations were shed before anything else", len(l.confirms.shed))
	}
	if l.receipts.Load() == before {
		t.Error("no rating went through")
	}
	w.mustHangUp(fds + 100)
	w.record.proofs(w)
	w.recount()
}

// direct starts the first server anew, on MariaDB and Redis themselves: proxies in
// this process would be slowed by the crowd in it.
func (w *town) direct() {
	w.t.Helper()
	s := w.servers[0]
	s.kill()
	plain := s.make
	s.make = func() *exec.Cmd {
		cmd := plain()
		cmd.Env = append(cmd.Env, "PINGYI_DATABASE=mysql:"+w.dsn, "PINGYI_REDIS=redis://"+w.redisAt+"/0")
		return cmd
	}
	s.start()
	s.await()
}

// mustHangUp waits until the server holds so few descriptors.
func (w *town) mustHangUp(most int) {
	w.t.Helper()
	for range 500 {
		if w.descriptors() <= most {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	w.t.Errorf("%d descriptors, and %d are what there was before and some", w.descriptors(), most)
}

// normal returns how long it took since a moment until twenty pushes in a row were
// answered, each within half a second where times are judged.
func (w *town) normal(since time.Time, judged bool) time.Duration {
	w.t.Helper()
	each, all := 4*time.Second, time.Minute
	if judged {
		each, all = 500*time.Millisecond, 10*time.Second
	}
	on, client := w.once(1)
	defer client.CloseIdleConnections()
	for row := 0; row < 20; row++ {
		who := &simulator.Citizen{OpenID: fmt.Sprintf("ocalm%d", w.serial.Add(1)), Following: true}
		e, err := on[0].fronts[0].Push(context.Background(), who, simulator.Say("帮助"))
		if err != nil {
			w.t.Fatal(err)
		}
		if e.Text == "" || strings.Contains(e.Text, busy) || len(e.Faults) > 0 || e.Tries != 1 || e.Duration > each {
			row = -1
		}
		if time.Since(since) > all {
			w.t.Errorf("%v after the storm the last push was answered with %q after %v", all, e.Text, e.Duration)
			break
		}
	}
	return time.Since(since)
}

// descriptors and resident memory of the first server, where /proc tells them.
func (w *town) descriptors() int {
	list, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", w.servers[0].cmd.Process.Pid))
	if err != nil {
		return 0
	}
	return len(list)
}

func (w *town) resident() int {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", w.servers[0].cmd.Process.Pid))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(b))
	pages, err := strconv.Atoi(fields[1])
	if err != nil {
		return 0
	}
	return pages * os.Getpagesize() >> 20
}
