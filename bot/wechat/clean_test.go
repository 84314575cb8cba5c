package wechat

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestCleanString_everyByteAtEveryPlace_isKeptOrDropped(t *testing.T) {
	for c := range 256 {
		for at := range 17 {
			s := strings.Repeat("a", at) + string([]byte{byte(c)}) + strings.Repeat("b", 16-at)
			want := s
			if c < ' ' && c != '\t' && c != '\n' && c != '\r' || c >= 0x7F {
				want = s[:at] + s[at+1:]
			}
			if got := cleanString(s); got != want {
				t.Fatalf("byte %#x at %d: %q", c, at, got)
			}
		}
	}
}

func TestCleanString_anyBytes_areCleanedOneByOne(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "text") + string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")) + "\uffff\ufffd好"
		want := strings.Map(func(r rune) rune {
			if cleanRune(r) {
				return r
			}
			return -1
		}, strings.ToValidUTF8(s, ""))
		if got := cleanString(s); got != want {
			t.Fatalf("%q is cleaned to %q, want %q", s, got, want)
		}
	})
}
