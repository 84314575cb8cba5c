package wechat

import (
	"encoding/xml"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/silenceper/wechat/v2/util"
	"pgregory.net/rapid"
)

type answerXML struct {
	XMLName      xml.Name `xml:"xml"`
	ToUserName   string
	FromUserName string
	CreateTime   int64
	MsgType      string
	Content      string
}

func TestReply_text_isTheWholeAnswer(t *testing.T) {
	p := Push{Citizen: "o1", Receiver: "gh_1"}
	want := "<xml><ToUserName><![CDATA[o1]]></ToUserName><FromUserName><![CDATA[gh_1]]></FromUserName>" +
		"<CreateTime>7</CreateTime><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[您好]]></Content></xml>"
	if got := string(Reply(p, 7, "您好")); got != want {
		t.Errorf("got %s", got)
	}
}

func TestReply_anyText_isReadBackClean(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text") + rapid.SampledFrom([]string{"", "]]>", "]]]>>", "]]>]]>", "</xml>", "\x00\xff"}).Draw(t, "trap")
		p := Push{Citizen: rapid.String().Draw(t, "citizen"), Receiver: "gh_1"}
		out := Reply(p, 7, text)
		var got answerXML
		if err := xml.Unmarshal(out, &got); err != nil {
			t.Fatalf("%v in %q", err, out)
		}
		if want := newlines(cleanString(text)); got.Content != want || got.ToUserName != newlines(cleanString(p.Citizen)) {
			t.Fatalf("read back %q, want %q", got.Content, want)
		}
		if string(out) != string(Reply(p, 7, text)) {
			t.Fatal("a second answer differs")
		}
	})
}

func TestSeal_anyAnswer_theSDKOpensIt(t *testing.T) {
	a := safeAccount(t)
	rapid.Check(t, func(t *rapid.T) {
		plain := rapid.SliceOfN(rapid.Byte(), 0, 3000).Draw(t, "plain")
		random := string(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "random"))
		nonce := rapid.SampledFrom([]string{"", "1", "415670741", "~~~", "+/A", "zz"}).Draw(t, "nonce")
		out, err := a.Seal(Push{key: 1, Nonce: nonce}, plain, strings.NewReader(random), time.Unix(1713424427, 0))
		if err != nil {
			t.Fatal(err)
		}
		var envelope struct {
			Encrypt, MsgSignature, Nonce string
			TimeStamp                    string
		}
		if err := xml.Unmarshal(out, &envelope); err != nil {
			t.Fatal(err)
		}
		if want := util.Signature(testToken, envelope.TimeStamp, envelope.Nonce, envelope.Encrypt); envelope.MsgSignature != want || envelope.Nonce != nonce {
			t.Fatalf("signature %s of nonce %q, want %s", envelope.MsgSignature, envelope.Nonce, want)
		}
		head, got, err := util.DecryptMsg(testApp, envelope.Encrypt, testKey)
		if err != nil || string(got) != string(plain) || string(head) != random {
			t.Fatalf("the SDK reads %q after %q, %v", got, head, err)
		}
		same, err := util.EncryptMsg([]byte(random), plain, testApp, testKey)
		if err != nil || string(same) != envelope.Encrypt {
			t.Fatalf("the SDK encrypts to %s, %v", same, err)
		}
	})
}

func TestOpen_anyMessageOfTheSDK_isDecrypted(t *testing.T) {
	a := mustNew(t, Options{AppID: testApp, Token: testToken, AESKey: otherKey, PreviousAESKey: testKey})
	rapid.Check(t, func(t *rapid.T) {
		message := rapid.SliceOfN(rapid.Byte(), 0, 2000).Draw(t, "message")
		previous := rapid.Bool().Draw(t, "previous")
		key, want := otherKey, 0
		if previous {
			key, want = testKey, 1
		}
		encrypt, err := util.EncryptMsg([]byte("0123456789abcdef"), message, testApp, key)
		if err != nil {
			t.Fatal(err)
		}
		got, at, reason := a.decrypt(&scratch{encoded: encrypt})
		if reason != "" || string(got) != string(message) || at != want {
			t.Fatalf("decrypted %q with key %d (%s), want %q with key %d", got, at, reason, message, want)
		}
	})
}

func TestSign_anyParts_agreesWithTheSDK(t *testing.T) {
	s := new(scratch)
	part := rapid.SampledFrom([]string{"", "a", "aa", "B", "1", "10", "市"})
	rapid.Check(t, func(t *rapid.T) {
		a, b, c, body := part.Draw(t, "a"), part.Draw(t, "b"), part.Draw(t, "c"), part.Draw(t, "body")
		if got := s.sign(a, b, c, []byte(body)); string(got[:]) != util.Signature(a, b, c, body) {
			t.Fatalf("%q %q %q %q", a, b, c, body)
		}
		if got := s.sign(a, b, c, nil); string(got[:]) != util.Signature(a, b, c) {
			t.Fatalf("%q %q %q", a, b, c)
		}
	})
}

func TestAnswer_plaintextPush_isThePlainAnswer(t *testing.T) {
	a := plainAccount(t)
	p, err := a.Open(ParseQuery(plainQuery()), []byte(sample(t, "text.xml")))
	if err != nil {
		t.Fatal(err)
	}
	out, err := a.Answer([]byte("before"), p, 7, "您好", nil, time.Unix(1, 0))
	if err != nil || string(out) != "before"+string(Reply(p, 7, "您好")) {
		t.Errorf("%s, %v", out, err)
	}
}

func TestAnswer_encryptedPush_isTheSealedReplyBehindWhatWasThere(t *testing.T) {
	a, p := safeAccount(t), mustOpen(t, sample(t, "text.xml"))
	const random = "0123456789abcdef"
	want, err := a.Seal(p, Reply(p, 7, "您好"), strings.NewReader(random), time.Unix(1, 0))
	if err != nil {
		t.Fatal(err)
	}
	got, err := a.Answer([]byte("before"), p, 7, "您好", strings.NewReader(random), time.Unix(1, 0))
	if err != nil || string(got) != "before"+string(want) {
		t.Errorf("%s, %v", got, err)
	}
	if _, err := a.Answer(nil, p, 7, "您好", strings.NewReader("short"), time.Unix(1, 0)); err == nil {
		t.Error("answered without randomness")
	}
}

func TestSeal_twice_usesFreshBytes(t *testing.T) {
	a, p := safeAccount(t), mustOpen(t, sample(t, "text.xml"))
	random := strings.NewReader("0123456789abcdefFEDCBA9876543210")
	one, err := a.Seal(p, []byte("x"), random, time.Unix(1, 0))
	if err != nil {
		t.Fatal(err)
	}
	two, err := a.Seal(p, []byte("x"), random, time.Unix(1, 0))
	if err != nil || string(one) == string(two) {
		t.Errorf("both answers are %s, %v", one, err)
	}
}

func TestSeal_noRandomness_fails(t *testing.T) {
	_, err := safeAccount(t).Seal(Push{key: 1}, []byte("x"), strings.NewReader("short"), time.Unix(1, 0))
	if err == nil {
		t.Error("sealed without randomness")
	}
	_, err = safeAccount(t).Seal(Push{key: 2}, []byte("x"), strings.NewReader("0123456789abcdef"), time.Unix(1, 0))
	if err == nil || errors.Is(err, ErrUnusable) {
		t.Errorf("sealed with a key that the account does not have: %v", err)
	}
}
