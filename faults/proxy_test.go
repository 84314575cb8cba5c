package faults

import (
	"bytes"
	"context"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// cut says what a proxy does to a packet that commits.
type cut uint8

const (
	cutBefore cut = iota // it never reaches the server; both sides end
	cutAfter             // it is carried out, and its answer is lost
	cutLate              // the client's side ends at once, the packet arrives later
	cutSlow              // it is held for a while, and nobody is cut
	numCuts
)

// proxy stands between servers and MariaDB or Redis, on an address of its own.
type proxy struct {
	listener net.Listener
	target   string
	framed   bool // the client's side is MySQL's: packets are told apart

	armed [numCuts]atomic.Int64 // commits that still are to be cut
	done  [numCuts]atomic.Int64
	hole  atomic.Bool // bytes vanish, connections stay

	mu    sync.Mutex
	conns map[net.Conn]bool
}

func newProxy(t testing.TB, target string, framed bool) *proxy {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{listener: l, target: target, framed: framed, conns: map[net.Conn]bool{}}
	go p.serve()
	t.Cleanup(func() {
		_ = l.Close()
		p.cutAll()
	})
	return p
}

func (p *proxy) addr() string { return p.listener.Addr().String() }

func (p *proxy) serve() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		server, err := (&net.Dialer{Timeout: 2 * time.Second}).DialContext(context.Background(), "tcp", p.target)
		if err != nil {
			_ = client.Close()
			continue
		}
		p.keep(client, server)
		go p.back(client, server)
		if p.framed {
			go p.packets(client, server)
		} else {
			go p.bytes(client, server)
		}
	}
}

func (p *proxy) keep(conns ...net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range conns {
		p.conns[c] = true
	}
}

func (p *proxy) drop(conns ...net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range conns {
		_ = c.Close()
		delete(p.conns, c)
	}
}

// cutAll ends every connection.
func (p *proxy) cutAll() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		_ = c.Close()
		delete(p.conns, c)
	}
}

// back passes what the server says.
func (p *proxy) back(client, server net.Conn) {
	defer p.drop(client)
	buffer := make([]byte, 64<<10)
	for {
		n, err := server.Read(buffer)
		if err != nil {
			return
		}
		if p.hole.Load() {
			continue
		}
		if _, err = client.Write(buffer[:n]); err != nil {
			return
		}
	}
}

func (p *proxy) bytes(client, server net.Conn) {
	defer p.drop(client, server)
	buffer := make([]byte, 64<<10)
	for {
		n, err := client.Read(buffer)
		if err != nil {
			return
		}
		if p.hole.Load() {
			continue
		}
		if _, err = server.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// packets passes the client's packets one by one and cuts at a commit.
func (p *proxy) packets(client, server net.Conn) {
	defer p.drop(client, server)
	for {
		packet, err := readPacket(client)
		if err != nil {
			return
		}
		if p.hole.Load() {
			continue
		}
		c, armed := p.take(packet)
		switch {
		case !armed:
		case c == cutBefore:
			return
		case c == cutAfter, c == cutLate:
			p.drop(client)
			if c == cutLate {
				time.Sleep(50 * time.Millisecond)
			}
			if _, err = server.Write(packet); err == nil {
				// A quit is answered, by hanging up, once the commit is over.
				_, _ = server.Write([]byte{1, 0, 0, 0, 1})
				time.Sleep(100 * time.Millisecond)
			}
			return
		case c == cutSlow:
			time.Sleep(300 * time.Millisecond)
		}
		if _, err = server.Write(packet); err != nil {
			return
		}
	}
}

// take says whether a packet commits and shall be cut, and how.
func (p *proxy) take(packet []byte) (cut, bool) {
	const query = 3
	if len(packet) < 5 || packet[4] != query || !bytes.HasSuffix(packet, []byte("COMMIT")) {
		return 0, false
	}
	for c := range numCuts {
		if p.armed[c].Add(-1) >= 0 {
			p.done[c].Add(1)
			return c, true
		}
		p.armed[c].Add(1)
	}
	return 0, false
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
