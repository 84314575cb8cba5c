package main

import (
	"net/http"
	"strings"
	"testing"

	"pingyi/simulator"
)

// A text with the end of a CDATA of its own is answered with a word, the same at a
// repeat, and has no effect; the dialogue goes on where it was.
func TestWebhook_textThatBreaksItsEnvelope_isToldAndChangesNothing(t *testing.T) {
	databases(t, func(t *testing.T, w *world) {
		in := w.serve()
		c := in.chat(t)
		c.on(c.scan("u:A03"), "第1题")
		broken := pushXML(t, testGH, c.who.OpenID, "<MsgType>text</MsgType><Content><![CDATA[态度好]]> <b & 5]]></Content><MsgId>77</MsgId>")
		said := map[string]bool{}
		for range 2 {
			status, raw := in.send(t, in.letterOf(broken))
			if status != http.StatusOK || !strings.HasPrefix(raw, "<xml>") {
				t.Fatalf("%d %q", status, raw)
			}
			reply := openReply(t, raw, testAES).Plain
			contains(t, reply, "有些符号读不出来", c.who.OpenID)
			said[reply] = true
		}
		if len(said) != 1 {
			t.Errorf("a repeat is answered otherwise: %v", said)
		}
		c.on(c.say("55555"), "确认")
	})
}

// Names of events come in more than one case.
func TestWebhook_eventInLowerCase_isTheScan(t *testing.T) {
	in := newWorld(t).serve()
	c := in.chat(t)
	c.do(simulator.Follow())
	raw := pushXML(t, testGH, c.who.OpenID, "<MsgType>Event</MsgType><Event>scan</Event><EventKey>u:a03</EventKey>")
	status, body := in.send(t, in.letterOf(raw))
	if status != http.StatusOK {
		t.Fatal(status)
	}
	contains(t, openReply(t, body, testAES).Plain, "【市教育局】", "第1题")
}
