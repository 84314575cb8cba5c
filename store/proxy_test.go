package store

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"

	"pingyi/complaints"
	"pingyi/models"
	"pingyi/scoring"
)

// cut says what a proxy does to the next packet that commits.
type cut int

const (
	cutNone    cut = iota
	cutBefore      // the commit never reaches the server; both sides end
	cutAfter       // the commit is done, its answer is lost
	cutLate        // the client's side ends; the commit reaches the server when it is released
	cutDown        // like cutAfter, and nobody gets through any more
	cutRefused     // the commit never reaches the server, which is said to have refused it
	cutDenied      // the commit is done, and the server is said to have failed at it
)

// proxy stands between the program and MariaDB and cuts at a commit.
type proxy struct {
	t        *testing.T
	listener net.Listener
	network  string
	address  string
	release  chan struct{}
	settled  chan struct{} // one is sent for every commit that was cut and is over

	mu   sync.Mutex
	next cut
	cuts int
	down bool

	number uint16 // of the error that stands for a refusal
	times  int    // refusals to come, or -1 for all
	at     string // what a packet has in it that is refused; "": one that commits
	opened int    // connections
}

// newProxy listens in front of the server and returns the proxy and the URL of
// the database through it.
func newProxy(t *testing.T, url string) (*proxy, string) {
	t.Helper()
	cfg, err := mysql.ParseDSN(strings.TrimPrefix(url, "mysql:"))
	if err != nil {
		t.Fatal(err)
	}
	var lc net.ListenConfig
	l, err := lc.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{t: t, listener: l, network: cfg.Net, address: cfg.Addr, release: make(chan struct{}), settled: make(chan struct{}, 10)}
	cfg.Net, cfg.Addr = "tcp", l.Addr().String()
	go p.serve()
	t.Cleanup(func() { _ = l.Close() })
	return p, "mysql:" + cfg.FormatDSN()
}

func (p *proxy) arm(c cut) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.next = c
}

// done is how many commits were cut.
func (p *proxy) done() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cuts
}

func (p *proxy) serve() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.mu.Lock()
		down := p.down
		p.opened++
		p.mu.Unlock()
		if down {
			_ = client.Close()
			continue
		}
		server, err := (&net.Dialer{}).DialContext(context.Background(), p.network, p.address)
		if err != nil {
			_ = client.Close()
			continue
		}
		go p.forward(client, server)
	}
}

// forward passes the client's packets one by one, the server's as they come.
func (p *proxy) forward(client, server net.Conn) {
	var mute sync.Mutex // held for good once the client shall hear no more
	go func() {
		buffer := make([]byte, 64<<10)
		for {
			n, err := server.Read(buffer)
			mute.Lock()
			_, werr := client.Write(buffer[:n])
			mute.Unlock()
			if err != nil || werr != nil {
				_ = client.Close()
				return
			}
		}
	}()
	defer func() { _ = server.Close() }()
	for {
		packet, err := readPacket(client)
		if err != nil {
			return
		}
		switch c := p.take(packet); c {
		case cutNone:
			if _, err := server.Write(packet); err != nil {
				return
			}
		case cutBefore:
			_ = client.Close()
			return
		case cutRefused:
			if _, err := client.Write(p.refusal()); err != nil {
				return
			}
		default:
			mute.Lock()
			if c != cutDenied {
				_ = client.Close()
			}
			if c == cutLate {
				<-p.release
			}
			// The server's reader above is stuck on the mutex or reads what
			// nobody gets; give the server the time to end the commit by
			// waiting until the row is there, which the test does.
			_, _ = server.Write(packet)
			p.awaitIdle(server)
			if c == cutDenied {
				_, _ = client.Write(p.refusal())
				_ = client.Close()
			}
			p.settled <- struct{}{}
			mute.Unlock()
			return
		}
	}
}

// awaitIdle leaves when the server has worked off what it was sent: it answers
// a quit only then, by hanging up.
func (p *proxy) awaitIdle(server net.Conn) {
	_, _ = server.Write([]byte{1, 0, 0, 0, 1}) // COM_QUIT
	_ = server.SetReadDeadline(time.Now().Add(5 * time.Second))
	_, _ = io.Copy(io.Discard, server)
}

// take decides about a packet.
func (p *proxy) take(packet []byte) cut {
	const query, prepare = 3, 22
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case len(packet) < 5 || packet[4] != query && packet[4] != prepare:
		return cutNone
	case p.at != "" && bytes.Contains(packet, []byte(p.at)):
	case p.at != "" || !bytes.HasSuffix(packet, []byte("COMMIT")):
		return cutNone
	}
	if p.times != 0 {
		p.times--
		p.cuts++
		return cutRefused
	}
	c := p.next
	if p.next = cutNone; c != cutNone {
		p.cuts++
	}
	p.down = p.down || c == cutDown
	return c
}

// refuse answers so many of the next packets that commit, or that have a text in them,
// with an error of the server; -1 are all.
func (p *proxy) refuse(number uint16, times int, at string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.number, p.times, p.at = number, times, at
}

// refusal is the server's error, as the answer to a query.
func (p *proxy) refusal() []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	body := append([]byte{0xff, byte(p.number), byte(p.number >> 8)}, "#HY000refused by the proxy"...)
	return append([]byte{byte(len(body)), 0, 0, 1}, body...)
}

func readPacket(r io.Reader) ([]byte, error) {
	head := make([]byte, 4)
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, err
	}
	packet := make([]byte, 4+(int(head[0])|int(head[1])<<8|int(head[2])<<16))
	copy(packet, head)
	_, err := io.ReadFull(r, packet[4:])
	return packet, err
}

// Whatever happens to the commit's connection, the effect is had exactly once
// and the caller hears so.
func TestCommit_connectionLost_happensOnce(t *testing.T) {
	url := mysqlURL(t)
	direct := migrated(t, url)
	withCampaign(t, direct, 3)
	for name, c := range map[string]cut{"before the server": cutBefore, "after the server": cutAfter, "server finishes late": cutLate} {
		t.Run(name, func(t *testing.T) {
			p, through := newProxy(t, url)
			db := openURL(t, through)
			w := writerOn(t, db, WriterOptions{Writers: 1})
			submit(t, w, rating(t, "A02", "5"), scoring.Counted) // the connections are made
			s := rating(t, "A01", "54321")
			if c == cutLate {
				// Two share a transaction of several packets, and one waits for
				// the keys of the other attempt at it.
				p.during(t, direct, c, func() { together(t, db, s, rating(t, "A03", "1")) })
			} else {
				p.during(t, direct, c, func() { submit(t, w, s, scoring.Counted) })
			}
			changed := change(t, s, "11111")
			changed.Replacing = []byte("counts instead")
			p.release = make(chan struct{})
			p.during(t, direct, c, func() {
				for _, ack := range together(t, db, changed, rating(t, "A03", "2")) {
					if want := ack.Receipt == changed.Receipt; ack.Replaced != want {
						t.Errorf("replaced %t, want %t", ack.Replaced, want)
					}
				}
			})
			if n := count(t, direct, "effects e JOIN effect_answers a ON a.id = e.id", "e.push = ? AND a.answer = ?", raw(changed.Push), changed.Replacing); n != 1 {
				t.Error("the answer for a changed rating was not committed")
			}
			s = changed
			wd := withdrawal(t, s)
			p.release = make(chan struct{})
			p.during(t, direct, c, func() { withdraw(t, db, wd, scoring.Counted) })
			f := filing(t)
			p.release = make(chan struct{})
			told := ""
			f.Finish = func(no string) ([]byte, error) {
				told = no
				return []byte(no), nil
			}
			p.during(t, direct, c, func() {
				if ack := file(t, db, f, complaints.Filed); ack.No != told {
					t.Errorf("filed as %s, the answer says %s", ack.No, told)
				}
			})
			if n := count(t, direct, "complaints", "id = ? AND no = ?", raw(f.ID), told); n != 1 {
				t.Errorf("the record has another number than %s", told)
			}
			if p.done() != 4 {
				t.Errorf("%d commits were cut, want 4", p.done())
			}
			for _, push := range []models.ID{s.Push, wd.Push, f.Push} {
				if n := count(t, direct, "effects", "push = ?", raw(push)); n != 1 {
					t.Errorf("%d effects of a push, want 1", n)
				}
			}
			if n := count(t, direct, "complaints", "id = ?", raw(f.ID)); n != 1 {
				t.Errorf("%d complaints, want 1", n)
			}
			if n := count(t, direct, "filing_quotas", "citizen = ? AND filed = 1", raw(f.Citizen)); n != 1 {
				t.Error("the complaint took more than one of the day's slots")
			}
			wantSound(t, direct)
		})
	}
}

// An act whose answer was lost is told as done, not as nothing to do.
func TestExclude_answerLost_isToldDone(t *testing.T) {
	url := mysqlURL(t)
	direct := migrated(t, url)
	withCampaign(t, direct, 3)
	p, through := newProxy(t, url)
	db := openURL(t, through)
	s := public(t, "A01", "11111", inside)
	submit(t, writerOn(t, db, WriterOptions{}), s, scoring.Counted)
	two := scoring.Act{By: "甲", ApprovedBy: "乙", Note: "n", At: inside}
	for _, do := range []func(context.Context, string, string, models.ID, string, scoring.Act) (bool, error){db.Exclude, db.Restore} {
		p.during(t, direct, cutAfter, func() {
			if done, err := do(t.Context(), tenant, campaign, s.Rating, "by_hand", two); err != nil || !done {
				t.Errorf("done %t, %v", done, err)
			}
		})
	}
	if p.done() != 2 {
		t.Errorf("%d commits were cut, want 2", p.done())
	}
	if list, err := direct.Exclusions(t.Context(), tenant, campaign, models.Social); err != nil || len(list) != 2 {
		t.Errorf("%d events, want 2: %v", len(list), err)
	}
	wantSound(t, direct)
}

// A submission alone is one packet. Where that arrives only after the rating was
// sent anew and counted, it meets its own keys and changes nothing.
func TestCommit_lonePacketArrivesLate_changesNothing(t *testing.T) {
	url := mysqlURL(t)
	direct := migrated(t, url)
	withCampaign(t, direct, 3)
	p, through := newProxy(t, url)
	w := writerOn(t, openURL(t, through), WriterOptions{Writers: 1})
	submit(t, w, rating(t, "A02", "5"), scoring.Counted)
	p.arm(cutLate)
	s := rating(t, "A01", "54321")
	submit(t, w, s, scoring.Counted)
	close(p.release)
	<-p.settled
	wantRows(t, direct, map[string]int{"effects": 2, "ratings": 2, "live_ratings": 2})
	wantSound(t, direct)
}

// together commits a batch of two.
func together(t *testing.T, db *DB, list ...scoring.Submission) []scoring.Ack {
	t.Helper()
	acks := queued(t, NewWriter(db, WriterOptions{Writers: 1}), list)
	for i, ack := range acks {
		if ack.Verdict != scoring.Counted {
			t.Errorf("submission %d: verdict %d", i, ack.Verdict)
		}
	}
	return acks
}

// during runs do with the next commit cut; a late one is let go when somebody
// waits for its keys.
func (p *proxy) during(t *testing.T, direct *DB, c cut, do func()) {
	t.Helper()
	p.arm(c)
	if c != cutLate {
		do()
		return
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		awaitLockWait(t, direct, "INSERT INTO")
		close(p.release)
	}()
	do()
	<-done
}

func TestCommit_neverResolved_isToldSo(t *testing.T) {
	url := mysqlURL(t)
	direct := migrated(t, url)
	withCampaign(t, direct, 3)
	p, through := newProxy(t, url)
	db := openURL(t, through)
	w := writerOn(t, db, WriterOptions{Writers: 1})
	submit(t, w, rating(t, "A02", "5"), scoring.Counted)
	p.arm(cutDown)
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	s := rating(t, "A01", "54321")
	if _, err := w.Submit(ctx, s); !IsUnresolved(err) {
		t.Errorf("error %v", err)
	} else if strings.Contains(err.Error(), hex.EncodeToString(s.Push[:])) || errors.Is(err, errClosed) {
		t.Errorf("error %v", err)
	}
	// It was committed after all, and whoever asks again is told.
	if _, found, err := direct.FindEffect(t.Context(), tenant, s.Push); err != nil || !found {
		t.Errorf("found %t, %v", found, err)
	}
	other := writerOn(t, direct, WriterOptions{})
	submit(t, other, again(t, s), scoring.Repeat)
}
