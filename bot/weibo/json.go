package weibo

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
)

// maxDepth bounds how deep objects and lists may nest, the root included.
const maxDepth = 16

// maxValues bounds how many values a push holds; the platform's have fewer than
// fifty, and each costs a hundred times its two bytes.
const maxValues = 1000

// parse reads one JSON object. Numbers stay json.Number, so that no id loses a
// digit. The reason is "" when it went well, else Broken, TooDeep, TooMany or
// Duplicate.
func parse(body []byte) (map[string]any, Reason) {
	p := &parser{Decoder: json.NewDecoder(bytes.NewReader(repair(body)))}
	p.UseNumber()
	value, r := p.value(0)
	if r != "" {
		return nil, r
	}
	object, ok := value.(map[string]any)
	if !ok {
		return nil, Broken
	}
	if _, err := p.Token(); !errors.Is(err, io.EOF) {
		return nil, Broken
	}
	return object, ""
}

// parser reads token by token, because Unmarshal takes the last of two fields
// of one name and nests without a bound that is ours.
type parser struct {
	*json.Decoder
	values int // so far
}

// value reads a value inside of something that lies depth deep.
func (p *parser) value(depth int) (any, Reason) {
	p.values++
	if p.values > maxValues {
		return nil, TooMany
	}
	token, err := p.Token()
	if err != nil {
		return nil, Broken
	}
	delim, ok := token.(json.Delim)
	switch {
	case !ok:
		return token, ""
	case depth == maxDepth:
		return nil, TooDeep
	case delim == '{':
		return p.object(depth + 1)
	default:
		return p.list(depth + 1)
	}
}

func (p *parser) object(depth int) (any, Reason) {
	object := map[string]any{}
	for p.More() {
		token, err := p.Token()
		name, ok := token.(string)
		if err != nil || !ok {
			return nil, Broken
		}
		if _, twice := object[name]; twice {
			return nil, Duplicate
		}
		value, r := p.value(depth)
		if r != "" {
			return nil, r
		}
		object[name] = value
	}
	if _, err := p.Token(); err != nil {
		return nil, Broken
	}
	return object, ""
}

func (p *parser) list(depth int) (any, Reason) {
	list := []any{}
	for p.More() {
		value, r := p.value(depth)
		if r != "" {
			return nil, r
		}
		list = append(list, value)
	}
	if _, err := p.Token(); err != nil {
		return nil, Broken
	}
	return list, ""
}

// repair drops what JSON cannot carry (control characters, bytes that are no
// UTF-8) and a comma before a closing bracket, which one documented sample has,
// and escapes raw line ends and tabs inside of strings.
func repair(body []byte) []byte {
	body = []byte(clean(string(body)))
	out := make([]byte, 0, len(body))
	inString := false
	for i := 0; i < len(body); i++ {
		c := body[i]
		switch {
		case inString && c == '\\' && i+1 < len(body):
			out = append(out, c)
			i++
			c = body[i]
		case inString && c == '\n':
			out, c = append(out, '\\'), 'n'
		case inString && c == '\r':
			out, c = append(out, '\\'), 'r'
		case inString && c == '\t':
			out, c = append(out, '\\'), 't'
		case c == '"':
			inString = !inString
		case c == ',' && !inString && closes(body[i+1:]):
			continue
		}
		out = append(out, c)
	}
	return out
}

// closes reports whether the next thing in rest is a closing bracket.
func closes(rest []byte) bool {
	rest = bytes.TrimLeft(rest, " \t\r\n")
	return len(rest) > 0 && (rest[0] == '}' || rest[0] == ']')
}

// clean drops bytes that are no UTF-8 and control characters other than tab,
// newline and return.
func clean(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t', r == '\n', r == '\r':
			return r
		case r < ' ', r == 0x7F, r == 0xFFFE, r == 0xFFFF, r == '\ufeff':
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}

// text is a field as text, whether it came as a string or as a number; "" for
// everything else.
func text(object map[string]any, name string) string {
	switch v := object[name].(type) {
	case string:
		return clean(v)
	case json.Number:
		return v.String()
	}
	return ""
}
