package wechat

import (
	"strconv"
	"strings"
)

// Query is what a webhook's query says. Make it with ParseQuery.
type Query struct {
	Signature    string
	Timestamp    string
	Nonce        string
	MsgSignature string
	EncryptType  string
	EchoStr      string
	OpenID       string

	signed bool // signature was given, even if empty
	faulty bool // a used parameter twice, or a broken escape: never authentic
}

// ParseQuery reads a raw query string in one pass. A parameter of Query that
// comes twice, or a broken escape in one, makes the query fail authentication:
// a reader of the first and a reader of the last must not disagree.
func ParseQuery(raw string) Query {
	var q Query
	var seen uint8
	for raw != "" {
		var pair string
		pair, raw, _ = strings.Cut(raw, "&")
		name, value, _ := strings.Cut(pair, "=")
		name, ok := unescape(name)
		if !ok {
			q.faulty = true
			continue
		}
		target, bit := q.field(name)
		if target == nil {
			continue
		}
		if seen&bit != 0 {
			q.faulty = true
		}
		seen |= bit
		if *target, ok = unescape(value); !ok {
			q.faulty = true
		}
	}
	return q
}

func (q *Query) field(name string) (target *string, bit uint8) {
	switch name {
	case "signature":
		q.signed = true
		return &q.Signature, 1
	case "timestamp":
		return &q.Timestamp, 2
	case "nonce":
		return &q.Nonce, 4
	case "msg_signature":
		return &q.MsgSignature, 8
	case "encrypt_type":
		return &q.EncryptType, 16
	case "echostr":
		return &q.EchoStr, 32
	case "openid":
		return &q.OpenID, 64
	}
	return nil, 0
}

// unescape undoes the encoding of a query component; it allocates only where
// there is something to undo.
func unescape(s string) (string, bool) {
	if strings.IndexByte(s, '%') < 0 && strings.IndexByte(s, '+') < 0 {
		return s, true
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '+':
			b = append(b, ' ')
		case '%':
			if i+2 >= len(s) {
				return "", false
			}
			c, err := strconv.ParseUint(s[i+1:i+3], 16, 8)
			if err != nil {
				return "", false
			}
			b = append(b, byte(c))
			i += 2
		default:
			b = append(b, s[i])
		}
	}
	return string(b), true
}
