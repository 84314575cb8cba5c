package catalogue

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"pingyi/folding"
)

// FoldLimit is the longest text, in bytes, that can be a command, a name or a
// code; anything longer is prose and is never folded.
const FoldLimit = 600

// Fold brings a typed text to the form in which words are compared, without
// blanks, quotes and closing punctuation at the ends.
func Fold(s string) string {
	if len(s) > FoldLimit {
		return ""
	}
	return trimEnds(folding.Words(s))
}

// closing is what may trail a typed word without changing it.
const closing = " 。.,!?;:、~～-—"

func trimEnds(s string) string {
	for {
		t := strings.TrimLeft(s, " ")
		t = strings.TrimRight(t, closing)
		if open, size := utf8.DecodeRuneInString(t); size > 0 {
			if end, n := utf8.DecodeLastRuneInString(t); quotes(open, end) && len(t) > size+n {
				t = t[size : len(t)-n]
			}
		}
		if t == s {
			return s
		}
		s = t
	}
}

// quotes reports whether a text between open and end is quoted as a whole, as
// people do who copy 「确认」 with its brackets.
func quotes(open, end rune) bool {
	switch open {
	case '「':
		return end == '」'
	case '【':
		return end == '】'
	case '“':
		return end == '”'
	case '"':
		return end == '"'
	}
	return false
}

// Safe replaces what would break a tap link, or read as markup, by its
// full-width form; Fold turns it back.
func Safe(s string) string {
	if !strings.ContainsAny(s, "&\"<>+%#'=\\\r\n\t") && utf8.ValidString(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch r {
		case '&', '"', '<', '>', '+', '%', '#', '\'', '=', '\\':
			return r - '!' + '！'
		case '\r', '\n', '\t', utf8.RuneError:
			return ' '
		}
		return r
	}, s)
}

// Cut shortens s to at most n runes, the last of them an ellipsis.
func Cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	count := 0
	keep := 0
	for i := range s {
		if count == n-1 {
			keep = i
		}
		count++
		if count > n {
			return s[:keep] + "…"
		}
	}
	return s
}

// Lower folds the case of the ASCII letters of a word or code.
func Lower(s string) string {
	for i := range len(s) {
		if c := s[i]; c >= 'A' && c <= 'Z' {
			return strings.ToLower(s)
		}
	}
	return s
}

const smallNumbers = "0123456789"

// Small writes a number; the digits cost nothing.
func Small(n int) string {
	if n >= 0 && n < len(smallNumbers) {
		return smallNumbers[n : n+1]
	}
	return strconv.Itoa(n)
}

// Digits takes a text of digits with blanks and commas between them.
func Digits(s string) (string, bool) {
	clean := true
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
		case r == ' ' || r == ',' || r == '、':
			clean = false
		default:
			return "", false
		}
	}
	if clean {
		return s, s != ""
	}
	s = strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
	return s, s != ""
}
