package mutate

import (
	"math/rand/v2"
	"reflect"
)

// Bounds of what is made: usually a seed and a bit, seldom as long as a platform's
// push may be.
const (
	usualGrowth = 1 << 10
	longest     = 64 << 10
	seldom      = 1000
)

// words are pieces that readers of XML, JSON, CSV, queries and Chinese stumble over.
var words = []string{
	"\x00", "\xff", "\xef\xbb\xbf", "\r\n", "\u200b", "\ufffd", "\u2028", "👍", "５", "非常满意", "市教育局", "确认", "//@", "#",
	"<![CDATA[", "]]>", "<xml>", "</xml>", "<a/>", "<!--", "-->", "<?xml", "&amp;", "&#0;", "&lt;", "<!DOCTYPE x [",
	`"`, `\u0000`, `\ud800`, "{", "}", "[", "]", ",", ":", "null", "true", "-0", "1e999", "9223372036854775808", "-1",
	"%00", "%zz", "%25", "&", "=", "+", "=cmd|", "'", "`", "- ", "!t ", "&a ", "*a", ": ",
}

// mutate makes one input of a seed: at least one of its parts is another.
func (r *run) mutate(to, from []reflect.Value) {
	copy(to, from)
	for range 1 + r.rnd.IntN(len(from)) {
		i := r.rnd.IntN(len(from))
		to[i] = r.value(to[i], i)
	}
}

// value is another value of the same type; i is its place among the parts.
func (r *run) value(v reflect.Value, i int) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	switch v.Kind() {
	case reflect.String:
		out.SetString(string(r.bytes([]byte(v.String()), i)))
	case reflect.Slice:
		out.SetBytes(r.bytes(append([]byte(nil), v.Bytes()...), i))
	case reflect.Bool:
		out.SetBool(r.rnd.IntN(2) == 0)
	case reflect.Uint8:
		out.SetUint(uint64(r.rnd.IntN(256))) //nolint:gosec // a byte
	case reflect.Int:
		out.SetInt(v.Int() + int64(r.rnd.IntN(33)) - 16)
	default:
		panic("mutate: no way to change a " + v.Type().String())
	}
	return out
}

// bytes changes b in one to eight places.
func (r *run) bytes(b []byte, i int) []byte {
	most := min(longest, len(b)+usualGrowth)
	for range 1 + r.rnd.IntN(1<<r.rnd.IntN(4)) {
		b = r.change(b, i)
	}
	if r.rnd.IntN(seldom) == 0 && len(b) > 0 { // a part of it again and again
		at, n := span(r.rnd, len(b))
		piece := append([]byte(nil), b[at:at+n]...)
		for most = longest; len(piece) > 0 && len(b)+len(piece) <= most; {
			b = append(b, piece...)
		}
	}
	return b[:min(len(b), most)]
}

func (r *run) change(b []byte, i int) []byte {
	at, n := span(r.rnd, len(b))
	switch op := r.rnd.IntN(9); {
	case op == 0 || len(b) == 0:
		return insert(b, at, words[r.rnd.IntN(len(words))])
	case op == 1:
		b[at] ^= 1 << r.rnd.IntN(8)
	case op == 2:
		b[at] = byte(r.rnd.IntN(256)) //nolint:gosec // a byte
	case op == 3:
		b[at] += byte(r.rnd.IntN(9)) - 4 //nolint:gosec // wraps
	case op == 4:
		return append(b[:at], b[at+n:]...)
	case op == 5:
		return insert(b, r.rnd.IntN(len(b)+1), string(b[at:at+n]))
	case op == 6: // a part of another seed, in its place
		return insert(append(b[:at], b[at+n:]...), at, r.part(i))
	case op == 7:
		return insert(b, at, r.part(i))
	default:
		to := r.rnd.IntN(len(b))
		b[at], b[to] = b[to], b[at]
	}
	return b
}

// part is a piece of the same part of some seed.
func (r *run) part(i int) string {
	v := r.seeds[r.rnd.IntN(len(r.seeds))][i]
	var s string
	if v.Kind() == reflect.Slice {
		s = string(v.Bytes())
	} else {
		s = v.String()
	}
	at, n := span(r.rnd, len(s))
	return s[at : at+n]
}

// span is a place in so many bytes and a length from there, mostly short.
func span(rnd *rand.Rand, size int) (at, n int) {
	if size == 0 {
		return 0, 0
	}
	at = rnd.IntN(size)
	most := size - at
	if rnd.IntN(4) > 0 {
		most = min(most, 16)
	}
	return at, 1 + rnd.IntN(most)
}

func insert(b []byte, at int, s string) []byte {
	tail := string(b[at:])
	return append(append(b[:at], s...), tail...)
}
