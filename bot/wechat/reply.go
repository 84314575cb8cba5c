package wechat

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// Success is the answer where there is nothing to say, unencrypted in safe mode
// as well.
const Success = "success"

// Answer appends to dst what goes out for p: a text answer dated at (unix
// seconds), encrypted with the key that opened p and 16 fresh bytes of random, or
// plain where p was not encrypted. The same p, at and text are the same answer
// inside, which is what a repeat of a push must get. text is cleaned; how long it
// may be is Render's affair. It fails only where random does.
func (a *Account) Answer(dst []byte, p Push, at int64, text string, random io.Reader, now time.Time) ([]byte, error) {
	if p.key == 0 {
		return appendReply(dst, p, at, text), nil
	}
	s := a.borrow()
	defer a.scratch.Put(s)
	if err := s.begin(random); err != nil {
		return nil, err
	}
	s.plain = appendReply(s.plain, p, at, text)
	return a.seal(dst, s, p, now)
}

// appendReply appends the answer to p before encryption.
func appendReply(b []byte, p Push, at int64, text string) []byte {
	b = append(b, "<xml><ToUserName>"...)
	b = appendCDATA(b, cleanString(p.Citizen))
	b = append(b, "</ToUserName><FromUserName>"...)
	b = appendCDATA(b, cleanString(p.Receiver))
	b = append(b, "</FromUserName><CreateTime>"...)
	b = strconv.AppendInt(b, at, 10)
	b = append(b, "</CreateTime><MsgType><![CDATA[text]]></MsgType><Content>"...)
	b = appendCDATA(b, cleanString(text))
	return append(b, "</Content></xml>"...)
}

// appendCDATA writes s so that no s can end its section: a ]]> is split
// between two.
func appendCDATA(b []byte, s string) []byte {
	b = append(b, cdataOpen...)
	for {
		before, rest, ok := strings.Cut(s, cdataShut)
		b = append(b, before...)
		if !ok {
			return append(b, cdataShut...)
		}
		b = append(b, "]]"+cdataShut+cdataOpen+">"...)
		s = rest
	}
}

// seal appends to dst the envelope of the message in s, which was begun with
// fresh bytes, under the key
// that opened p and the token that it was signed with.
func (a *Account) seal(dst []byte, s *scratch, p Push, now time.Time) ([]byte, error) {
	if p.key > len(a.keys) {
		return nil, fmt.Errorf("a push of another account: key %d of %d", p.key, len(a.keys))
	}
	if p.token >= len(a.tokens) {
		return nil, fmt.Errorf("a push of another account: token %d of %d", p.token+1, len(a.tokens))
	}
	var digits [20]byte
	timestamp := string(strconv.AppendInt(digits[:0], now.Unix(), 10))
	nonce := cleanString(p.Nonce)
	dst = append(dst, "<xml><Encrypt><![CDATA["...)
	from := len(dst)
	dst = a.encrypt(dst, s, p.key-1)
	signature := s.sign(a.tokens[p.token], timestamp, nonce, dst[from:])
	dst = append(dst, "]]></Encrypt><MsgSignature><![CDATA["...)
	dst = append(dst, signature[:]...)
	dst = append(dst, "]]></MsgSignature><TimeStamp>"...)
	dst = append(dst, timestamp...)
	dst = append(dst, "</TimeStamp><Nonce>"...)
	dst = appendCDATA(dst, nonce)
	return append(dst, "</Nonce></xml>"...), nil
}
