// Package folding brings names, classes, codes and typed words to the forms in
// which they are kept and compared, the same everywhere: in the register's files,
// in the commands and in the chat.
//
// It may import golang.org/x/text alone.
package folding

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Code is the form in which codes of units are compared: NFKC, which makes wide
// letters narrow, and upper case. A code itself is kept as it was first typed.
func Code(code string) string { return strings.ToUpper(Narrow(code)) }

// Narrow is a code as it is kept: NFKC, without white space around it.
func Narrow(code string) string { return strings.TrimSpace(norm.NFKC.String(code)) }

// Name is the form in which names, aliases, classes and what citizens look up are
// compared: as Words does, lower case, without any white space.
func Name(text string) string {
	return strings.Map(func(r rune) rune {
		if dropped(r) || unicode.IsSpace(r) || unicode.IsControl(r) {
			return -1
		}
		return unicode.ToLower(simplified(r))
	}, norm.NFKC.String(original(text)))
}

// Words is the form in which typed words are compared: NFKC, each look-alike and
// traditional character as the simplified one, without format characters, runs of
// white space as one space and none at the beginning. Bytes that are no UTF-8
// become spaces.
func Words(text string) string {
	if Plain(text) {
		return text
	}
	text = norm.NFKC.String(original(strings.ToValidUTF8(text, " ")))
	var b strings.Builder
	b.Grow(len(text))
	blank := true
	for _, r := range text {
		switch {
		case dropped(r):
			continue
		case unicode.IsSpace(r) || unicode.IsControl(r):
			if !blank {
				b.WriteByte(' ')
			}
			blank = true
			continue
		}
		blank = false
		b.WriteRune(simplified(r))
	}
	return b.String()
}

// Plain reports whether Words certainly leaves text as it is: the common case of
// simplified ideographs, printable ASCII and single spaces.
func Plain(text string) bool {
	last := ' '
	for _, r := range text {
		switch {
		case r >= firstIdeograph && r <= lastIdeograph:
			if tables.simple[r-firstIdeograph] != 0 {
				return false
			}
		case r > ' ' && r < 0x7f:
		case r == ' ' && last != ' ':
		default:
			return false
		}
		last = r
	}
	return true
}

// Spelling is how a text of the register is kept: a radical, a compatibility
// ideograph and a private-use stand-in become the character that they look like,
// and white space becomes single spaces between words. Widths and traditional
// characters stay as they are, because people read them.
func Spelling(text string) string { return strings.Join(strings.Fields(original(text)), " ") }

// Class is how a class is kept: its Spelling without white space beside an
// ideograph, so that 政府 部门 is the class 政府部门.
func Class(text string) string {
	runes := []rune(Spelling(text))
	var b strings.Builder
	for i, r := range runes {
		if r == ' ' && (unicode.Is(unicode.Han, runes[i-1]) || unicode.Is(unicode.Han, runes[i+1])) {
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// PrivateUse returns the first character of text that only the font of its
// author can show, and whether there is one. Spelling has replaced those that
// stand for known characters.
func PrivateUse(text string) (r rune, found bool) {
	for _, r := range text {
		if unicode.Is(unicode.Co, r) {
			return r, true
		}
	}
	return 0, false
}

// dropped reports whether a character has no width: format characters and the
// selectors of a character's look.
func dropped(r rune) bool {
	return r >= 0xad && (unicode.Is(unicode.Cf, r) || r >= 0xfe00 && r <= 0xfe0f)
}

// original replaces the characters that only look like others.
func original(text string) string {
	for _, r := range text {
		if r >= firstLookalike {
			return strings.Map(unmask, text)
		}
	}
	return text
}

// unmask is the character that a look-alike stands for, or r itself.
func unmask(r rune) rune {
	switch {
	case r < firstLookalike || r >= firstIdeograph && r <= lastIdeograph:
		return r
	case unicode.In(r, compatible):
		for _, r = range norm.NFKC.String(string(r)) {
			return r // each is one character
		}
	}
	for { // a stand-in may be that of a radical
		to, masked := tables.looks[r]
		if !masked {
			return r
		}
		r = to
	}
}

func simplified(r rune) rune {
	if r >= firstIdeograph && r <= lastIdeograph {
		if s := tables.simple[r-firstIdeograph]; s != 0 {
			return rune(s)
		}
	}
	return r
}
