package dbtest

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-sql-driver/mysql"
)

// Cut says what a proxy does to the next packet that commits.
type Cut int

// What happens to the commit.
const (
	cutNone    Cut = iota
	CutBefore      // the commit never reaches the server; both sides end
	CutAfter       // the commit is done, its answer is lost
	CutLate        // the client's side ends; the commit reaches the server when it is released
	CutDown        // like cutAfter, and no connection gets through any more
	cutRefused     // the commit never reaches the server, which is said to have refused it
	CutDenied      // the commit is done, and the server is said to have failed at it
)

// Proxy stands between the program and MariaDB and cuts at a commit.
type Proxy struct {
	t        *testing.T
	listener net.Listener
	network  string
	address  string
	release  chan struct{}
	settled  chan struct{} // one is sent for every commit that was cut and is over

	mu   sync.Mutex
	next Cut
	cuts int
	down bool

	number uint16 // of the error that stands for a refusal
	times  int    // refusals to come, or -1 for all
	at     string // what a packet has in it that is refused; "": one that commits
	opened int    // connections
}

// NewProxy listens in front of the server and returns the proxy and the URL of
// the database through it.
func NewProxy(t *testing.T, url string) (*Proxy, string) {
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
	p := &Proxy{t: t, listener: l, network: cfg.Net, address: cfg.Addr, release: make(chan struct{}), settled: make(chan struct{}, 10)}
	cfg.Net, cfg.Addr = "tcp", l.Addr().String()
	go p.serve()
	t.Cleanup(func() { _ = l.Close() })
	return p, "mysql:" + cfg.FormatDSN()
}

// Arm says what becomes of the next packet that commits.
func (p *Proxy) Arm(c Cut) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.next = c
}

// Done is how many commits were cut.
func (p *Proxy) Done() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cuts
}

func (p *Proxy) serve() {
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

// answers passes what the server says, while the mutex is free.
func answers(server, client net.Conn, mute *sync.Mutex) {
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
}

// forward passes the client's packets one by one, the server's as they come.
func (p *Proxy) forward(client, server net.Conn) {
	var mute sync.Mutex // held for good once the client shall hear no more
	go answers(server, client, &mute)
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
		case CutBefore:
			_ = client.Close()
			return
		case cutRefused:
			if _, err := client.Write(p.refusal()); err != nil {
				return
			}
		default:
			mute.Lock()
			if c != CutDenied {
				_ = client.Close()
			}
			if c == CutLate {
				<-p.release
			}
			// The server's reader above is stuck on the mutex or reads in
			// vain; give the server the time to end the commit by
			// waiting until the row is there, which the test does.
			_, _ = server.Write(packet)
			p.awaitIdle(server)
			if c == CutDenied {
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
func (p *Proxy) awaitIdle(server net.Conn) {
	_, _ = server.Write([]byte{1, 0, 0, 0, 1}) // COM_QUIT
	_ = server.SetReadDeadline(time.Now().Add(5 * time.Second))
	_, _ = io.Copy(io.Discard, server)
}

// take decides about a packet.
func (p *Proxy) take(packet []byte) Cut {
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
	p.down = p.down || c == CutDown
	return c
}

// Refuse answers so many of the next packets that commit, or that have a text in them,
// with an error of the server; -1 are all.
func (p *Proxy) Refuse(number uint16, times int, at string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.number, p.times, p.at = number, times, at
}

// refusal is the server's error, as the answer to a query.
func (p *Proxy) refusal() []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	body := binary.LittleEndian.AppendUint16([]byte{0xff}, p.number)
	body = append(body, "#HY000refused by the proxy"...)
	// A packet has its length in three bytes and its number in the answer.
	return append(binary.LittleEndian.AppendUint32(nil, uint32(len(body))|1<<24), body...) //nolint:gosec // some thirty bytes
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

// Connections is how many were made to the proxy.
func (p *Proxy) Connections() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.opened
}

// Hold makes a commit that is cut late wait for Let.
func (p *Proxy) Hold() { p.release = make(chan struct{}) }

// Let lets a commit that was held reach the server.
func (p *Proxy) Let() { close(p.release) }

// Await returns when a commit that was cut is over.
func (p *Proxy) Await() { <-p.settled }
