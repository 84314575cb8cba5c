package session

import (
	"context"
	"encoding/base64"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"pingyi/models"
)

// command is a Redis command or a script.
type command struct {
	head   []any  // what stands before its keys
	keys   int    // how many it has
	source string // of a script, which is sent where Redis does not have it; "" of a command
	// typed runs it by go-redis' own method, which a cluster's client routes.
	typed func(ctx context.Context, r redis.Cmdable, keys []string, args []any) (any, error)
}

func script(keys int, source string) *command {
	s := redis.NewScript(source)
	return &command{
		head: []any{"evalsha", s.Hash(), keys}, keys: keys, source: source,
		typed: func(ctx context.Context, r redis.Cmdable, keys []string, args []any) (any, error) {
			return s.Run(ctx, r, keys, args...).Result()
		},
	}
}

// loadCommand reads the keys of a push and a session.
var loadCommand = &command{
	head: []any{"mget"}, keys: 2,
	typed: func(ctx context.Context, r redis.Cmdable, keys []string, _ []any) (any, error) {
		return r.MGet(ctx, keys...).Result()
	},
}

// forgetCommand replaces a session for a while: its value, EX, seconds.
var forgetCommand = &command{
	head: []any{"set"}, keys: 1,
	typed: func(ctx context.Context, r redis.Cmdable, keys []string, args []any) (any, error) {
		return r.Set(ctx, keys[0], args[0], CountLife).Result()
	},
}

// dropCommand deletes a session.
var dropCommand = &command{
	head: []any{"del"}, keys: 1,
	typed: func(ctx context.Context, r redis.Cmdable, keys []string, _ []any) (any, error) {
		return r.Del(ctx, keys...).Result()
	},
}

// The lives as Redis takes them, made once.
var (
	answerSeconds  any = strconv.Itoa(int(AnswerLife / time.Second))
	sessionSeconds any = strconv.Itoa(int(SessionLife / time.Second))
	countSeconds   any = strconv.Itoa(int(CountLife / time.Second))
	leaseMillis    any = strconv.Itoa(int(ClaimLease.Milliseconds()))
)

// maxValues is how many keys and values a call has at most.
const maxValues = 6

// call is one call of Redis on its way. It is kept for the next one, with the
// room that it took, so a call allocates next to nothing.
type call struct {
	*command
	args   []any
	values [maxValues]value
	n      int // of values
	names  [64]byte
	claim  []byte // values with their marks
	answer []byte

	done  chan struct{} // told once, after reply and err are set
	left  atomic.Bool   // the caller waits no more
	reply any
	err   error
}

// value is an argument that is no string: a pointer to one fits in an interface
// as it is.
type value []byte

// MarshalBinary is how go-redis asks for the bytes.
func (v *value) MarshalBinary() ([]byte, error) { return *v, nil }

func newCall() *call { return &call{done: make(chan struct{}, 1)} }

// start begins with a command and those keys that it has.
func (c *call) start(of *command, citizen, push models.ID) {
	c.command = of
	c.args = append(c.args[:0], of.head...)
	pk, sk := keys(&c.names, citizen, push)
	if of != forgetCommand && of != dropCommand {
		c.add(pk)
	}
	if of != answerScript {
		c.add(sk)
	}
}

// reset lets go of what the call held of others.
func (c *call) reset() {
	clear(c.args)
	clear(c.values[:c.n])
	c.command, c.n, c.reply, c.err = nil, 0, nil, nil
}

func (c *call) add(b []byte) {
	v := &c.values[c.n]
	c.n++
	*v = b
	c.args = append(c.args, v)
}

func (c *call) addClaim(token []byte) {
	if token == nil {
		c.add(nil)
		return
	}
	c.claim = append(append(c.claim[:0], markClaim), token...)
	c.add(c.claim)
}

func (c *call) addAnswer(answer []byte) {
	c.answer = append(append(c.answer[:0], markAnswer), answer...)
	c.add(c.answer)
}

// plain is the call as a typed method of go-redis takes it, with nothing in it
// that is used again.
func (c *call) plain() (keys []string, args []any) {
	for _, a := range c.args[len(c.head):] {
		if v, ok := a.(*value); ok {
			a = string(*v)
		}
		if s, ok := a.(string); ok && len(keys) < c.keys {
			keys = append(keys, s)
			continue
		}
		args = append(args, a)
	}
	return keys, args
}

// keys names a push and a session. Both hold only keyed hashes: 14 bytes of the
// citizen's, so that the name of a session takes 24 bytes in Redis and not 32,
// and 15 of the push's.
func keys(b *[64]byte, citizen, push models.ID) (pushKey, sessionKey []byte) {
	p, s := b[:42], b[42:]
	p[0], p[1] = 'p', '{'
	base64.RawURLEncoding.Encode(p[2:21], citizen[:14])
	p[21] = '}'
	base64.RawURLEncoding.Encode(p[22:], push[:15])
	copy(s, p)
	s[0] = 's'
	return p, s
}

func (c *call) finish(reply any, err error) {
	c.reply, c.err = reply, err
	c.done <- struct{}{}
}
