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

// Reply is the answer to p before encryption. The same p, at (unix seconds) and
// text give the same bytes, which is what a repeat of a push must get. text is
// cleaned; how long it may be is Render's affair.
func Reply(p Push, at int64, text string) []byte {
	const frame = 200 // of the tags and the time
	b := make([]byte, 0, frame+len(p.Citizen)+len(p.Receiver)+len(text))
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

// Seal is what goes out for the plain answer to p: encrypted with the key that
// opened p and 16 fresh bytes of random, or plain itself where p was not
// encrypted. It fails only where random does.
func (a *Account) Seal(p Push, plain []byte, random io.Reader, now time.Time) ([]byte, error) {
	if p.key == 0 {
		return plain, nil
	}
	if p.key > len(a.keys) {
		return nil, fmt.Errorf("a push of another account: key %d of %d", p.key, len(a.keys))
	}
	s := a.borrow()
	defer a.scratch.Put(s)
	s.random = append(s.random[:0], make([]byte, randomLen)...)
	if _, err := io.ReadFull(random, s.random); err != nil {
		return nil, fmt.Errorf("read randomness: %w", err)
	}
	encrypted := a.encrypt(s, p.key-1, s.random, plain)
	timestamp := strconv.FormatInt(now.Unix(), 10)
	nonce := cleanString(p.Nonce)
	signature := s.sign(a.token, timestamp, nonce, encrypted)

	const frame = 200 // of the tags, the signature and the time
	b := make([]byte, 0, frame+len(encrypted)+len(nonce))
	b = append(b, "<xml><Encrypt><![CDATA["...)
	b = append(b, encrypted...)
	b = append(b, "]]></Encrypt><MsgSignature><![CDATA["...)
	b = append(b, signature[:]...)
	b = append(b, "]]></MsgSignature><TimeStamp>"...)
	b = append(b, timestamp...)
	b = append(b, "</TimeStamp><Nonce>"...)
	b = appendCDATA(b, nonce)
	return append(b, "</Nonce></xml>"...), nil
}
