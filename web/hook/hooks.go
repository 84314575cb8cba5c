// Package hook is the platforms' webhooks: it reads a push within bounds, has the
// platform's front open it, judges its freshness, hands it to the intake, and answers
// in the platform's form, in time.
//
// It may import bot, bot/wechat, bot/weibo, intake and models; what it asks of others
// are the ports of ports.go. Gin stays in web and in here.
package hook

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/gin-gonic/gin"
)

// Options are the accounts and what takes their pushes. Intake, Freshness and Random
// are required where there is an account.
type Options struct {
	Intake    Intake
	WeChat    []WeChat
	Weibo     []Weibo
	Mentions  Mentions // nil: mentions are counted and go nowhere
	Freshness Freshness
	Bodies    Bodies    // nil: not asked
	Readings  Readings  // nil: not asked
	OneBody   bool      // another body under one signature is refused, and not only counted
	Random    io.Reader // crypto/rand.Reader outside tests
	Busy      string    // said where a turn broke off; "" says nothing
	Unread    string    // said to a citizen whose message cannot be read; "" says nothing
}

// Server is what the webhooks share with the server that they are routes of.
type Server struct {
	Demo     bool // a Weibo account may have no path
	Log      *slog.Logger
	Now      func() time.Time // this machine's clock: how long things take
	Clock    func() time.Time // the time in use: when a push is received
	Metrics  *Metrics
	Panicked func(c *gin.Context, v any) // writes of a panic what may be written
}

// Route is a route of a webhook.
type Route struct {
	Method, Path string
	Handle       gin.HandlerFunc
}

// Hooks are the webhooks of all accounts.
type Hooks struct {
	o         Options
	server    Server
	turnstile turnstile
	buffers   sync.Pool // *[]byte: bodies of pushes
	routes    []Route
}

// New returns the routes of the webhooks.
func New(o Options, of Server) ([]Route, error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	s := &Hooks{o: o, server: of, turnstile: newTurnstile()}
	if err := errors.Join(s.routeWeChat(), s.routeWeibo()); err != nil {
		return nil, err
	}
	return s.routes, nil
}

// Validate names every option that is missing.
func (o *Options) Validate() error {
	if len(o.WeChat)+len(o.Weibo) == 0 {
		return nil
	}
	var errs []error
	for _, need := range []struct {
		missing bool
		name    string
	}{{o.Intake == nil, "Intake"}, {o.Freshness == nil, "Freshness"}, {o.Random == nil, "Random"}} {
		if need.missing {
			errs = append(errs, fmt.Errorf("webhooks: option %s is missing", need.name))
		}
	}
	return errors.Join(errs...)
}
