package faults

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
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
	faults atomic.Int64
}

func (m *meter) add(e simulator.Exchange) {
	if e.Tries != 1 || len(e.Faults) > 0 {
		m.faults.Add(1)
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if e.Text == "" {
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
	return fmt.Sprintf("%d answered (median %v, 99 %% %v, longest %v), %d shed (median %v, 99 %% %v, longest %v), %d faults",
		len(m.took), quantile(m.took, 0.5), quantile(m.took, 0.99), quantile(m.took, 1),
		len(m.shed), quantile(m.shed, 0.5), quantile(m.shed, 0.99), quantile(m.shed, 1), m.faults.Load())
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

// once is a platform that does not try again, for n at once.
func (w *town) once(base string, n int) (*simulator.Platform, *http.Client) {
	w.t.Helper()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: n}}
	p, err := simulator.NewPlatform(simulator.PlatformOptions{
		Target: base + "/wechat", TryTime: 20 * time.Second, Client: client,
		Account: simulator.Account{AppID: appID, Token: token, AESKey: aesKey, OriginalID: originalID},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return p, client
}

// front is a platform of this storm.
func (s *storm) front(n int) *simulator.Platform {
	p, client := s.w.once(s.w.bases[0], n)
	s.clients = append(s.clients, client)
	return p
}

// end ends the storm and hangs up.
func (s *storm) end() {
	close(s.stop)
	s.group.Wait()
	for _, c := range s.clients {
		c.CloseIdleConnections()
	}
}

// menus are citizens who want a menu; each is somebody new. Their answers are not
// read, so that the server more than the crowd is what the machine is busy with.
func (s *storm) menus(n int, m *meter) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: n}, Timeout: 20 * time.Second}
	s.clients = append(s.clients, client)
	s.each(n, func(int) {
		who := &simulator.Citizen{OpenID: fmt.Sprintf("omenu%d", s.w.serial.Add(1)), Following: true}
		e, err := s.w.fronts[0].Make(who, simulator.Say("帮助"))
		if err != nil {
			s.w.t.Error(err)
			return
		}
		m.add(s.w.deliver(client, e))
	})
}

// deliver sends a push once, and looks at the answer no closer than it must.
func (w *town) deliver(client *http.Client, e simulator.Exchange) simulator.Exchange {
	start := time.Now()
	req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, w.bases[0]+e.URL, strings.NewReader(e.Envelope))
	if err != nil {
		w.t.Error(err)
		return e
	}
	e.Tries = 1
	res, err := client.Do(req)
	if err != nil {
		e.Faults = []simulator.Fault{simulator.FaultSilent}
		return e
	}
	body, err := io.ReadAll(res.Body)
	_ = res.Body.Close()
	e.Duration = time.Since(start)
	switch {
	case err != nil || res.StatusCode != http.StatusOK:
		e.Faults = []simulator.Fault{simulator.FaultStatus}
	case string(body) != "success":
		e.Text = "answered"
	}
	return e
}

// raters rate, and are patient with what was shed on the way: only the
// confirmations are measured.
func (s *storm) raters(n int, m *meter, receipts *atomic.Int64) {
	front := s.front(n)
	s.each(n, func(i int) {
		who := &simulator.Citizen{OpenID: fmt.Sprintf("orater%d", s.w.serial.Add(1)), Following: true}
		act := simulator.Scan("u:" + units[i%len(units)])
		for !s.over() {
			e, err := front.Push(context.Background(), who, act)
			if err != nil {
				s.w.t.Error(err)
				return
			}
			confirms := strings.HasPrefix(act.Text, "确认")
			if confirms {
				m.add(e)
			}
			s.w.record.shown(e)
			switch {
			case strings.Contains(e.Text, "回执："):
				receipts.Add(1)
				return
			case e.Text == "" && act.Kind == simulator.ActScan:
				act = simulator.Say("评议 " + units[i%len(units)])
			case strings.Contains(e.Text, "第1题"):
				act = simulator.Say("55445")
			case !confirms:
				for _, l := range e.Links {
					if l.Label == "确认" {
						act = simulator.Tap(l)
					}
				}
			}
		}
	})
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
	front := s.front(4)
	s.each(4, func(i int) {
		who := &simulator.Citizen{OpenID: "oflooder", Following: true}
		e, err := front.Push(context.Background(), who, simulator.Say(fmt.Sprint("帮助", i)))
		if err != nil {
			s.w.t.Error(err)
		}
		m.add(e)
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

// TestOverload_farMoreThanItCarries_everybodyAnsweredInTime: many times the load
// that the server admits for PINGYI_OVERLOAD_SECONDS, with slow sockets, forged
// pushes, and one who floods.
func TestOverload_farMoreThanItCarries_everybodyAnsweredInTime(t *testing.T) {
	w := newTown(t, 1)
	seconds, many := number(t, "PINGYI_OVERLOAD_SECONDS", 8), number(t, "PINGYI_OVERLOAD_CITIZENS", 600)
	slow := number(t, "PINGYI_OVERLOAD_SLOW", 200)
	calm := &meter{}
	w.calm(calm, 20)
	t.Logf("before: %v; %d descriptors, %d MB", calm, w.descriptors(), w.resident())
	fds := w.descriptors()
	menus, confirms, flood := &meter{}, &meter{}, &meter{}
	var receipts, refused atomic.Int64
	s := &storm{w: w, stop: make(chan struct{})}
	s.menus(many, menus)
	s.raters(16, confirms, &receipts)
	s.slow(slow)
	s.forged(20, &refused)
	s.flooder(flood)
	s.group.Go(w.huge)
	time.Sleep(time.Duration(seconds) * time.Second)
	s.end()
	after := &meter{}
	recovered := time.Now()
	w.calm(after, 20)
	t.Logf("%d s, %d citizens at once, %d slow sockets\nmenus: %v\nconfirmations: %v, %d receipts\none who floods: %v\nforged and refused: %d\nafter: %v within %v; %d descriptors, %d MB",
		seconds, many, slow, menus, confirms, receipts.Load(), flood, refused.Load(), after, time.Since(recovered).Round(time.Millisecond), w.descriptors(), w.resident())
	for name, m := range map[string]*meter{"menus": menus, "confirmations": confirms, "one who floods": flood, "afterwards": after} {
		if m.faults.Load() > 0 {
			t.Errorf("%s: %d authentic pushes were answered wrongly or not at all", name, m.faults.Load())
		}
		if longest := max(quantile(m.took, 1), quantile(m.shed, 1)); longest > inTime {
			t.Errorf("%s: an authentic push was answered after %v", name, longest)
		}
	}
	if len(confirms.shed) > 0 && len(menus.shed) == 0 {
		t.Errorf("%d confirmations were shed before any menu", len(confirms.shed))
	}
	if receipts.Load() == 0 || len(after.took) < 20 {
		t.Errorf("%d ratings went through; afterwards %v", receipts.Load(), after)
	}
	for range 500 {
		if w.descriptors() < fds+100 {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	if n := w.descriptors(); n > fds+100 {
		t.Errorf("%d descriptors before, %d after", fds, n)
	}
	w.record.proofs(w)
	w.recount()
}

// calm asks one thing after the other.
func (w *town) calm(m *meter, n int) {
	w.t.Helper()
	front, client := w.once(w.bases[0], 1)
	defer client.CloseIdleConnections()
	deadline := time.Now().Add(10 * time.Second)
	for len(m.took) < n && time.Now().Before(deadline) {
		who := &simulator.Citizen{OpenID: fmt.Sprintf("ocalm%d", w.serial.Add(1)), Following: true}
		e, err := front.Push(context.Background(), who, simulator.Say("帮助"))
		if err != nil {
			w.t.Fatal(err)
		}
		m.add(e)
	}
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
