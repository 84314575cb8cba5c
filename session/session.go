// Package session keeps in Redis what may be lost: a citizen's dialogue, the
// claims on pushes that run, the first answers of pushes. All keys of a citizen
// stand under one hash tag, so each step is one atomic script on one node.
//
// It implements intake.Sessions and may import intake, models and go-redis.
// Values are opaque here: they come sealed.
package session

import (
	"context"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"pingyi/intake"
	"pingyi/models"
)

// How long things live. A claim is a lease: a server that dies holding it is
// followed by the platform's next delivery of the same push.
const (
	ClaimLease  = 4500 * time.Millisecond
	AnswerLife  = 660 * time.Second
	SessionLife = 24 * time.Hour
	// CountLife is that of what Forget leaves: the count of a minute is of no use
	// after it.
	CountLife = time.Minute
)

// Store keeps sessions, claims and answers in one Redis or in a cluster.
type Store struct {
	client redis.UniversalClient
	way    way
}

// way is how calls get to Redis, those of concurrent turns in shared pipelines.
type way interface {
	borrow() *call
	// do makes a call that was borrowed and takes it back. It leaves it when ctx
	// ends: a Redis that hangs must not cost a citizen the short answer. A call
	// that was left may still take place.
	do(ctx context.Context, c *call) (any, error)
	Close()
}

// New makes a store. The client stays the caller's to close, after the store.
func New(client redis.UniversalClient) (*Store, error) {
	s := &Store{client: client}
	switch c := client.(type) {
	case *redis.Client:
		s.way = newBatcher(c)
	case *redis.ClusterClient: // it sorts the calls by node
		r, err := c.AutoPipeline()
		if err != nil {
			return nil, fmt.Errorf("shared pipelines: %w", err)
		}
		s.way = &routed{r}
	default:
		s.way = &routed{c}
	}
	return s, nil
}

// Close ends what the store has running. Calls that are not answered yet fail.
func (s *Store) Close() { s.way.Close() }

// Values of a push's key: an answer begins with 'A', a claim with 'C'.
const (
	markAnswer = 'A'
	markClaim  = 'C'
)

// swapScript stores session and first answer if the session is still the one
// that the turn was run on and the push was not answered before.
// KEYS push, session. ARGV claim token or "", expected version or "", new session
// or "" (deletes), answer, answer seconds, session seconds.
var swapScript = script(2, `
local a = redis.call('GET', KEYS[1])
if a then
  if string.byte(a) == 65 then return {2, a} end
  if a ~= ARGV[1] then return {3} end
end
local s = redis.call('GET', KEYS[2])
local v = ''
if s then v = string.sub(s, 1, 8) end
if v ~= ARGV[2] then return {4, s or ''} end
if ARGV[3] == '' then redis.call('DEL', KEYS[2])
else redis.call('SET', KEYS[2], ARGV[3], 'EX', ARGV[6]) end
redis.call('SET', KEYS[1], ARGV[4], 'EX', ARGV[5])
return 0`)

// claimScript takes the lease of a push. KEYS push, session. ARGV token, lease ms.
var claimScript = script(2, `
local a = redis.call('GET', KEYS[1])
if a then
  if string.byte(a) == 65 then return {2, a} end
  if a ~= ARGV[1] then return {3} end
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return {1, redis.call('GET', KEYS[2]) or ''}`)

// answerScript stores the first answer of a push, over any claim, unless it has
// one. KEYS push. ARGV answer, seconds.
var answerScript = script(1, `
local a = redis.call('GET', KEYS[1])
if a and string.byte(a) == 65 then return {2, a} end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
return 0`)

// Load reads the answer of a push and the session of its citizen in one trip.
// Status is Answered, Running, or Saved where the push is unknown.
func (s *Store) Load(ctx context.Context, citizen, push models.ID) (intake.SessionState, error) {
	res, err := s.way.do(ctx, s.call(loadCommand, citizen, push))
	if err != nil {
		return intake.SessionState{}, fmt.Errorf("load session: %w", err)
	}
	got, ok := res.([]any)
	if !ok || len(got) != 2 {
		return intake.SessionState{}, fmt.Errorf("load session: %w", errReply)
	}
	st := intake.SessionState{}
	if v, ok := got[0].(string); ok && v != "" {
		if st.Status = intake.Running; v[0] == markAnswer {
			st.Status, st.Answer = intake.Answered, []byte(v[1:])
		}
	}
	if v, ok := got[1].(string); ok {
		st.Session = []byte(v)
	}
	return st, nil
}

// Swap stores next and answer if the citizen's session still has the version
// of expect (nil: there must be none) and the push has no answer. A nil next
// deletes the session. token is that of our own claim, or nil. Where ctx ends
// before the reply, the slices must stay as they are.
func (s *Store) Swap(ctx context.Context, citizen, push models.ID, token, expect, next, answer []byte) (intake.SessionState, error) {
	if len(expect) > intake.VersionSize {
		expect = expect[:intake.VersionSize]
	}
	c := s.call(swapScript, citizen, push)
	c.addClaim(token)
	c.add(expect)
	c.add(next)
	c.addAnswer(answer)
	c.args = append(c.args, answerSeconds, sessionSeconds)
	res, err := s.way.do(ctx, c)
	return state(res, err, "swap session")
}

// Claim takes the push for ClaimLease. On Taken, State.Session is the citizen's
// present session.
func (s *Store) Claim(ctx context.Context, citizen, push models.ID, token []byte) (intake.SessionState, error) {
	c := s.call(claimScript, citizen, push)
	c.addClaim(token)
	c.args = append(c.args, leaseMillis)
	res, err := s.way.do(ctx, c)
	return state(res, err, "claim push")
}

// Answer stores the first answer of a push unless it has one; on Answered,
// State.Answer is the one it has.
func (s *Store) Answer(ctx context.Context, citizen, push models.ID, answer []byte) (intake.SessionState, error) {
	c := s.call(answerScript, citizen, push)
	c.addAnswer(answer)
	c.args = append(c.args, answerSeconds)
	res, err := s.way.do(ctx, c)
	return state(res, err, "store answer")
}

// First keeps a value under a name for AnswerLife, unless there is one, and returns
// the one that is kept. The name is a keyed hash of a purpose of its own.
func (s *Store) First(ctx context.Context, name models.ID, value []byte) ([]byte, error) {
	st, err := s.Answer(ctx, name, name, value)
	if err == nil && st.Status == intake.Answered {
		value = st.Answer
	}
	return value, err
}

// Forget replaces a citizen's session of any version by count, for
// CountLife.
func (s *Store) Forget(ctx context.Context, citizen models.ID, count []byte) error {
	c := s.call(forgetCommand, citizen, models.ID{})
	c.add(count)
	c.args = append(c.args, "EX", countSeconds)
	if _, err := s.way.do(ctx, c); err != nil {
		return fmt.Errorf("forget session: %w", err)
	}
	return nil
}

// Drop deletes a citizen's session.
func (s *Store) Drop(ctx context.Context, citizen models.ID) error {
	if _, err := s.way.do(ctx, s.call(dropCommand, citizen, models.ID{})); err != nil {
		return fmt.Errorf("drop session: %w", err)
	}
	return nil
}

// call begins a call with its keys.
func (s *Store) call(of *command, citizen, push models.ID) *call {
	c := s.way.borrow()
	c.start(of, citizen, push)
	return c
}

// state reads a script's reply: 0, or {status[, value]}.
func state(res any, err error, doing string) (intake.SessionState, error) {
	if err != nil {
		return intake.SessionState{}, fmt.Errorf("%s: %w", doing, err)
	}
	if n, ok := res.(int64); ok && n == 0 {
		return intake.SessionState{Status: intake.Saved}, nil
	}
	list, _ := res.([]any)
	if len(list) == 0 {
		return intake.SessionState{}, fmt.Errorf("%s: %w", doing, errReply)
	}
	code, ok := list[0].(int64)
	if !ok || code < 0 || code > int64(intake.Stale) {
		return intake.SessionState{}, fmt.Errorf("%s: %w", doing, errReply)
	}
	st := intake.SessionState{Status: intake.SessionStatus(code)}
	if len(list) > 1 {
		v, _ := list[1].(string)
		switch {
		case st.Status == intake.Answered && v != "":
			st.Answer = []byte(v[1:])
		case v != "":
			st.Session = []byte(v)
		}
	}
	return st, nil
}
