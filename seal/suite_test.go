package seal

import (
	"bytes"
	"crypto/rand"
	"errors"
	"strings"
	"testing"

	"pingyi/models"
)

const suiteSecret = "0123456789abcdef0123456789abcdef"

// openedBefore opens a value as a release before suites did: the nonce, all of it, is
// what the value begins with.
func openedBefore(b Box, sealed, use []byte) ([]byte, error) {
	var nonce [NonceSize]byte
	copy(nonce[:], sealed[:b.fresh])
	return b.aead.Open(nil, nonce[:], sealed[b.fresh:], use)
}

// sealedBefore seals as such a release did, with a first byte that chance could give.
func sealedBefore(b Box, first byte, plain, use []byte) []byte {
	var nonce [NonceSize]byte
	_, _ = rand.Read(nonce[:b.fresh])
	nonce[0] = first
	return b.aead.Seal(append([]byte(nil), nonce[:b.fresh]...), nonce[:], plain, use)
}

// kinds are the boxes of every kind of value.
func kinds(t *testing.T) map[string]Box {
	t.Helper()
	long, err := NewBox(NewKey())
	if err != nil {
		t.Fatal(err)
	}
	session, err := newSessionBox(NewKey())
	if err != nil {
		t.Fatal(err)
	}
	w, err := NewWrapper(suiteSecret, "")
	if err != nil {
		t.Fatal(err)
	}
	return map[string]Box{"value": long, "session": session, "wrapped key": *w.current}
}

func TestSuite_everyKindOfValue_beginsWithItAndOpensInBothReleases(t *testing.T) {
	for kind, b := range kinds(t) {
		plain, use := []byte("评议"), []byte("use")
		sealed := b.Seal(plain, use)
		if Suite(sealed[0]) != Suite1 || len(sealed) != b.fresh+len(plain)+b.aead.Overhead() {
			t.Errorf("%s: begins with %d, %d bytes", kind, sealed[0], len(sealed))
		}
		if got, err := openedBefore(b, sealed, use); err != nil || !bytes.Equal(got, plain) {
			t.Errorf("%s in the release before: %q, %v", kind, got, err)
		}
		for first := range 256 { // a nonce of before begins with anything
			if got, err := b.Open(sealedBefore(b, byte(first), plain, use), use); err != nil || !bytes.Equal(got, plain) {
				t.Fatalf("%s of the release before that begins with %d: %q, %v", kind, first, got, err)
			}
		}
	}
}

func TestSuite_ofAKeyOfTheRing_isThatOfItsHashes(t *testing.T) {
	w, err := NewWrapper(suiteSecret, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"default/" + models.TenantKey, "default/person/2017/wx", "default/proof/attested"} {
		wrapped := w.Wrap(NewKey(), name)
		if Suite(wrapped[0]) != Suite1 {
			t.Errorf("%s begins with %d", name, wrapped[0])
		}
		wrapped[0] = 2
		if _, _, err = w.Unwrap(wrapped, name); !errors.Is(err, ErrOpen) || !strings.Contains(err.Error(), "suite 2") {
			t.Errorf("%s of suite 2: %v", name, err)
		}
	}
}

func TestSuite_unknown_isSaid(t *testing.T) {
	for kind, b := range kinds(t) {
		sealed := b.Seal([]byte("评议"), nil)
		sealed[0] = 2
		if _, err := b.Open(sealed, nil); !errors.Is(err, ErrOpen) || !strings.Contains(err.Error(), "suite 2") {
			t.Errorf("%s of suite 2: %v", kind, err)
		}
		if _, err := b.Open(b.Seal([]byte("评议"), nil), []byte("elsewhere")); !errors.Is(err, ErrOpen) || strings.Contains(err.Error(), "suite") {
			t.Errorf("%s of suite 1 that does not open: %v", kind, err)
		}
		if _, err := b.Open(nil, nil); !errors.Is(err, ErrOpen) {
			t.Errorf("%s without a byte: %v", kind, err)
		}
	}
}

// A release before opens a bound key too; who has not the secret cannot unbind one.
func TestBound_isAuthenticated_andOpensInBothReleases(t *testing.T) {
	w, err := NewWrapper(suiteSecret, "")
	if err != nil {
		t.Fatal(err)
	}
	key, name := NewKey(), "default/"+models.TenantKey
	again, err := w.Bind(w.Wrap(key, name), name)
	if err != nil || !Bound(again) || Bound(w.Wrap(key, name)) {
		t.Fatalf("bound %v, %v", Bound(again), err)
	}
	if got, err := openedBefore(*w.current, again, []byte("key "+name)); err != nil || !bytes.Equal(got, key) {
		t.Errorf("in the release before: %v", err)
	}
	for i := range again {
		bad := bytes.Clone(again)
		bad[i] ^= 1
		if _, _, err = w.Unwrap(bad, name); !errors.Is(err, ErrOpen) {
			t.Errorf("opens with byte %d altered: %v", i, err)
		}
	}
	other, err := NewWrapper(suiteSecret+"2", suiteSecret)
	if err != nil {
		t.Fatal(err)
	}
	if again, stale, err := other.Rewrap(again, name); err != nil || !stale || !Bound(again) {
		t.Errorf("under another secret: bound %v, %v", Bound(again), err)
	}
}
