package simulator

import (
	"container/list"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"math/big"
	"sync"
	"time"

	"pingyi/models"
)

// What the page keeps in memory. The citizen not used for longest goes first,
// and a citizen's oldest exchange.
const (
	maxCitizens = 100
	maxEntries  = 60
)

// errNoCitizen is told where a citizen is unknown, perhaps because the server
// was started anew; the page makes another one then.
var errNoCitizen = models.Errorf(models.NotFound, "unknown_citizen", "没有这位市民，可能服务器重新启动过")

// entry is an exchange in a citizen's history.
type entry struct {
	ID       int // counts up from 1 for each citizen
	At       time.Time
	RepeatOf int  // id of the entry whose bytes were delivered again, or 0
	Same     bool // a repeat's answer equals the first one
	Exchange Exchange
}

// person is a citizen of the page with their history. turn is held while the
// other fields are used: a phone does one thing at a time.
type person struct {
	handle  string
	app     string
	turn    chan struct{}
	citizen Citizen
	last    int
	entries []entry
}

// lock waits for the person's turn. Errors: a done context.
func (p *person) lock(ctx context.Context) error {
	select {
	case p.turn <- struct{}{}:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("wait for the citizen's turn: %w", ctx.Err())
	}
}

func (p *person) unlock() { <-p.turn }

// add puts an exchange into the history.
func (p *person) add(e entry) entry {
	p.last++
	e.ID = p.last
	if len(p.entries) == maxEntries {
		copy(p.entries, p.entries[1:])
		p.entries = p.entries[:maxEntries-1]
	}
	p.entries = append(p.entries, e)
	return e
}

// find looks an entry up by its id.
func (p *person) find(id int) (entry, bool) {
	for _, e := range p.entries {
		if e.ID == id {
			return e, true
		}
	}
	return entry{}, false
}

// room holds the citizens of all open pages.
type room struct {
	mu     sync.Mutex
	source io.Reader
	order  *list.List // of *person, last used first
	people map[string]*list.Element
}

func newRoom(source io.Reader) *room {
	return &room{source: source, order: list.New(), people: map[string]*list.Element{}}
}

// enter makes a citizen of an app with an id of newID and a random handle, which
// only the page that asked for it knows.
func (r *room) enter(app string, newID func(io.Reader) (string, error)) (*person, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	handle, err := randomWord(r.source, 22)
	if err != nil {
		return nil, err
	}
	openID, err := newID(r.source)
	if err != nil {
		return nil, err
	}
	if r.order.Len() >= maxCitizens {
		oldest := r.order.Back()
		if gone, ok := r.order.Remove(oldest).(*person); ok {
			delete(r.people, gone.handle)
		}
	}
	p := &person{handle: handle, app: app, turn: make(chan struct{}, 1), citizen: Citizen{OpenID: openID}}
	r.people[handle] = r.order.PushFront(p)
	return p, nil
}

// get finds a citizen by handle. Errors: errNoCitizen.
func (r *room) get(handle string) (*person, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	at, ok := r.people[handle]
	if !ok {
		return nil, errNoCitizen
	}
	r.order.MoveToFront(at)
	p, ok := at.Value.(*person)
	if !ok {
		return nil, errNoCitizen
	}
	return p, nil
}

const wordLetters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

// openIDLength is that of the platform's own openids, which also begin with o.
const openIDLength = 28

// newOpenID makes an openid of the platform's form; the prefix after its o
// tells that it is no person's.
func newOpenID(source io.Reader, prefix string) (string, error) {
	word, err := randomWord(source, openIDLength-len(prefix)-2)
	if err != nil {
		return "", err
	}
	return "o" + prefix + "_" + word, nil
}

// newUID makes a uid that looks as Weibo's: ten digits, of a range that is not
// given out.
func newUID(source io.Reader) (string, error) {
	n, err := rand.Int(source, big.NewInt(1_000_000_000))
	if err != nil {
		return "", fmt.Errorf("read randomness: %w", err)
	}
	return n.Add(n, big.NewInt(9_000_000_000)).String(), nil
}

// randomWord makes a word of n letters and digits.
func randomWord(source io.Reader, n int) (string, error) {
	b := make([]byte, n)
	for i := range b {
		k, err := rand.Int(source, big.NewInt(int64(len(wordLetters))))
		if err != nil {
			return "", fmt.Errorf("read randomness: %w", err)
		}
		b[i] = wordLetters[k.Int64()]
	}
	return string(b), nil
}
