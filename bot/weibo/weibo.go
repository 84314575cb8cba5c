// Package weibo is the front of a Weibo account (粉丝服务平台): it authenticates
// and parses what the platform pushes and renders what is answered. It is pure
// functions over bytes: no network, no clock, no randomness.
//
// It may import bot, models and the standard library; it knows no HTTP server
// and no other platform.
package weibo

import (
	"crypto/sha1" // the platform defines its signature over SHA-1
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// MaxBody bounds a push, in bytes; Open refuses what is larger, and a
// reader of the body should stop there as well.
const MaxBody = 64 << 10

// Options describe a Weibo account as its owner configured it.
type Options struct {
	AppSecret string // signs the pushes; never empty
	// PreviousAppSecret signed the pushes before a rotation, or "".
	PreviousAppSecret string
	UID               string // of the account, decimal digits
}

// Account opens and answers the pushes of one Weibo account. It is safe for
// concurrent use.
type Account struct {
	secrets []string // current, then previous
	uid     string
}

// New checks the options. Its error names every option that cannot be used,
// never its value.
func New(o Options) (*Account, error) {
	var faults []error
	if o.AppSecret == "" {
		faults = append(faults, fault("AppSecret", errors.New("is empty, which would let anybody in")))
	}
	if !isID(o.UID) {
		faults = append(faults, fault("UID", errors.New("is no number")))
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	a := &Account{secrets: []string{o.AppSecret}, uid: o.UID}
	if o.PreviousAppSecret != "" {
		a.secrets = append(a.secrets, o.PreviousAppSecret)
	}
	return a, nil
}

func fault(option string, err error) error { return fmt.Errorf("%s: %w", option, err) }

// Query is what a webhook's query says. Make it with ParseQuery.
type Query struct {
	Signature string
	Timestamp string
	Nonce     string
	EchoStr   string

	faulty bool // a used parameter twice, or a broken query: never authentic
}

// ParseQuery reads a raw query string. A parameter of Query that comes twice, or
// a broken escape anywhere, makes the query fail authentication.
func ParseQuery(raw string) Query {
	values, err := url.ParseQuery(raw)
	q := Query{faulty: err != nil}
	for name, target := range map[string]*string{
		"signature": &q.Signature, "timestamp": &q.Timestamp, "nonce": &q.Nonce, "echostr": &q.EchoStr,
	} {
		*target = values.Get(name)
		q.faulty = q.faulty || len(values[name]) > 1
	}
	return q
}

// Handshake answers the platform's check of the address: what to send back as
// it is. Freshness is not asked for, nothing depends on it.
func (a *Account) Handshake(q Query) (echo string, err error) {
	if _, ok := a.authentic(q); !ok {
		return "", refuse(BadSignature)
	}
	return q.EchoStr, nil
}

// authentic checks the signature: SHA-1 over an app secret, the time and the
// nonce, sorted as strings. It does not cover the body. It returns the secret.
func (a *Account) authentic(q Query) (secret string, ok bool) {
	signed := false
	for _, s := range a.secrets {
		sum := sha1.Sum([]byte(rowOf(s, q.Timestamp, q.Nonce)))
		want := hex.EncodeToString(sum[:])
		if subtle.ConstantTimeCompare([]byte(want), []byte(q.Signature)) == 1 {
			secret, signed = s, true
		}
	}
	return secret, signed && !q.faulty
}

// The digits of a timestamp.
const seconds, milliseconds = 10, 13

// parseTime reads the time of a query, 13 digits of milliseconds or 10 of
// seconds, as unix seconds.
func parseTime(s string) (int64, bool) {
	if !isDigits(s) || len(s) != seconds && len(s) != milliseconds {
		return 0, false
	}
	n, err := strconv.ParseInt(s[:seconds], 10, 64)
	return n, err == nil && s[0] != '0'
}

// swapped reads a nonce as if it stood in the place of the timestamp: the
// signature sorts the two, so it holds for either order, and it covers no time of
// the message. The platform's timestamps have 13 digits and its nonces fewer: a
// nonce of 13 digits that reads as any time since the service began is a
// timestamp. Nonces of ten digits are possible; of those, random ones, one in two
// million reads as a time of the last hour.
func swapped(nonce string) (at, reach int64) {
	const hour, everSince = 3600, 20 * 365 * 24 * 3600
	at, ok := parseTime(nonce)
	switch {
	case !ok:
		return 0, 0
	case len(nonce) == milliseconds:
		return at, everSince
	}
	return at, hour
}

// isID reports whether s can be a uid. Ids are never read as numbers: some
// have 16 digits.
func isID(s string) bool {
	const longest = 20
	return isDigits(s) && len(s) <= longest
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
