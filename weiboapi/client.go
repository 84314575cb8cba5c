// Package weiboapi calls the API of Weibo for one account: the feeds of comments
// and mentions, accounts, and messages of the customer service.
//
// It may import social and the standard library. It keeps no count of calls:
// the caller has spent each call before. No error of it holds the
// access token, an id or a text.
package weiboapi

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"pingyi/social"
)

// Platform is the base URL of the platform's own API.
const Platform = "https://api.weibo.com"

const (
	timeout   = 10 * time.Second
	maxAnswer = 8 << 20 // bytes; 200 texts with their authors are far below
)

// Options of New. AccessToken and UID are needed.
type Options struct {
	Base        string // Platform where empty
	AccessToken string
	UID         string // of the account
}

// Client calls the API. It is safe for concurrent use.
type Client struct {
	base, token, uid string
	http             *http.Client
}

var _ social.API = (*Client)(nil)

// New makes a client.
func New(o Options) *Client {
	if o.Base == "" {
		o.Base = Platform
	}
	return &Client{base: strings.TrimRight(o.Base, "/"), token: o.AccessToken, uid: o.UID, http: &http.Client{
		Timeout: timeout,
		// A redirect would carry the token to wherever it points.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Error is a refusal of the platform. Code is one of its error codes, 0 where it
// gave none.
type Error struct {
	Call   string
	Status int
	Code   int
}

func (e *Error) Error() string {
	return fmt.Sprintf("weibo %s: status %d, error %d", e.Call, e.Status, e.Code)
}

// Token reports whether the access token is the reason: expired, revoked, wrong.
func (e *Error) Token() bool {
	switch e.Code {
	case 21314, 21315, 21316, 21317, 21319, 21327, 21332:
		return true
	}
	return e.Code == 0 && e.Status == http.StatusUnauthorized
}

// Quota reports whether the calls of the hour or the day are used up.
func (e *Error) Quota() bool {
	switch e.Code {
	case 10022, 10023, 10024:
		return true
	}
	return e.Code == 0 && e.Status == http.StatusTooManyRequests
}

// unknownUser is the platform's code for an account that there is not, or not any
// more.
const unknownUser = 20003

// Is lets errors.Is find social.ErrUnknownUser and social.ErrToken.
func (e *Error) Is(target error) bool {
	return target == social.ErrUnknownUser && e.Code == unknownUser || target == social.ErrToken && e.Token()
}

// get calls an endpoint and decodes its answer.
func (c *Client) get(ctx context.Context, call string, query url.Values, into any) error {
	query.Set("access_token", c.token)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+"/2/"+call+".json?"+query.Encode(), http.NoBody)
	if err != nil {
		return fmt.Errorf("weibo %s: the address of the API is malformed", call)
	}
	return c.do(req, call, into)
}

func (c *Client) do(req *http.Request, call string, into any) (err error) {
	res, err := c.http.Do(req)
	if err != nil {
		return fmt.Errorf("weibo %s: %w", call, redact(err))
	}
	defer func() {
		if cerr := res.Body.Close(); err == nil && cerr != nil {
			err = fmt.Errorf("weibo %s: %w", call, redact(cerr))
		}
	}()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	switch {
	case err != nil:
		return fmt.Errorf("weibo %s: %w", call, redact(err))
	case len(body) > maxAnswer:
		return fmt.Errorf("weibo %s: the answer is larger than %d bytes", call, maxAnswer)
	}
	var refusal struct {
		Code int `json:"error_code"`
	}
	// An answer that is no object, or no JSON at all, has no code.
	_ = json.Unmarshal(body, &refusal)
	if res.StatusCode != http.StatusOK || refusal.Code != 0 {
		return &Error{Call: call, Status: res.StatusCode, Code: refusal.Code}
	}
	if err := json.Unmarshal(body, into); err != nil {
		// The decoder's own error quotes what it read.
		return fmt.Errorf("weibo %s: the answer is not of the documented form", call)
	}
	return nil
}

// redact is err without the URL that net/http writes into it, which holds the
// token.
func redact(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// Page implements social.API.
func (c *Client) Page(ctx context.Context, feed social.Feed, since, highest uint64, count int) (social.Page, error) {
	query := url.Values{"count": {strconv.Itoa(count)}, "page": {"1"}}
	if since > 0 {
		query.Set("since_id", strconv.FormatUint(since, 10))
	}
	if highest > 0 {
		query.Set("max_id", strconv.FormatUint(highest, 10))
	}
	var answer struct {
		Comments *[]post `json:"comments"`
		Statuses *[]post `json:"statuses"`
	}
	if err := c.get(ctx, string(feed), query, &answer); err != nil {
		return social.Page{}, err
	}
	kind, posts := social.Comment, answer.Comments
	if feed == social.StatusesAbout {
		kind, posts = social.Status, answer.Statuses
	}
	if posts == nil {
		return social.Page{}, fmt.Errorf("weibo %s: the answer holds no list", feed)
	}
	page := social.Page{Texts: make([]social.Text, 0, len(*posts))}
	for _, p := range *posts {
		t, err := p.text(kind)
		if err != nil {
			return social.Page{}, fmt.Errorf("weibo %s: %w", feed, err)
		}
		page.Texts = append(page.Texts, t)
	}
	return page, nil
}

// Profile implements social.API.
func (c *Client) Profile(ctx context.Context, uid string) (social.Profile, error) {
	var u user
	if err := c.get(ctx, "users/show", url.Values{"uid": {uid}}, &u); err != nil {
		return social.Profile{}, err
	}
	p := u.profile()
	if p.UID == "" {
		p.UID = uid
	}
	return p, nil
}

// Name implements social.API.
func (c *Client) Name(ctx context.Context, uid string) (string, error) {
	var u user
	if err := c.get(ctx, "users/show", url.Values{"uid": {uid}}, &u); err != nil {
		return "", err
	}
	return u.ScreenName, nil
}

// Follows implements social.API.
func (c *Client) Follows(ctx context.Context, uid string) (bool, error) {
	var answer struct {
		Follow *flag `json:"follow"`
	}
	if err := c.get(ctx, "eps/user/info", url.Values{"uid": {uid}}, &answer); err != nil {
		return false, err
	}
	if answer.Follow == nil {
		return false, errors.New("weibo eps/user/info: the answer does not say who follows")
	}
	return bool(*answer.Follow), nil
}

// Reply sends a text by the customer service.
func (c *Client) Reply(ctx context.Context, uid, text string) error {
	data, err := json.Marshal(map[string]string{"text": text})
	if err != nil {
		return fmt.Errorf("weibo messages/reply: %w", err)
	}
	form := url.Values{
		"access_token": {c.token}, "type": {"text"}, "data": {string(data)}, "receiver_id": {uid}, "save_sender_box": {"1"},
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+"/2/messages/reply.json", strings.NewReader(form.Encode()))
	if err != nil {
		return errors.New("weibo messages/reply: the address of the API is malformed")
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	var answer struct {
		Result flag `json:"result"`
	}
	if err := c.do(req, "messages/reply", &answer); err != nil {
		return err
	}
	if !answer.Result {
		return &Error{Call: "messages/reply", Status: http.StatusOK}
	}
	return nil
}
