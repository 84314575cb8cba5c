package hook

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"regexp"
	"time"

	"github.com/gin-gonic/gin"

	"pingyi/bot"
	"pingyi/bot/wechat"
	"pingyi/intake"
)

// What an authentic push was answered; labels of a metric.
const (
	outAnswered = "answered"
	outSilent   = "silent" // success, for there was nothing to say
	outIgnored  = "ignored"
	outShed     = "shed"
	outUnusable = "unusable"
	outPanicked = "panicked"
	outUnsealed = "unsealed"
	outPublic   = "public"  // a mention, taken
	outUnsaved  = "unsaved" // a mention, not taken: the platform is to come again
)

// Why a call was turned away before its platform's own reasons; labels of a
// metric.
const (
	whyAccount  = "account"
	whyTooLarge = "too_large"
	whyBody     = "body"
	whyAgain    = "signature_again"
	other       = "other" // what has no reason of its own
)

// fate is what became of opening a push.
type fate uint8

const (
	refused fate = iota // not authentic
	unusable
	usable
)

// opened is a push after a platform's front has read it. native is what the
// front needs to answer it.
type opened[P any] struct {
	native  P
	citizen string
	key     string
	dated   wechat.Dated
	bare    bool    // its signature does not cover its body
	others  []int64 // times that its signature could be read with, but for its own
	input   bot.Input
	follows bool     // it says that the citizen began to follow
	mention *Mention // it is no private message; its Account is not set
}

// front is one account as its platform speaks: what differs between platforms.
type front[P any] interface {
	account() *intake.Account
	// greet is the echo for the platform's check of the address.
	greet(query string) (echo string, reason string, ok bool)
	// open reads a push; reason is from refusalReasons unless it is usable. An
	// unusable one has at least what tells its age.
	open(query string, body []byte) (o opened[P], f fate, reason string)
	// answer appends to dst the finished body for a text, and media its media type.
	answer(dst []byte, native P, at int64, text string, now time.Time) ([]byte, error)
	media() []string
	// nothing is the body for a push that asks for no answer.
	nothing() []byte
}

// hook is a platform's webhook with its accounts.
type hook[P any] struct {
	s        *Hooks
	platform string
	fronts   []addressed[P]
}

var accountName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$`)

// addressEnd is what an account's address may end in: a name, or a secret.
var addressEnd = regexp.MustCompile(`^[A-Za-z0-9_-]{1,128}$`)

// addressed is a front with what its address ends in, "" for /<platform> itself. The
// end may be a secret: it is in no error, log or metric.
type addressed[P any] struct {
	end   string
	front front[P]
}

// route adds a platform's routes: /<platform>/:account, and /<platform> unless
// every address has an end that is a secret. Without any account the platform has no
// route.
func route[P any](s *Hooks, platform string, hidden bool, fronts []addressed[P]) error {
	if len(fronts) == 0 {
		return nil
	}
	h := &hook[P]{s: s, platform: platform}
	for _, f := range fronts {
		if _, twice := h.front(f.end); twice || f.end != "" && !addressEnd.MatchString(f.end) {
			return fmt.Errorf("webhooks: %s: an account's address ends in letters, digits, - and _, at most 128, and is there once", platform)
		}
		h.fronts = append(h.fronts, f)
	}
	paths := []string{"/" + platform + "/:account"}
	if !hidden {
		paths = append(paths, "/"+platform)
	}
	for _, path := range paths {
		s.routes = append(s.routes, Route{http.MethodGet, path, h.get}, Route{http.MethodPost, path, h.post})
	}
	return nil
}

// front is the account whose address has this end. How long it takes does not tell
// how much of an end was right.
func (h *hook[P]) front(end string) (f front[P], ok bool) {
	for _, a := range h.fronts {
		if subtle.ConstantTimeCompare([]byte(a.end), []byte(end)) == 1 {
			f, ok = a.front, true
		}
	}
	return f, ok
}

// get answers the platform's check of the address.
func (h *hook[P]) get(c *gin.Context) {
	defer h.recover(c)
	f, ok := h.front(c.Param("account"))
	if !ok {
		h.refuse(c, http.StatusForbidden, whyAccount)
		return
	}
	echo, reason, ok := f.greet(c.Request.URL.RawQuery)
	if !ok {
		h.refuse(c, http.StatusForbidden, reason)
		return
	}
	c.Writer.Header().Set("X-Content-Type-Options", "nosniff")
	h.s.write(c, plainText, []byte(echo))
}

// post takes a push.
func (h *hook[P]) post(c *gin.Context) {
	began, received := h.s.server.Now(), h.s.server.Clock()
	defer h.recover(c)
	f, ok := h.front(c.Param("account"))
	if !ok {
		h.refuse(c, http.StatusForbidden, whyAccount)
		return
	}
	buf := h.s.borrow()
	defer h.s.giveBack(buf)
	var err error
	if *buf, err = readBody(c.Request.Body, c.Request.ContentLength, *buf); err != nil {
		h.refuseBody(c, err)
		return
	}
	o, became, reason := openInTurn(h.s.turnstile, f, c.Request.URL.RawQuery, *buf)
	if became == refused {
		h.refuse(c, http.StatusForbidden, reason)
		return
	}
	if !h.s.o.Freshness.Accept(o.dated) {
		h.refuse(c, http.StatusForbidden, whyStale)
		return
	}
	if len(o.others) > 0 && !h.mayRead(c, f, &o) {
		h.refuse(c, http.StatusForbidden, whyStale)
		return
	}
	if o.bare && !h.first(c, f, o.dated.Signature, *buf) {
		h.refuse(c, http.StatusForbidden, whyAgain)
		return
	}
	outcome := outUnusable
	if became == usable {
		o.input.Now = received
		outcome = h.serve(c, f, &o, began)
	} else {
		h.s.server.Metrics.refused(h.platform, reason)
		h.unread(c, f, &o)
	}
	h.s.server.Metrics.push(h.platform, o.input.Kind, outcome, h.s.server.Now().Sub(began))
}

// unread answers a push that cannot be used. Where its citizen and its time could be
// read, they are told so, in the same bytes at each repeat.
func (h *hook[P]) unread(c *gin.Context, f front[P], o *opened[P]) {
	if o.key == "" || h.s.o.Unread == "" {
		h.s.write(c, plainText, []byte(Success))
		return
	}
	h.say(c, f, o.native, o.input.At.Unix(), h.s.o.Unread)
}

// bodiesWithin bounds the question for the first body: the turn needs its time.
const bodiesWithin = 500 * time.Millisecond

// first reports whether a push may be taken under its signature. Another body than
// the first is counted, and refused where the options say so; where the first is not
// known, the push is taken, as its turn needs the same store.
func (h *hook[P]) first(c *gin.Context, f front[P], signature string, body []byte) bool {
	if h.s.o.Bodies == nil {
		return true
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Request.Context()), bodiesWithin)
	defer cancel()
	first, err := h.s.o.Bodies.First(ctx, f.account(), signature, body)
	if err != nil {
		h.s.server.Log.LogAttrs(ctx, slog.LevelWarn, "the first body of a signature is not known", slog.String("platform", h.platform), slog.Any("error", err))
		return true
	}
	if first {
		return true
	}
	h.s.server.Metrics.again(h.platform)
	return !h.s.o.OneBody
}

// mayRead reports whether a signature that can be read with another time may be read
// with this one. Where that is not known, the push is taken, as in first.
func (h *hook[P]) mayRead(c *gin.Context, f front[P], o *opened[P]) bool {
	if h.s.o.Readings == nil {
		return true
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Request.Context()), bodiesWithin)
	defer cancel()
	may, err := h.s.o.Readings.Take(ctx, f.account(), o.dated.Signature, o.dated.Timestamp, o.others)
	if err != nil {
		h.s.server.Log.LogAttrs(ctx, slog.LevelWarn, "the time of a signature is not known", slog.String("platform", h.platform), slog.Any("error", err))
		return true
	}
	return may
}

// serve answers a usable push and says how.
func (h *hook[P]) serve(c *gin.Context, f front[P], o *opened[P], began time.Time) (outcome string) {
	switch {
	case o.mention != nil && h.s.o.Mentions != nil:
		return h.public(c, f, o)
	case o.input.Kind == bot.Other:
		h.s.write(c, plainText, f.nothing())
		return outIgnored
	}
	a, outcome := h.turn(c, f, o, began)
	if !h.say(c, f, o.native, a.At, a.Text) {
		return outUnsealed
	}
	return outcome
}

// public hands a mention on and answers its author. Where it could not be kept
// the platform is told so, and comes again.
func (h *hook[P]) public(c *gin.Context, f front[P], o *opened[P]) (outcome string) {
	m := *o.mention
	m.Account = f.account()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.Request.Context()), intake.Budget)
	defer cancel()
	text, err := h.s.o.Mentions.Mention(ctx, m)
	if err != nil {
		h.s.server.Log.LogAttrs(ctx, slog.LevelWarn, "mention not kept", slog.String("platform", h.platform), slog.Any("error", err))
		c.Status(http.StatusServiceUnavailable)
		c.Writer.WriteHeaderNow()
		return outUnsaved
	}
	h.say(c, f, o.native, m.At.Unix(), text)
	return outPublic
}

// say answers with a text, or with nothing where it is empty, and reports whether
// the text could be put into the platform's form.
func (h *hook[P]) say(c *gin.Context, f front[P], native P, at int64, text string) bool {
	if text == "" {
		h.s.write(c, plainText, f.nothing())
		return true
	}
	buf := h.s.borrow()
	defer h.s.giveBack(buf)
	body, err := f.answer((*buf)[:0], native, at, text, h.s.server.Clock())
	if err != nil {
		h.s.server.Log.LogAttrs(c.Request.Context(), slog.LevelError, "answer not sealed", slog.String("platform", h.platform), slog.Any("error", err))
		h.s.write(c, plainText, f.nothing())
		return false
	}
	*buf = body
	h.s.write(c, f.media(), body)
	return true
}

// turn has the intake answer the push. That the platform cuts the connection
// does not end it: what was taken is finished, and the platform's next try gets
// its answer. A panic is answered with the busy text.
func (h *hook[P]) turn(c *gin.Context, f front[P], o *opened[P], began time.Time) (a intake.Answer, outcome string) {
	defer func() {
		if v := recover(); v != nil {
			h.s.server.Panicked(c, v)
			a, outcome = intake.Answer{At: o.input.Now.Unix(), Text: h.s.o.Busy}, outPanicked
		}
	}()
	if _, err := io.ReadFull(h.s.o.Random, o.input.Random[:]); err != nil {
		panic(err) // crypto/rand never fails
	}
	left := intake.Budget - h.s.server.Now().Sub(began)
	ctx := intake.Until(c.Request.Context(), time.Now().Add(left))
	a = h.s.o.Intake.Handle(ctx, intake.Push{Account: f.account(), Citizen: o.citizen, Key: o.key, Input: o.input, Follows: o.follows})
	switch {
	case a.Shed:
		return a, outShed
	case a.Text == "":
		return a, outSilent
	}
	return a, outAnswered
}

// refuse answers without a body: a sender that is not the platform learns nothing.
func (h *hook[P]) refuse(c *gin.Context, status int, reason string) {
	h.s.server.Metrics.refused(h.platform, reason)
	c.Status(status)
	c.Writer.WriteHeaderNow()
}

func (h *hook[P]) refuseBody(c *gin.Context, err error) {
	c.Header("Connection", "close") // the rest of the body is not waited for
	switch {
	case errors.Is(err, errTooLarge):
		h.refuse(c, http.StatusRequestEntityTooLarge, whyTooLarge)
	case errors.Is(err, os.ErrDeadlineExceeded):
		h.refuse(c, http.StatusRequestTimeout, whyBody)
	default:
		h.refuse(c, http.StatusBadRequest, whyBody)
	}
}

// recover answers after a panic outside of the turn.
func (h *hook[P]) recover(c *gin.Context) {
	v := recover()
	if v == nil {
		return
	}
	h.s.server.Panicked(c, v)
	h.s.server.Metrics.push(h.platform, bot.Other, outPanicked, 0)
	if !c.Writer.Written() {
		h.s.write(c, plainText, []byte(Success))
	}
}
