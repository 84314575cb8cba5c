package simulator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// courier delivers pushes to one webhook as both platforms do: again where no
// whole answer came in time, three times in all.
type courier struct {
	target  *url.URL
	client  *http.Client
	now     func() time.Time
	tryTime time.Duration
	source  io.Reader // safe for concurrent use
	media   string    // type of the pushes' bodies
}

// newCourier fills in the defaults of PlatformOptions. Errors: models.Invalid
// for a target that is no http address.
func newCourier(o PlatformOptions, media string) (courier, error) {
	target, err := webAddress(o.Target)
	if err != nil {
		return courier{}, err
	}
	c := courier{target: target, client: o.Client, now: o.Now, source: sharedSource(o.Random), tryTime: o.TryTime, media: media}
	if c.client == nil {
		c.client = directClient()
	}
	if c.now == nil {
		c.now = time.Now
	}
	if c.tryTime == 0 {
		c.tryTime = tryTime
	}
	return c, nil
}

func (c *courier) webhook() *url.URL { return c.target }

// random reads n bytes from the source.
func (c *courier) random(n int) ([]byte, error) {
	b := make([]byte, n)
	if _, err := io.ReadFull(c.source, b); err != nil {
		return nil, fmt.Errorf("read randomness: %w", err)
	}
	return b, nil
}

// path is the webhook's path with a query, as an Exchange keeps it.
func (c *courier) path(query string) string {
	path := c.target.EscapedPath()
	if path == "" {
		path = "/"
	}
	return path + "?" + query
}

// deliver sends an exchange's bytes until they are answered, and has the answer
// judged.
func (c *courier) deliver(ctx context.Context, e Exchange, judge func(*Exchange)) (Exchange, error) {
	start := c.now()
	e.Status, e.Raw = 0, ""
	for e.Tries = 1; ; e.Tries++ {
		status, raw, err := c.try(ctx, e)
		if err == nil {
			e.Status, e.Raw = status, raw
			break
		}
		if ctx.Err() != nil {
			return Exchange{}, fmt.Errorf("deliver a push: %w", ctx.Err())
		}
		if e.Tries == maxTries {
			break
		}
	}
	e.Duration = c.now().Sub(start)
	judge(&e)
	return e, nil
}

// try sends an exchange's bytes once. An error means that the server gave no
// whole answer in time.
func (c *courier) try(ctx context.Context, e Exchange) (status int, raw string, err error) {
	ctx, cancel := context.WithTimeout(ctx, c.tryTime)
	defer cancel()
	address := c.target.Scheme + "://" + c.target.Host + e.URL
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(e.Envelope))
	if err != nil {
		return 0, "", errors.New("make the request of a push") // the cause would show the query
	}
	req.Header.Set("Content-Type", c.media)
	req.Header.Set("User-Agent", "Mozilla/4.0")
	resp, err := c.client.Do(req)
	if err != nil {
		return 0, "", errors.New("send a push") // likewise
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if closeErr := resp.Body.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return 0, "", fmt.Errorf("read the answer to a push: %w", err)
	}
	return resp.StatusCode, string(body), nil
}
