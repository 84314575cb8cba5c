package wechat

import (
	"crypto/rand"
	"encoding/xml"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/silenceper/wechat/v2/util"
)

const benchAnswer = "已经记下，谢谢您。\n回执：7K3M-Q9XA-2T4P-8WHC\n凭回执可以查到这份评价计没计入，它不显示您选了什么。"

func BenchmarkOpen(b *testing.B) {
	a := safeAccount(b)
	query, body := sealed(b, sample(b, "text.xml"), testApp, testKey)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := a.Open(ParseQuery(query), body); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWhole(b *testing.B) {
	a := safeAccount(b)
	query, body := sealed(b, sample(b, "text.xml"), testApp, testKey)
	now := time.Unix(1408090611, 0)
	var out []byte
	b.ReportAllocs()
	for b.Loop() {
		p, err := a.Open(ParseQuery(query), body)
		if err != nil {
			b.Fatal(err)
		}
		if out, err = a.Answer(out[:0], p, now.Unix(), benchAnswer, rand.Reader, now); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSDK does the same with the SDK's helpers and encoding/xml, without
// what its server adds.
func BenchmarkSDK(b *testing.B) {
	query, body := sealed(b, sample(b, "text.xml"), testApp, testKey)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := sdkWhole(query, body); err != nil {
			b.Fatal(err)
		}
	}
}

type sdkAnswer struct {
	XMLName      xml.Name `xml:"xml"`
	Encrypt      string
	MsgSignature string
	TimeStamp    string
	Nonce        string
}

func sdkWhole(query string, body []byte) ([]byte, error) {
	values, err := url.ParseQuery(query)
	if err != nil {
		return nil, err
	}
	var envelope, message xmlReference
	if err := xml.Unmarshal(body, &envelope); err != nil {
		return nil, err
	}
	timestamp, nonce := values.Get("timestamp"), values.Get("nonce")
	if util.Signature(testToken, timestamp, nonce, envelope.Encrypt) != values.Get("msg_signature") {
		return nil, refuse(BadSignature)
	}
	random, plain, err := util.DecryptMsg(testApp, envelope.Encrypt, testKey)
	if err != nil {
		return nil, err
	}
	if err := xml.Unmarshal(plain, &message); err != nil {
		return nil, err
	}
	out, err := xml.Marshal(answerXML{
		ToUserName: message.FromUserName, FromUserName: message.ToUserName, CreateTime: 1408090611,
		MsgType: "text", Content: benchAnswer,
	})
	if err != nil {
		return nil, err
	}
	encrypt, err := util.EncryptMsg(random, out, testApp, testKey)
	if err != nil {
		return nil, err
	}
	timestamp = strconv.Itoa(1408090611)
	return xml.Marshal(sdkAnswer{
		Encrypt: string(encrypt), TimeStamp: timestamp, Nonce: nonce,
		MsgSignature: util.Signature(testToken, timestamp, nonce, string(encrypt)),
	})
}
