package wechat

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// scanJSON reads one object. Numbers keep the text they have, so that no id
// loses a digit; null is as if the field were not there.
func scanJSON(s string, f *fields) Reason {
	j := jsonScanner{s: s}
	if r := j.object(f, 1); r != "" {
		return r
	}
	if j.space() != 0 {
		return Broken
	}
	return ""
}

// jsonScanner holds what is not read yet.
type jsonScanner struct{ s string }

// space skips white space and returns the character after it, 0 at the end.
func (j *jsonScanner) space() byte {
	j.s = trimSpace(j.s)
	if j.s == "" {
		return 0
	}
	return j.s[0]
}

// take reads the character c, which must come next.
func (j *jsonScanner) take(c byte) bool {
	if j.space() != c {
		return false
	}
	j.s = j.s[1:]
	return true
}

// object reads an object into f, or past it where f is nil. depth is its own.
func (j *jsonScanner) object(f *fields, depth int) Reason {
	if depth > maxDepth {
		return TooDeep
	}
	if !j.take('{') {
		return Broken
	}
	if j.take('}') {
		return ""
	}
	for {
		if j.space() != '"' {
			return Broken
		}
		name, r := j.text()
		if r != "" {
			return r
		}
		if !j.take(':') {
			return Broken
		}
		if r := j.member(f, name, depth); r != "" {
			return r
		}
		if j.take('}') {
			return ""
		}
		if !j.take(',') {
			return Broken
		}
	}
}

// member reads the value of a name.
func (j *jsonScanner) member(f *fields, name string, depth int) Reason {
	if f == nil {
		return j.skip(depth)
	}
	if r := f.see(name); r != "" {
		return r
	}
	id, known := fieldOf(name)
	if !known {
		return j.skip(depth)
	}
	switch j.space() {
	case '"':
		value, r := j.text()
		f.value[id] = value
		return r
	case '{', '[':
		return Broken // of the fields that are read none has parts
	}
	value := j.word()
	switch {
	case value == "null":
		return ""
	case value == "true", value == "false", isNumber(value):
		f.value[id] = value
		return ""
	}
	return Broken
}

// skip reads past a value inside of something that lies depth deep.
func (j *jsonScanner) skip(depth int) Reason {
	switch j.space() {
	case '"':
		_, r := j.text()
		return r
	case '{':
		return j.object(nil, depth+1)
	case '[':
		return j.array(depth + 1)
	}
	switch value := j.word(); {
	case value == "null", value == "true", value == "false", isNumber(value):
		return ""
	}
	return Broken
}

func (j *jsonScanner) array(depth int) Reason {
	if depth > maxDepth {
		return TooDeep
	}
	j.take('[')
	if j.take(']') {
		return ""
	}
	for {
		if r := j.skip(depth); r != "" {
			return r
		}
		if j.take(']') {
			return ""
		}
		if !j.take(',') {
			return Broken
		}
	}
}

// word reads up to the end of a number or literal.
func (j *jsonScanner) word() string {
	end := strings.IndexAny(j.s, ",]}"+space)
	if end < 0 {
		end = len(j.s)
	}
	word := j.s[:end]
	j.s = j.s[end:]
	return word
}

// isNumber reports whether s has JSON's form of a number.
func isNumber(s string) bool {
	s = strings.TrimPrefix(s, "-")
	whole, s := cutDigits(s)
	if whole == "" || len(whole) > 1 && whole[0] == '0' {
		return false
	}
	if rest, ok := strings.CutPrefix(s, "."); ok {
		var part string
		if part, s = cutDigits(rest); part == "" {
			return false
		}
	}
	if s != "" && s[0]|0x20 == 'e' {
		s = s[1:]
		if s != "" && (s[0] == '+' || s[0] == '-') {
			s = s[1:]
		}
		var power string
		if power, s = cutDigits(s); power == "" {
			return false
		}
	}
	return s == ""
}

func cutDigits(s string) (digits, rest string) {
	i := 0
	for i < len(s) && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	return s[:i], s[i:]
}

// text reads a string, its quotation mark being next. Without an escape in it
// nothing is copied. Raw line ends inside are taken as they are.
func (j *jsonScanner) text() (string, Reason) {
	s := j.s[1:]
	end := strings.IndexAny(s, `"\`)
	if end < 0 {
		return "", Broken
	}
	if s[end] == '"' {
		j.s = s[end+1:]
		return s[:end], ""
	}
	var b strings.Builder
	for {
		b.WriteString(s[:end])
		if s[end] == '"' {
			j.s = s[end+1:]
			return b.String(), ""
		}
		r, size := escape(s[end:])
		if size == 0 {
			return "", Broken
		}
		if cleanRune(r) || r == utf8.RuneError {
			b.WriteRune(r)
		}
		s = s[end+size:]
		if end = strings.IndexAny(s, `"\`); end < 0 {
			return "", Broken
		}
	}
}

// escape reads the escape that s begins with; size 0 means that it is none. A
// lone surrogate is U+FFFD.
func escape(s string) (r rune, size int) {
	if len(s) < 2 {
		return 0, 0
	}
	switch s[1] {
	case '"', '\\', '/':
		return rune(s[1]), 2
	case 'b':
		return '\b', 2
	case 'f':
		return '\f', 2
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case 'u':
		r, ok := hexRune(s)
		if !ok {
			return 0, 0
		}
		if !utf16.IsSurrogate(r) {
			return r, 6
		}
		if low, ok := hexRune(s[6:]); ok {
			if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
				return pair, 12
			}
		}
		return utf8.RuneError, 6
	}
	return 0, 0
}

// hexRune reads `\uXXXX` at the start of s.
func hexRune(s string) (rune, bool) {
	if len(s) < 6 || s[0] != '\\' || s[1] != 'u' {
		return 0, false
	}
	n, err := strconv.ParseUint(s[2:6], 16, 16)
	if err != nil {
		return 0, false
	}
	return rune(n), true
}
