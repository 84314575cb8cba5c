package intake

import (
	"context"
	"errors"
	"time"

	"pingyi/bot"
	"pingyi/models"
	"pingyi/seal"
)

// SessionStatus is what a step on the session store found. Only Saved (of Swap
// and Answer) and Taken (of Claim) changed anything.
type SessionStatus uint8

// What a step can find.
const (
	Saved    SessionStatus = iota // stored; of Load: the push is unknown
	Taken                         // the claim is ours
	Answered                      // the push has its first answer: SessionState.Answer
	Running                       // another turn of this push holds the claim
	Stale                         // the session is another one than expected: SessionState.Session
)

// SessionState is what the session store holds of a push and its citizen; nil
// where it holds nothing.
type SessionState struct {
	Status  SessionStatus
	Answer  []byte
	Session []byte
}

// VersionSize is how many leading bytes of a sealed session are its version:
// the random nonce it was sealed with, so that no two sealings share one.
const VersionSize = seal.SessionNonce

// Sessions keeps what may be lost: dialogues, claims, first answers. Every call
// is atomic and one round trip. All values are sealed. Citizen and push are named by
// hashes that stand nowhere else.
type Sessions interface {
	// Load reads; Status is Answered, Running, or Saved for an unknown push.
	Load(ctx context.Context, citizen, push models.ID) (SessionState, error)
	// Swap stores next (nil deletes) and answer if the session still begins with
	// the version of expect (nil: there is none), the push has no answer and no
	// claim but token's. Saved, Answered, Running or Stale.
	Swap(ctx context.Context, citizen, push models.ID, token, expect, next, answer []byte) (SessionState, error)
	// Claim takes the lease of a push. Taken, Answered or Running.
	Claim(ctx context.Context, citizen, push models.ID, token []byte) (SessionState, error)
	// Answer stores a first answer over any claim. Saved or Answered.
	Answer(ctx context.Context, citizen, push models.ID, answer []byte) (SessionState, error)
	// Forget replaces the citizen's session of any version by one that
	// holds nothing but the count of pushes, and that only until the minute is over.
	Forget(ctx context.Context, citizen models.ID, count []byte) error
	// Drop deletes the citizen's session.
	Drop(ctx context.Context, citizen models.ID) error
}

// ErrNothingHad is in an error of Actions.Do after which it is certain that the call
// had no effect and will have none.
var ErrNothingHad = errors.New("the effect was not had")

// Actions carries out what the engine asks for.
type Actions interface {
	// Do has the effect of a at most once for the turn's push and a's draft.
	// finish turns a Result with Status Done into the sealed answer that is
	// committed with the effect; it may be called more than once, the last call
	// counts. first is the sealed answer of an earlier effect of this very push,
	// and then nothing else happened. A Result with another Status changed
	// nothing. An error leaves open whether the effect was had, unless it is
	// ErrNothingHad.
	Do(ctx context.Context, t *Turn, a bot.Action, finish func(bot.Result) ([]byte, error)) (r bot.Result, first []byte, err error)
	// Read looks something up.
	Read(ctx context.Context, t *Turn, a bot.Action) (bot.Result, error)
	// Finished is the sealed answer that an effect of this push committed, or
	// nil.
	Finished(ctx context.Context, t *Turn) ([]byte, error)
}

// Followers keeps who follows an account whose platform also lets others write.
type Followers interface {
	// Followed records that the turn's citizen began to follow its account at
	// the time of the input. It may be called more than once for a push.
	Followed(ctx context.Context, t *Turn) error
}

// Late writes to a citizen of the account's own accord, as its platform allows
// for a while after their message.
type Late interface {
	// Send sends a text of one page to the citizen of a turn; where the platform
	// does not allow it any more, it sends nothing. Its errors name no citizen.
	Send(ctx context.Context, t *Turn, text string) error
}

// Worlds gives the present read-only view of an account's tenant.
type Worlds interface {
	World(a *Account) *bot.World
}

// Observer counts. Its arguments are from closed lists and name no citizen.
type Observer interface {
	Turn(kind, outcome string, took time.Duration) // outcome: step, effect, read, repeat, limited, busy
	Commit(action string, took time.Duration)
	Shed(class bot.Class)
}
