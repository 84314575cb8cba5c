package seal

import "bytes"

// boundMark stands behind the suite in the nonce of a bound key. There it is
// authenticated with the key itself, and a release before it opens the key as well.
// Such a release has it in one of 2^40 keys by chance.
var boundMark = []byte("prvn")

// WrapBound is Wrap for the key of a tenant each of whose rows needs a proof.
func (w *Wrapper) WrapBound(key []byte, name string) []byte {
	return w.current.seal(boundMark, key, []byte("key "+name))
}

// Bind wraps a key anew as WrapBound does.
func (w *Wrapper) Bind(wrapped []byte, name string) ([]byte, error) {
	key, _, err := w.Unwrap(wrapped, name)
	if err != nil {
		return nil, err
	}
	return w.WrapBound(key, name), nil
}

// Bound reports whether a wrapped key says that it is bound. Of a key that opens this
// is certain; without the secret it is what the stored bytes say.
func Bound(wrapped []byte) bool {
	return len(wrapped) > len(boundMark) && Suite(wrapped[0]) == Suite1 && bytes.HasPrefix(wrapped[1:], boundMark)
}
