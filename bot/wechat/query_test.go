package wechat

import (
	"net/url"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

func TestParseQuery_usedParameters_areDecoded(t *testing.T) {
	got := ParseQuery("signature=a&timestamp=b&nonce=%63+%2B&msg_signature=d&encrypt_type=aes&echostr=e&openid=f&x=1&x=2&=&&y")
	want := Query{Signature: "a", Timestamp: "b", Nonce: "c +", MsgSignature: "d", EncryptType: "aes", EchoStr: "e", OpenID: "f"}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(Query{})); diff != "" || got.faulty {
		t.Errorf("faulty %v, %s", got.faulty, diff)
	}
}

func TestParseQuery_duplicatesAndBrokenEscapes_areFaulty(t *testing.T) {
	for _, raw := range []string{
		"nonce=1&nonce=1", "nonce=1&n%6Fnce=2", "nonce&nonce=1", "signature=&signature=", "openid=1&openid=2",
		"nonce=%", "nonce=%4", "nonce=%zz", "nonce=%4z", "%4=1",
	} {
		if !ParseQuery(raw).faulty {
			t.Errorf("%s is taken", raw)
		}
	}
}

func TestParseQuery_anyQuery_agreesWithNetURL(t *testing.T) {
	name := rapid.SampledFrom([]string{"signature", "timestamp", "nonce", "echostr", "x", ""})
	rapid.Check(t, func(t *rapid.T) {
		values := url.Values{}
		for range rapid.IntRange(0, 5).Draw(t, "n") {
			values.Set(name.Draw(t, "name"), rapid.String().Draw(t, "value"))
		}
		got := ParseQuery(values.Encode())
		if got.faulty || got.Signature != values.Get("signature") || got.Timestamp != values.Get("timestamp") ||
			got.Nonce != values.Get("nonce") || got.EchoStr != values.Get("echostr") || got.signed != values.Has("signature") {
			t.Fatalf("%s is read as %+v", values.Encode(), got)
		}
	})
}

func TestReasons_everyReason_isListedOnce(t *testing.T) {
	seen := map[Reason]bool{}
	for _, r := range Reasons() {
		if seen[r] {
			t.Errorf("%s is listed twice", r)
		}
		seen[r] = true
	}
	if len(seen) != 12 {
		t.Errorf("%d reasons", len(seen))
	}
}
