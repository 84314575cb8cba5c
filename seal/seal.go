// Package seal keeps secrets at rest: key wrapping under PINGYI_SECRET, keyed
// hashes that stand for citizens, persons and pushes, and authenticated
// encryption of what names a person. The algorithms are the standard
// library's (AES-256-GCM, HMAC-SHA256, HKDF-SHA256); this package only says
// which key is used for what, and of which suite a value is.
//
// It may import models.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"sync"

	"pingyi/models"
)

// KeySize is the size of every data key in bytes.
const KeySize = 32

// NonceSize and Overhead are what sealing adds before and after the plaintext.
const (
	NonceSize = 12
	Overhead  = NonceSize + 16
)

// SessionNonce is the size of the beginning of a session value: its suite and random
// bytes.
const SessionNonce = 8

// ErrOpen says that a sealed value was not made with this key for this use, or
// was altered.
var ErrOpen = errors.New("sealed value does not open with this key")

// Box seals and opens values with one key. It is safe for concurrent use.
type Box struct {
	aead  cipher.AEAD
	fresh int // how many bytes of the nonce are stored, the suite and random ones; the rest are zero
}

// NewBox makes a box of a 32-byte key.
func NewBox(key []byte) (Box, error) {
	block, err := aes.NewCipher(key)
	if err != nil {
		return Box{}, fmt.Errorf("box: %w", err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return Box{}, fmt.Errorf("box: %w", err)
	}
	return Box{aead, NonceSize}, nil
}

// newSessionBox makes a box whose values are 8 bytes shorter: 56 random bits of
// nonce, for the key is one citizen's alone, and a tag of 96 bits. Every citizen's
// dialogue is in Redis, so each byte counts.
func newSessionBox(key []byte) (Box, error) {
	const tag = 12
	block, err := aes.NewCipher(key)
	if err != nil {
		return Box{}, fmt.Errorf("box: %w", err)
	}
	aead, err := cipher.NewGCMWithTagSize(block, tag)
	if err != nil {
		return Box{}, fmt.Errorf("box: %w", err)
	}
	return Box{aead, SessionNonce}, nil
}

// Seal returns nonce, ciphertext and tag. The nonce is the suite and fresh random
// bytes, so the first bytes are unique to this sealing. use binds the value to its
// place: opening it elsewhere fails.
func (b Box) Seal(plain, use []byte) []byte { return b.seal(nil, plain, use) }

// seal is Seal with a mark behind the suite.
func (b Box) seal(mark, plain, use []byte) []byte {
	var nonce [NonceSize]byte
	nonce[0] = byte(Suite1)
	n := 1 + copy(nonce[1:], mark)
	_, _ = rand.Read(nonce[n:b.fresh]) // crypto/rand.Read never fails: it ends the program instead
	out := make([]byte, b.fresh, b.fresh+len(plain)+b.aead.Overhead())
	copy(out, nonce[:])
	return b.aead.Seal(out, nonce[:], plain, use)
}

// Open returns the plaintext of what Seal made for the same use, now or in a release
// before suites, or ErrOpen.
func (b Box) Open(sealed, use []byte) ([]byte, error) {
	if len(sealed) < b.fresh {
		return nil, refused(sealed)
	}
	var nonce [NonceSize]byte
	copy(nonce[:], sealed[:b.fresh])
	plain, err := b.aead.Open(nil, nonce[:], sealed[b.fresh:], use)
	if err != nil {
		return nil, refused(sealed)
	}
	return plain, nil
}

// Hasher makes keyed hashes (HMAC-SHA256) under one key. It is safe for concurrent
// use, and keeps the keyed states: making one costs as much as the hash itself.
type Hasher struct{ states sync.Pool }

// NewHasher makes a hasher of a key.
func NewHasher(key []byte) *Hasher {
	return &Hasher{states: sync.Pool{New: func() any { return hmac.New(sha256.New, key) }}}
}

// Hash is a keyed hash of parts, which are length-prefixed so that no two lists
// of parts run together.
func (h *Hasher) Hash(parts ...string) models.ID {
	var sum [sha256.Size]byte
	return models.ID(h.append(sum[:0], parts...)[:16])
}

func (h *Hasher) append(dst []byte, parts ...string) []byte {
	m, ok := h.states.Get().(hash.Hash)
	if !ok {
		panic("seal: the pool holds hashes alone")
	}
	defer h.states.Put(m)
	m.Reset()
	var b [128]byte
	buf := b[:0]
	for _, p := range parts {
		buf = binary.BigEndian.AppendUint32(buf, uint32(len(p))) //nolint:gosec // parts come from a body of at most 64 KiB
		buf = append(buf, p...)
	}
	m.Write(buf)
	return m.Sum(dst)
}

// subkey derives a key for one purpose from a data key.
func subkey(key []byte, purpose string) ([]byte, error) {
	k, err := hkdf.Expand(sha256.New, key, "pingyi "+purpose, KeySize)
	if err != nil {
		return nil, fmt.Errorf("derive key: %w", err)
	}
	return k, nil
}

// Wrapper wraps data keys under PINGYI_SECRET. During a rotation it still opens
// what the previous secret wrapped.
type Wrapper struct{ current, previous *Box }

// NewWrapper takes the current secret and, during a rotation, the previous one.
func NewWrapper(secret, previous string) (*Wrapper, error) {
	w := &Wrapper{}
	var err error
	if w.current, err = wrapBox(secret); err != nil {
		return nil, err
	}
	if previous != "" {
		if w.previous, err = wrapBox(previous); err != nil {
			return nil, err
		}
	}
	return w, nil
}

func wrapBox(secret string) (*Box, error) {
	if len(secret) < KeySize {
		return nil, fmt.Errorf("the secret has %d bytes, at least %d are needed", len(secret), KeySize)
	}
	k, err := hkdf.Key(sha256.New, []byte(secret), nil, "pingyi key wrapping 1", KeySize)
	if err != nil {
		return nil, fmt.Errorf("derive wrapping key: %w", err)
	}
	b, err := NewBox(k)
	return &b, err
}

// Wrap seals a data key under its name.
func (w *Wrapper) Wrap(key []byte, name string) []byte {
	return w.current.Seal(key, []byte("key "+name))
}

// Unwrap opens a data key. stale reports that the previous secret had to be
// used, so the key should be wrapped anew.
func (w *Wrapper) Unwrap(wrapped []byte, name string) (key []byte, stale bool, err error) {
	use := []byte("key " + name)
	if key, err = w.current.Open(wrapped, use); err == nil {
		return key, false, nil
	}
	if w.previous != nil {
		if key, err = w.previous.Open(wrapped, use); err == nil {
			return key, true, nil
		}
	}
	return nil, false, fmt.Errorf("key %s: %w (was PINGYI_SECRET changed without PINGYI_SECRET_PREVIOUS?)", name, err)
}

// Rewrap wraps a data key anew that the previous secret has; a bound key stays bound.
// Where the current secret has it, stale is false and there is nothing to replace.
func (w *Wrapper) Rewrap(wrapped []byte, name string) (again []byte, stale bool, err error) {
	key, stale, err := w.Unwrap(wrapped, name)
	if err != nil || !stale {
		return nil, false, err
	}
	if Bound(wrapped) {
		return w.WrapBound(key, name), true, nil
	}
	return w.Wrap(key, name), true, nil
}

// NewKey makes a random data key.
func NewKey() []byte {
	k := make([]byte, KeySize)
	_, _ = rand.Read(k) // never fails
	return k
}
