package wechat

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"pingyi/bot"
)

// wantSamples says how each file of testdata/samples is read: Key is "" where
// it is the common MsgId.
var wantSamples = map[string]Push{
	"text.xml":             {Kind: KindText, Input: bot.Input{Kind: bot.Text, Text: "市教育局 第1题 满意"}},
	"text.json":            {Kind: KindText, Input: bot.Input{Kind: bot.Text, Text: "满意", Mark: "4"}},
	"text_tap.xml":         {Kind: KindText, Input: bot.Input{Kind: bot.Text, Text: "满意", Mark: "4"}},
	"text_escaped.xml":     {Kind: KindText, Input: bot.Input{Kind: bot.Text, Text: "a <b> & 你好"}},
	"image.xml":            {Kind: KindImage, Input: bot.Input{Kind: bot.Picture, Media: bot.Media{ID: "media-image", URL: "http://mmbiz.qpic.cn/mmbiz_jpg/abc/0"}}},
	"voice.xml":            {Kind: KindVoice, Input: bot.Input{Kind: bot.Voice, Media: bot.Media{ID: "media-voice"}}},
	"voice_recognised.xml": {Kind: KindVoice, Input: bot.Input{Kind: bot.Voice, Media: bot.Media{ID: "media-voice"}, Text: "腾讯微信团队"}},
	"video.xml":            {Kind: KindVideo, Input: bot.Input{Kind: bot.Video, Media: bot.Media{ID: "media-video"}}},
	"shortvideo.xml":       {Kind: KindShortVideo, Input: bot.Input{Kind: bot.Video, Media: bot.Media{ID: "media-short"}}},
	"location.xml":         {Kind: KindLocation, Input: bot.Input{Kind: bot.Place, Position: bot.Position{Latitude: "23.134521", Longitude: "113.358803", Label: "位置信息"}}},
	"link.xml":             {Kind: KindLink, Input: bot.Input{Kind: bot.Link, Text: "公众平台官网链接\nhttps://mp.weixin.qq.com/?a=1&b=2"}},
	"unknown_type.xml":     {Kind: KindOther},

	"event_subscribe.xml":        {Kind: KindSubscribe, Key: eventKey("subscribe", ""), Input: bot.Input{Kind: bot.Follow}},
	"event_subscribe_scene.xml":  {Kind: KindSubscribe, Key: eventKey("subscribe", "qrscene_u:A03"), Input: bot.Input{Kind: bot.Follow, Scene: "u:A03"}},
	"event_subscribe_scene.json": {Kind: KindSubscribe, Key: eventKey("subscribe", "qrscene_u:A03"), Input: bot.Input{Kind: bot.Follow, Scene: "u:A03"}},
	"event_scan.xml":             {Kind: KindScan, Key: eventKey("SCAN", "w:A03-2.00017.a1b2c3"), Input: bot.Input{Kind: bot.Scan, Scene: "w:A03-2.00017.a1b2c3"}},
	"event_unsubscribe.xml":      {Kind: KindUnsubscribe, Key: eventKey("unsubscribe", ""), Input: bot.Input{Kind: bot.Unfollow}},
	"event_click.xml":            {Kind: KindClick, Key: eventKey("CLICK", "评议"), Input: bot.Input{Kind: bot.Click, Text: "评议"}},
	"event_view.xml":             {Kind: KindView, Key: eventKey("VIEW", "https://example.com/")},
	"event_location.xml":         {Kind: KindPosition, Key: eventKey("LOCATION", "")},
	"event_template.xml":         {Kind: KindTemplate, Key: eventKey("TEMPLATESENDJOBFINISH", "")},
	"event_consent_popup.xml":    {Kind: KindConsent, Key: eventKey("subscribe_msg_popup_event", "")},
	"event_consent_popup.json":   {Kind: KindConsent, Key: eventKey("subscribe_msg_popup_event", "")},
	"event_consent_change.xml":   {Kind: KindConsent, Key: eventKey("subscribe_msg_change_event", "")},
	"event_consent_sent.xml":     {Kind: KindConsent, Key: eventKey("subscribe_msg_sent_event", "")},
	"event_scancode.xml":         {Kind: KindOther, Key: eventKey("scancode_push", "6")},
}

func eventKey(event, key string) string {
	return testOpenID + "\x001408090606\x00" + event + "\x00" + key
}

func TestOpen_everyDocumentedPush_isReadInBothModes(t *testing.T) {
	entries, err := os.ReadDir("testdata/samples")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		t.Run(e.Name(), func(t *testing.T) {
			want, ok := wantSamples[e.Name()]
			if !ok {
				t.Fatal("nothing says how this sample is read")
			}
			if want.Key == "" {
				want.Key = "6054768590064713728"
			}
			want.Citizen, want.Receiver, want.Nonce = testOpenID, testOriginal, testNonce
			want.Input.At = time.Unix(1408090606, 0).UTC()

			plain, err := plainAccount(t).Open(ParseQuery(plainQuery()), []byte(sample(t, e.Name())))
			if err != nil {
				t.Fatal(err)
			}
			for mode, got := range map[string]Push{"plain": plain, "safe": mustOpen(t, sample(t, e.Name()))} {
				want.Dated = Dated{Timestamp: 1408090610, Reach: swappedReach, Signature: got.Dated.Signature}
				if mode == "safe" {
					want.Dated.Sealed = 1408090606
				}
				if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Push{})); diff != "" {
					t.Errorf("%s: %s", mode, diff)
				}
			}
		})
	}
}

func TestOpen_kinds_areOfTheClosedList(t *testing.T) {
	known := strings.Join(Kinds(), " ") + " "
	for name, p := range wantSamples {
		if !strings.Contains(known, p.Kind+" ") {
			t.Errorf("%s: kind %q is not listed", name, p.Kind)
		}
	}
}
