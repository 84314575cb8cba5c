package wechat

import (
	"strconv"
	"strings"
)

// scanXML reads `<xml><Name>value</Name>...</xml>`. It knows elements, CDATA,
// the five named entities, character references, comments and processing
// instructions. Attributes, namespaces and DTDs, which the platform never
// sends, are refused; so nothing can expand.
func scanXML(s string, f *fields) Reason {
	x := xmlScanner{s: s}
	if r := x.skipMisc(); r != "" {
		return r
	}
	name, empty, r := x.open()
	if r != "" || name != "xml" {
		return Broken
	}
	for !empty {
		if r := x.skipMisc(); r != "" {
			return r
		}
		if strings.HasPrefix(x.s, "</") {
			if r := x.shut(name); r != "" {
				return r
			}
			break
		}
		if r := x.child(f); r != "" {
			return r
		}
	}
	if r := x.skipMisc(); r != "" {
		return r
	}
	if x.s != "" {
		return Broken
	}
	return ""
}

// xmlScanner holds what is not read yet.
type xmlScanner struct{ s string }

// skipMisc skips white space, comments and processing instructions.
func (x *xmlScanner) skipMisc() Reason {
	for {
		x.s = trimSpace(x.s)
		var r Reason
		switch {
		case strings.HasPrefix(x.s, "<?"):
			r = x.skipPast("<?", "?>")
		case strings.HasPrefix(x.s, "<!--"):
			r = x.skipPast("<!--", "-->")
		default:
			return ""
		}
		if r != "" {
			return r
		}
	}
}

// skipPast skips what begins and ends so; `<!-->` is the beginning of a comment and
// not a whole one.
func (x *xmlScanner) skipPast(begin, end string) Reason {
	_, rest, ok := strings.Cut(x.s[len(begin):], end)
	if !ok {
		return Broken
	}
	x.s = rest
	return ""
}

// open reads a start tag; empty says that it was `<name/>`.
func (x *xmlScanner) open() (name string, empty bool, r Reason) {
	if !strings.HasPrefix(x.s, "<") {
		return "", false, Broken
	}
	name, rest := cutName(x.s[1:])
	rest = trimSpace(rest)
	if name == "" || rest == "" {
		return "", false, Broken
	}
	if strings.HasPrefix(rest, "/>") {
		x.s = rest[2:]
		return name, true, ""
	}
	if rest[0] != '>' {
		return "", false, Broken
	}
	x.s = rest[1:]
	return name, false, ""
}

// shut reads the end tag of name.
func (x *xmlScanner) shut(name string) Reason {
	rest, ok := strings.CutPrefix(x.s, "</")
	if !ok {
		return Broken
	}
	if rest, ok = strings.CutPrefix(rest, name); !ok {
		return Broken
	}
	if rest, ok = strings.CutPrefix(trimSpace(rest), ">"); !ok {
		return Broken
	}
	x.s = rest
	return ""
}

// cutName splits an element's name off; "" where there is none.
func cutName(s string) (name, rest string) {
	i := 0
	for i < len(s) {
		c := s[i]
		letter := c|0x20 >= 'a' && c|0x20 <= 'z' || c == '_'
		if !letter && (i == 0 || c != '-' && c != '.' && (c < '0' || c > '9')) {
			break
		}
		i++
	}
	return s[:i], s[i:]
}

// child reads one field of the root.
func (x *xmlScanner) child(f *fields) Reason {
	name, empty, r := x.open()
	if r != "" {
		return r
	}
	if r := f.see(name); r != "" {
		return r
	}
	if empty {
		return ""
	}
	id, known := fieldOf(name)
	if !known {
		return x.skip(name)
	}
	value, r := x.text()
	if r != "" {
		return r
	}
	f.value[id] = value
	return x.shut(name)
}

// text reads the character data of a field up to its end tag. Almost always it
// is one CDATA section or one plain text and is returned without a copy.
func (x *xmlScanner) text() (string, Reason) {
	var whole string
	var parts strings.Builder
	for n := 0; ; {
		part, what, r := x.part()
		switch {
		case r != "":
			return "", r
		case what == childTag: // of the fields that are read none has parts
			return "", Broken
		case what == endTag:
			if n > 1 {
				whole = parts.String()
			}
			return whole, ""
		}
		n++
		switch n {
		case 1:
			whole = part
			continue
		case 2:
			parts.WriteString(whole)
		}
		parts.WriteString(part)
	}
}

// What can come next inside of an element.
type partKind uint8

const (
	textPart partKind = iota
	endTag
	childTag
)

// part reads a piece of character data, or says what comes next instead.
func (x *xmlScanner) part() (part string, what partKind, r Reason) {
	switch {
	case strings.HasPrefix(x.s, cdataOpen):
		part, rest, ok := strings.Cut(x.s[len(cdataOpen):], cdataShut)
		if !ok {
			return "", textPart, Broken
		}
		x.s = rest
		return newlines(part), textPart, ""
	case strings.HasPrefix(x.s, "</"):
		return "", endTag, ""
	case strings.HasPrefix(x.s, "<!--"):
		return "", textPart, x.skipPast("<!--", "-->")
	case strings.HasPrefix(x.s, "<?"):
		return "", textPart, x.skipPast("<?", "?>")
	case strings.HasPrefix(x.s, "<"):
		return "", childTag, ""
	}
	end := strings.IndexByte(x.s, '<')
	if end < 0 {
		return "", textPart, Broken
	}
	part, r = decodeText(x.s[:end])
	x.s = x.s[end:]
	return part, textPart, r
}

// skip reads past an element that is not wanted, its start tag read already,
// and counts how deep its children go.
func (x *xmlScanner) skip(name string) Reason {
	var open [maxDepth]string
	open[0] = name
	for depth := 1; depth > 0; { // of open; the root is above it
		_, what, r := x.part()
		switch {
		case r != "":
			return r
		case what == textPart:
			continue
		case what == endTag:
			depth--
			if r := x.shut(open[depth]); r != "" {
				return r
			}
			continue
		}
		child, empty, r := x.open()
		switch {
		case r != "":
			return r
		case depth+1 >= maxDepth:
			return TooDeep
		case !empty:
			open[depth] = child
			depth++
		}
	}
	return ""
}

const (
	cdataOpen = "<![CDATA["
	cdataShut = "]]>"
)

// newlines writes every line end as XML wants it.
func newlines(s string) string {
	if strings.IndexByte(s, '\r') < 0 {
		return s
	}
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}

// decodeText undoes the references in plain character data. A reference to a
// character that may not stand in a message is dropped with it.
func decodeText(s string) (string, Reason) {
	s = newlines(s)
	if strings.IndexByte(s, '&') < 0 {
		return s, ""
	}
	var b strings.Builder
	b.Grow(len(s))
	for {
		before, rest, ok := strings.Cut(s, "&")
		b.WriteString(before)
		if !ok {
			return b.String(), ""
		}
		name, rest, ok := strings.Cut(rest, ";")
		if !ok {
			return "", Broken
		}
		r, ok := reference(name)
		if !ok {
			return "", Broken
		}
		if cleanRune(r) || r >= 0xD800 && r < 0xE000 {
			b.WriteRune(r) // a lone surrogate becomes U+FFFD
		}
		s = rest
	}
}

// reference is the character that `&name;` stands for.
func reference(name string) (rune, bool) {
	switch name {
	case "amp":
		return '&', true
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	digits, ok := strings.CutPrefix(name, "#")
	base := 10
	if hexDigits, isHex := strings.CutPrefix(digits, "x"); isHex {
		digits, base = hexDigits, 16
	}
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseUint(digits, base, 32)
	if err != nil || n > 0x10FFFF {
		return 0, false
	}
	return rune(n), true
}
