package simulator

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"pingyi/models"
)

// What the platform allows a server before it cuts the connection, and how
// often it delivers a push in all.
const (
	tryTime  = 5 * time.Second
	maxTries = 3
)

// PlatformOptions make a Platform. Account and Target are needed.
type PlatformOptions struct {
	Account Account
	Target  string           // the account's webhook, http://127.0.0.1:8080/wechat
	Client  *http.Client     // one that uses no proxy and follows no redirect where nil
	Now     func() time.Time // time.Now where nil
	Random  io.Reader        // crypto/rand where nil
	TryTime time.Duration    // the platform's 5 s where 0
}

// Platform plays WeChat's official-account platform towards one webhook. It is
// safe for concurrent use, each Citizen by one goroutine at a time.
type Platform struct {
	courier
	account Account
	msgID   atomic.Uint64
}

var _ Face = (*Platform)(nil)

// NewPlatform checks the options. Errors are models.Invalid: an AES key that is
// none, an account without app id, token or original id, a target that is no
// http address.
func NewPlatform(o PlatformOptions) (*Platform, error) {
	a := o.Account
	if a.AppID == "" || a.Token == "" || a.OriginalID == "" {
		return nil, models.Errorf(models.Invalid, "account", "an account needs app id, token and original id")
	}
	if a.AESKey != "" {
		key, err := canonicalKey(a.AESKey)
		if err != nil {
			return nil, err
		}
		a.AESKey = key
	}
	c, err := newCourier(o, "text/xml")
	if err != nil {
		return nil, err
	}
	p := &Platform{courier: c, account: a}
	first, err := p.random(8)
	if err != nil {
		return nil, err
	}
	// Message ids of two simulators do not meet: each counts on from a random
	// number of 62 bits.
	p.msgID.Store(binary.BigEndian.Uint64(first)>>2 | 1<<61)
	return p, nil
}

// webAddress parses an http address without credentials.
func webAddress(address string) (*url.URL, error) {
	u, err := url.Parse(address)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || u.User != nil {
		return nil, models.Errorf(models.Invalid, "address", "not an http address without credentials")
	}
	return u, nil
}

// directClient reaches this machine without proxy and follows no redirect,
// which the platform does not follow either.
func directClient() *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			DialContext:         (&net.Dialer{Timeout: tryTime}).DialContext,
			MaxIdleConnsPerHost: maxConcurrency,
			IdleConnTimeout:     time.Minute,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// lockedSource is a source of randomness that several goroutines may read.
type lockedSource struct {
	mu     sync.Mutex
	source io.Reader
}

// Read implements io.Reader.
func (l *lockedSource) Read(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.source.Read(b)
}

// sharedSource makes a source safe for concurrent use; crypto/rand where nil.
func sharedSource(source io.Reader) io.Reader {
	if source == nil {
		return rand.Reader
	}
	return &lockedSource{source: source}
}

// Make makes a push without sending it, for who wants to deliver it otherwise;
// Redeliver sends it as it is. Errors: those of Push, but for the context.
func (p *Platform) Make(c *Citizen, act Act) (Exchange, error) {
	now := p.now()
	inner, err := p.inner(c, act, now)
	if err != nil {
		return Exchange{}, err
	}
	body, query, err := p.seal(inner, c.OpenID, now)
	if err != nil {
		return Exchange{}, err
	}
	return Exchange{Act: act, OpenID: c.OpenID, Push: inner, Envelope: body, URL: p.path(query)}, nil
}

// Push implements Face.
func (p *Platform) Push(ctx context.Context, c *Citizen, act Act) (Exchange, error) {
	e, err := p.Make(c, act)
	if err != nil {
		return Exchange{}, err
	}
	return p.deliver(ctx, e, p.judge)
}

// Redeliver implements Face.
func (p *Platform) Redeliver(ctx context.Context, first Exchange) (Exchange, error) {
	return p.deliver(ctx, first, p.judge)
}

func (p *Platform) channel() models.Channel { return models.Mobile }

// citizenID is the openid of a citizen of a run of the driver.
func (p *Platform) citizenID(run string, number int) string {
	return fmt.Sprintf("orun_%s_%012d", run, number)
}
