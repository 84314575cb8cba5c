// Package session keeps in Redis what may be lost: a citizen's dialogue, the
// claims on pushes that run, the first answers of pushes. All keys of a citizen
// stand under one hash tag, so each step is one atomic script on one node.
//
// It implements intake.Sessions and may import intake, models and go-redis.
// Values are opaque here: they come sealed.
package session

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"pingyi/intake"
	"pingyi/models"
)

// How long things live. A claim is a lease: whoever dies holding it is followed
// by the platform's next delivery of the same push.
const (
	ClaimLease  = 4500 * time.Millisecond
	AnswerLife  = 660 * time.Second
	SessionLife = 24 * time.Hour
)

// Store keeps sessions, claims and answers in one Redis or in a cluster.
type Store struct {
	client redis.UniversalClient
	calls  redis.Cmdable // the same Redis, with the calls of concurrent turns in shared pipelines
}

// New makes a store. The client stays the caller's to close.
func New(client redis.UniversalClient) (*Store, error) {
	s := &Store{client: client, calls: client}
	var err error
	switch c := client.(type) {
	case *redis.Client:
		s.calls, err = c.AutoPipeline()
	case *redis.ClusterClient:
		s.calls, err = c.AutoPipeline()
	}
	if err != nil {
		return nil, fmt.Errorf("shared pipelines: %w", err)
	}
	return s, nil
}

// Ping reports whether Redis answers.
func (s *Store) Ping(ctx context.Context) error { return s.client.Ping(ctx).Err() }

// Values of a push's key: an answer begins with 'A', a claim with 'C'.
const (
	markAnswer = 'A'
	markClaim  = 'C'
)

// swapScript stores session and first answer if the session is still the one
// that the turn was run on and nobody answered the push before.
// KEYS push, session. ARGV claim token or "", expected version or "", new session
// or "" (deletes), answer, answer seconds, session seconds.
var swapScript = redis.NewScript(`
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
var claimScript = redis.NewScript(`
local a = redis.call('GET', KEYS[1])
if a then
  if string.byte(a) == 65 then return {2, a} end
  if a ~= ARGV[1] then return {3} end
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return {1, redis.call('GET', KEYS[2]) or ''}`)

// answerScript stores the first answer of a push, over any claim, unless it has
// one. KEYS push. ARGV answer, seconds.
var answerScript = redis.NewScript(`
local a = redis.call('GET', KEYS[1])
if a and string.byte(a) == 65 then return {2, a} end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
return 0`)

// Load reads the answer of a push and the session of its citizen in one trip.
// Status is Answered, Running, or Saved where the push is unknown.
func (s *Store) Load(ctx context.Context, citizen, push models.ID) (intake.SessionState, error) {
	pk, sk := keys(citizen, push)
	got, err := inTime(ctx, func() ([]any, error) { return s.calls.MGet(ctx, pk, sk).Result() })
	if err != nil {
		return intake.SessionState{}, fmt.Errorf("load session: %w", err)
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
// deletes the session. token is that of our own claim, or nil.
func (s *Store) Swap(ctx context.Context, citizen, push models.ID, token, expect, next, answer []byte) (intake.SessionState, error) {
	pk, sk := keys(citizen, push)
	if len(expect) > intake.VersionSize {
		expect = expect[:intake.VersionSize]
	}
	res, err := inTime(ctx, func() (any, error) {
		return swapScript.Run(ctx, s.calls, []string{pk, sk}, claimValue(token), expect, next,
			answerValue(answer), int(AnswerLife/time.Second), int(SessionLife/time.Second)).Result()
	})
	return state(res, err, "swap session")
}

// Claim takes the push for ClaimLease. On Taken, State.Session is the citizen's
// present session.
func (s *Store) Claim(ctx context.Context, citizen, push models.ID, token []byte) (intake.SessionState, error) {
	pk, sk := keys(citizen, push)
	res, err := inTime(ctx, func() (any, error) {
		return claimScript.Run(ctx, s.calls, []string{pk, sk}, claimValue(token), ClaimLease.Milliseconds()).Result()
	})
	return state(res, err, "claim push")
}

// Answer stores the first answer of a push unless it has one; on Answered,
// State.Answer is the one it has.
func (s *Store) Answer(ctx context.Context, citizen, push models.ID, answer []byte) (intake.SessionState, error) {
	pk, _ := keys(citizen, push)
	res, err := inTime(ctx, func() (any, error) {
		return answerScript.Run(ctx, s.calls, []string{pk}, answerValue(answer), int(AnswerLife/time.Second)).Result()
	})
	return state(res, err, "store answer")
}

// Forget deletes a citizen's session.
func (s *Store) Forget(ctx context.Context, citizen models.ID) error {
	_, sk := keys(citizen, citizen)
	if _, err := inTime(ctx, func() (int64, error) { return s.calls.Del(ctx, sk).Result() }); err != nil {
		return fmt.Errorf("forget session: %w", err)
	}
	return nil
}

// inTime makes a call and leaves it when ctx ends: shared pipelines know no
// deadline of one call, and a Redis that hangs must not cost a citizen the short
// answer. A call that was left may still take place, in its order.
func inTime[T any](ctx context.Context, call func() (T, error)) (T, error) {
	type outcome struct {
		v   T
		err error
	}
	done := make(chan outcome, 1)
	go func() {
		v, err := call()
		done <- outcome{v, err}
	}()
	select {
	case o := <-done:
		return o.v, o.err
	case <-ctx.Done():
		var none T
		return none, ctx.Err() //nolint:wrapcheck // every caller says what it was doing
	}
}

// state reads a script's reply: 0, or {status[, value]}.
func state(res any, err error, doing string) (intake.SessionState, error) {
	if err != nil {
		return intake.SessionState{}, fmt.Errorf("%s: %w", doing, err)
	}
	list, ok := res.([]any)
	if !ok {
		return intake.SessionState{Status: intake.Saved}, nil
	}
	code, ok := list[0].(int64)
	if !ok || code < 0 || code > int64(intake.Stale) {
		return intake.SessionState{}, errors.New(doing + ": Redis gave an unknown reply")
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

func claimValue(token []byte) []byte {
	if token == nil {
		return nil
	}
	return append([]byte{markClaim}, token...)
}

func answerValue(answer []byte) []byte { return append([]byte{markAnswer}, answer...) }

// keys names a push and a session. Both hold only keyed hashes: 14 bytes of the
// citizen's, so that the name of a session takes 24 bytes in Redis and not 32,
// and 15 of the push's.
func keys(citizen, push models.ID) (pushKey, sessionKey string) {
	var b [64]byte
	b[0], b[1] = 's', '{'
	base64.RawURLEncoding.Encode(b[2:21], citizen[:14])
	b[21] = '}'
	sessionKey = string(b[:22])
	b[0] = 'p'
	base64.RawURLEncoding.Encode(b[22:42], push[:15])
	return string(b[:42]), sessionKey
}
