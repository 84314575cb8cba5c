// Package intake is the way of a citizen's message: whose push it is, whether
// it was answered before, the turn of the dialogue, its effect, its answer.
// It holds the promises of exactly one effect a push, one turn of a citizen at
// a time, the first answer again for every repeat, and an answer in time.
//
// It may import bot and models; Redis, SQL and the platforms' forms are behind
// the ports Sessions, Actions, Worlds and Face, which are wired in cmd.
package intake

import (
	"time"

	"pingyi/bot"
	"pingyi/models"
)

// Budget is how long a push may take in all. The platforms cut after 5 s.
const Budget = 4 * time.Second

// Account is an official account that collects for one channel of one tenant.
type Account struct {
	Name    string // the last part of its webhook path; "" for /wechat and /weibo
	ID      string // stable in storage: the app id or the uid
	Tenant  string
	Channel models.Channel
	Face    Face
	// Strangers says that also who does not follow the account may write, so
	// that what is known of it is recorded with each rating.
	Strangers bool
	// Late sends what was not ready in time; nil: there is no way.
	Late Late
}

// Face is what a platform adds to a neutral message.
type Face interface {
	// Platform says what the engine may know of the platform.
	Platform() bot.Platform
	// Render turns a message into the text that the platform shows; "" says
	// nothing.
	Render(m bot.Message) string
}

// Paged is a Face whose platform shows less at a time than an answer may hold.
type Paged interface {
	Face
	// Pages is the message in parts that the platform shows; Render is the first
	// of them. The others are given one by one to a citizen who asks for more
	// (bot.Engine.AsksMore).
	Pages(m bot.Message) []string
}

// Push is an authentic, decrypted push.
type Push struct {
	Account *Account
	Citizen string // openid or uid: never logged, never stored in the clear
	Key     string // the platform's identity of the push
	Input   bot.Input
	Follows bool // it says that the citizen began to follow the account
}

// Answer is what goes back. The zero Text asks for a bare success.
type Answer struct {
	At   int64 // unix seconds of the first answer; the same for every repeat
	Text string
	Shed bool // refused under overload; Text may say so
}

// Turn is a push with its keyed hashes, as the ports see it.
type Turn struct {
	Push
	CitizenID models.ID // of account and platform id
	PushID    models.ID // of account and push identity
}
