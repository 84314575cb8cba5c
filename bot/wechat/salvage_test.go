package wechat

import (
	"strings"
	"testing"

	"pingyi/bot"
)

func TestOpen_eventNamesInAnyCase_areTheEvents(t *testing.T) {
	event := func(name string) string {
		return strings.Replace(strings.Replace(inner("<Event><![CDATA["+name+"]]></Event><EventKey><![CDATA[qrscene_u:A03]]></EventKey>"),
			"<![CDATA[text]]>", "<![CDATA[Event]]>", 1), "<MsgId>6054768590064713728</MsgId>", "", 1)
	}
	for name, want := range map[string]bot.InputKind{
		"subscribe": bot.Follow, "SUBSCRIBE": bot.Follow, "scan": bot.Scan, "Scan": bot.Scan, "SCAN": bot.Scan,
		"Unsubscribe": bot.Unfollow, "click": bot.Click, "CLICK": bot.Click, "view": bot.Other, "location": bot.Other,
	} {
		if p := mustOpen(t, event(name)); p.Input.Kind != want || want != bot.Other && p.Kind == KindOther {
			t.Errorf("%s: %s, kind %s", name, p.Input.Kind, p.Kind)
		}
	}
	if p := mustOpen(t, strings.Replace(inner("<Content>帮助</Content>"), "[text]", "[Text]", 1)); p.Input.Kind != bot.Text || p.Input.Text != "帮助" {
		t.Errorf("%+v", p.Input)
	}
}

// Words that break out of their CDATA leave a message that cannot be read; whose it
// is, when and which one can.
func TestOpen_wordsThatBreakTheirCDATA_canBeTold(t *testing.T) {
	const id = "6054768590064713728"
	for name, words := range map[string]string{
		"end and markup":      "a]]> <b & c",
		"a section of theirs": "<![CDATA[1<2]]> & 3<4",
		"an id of theirs":     "x]]></Content><MsgId>1</MsgId></xml>",
		"a sender of theirs":  "x]]></Content></xml><xml><FromUserName>o_other</FromUserName>",
	} {
		p, err := openSealed(t, inner("<Content><![CDATA["+words+"]]></Content>"))
		wantUnusable(t, err, Broken)
		if p.Citizen != testOpenID || p.Key != id || p.Input.At.Unix() != 1408090606 || p.Receiver != testOriginal {
			t.Errorf("%s: citizen %q, key %q, at %s", name, p.Citizen, p.Key, p.Input.At)
		}
	}
	for name, message := range map[string]string{
		"no id":            strings.Replace(inner("<Content>a]]><b</Content>"), "<MsgId>"+id+"</MsgId>", "", 1),
		"cut off":          inner("<Content>a]]><b")[:200],
		"another receiver": strings.Replace(inner("<Content>a]]><b</Content>"), testOriginal, "gh_other", 1),
		"an event":         strings.Replace(inner("<Content>a]]><b</Content>"), "[text]", "[event]", 1),
		"not broken":       inner("<Content>a</Content><Content>b</Content>"),
	} {
		p, err := openSealed(t, message)
		if err == nil || p.Key != "" {
			t.Errorf("%s: key %q, %v", name, p.Key, err)
		}
	}
}
