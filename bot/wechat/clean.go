package wechat

import (
	"strings"
	"unicode/utf8"
)

// cleanString drops what XML cannot carry: bytes that are no UTF-8, control
// characters other than tab, newline and return, U+FFFE and U+FFFF. DEL goes
// as well. Almost every text is clean and comes back as it is.
func cleanString(s string) string {
	i := firstUnclean(s)
	if i == len(s) {
		return s
	}
	var b strings.Builder
	b.Grow(len(s))
	for i < len(s) {
		b.WriteString(s[:i])
		_, size := utf8.DecodeRuneInString(s[i:])
		s = s[i+size:]
		i = firstUnclean(s)
	}
	b.WriteString(s)
	return b.String()
}

// firstUnclean is the place of the first character to drop, len(s) without one.
func firstUnclean(s string) int {
	for i := 0; i < len(s); {
		if i+8 <= len(s) && plain8(s[i:]) {
			i += 8
			continue
		}
		c := s[i]
		if c < utf8.RuneSelf {
			if !cleanRune(rune(c)) {
				return i
			}
			i++
			continue
		}
		// Nearly all Chinese: U+1000 to U+CFFF, where every rune is clean.
		if c >= 0xE1 && c <= 0xEC && i+2 < len(s) && s[i+1]&0xC0 == 0x80 && s[i+2]&0xC0 == 0x80 {
			i += 3
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if (r == utf8.RuneError && size == 1) || !cleanRune(r) {
			return i
		}
		i += size
	}
	return len(s)
}

// plain8 reports whether the next 8 bytes are all from space to tilde, as
// nearly all of an envelope is. It looks at them at once: each addition or
// subtraction sets the high bit of a byte that is not.
func plain8(s string) bool {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	_ = s[7]
	x := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
	return (x|(x-' '*ones)|(x+ones))&highs == 0
}

// cleanRune reports whether r may stand in a message.
func cleanRune(r rune) bool {
	switch {
	case r < ' ':
		return r == '\t' || r == '\n' || r == '\r'
	case r < 0x7F:
		return true
	case r == 0x7F, r == 0xFFFE, r == 0xFFFF:
		return false
	}
	return utf8.ValidRune(r)
}
