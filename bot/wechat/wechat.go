// Package wechat is the front of a WeChat official account: it authenticates,
// decrypts and parses what the platform pushes, and renders and encrypts what
// is answered. It is pure functions over bytes: no network, no clock, no
// randomness of its own.
//
// It may import bot, models and the standard library; it knows no HTTP server
// and no other platform.
package wechat

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"sync"
)

// MaxBody bounds a push, in bytes; Open refuses what is larger, and a
// reader of the body should stop there as well.
const MaxBody = 64 << 10

// maxDepth bounds how deep elements and values may nest, the root included.
const maxDepth = 16

// Options describe an official account as its owner configured it.
type Options struct {
	AppID          string // wx...
	Token          string // of the server configuration; never empty
	PreviousToken  string // the token before a rotation, or ""
	AESKey         string // EncodingAESKey, 43 characters; empty only with AllowPlaintext
	PreviousAESKey string // the key before a rotation, or ""
	OriginalID     string // gh_..., or "" where the receiver is not checked
	// AllowPlaintext takes pushes that are not encrypted. It is for the demo and
	// has no effect where AESKey is set: the signature of a plaintext push does
	// not cover its body.
	AllowPlaintext bool
}

// Account opens and answers the pushes of one official account. It is safe for
// concurrent use.
type Account struct {
	appID      string
	tokens     []string // current, then previous
	originalID string
	keys       []aesKey // current, then previous; empty means plaintext
	scratch    sync.Pool
}

// aesKey is a key in use. The platform takes the first half of the key for the
// initial vector of every message.
type aesKey struct {
	block cipher.Block
	iv    []byte // aes.BlockSize bytes
}

// New checks the options. Its error names every option that cannot be used,
// never its value.
func New(o Options) (*Account, error) {
	var faults []error
	if o.AppID == "" && (o.AESKey != "" || !o.AllowPlaintext) { // encrypted pushes alone carry it
		faults = append(faults, fault("AppID", errors.New("is empty")))
	}
	if o.Token == "" {
		faults = append(faults, fault("Token", errors.New("is empty, which would let anybody in")))
	}
	a := &Account{appID: o.AppID, tokens: []string{o.Token}, originalID: o.OriginalID}
	if o.PreviousToken != "" {
		a.tokens = append(a.tokens, o.PreviousToken)
	}
	a.scratch.New = func() any { return new(scratch) }
	switch {
	case o.AESKey != "":
		key, err := newKey(o.AESKey)
		if err != nil {
			faults = append(faults, fault("AESKey", err))
		}
		a.keys = append(a.keys, key)
	case !o.AllowPlaintext:
		faults = append(faults, fault("AESKey", errors.New("is empty and AllowPlaintext is not set")))
	}
	if o.PreviousAESKey != "" {
		key, err := newKey(o.PreviousAESKey)
		switch {
		case err != nil:
			faults = append(faults, fault("PreviousAESKey", err))
		case o.AESKey == "":
			faults = append(faults, fault("PreviousAESKey", errors.New("is set without AESKey")))
		default:
			a.keys = append(a.keys, key)
		}
	}
	if len(faults) > 0 {
		return nil, errors.Join(faults...)
	}
	return a, nil
}

func fault(option string, err error) error { return fmt.Errorf("%s: %w", option, err) }

// newKey decodes an EncodingAESKey. Some issued keys have spare bits set in
// their last character, which the lenient decoder drops.
func newKey(encoded string) (aesKey, error) {
	const encodedLen, keyLen = 43, 32
	if len(encoded) != encodedLen || strings.ContainsAny(encoded, "\r\n") {
		return aesKey{}, fmt.Errorf("is not %d characters of base64", encodedLen)
	}
	key, err := base64.StdEncoding.DecodeString(encoded + "=")
	if err != nil || len(key) != keyLen {
		return aesKey{}, fmt.Errorf("is not %d characters of base64", encodedLen)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return aesKey{}, fmt.Errorf("is no AES key: %w", err)
	}
	return aesKey{block: block, iv: key[:aes.BlockSize]}, nil
}

// scratch holds the buffers of one call. Nothing that a call returns may point
// into it.
type scratch struct {
	encoded []byte // base64
	plain   []byte // ciphertext, then plaintext in its place
	signed  []byte // what a signature is taken over
}

func (a *Account) borrow() *scratch {
	s, ok := a.scratch.Get().(*scratch)
	if !ok {
		return new(scratch)
	}
	return s
}
