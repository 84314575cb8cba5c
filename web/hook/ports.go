package hook

import (
	"context"

	"pingyi/bot/wechat"
	"pingyi/intake"
	"pingyi/service/opinion"
)

// Intake answers an authentic push before the deadline of ctx; it never fails.
type Intake interface {
	Handle(ctx context.Context, p intake.Push) intake.Answer
}

// Mention is a public text that names an account.
type Mention = opinion.Mention

// Mentions takes what names an account in public. It is no private message and
// moves no dialogue.
type Mentions interface {
	// Mention keeps a text; the same ID may come more than once. answer is what
	// its author is told in private, the same for every repeat, and mostly
	// nothing. An error means that the text was not kept: the platform is to push
	// it again.
	Mention(ctx context.Context, m Mention) (answer string, err error)
}

// Readings knows with which time a signature was read that can be read with others,
// as timestamp and nonce stand in one row under it.
type Readings interface {
	// Take reports whether a signature of a push of the account may be read with a
	// time, unix seconds: not where it was read with another one before. others are
	// those it could be read with. An error leaves it open.
	Take(ctx context.Context, to *intake.Account, signature string, at int64, others []int64) (bool, error)
}

// Bodies knows what came under a signature that does not cover the body.
type Bodies interface {
	// First reports whether no other body came under the signature of a push of
	// the account within the last 660 s. An error leaves it open.
	First(ctx context.Context, to *intake.Account, signature string, body []byte) (bool, error)
}

// Freshness decides whether a rightly signed push is recent enough.
type Freshness interface {
	Accept(d wechat.Dated) bool
}
