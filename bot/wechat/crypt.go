package wechat

import (
	"crypto/cipher"
	"crypto/sha1" // the platform defines its signature over SHA-1
	"crypto/subtle"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
)

// The plaintext of a message is 16 random bytes, the length of the message as
// 4 bytes (big endian), the message, the appid, and PKCS#7 padding to 32.
const (
	randomLen  = 16
	headLen    = randomLen + 4
	padTo      = 32
	hexSHA1Len = 2 * sha1.Size
)

// sign is the platform's signature, hexadecimal: SHA-1 over the given strings,
// and over body unless it is nil, sorted as bytes and put in a row.
func (s *scratch) sign(a, b, c string, body []byte) [hexSHA1Len]byte {
	if b < a {
		a, b = b, a
	}
	if c < b {
		b, c = c, b
	}
	if b < a {
		a, b = b, a
	}
	row := s.signed[:0]
	placed := body == nil
	for _, part := range [...]string{a, b, c} {
		if !placed && string(body) < part {
			row = append(row, body...)
			placed = true
		}
		row = append(row, part...)
	}
	if !placed {
		row = append(row, body...)
	}
	s.signed = row
	sum := sha1.Sum(row)
	var out [hexSHA1Len]byte
	hex.Encode(out[:], sum[:])
	return out
}

// sameSignature compares without telling by its time where the two differ.
func sameSignature(want [hexSHA1Len]byte, got string) bool {
	if len(got) != len(want) {
		return false
	}
	var have [hexSHA1Len]byte
	copy(have[:], got)
	return subtle.ConstantTimeCompare(want[:], have[:]) == 1
}

// decrypt undoes s.encoded with the first key that fits and returns the message
// (a part of s.plain) and the key's place in a.keys. The reason is "" when it
// went well, BadAppID where a key fits but the message is for another app.
func (a *Account) decrypt(s *scratch) (message []byte, key int, reason Reason) {
	n := base64.StdEncoding.DecodedLen(len(s.encoded))
	reason = BadCipher
	for i, k := range a.keys {
		// The message is decrypted in place, so each key starts anew.
		s.plain = slices.Grow(s.plain[:0], n)[:n]
		m, err := base64.StdEncoding.Decode(s.plain, s.encoded)
		if err != nil || m == 0 || m%padTo != 0 {
			return nil, 0, BadCipher
		}
		plain := s.plain[:m]
		cipher.NewCBCDecrypter(k.block, k.iv).CryptBlocks(plain, plain)
		message, appID, ok := unpack(plain)
		if !ok {
			continue
		}
		if subtle.ConstantTimeCompare(appID, []byte(a.appID)) == 1 {
			return message, i, ""
		}
		reason = BadAppID
	}
	return nil, 0, reason
}

// unpack takes a decrypted plaintext apart. It looks at all 32 bytes that may
// be padding, with any contents, so that its time does not tell where a forged
// message failed. len(plain) is a positive multiple of 32.
func unpack(plain []byte) (message, appID []byte, ok bool) {
	tail := plain[len(plain)-padTo:]
	pad := int(tail[padTo-1])
	good := subtle.ConstantTimeLessOrEq(1, pad) & subtle.ConstantTimeLessOrEq(pad, padTo)
	for i, c := range tail {
		inPad := subtle.ConstantTimeLessOrEq(padTo-i, pad)
		same := subtle.ConstantTimeByteEq(c, tail[padTo-1])
		good &= subtle.ConstantTimeSelect(inPad, same, 1)
	}
	end := len(plain) - pad
	if good != 1 || end < headLen {
		return nil, nil, false
	}
	size := int64(binary.BigEndian.Uint32(plain[randomLen:headLen]))
	if size > int64(end-headLen) {
		return nil, nil, false
	}
	split := headLen + int(size)
	return plain[headLen:split:split], plain[split:end:end], true
}

// begin starts the plaintext of a message in s.plain: 16 bytes of random and
// room for the length. What is appended to it is the message.
func (s *scratch) begin(random io.Reader) error {
	s.plain = append(s.plain[:0], make([]byte, headLen)...)
	if _, err := io.ReadFull(random, s.plain[:randomLen]); err != nil {
		return fmt.Errorf("read randomness: %w", err)
	}
	return nil
}

// encrypt appends to dst the base64 text of the message that was begun in s.
func (a *Account) encrypt(dst []byte, s *scratch, key int) []byte {
	k := a.keys[key]
	plain := s.plain
	binary.BigEndian.PutUint32(plain[randomLen:], uint32(len(plain)-headLen)) //nolint:gosec // an answer is a few KiB
	plain = append(plain, a.appID...)
	pad := padTo - len(plain)%padTo
	for range pad {
		plain = append(plain, byte(pad))
	}
	s.plain = plain
	cipher.NewCBCEncrypter(k.block, k.iv).CryptBlocks(plain, plain)
	return base64.StdEncoding.AppendEncode(dst, plain)
}
