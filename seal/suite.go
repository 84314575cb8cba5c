package seal

import "fmt"

// Suite is the id of the algorithms of a value. Each sealed value and each wrapped
// key begins with it, and the suite of a wrapped key is that of the hashes under it.
//
// In suite 1 the id is the first byte of the nonce, so it is authenticated with the
// rest, costs no byte, and a release before suites opens the value as well. The nonce
// of such a release is all random: its values open like any other, and what opens
// under suite 1 is of suite 1, with any first byte.
type Suite byte

// Suite1 is AES-256-GCM, HMAC-SHA256 and HKDF-SHA256.
const Suite1 Suite = 1

// lastSuite is the last id that a suite may get. A value that begins with more is of
// a release before suites.
const lastSuite Suite = 15

// refused is the error for a value that does not open. It names the suite where the
// value begins with one that this program does not know.
func refused(sealed []byte) error {
	if len(sealed) == 0 {
		return ErrOpen
	}
	if s := Suite(sealed[0]); s > Suite1 && s <= lastSuite {
		return fmt.Errorf("%w: it says that it is of suite %d, and this version knows suite %d alone", ErrOpen, s, Suite1)
	}
	return ErrOpen
}
