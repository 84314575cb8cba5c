package wechat

import (
	"strings"
	"time"
)

// salvage reads of a text that breaks its own message whose it is, when, and which
// one: the platform wraps people's words in CDATA, and words that hold the end of
// one break out of it. Sender and time stand before the words; the id stands behind
// them, so the last one is the platform's, also where words imitate it. Where one of
// the three cannot be read the push stays without a Key.
func (p *Push) salvage(message string, f *fields) {
	v := &f.value
	created, dated := parseSeconds(strings.TrimSpace(v[fCreateTime]))
	citizen := strings.TrimSpace(v[fFromUserName])
	_, rest, found := cutLast(message, "<MsgId>")
	id, _, closed := strings.Cut(rest, "</MsgId>")
	id = strings.TrimSpace(id)
	if digits, other := cutDigits(id); !dated || citizen == "" || !found || !closed || digits == "" || other != "" || !strings.EqualFold(strings.TrimSpace(v[fMsgType]), KindText) {
		return
	}
	p.Citizen, p.Receiver, p.Key = citizen, strings.TrimSpace(v[fToUserName]), id
	p.Input.At = time.Unix(created, 0).UTC()
}

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}
