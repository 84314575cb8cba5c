package wechat

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/silenceper/wechat/v2/util"

	"pingyi/bot"
)

func TestHandshake_publishedVectors_echoes(t *testing.T) {
	for _, v := range loadVectors(t).Handshakes {
		a := mustNew(t, Options{AppID: testApp, Token: v.Token, AESKey: testKey})
		raw := "signature=" + v.Signature + "&timestamp=" + v.Timestamp + "&nonce=" + v.Nonce + "&echostr=" + v.Echo
		echo, err := a.Handshake(ParseQuery(raw))
		if err != nil || echo != v.Echo {
			t.Errorf("handshake of %s: %q, %v", v.Timestamp, echo, err)
		}
		query := "timestamp=" + v.Timestamp + "&nonce=" + v.Nonce
		for _, bad := range []string{"", query, query + "&signature=", query + "&signature=0" + v.Signature[1:], raw + "&nonce=" + v.Nonce} {
			_, err := a.Handshake(ParseQuery(bad))
			wantRefusal(t, err, BadSignature)
		}
	}
}

func TestOpen_publishedPush_isReadAsPublished(t *testing.T) {
	v := loadVectors(t).Push
	a := mustNew(t, Options{AppID: v.AppID, Token: v.Token, AESKey: v.AESKey, OriginalID: "gh_97417a04a28d"})
	q := ParseQuery("signature=" + v.Signature + "&timestamp=" + v.Timestamp + "&nonce=" + v.Nonce +
		"&openid=" + v.OpenID + "&encrypt_type=aes&msg_signature=" + v.MsgSignature)
	bodies := []string{
		`{"ToUserName":"gh_97417a04a28d","Encrypt":"` + v.Encrypt + `"}`,
		"<xml><ToUserName><![CDATA[gh_97417a04a28d]]></ToUserName><Encrypt><![CDATA[" + v.Encrypt + "]]></Encrypt></xml>",
	}
	for _, body := range bodies {
		p, err := a.Open(q, []byte(body))
		if err != nil {
			t.Fatal(err)
		}
		want := Push{
			Citizen: v.OpenID, Receiver: "gh_97417a04a28d", Kind: KindOther, Nonce: v.Nonce,
			Dated: Dated{Timestamp: 1714112445, Sealed: 1714112445, Swapped: 0, Reach: swappedReach, Signature: v.MsgSignature},
			Key:   v.OpenID + "\x001714112445\x00debug_demo\x00",
			Input: bot.Input{At: time.Unix(1714112445, 0).UTC()},
		}
		if diff := cmp.Diff(want, p, cmpopts.IgnoreUnexported(Push{})); diff != "" {
			t.Error(diff)
		}
	}
	s := &scratch{encoded: []byte(v.Encrypt)}
	plain, _, reason := a.decrypt(s)
	if reason != "" || string(plain) != v.Plain || string(s.plain[:16]) != v.Random {
		t.Errorf("decrypted %q (%s) after %q", plain, reason, s.plain[:16])
	}
}

func TestSeal_publishedReply_isMadeAsPublished(t *testing.T) {
	v := loadVectors(t).Reply
	a := mustNew(t, Options{AppID: v.AppID, Token: v.Token, AESKey: v.AESKey})
	out, err := a.Seal(Push{key: 1, Nonce: v.Nonce}, []byte(v.Plain), strings.NewReader(v.Random), time.Unix(1713424427, 0))
	if err != nil {
		t.Fatal(err)
	}
	want := "<xml><Encrypt><![CDATA[" + v.Encrypt + "]]></Encrypt><MsgSignature><![CDATA[" + v.MsgSignature +
		"]]></MsgSignature><TimeStamp>" + v.Timestamp + "</TimeStamp><Nonce><![CDATA[" + v.Nonce + "]]></Nonce></xml>"
	if string(out) != want {
		t.Errorf("sealed\n%s\nwant\n%s", out, want)
	}
}

func TestOpen_compatibleMode_takesTheEncryptedPart(t *testing.T) {
	query, body := sealed(t, sample(t, "text.xml"), testApp, testKey)
	encrypt := between(t, body, "<Encrypt>", "</Encrypt>")
	forged := inner("<Content>伪造</Content><Encrypt>" + encrypt + "</Encrypt>")
	p, err := safeAccount(t).Open(ParseQuery(query), []byte(forged))
	if err != nil || p.Input.Text != "市教育局 第1题 满意" {
		t.Errorf("text %q, %v", p.Input.Text, err)
	}
}

func TestOpen_safeModeWithoutSignature_msgSignatureIsEnough(t *testing.T) {
	query, body := sealed(t, sample(t, "text.xml"), testApp, testKey)
	_, query, _ = strings.Cut(query, "&")
	if _, err := safeAccount(t).Open(ParseQuery(query), body); err != nil {
		t.Error(err)
	}
}

func TestOpen_spareBitsInKey_areIgnored(t *testing.T) {
	query, body := sealed(t, sample(t, "text.xml"), testApp, testKey)
	for _, last := range []string{"A", "B", "C", "D"} {
		a := mustNew(t, Options{AppID: testApp, Token: testToken, AESKey: testKey[:42] + last})
		if _, err := a.Open(ParseQuery(query), body); err != nil {
			t.Errorf("key that ends in %s: %v", last, err)
		}
	}
}

func TestOpen_rotatedKey_answersWithTheKeyThatWorked(t *testing.T) {
	a := mustNew(t, Options{AppID: testApp, Token: testToken, AESKey: otherKey, PreviousAESKey: testKey})
	for _, key := range []string{otherKey, testKey} {
		query, body := sealed(t, sample(t, "text.xml"), testApp, key)
		p, err := a.Open(ParseQuery(query), body)
		if err != nil {
			t.Fatal(err)
		}
		if got := answer(t, a, p, "好", key); !strings.HasPrefix(got, "<xml>") {
			t.Errorf("answer %s", got)
		}
	}
}

func TestOpen_oddValues_loseNothing(t *testing.T) {
	cases := map[string]struct{ fields, text, mark string }{
		"mark that is no number":   {"<Content>满意</Content><bizmsgmenuid>x-y</bizmsgmenuid>", "满意", "x-y"},
		"control characters":       {"<Content><![CDATA[满\x00\x08意]]></Content>", "满意", ""},
		"control by reference":     {"<Content>满&#0;&#x1F;意</Content>", "满意", ""},
		"bad UTF-8":                {"<Content><![CDATA[满\xff\xe6意]]></Content>", "满意", ""},
		"control in a tag":         {"<Con\x01tent>满意</Content>", "满意", ""},
		"CDATA end in the text":    {"<Content><![CDATA[a]]]]><![CDATA[>b]]></Content>", "a]]>b", ""},
		"text around CDATA":        {"<Content> a<![CDATA[<b>]]>&amp;<!-- c -->d</Content>", " a<b>&d", ""},
		"line ends":                {"<Content>a\r\nb\rc</Content>", "a\nb\nc", ""},
		"empty element":            {"<Content/><bizmsgmenuid></bizmsgmenuid>", "", ""},
		"white space around marks": {"<Content>a</Content><bizmsgmenuid>\n 7 </bizmsgmenuid>", "a", "7"},
		"emoji":                    {"<Content>👍&#128077;</Content>", "👍👍", ""},
	}
	for name, c := range cases {
		p, err := openSealed(t, inner(c.fields))
		if err != nil || p.Input.Text != c.text || p.Input.Mark != c.mark {
			t.Errorf("%s: text %q, mark %q, %v", name, p.Input.Text, p.Input.Mark, err)
		}
	}
	p := mustOpen(t, strings.Replace(inner("<Content>a</Content>"), "6054768590064713728", "n-1", 1))
	if p.Key != "n-1" {
		t.Errorf("key %q of a MsgId that is no number", p.Key)
	}
}

func TestOpen_messageWithoutMsgID_isKnownByWhatItSays(t *testing.T) {
	key := func(fields, id string) string {
		return mustOpen(t, strings.Replace(inner(fields), "6054768590064713728", id, 1)).Key
	}
	a, zero, other := key("<Content>a</Content>", ""), key("<Content>a</Content>", ""), key("<Content>b</Content>", "0")
	if a == "" || a != zero || a == other {
		t.Errorf("keys %q, %q, %q", a, zero, other)
	}
}

func TestOpen_twoEventsInOneSecond_haveTwoKeys(t *testing.T) {
	scan := sample(t, "event_scan.xml")
	a, b := mustOpen(t, scan).Key, mustOpen(t, strings.Replace(scan, "w:A03", "w:A04", 1)).Key
	if a == b {
		t.Errorf("both have the key %q", a)
	}
}

func TestOpen_forged_isRefused(t *testing.T) {
	message := sample(t, "text.xml")
	query, body := sealed(t, message, testApp, testKey)
	_, foreign := sealed(t, message, "wx0000000000000000", testKey)
	_, otherApp := sealed(t, message, testApp, otherKey)
	resign := func(b []byte) string {
		encrypt := between(t, b, "<Encrypt><![CDATA[", "]]>")
		return plainQuery() + "&encrypt_type=aes&msg_signature=" + util.Signature(testToken, testSeconds, testNonce, encrypt)
	}
	cut := bytes.Replace(body, []byte("]]></Encrypt>"), []byte("AAAA]]></Encrypt>"), 1)
	notBase64 := []byte("<xml><Encrypt><![CDATA[!!!!]]></Encrypt></xml>")
	cases := []struct {
		name, query string
		body        []byte
		want        Reason
	}{
		{"nothing", "", nil, BadSignature},
		{"wrong msg_signature", query[:len(query)-1] + "x", body, BadSignature},
		{"empty msg_signature", query[:strings.Index(query, "msg_signature=")+len("msg_signature=")], body, BadSignature},
		{"empty signature", strings.Replace(query, util.Signature(testToken, testSeconds, testNonce), "", 1), body, BadSignature},
		{"wrong signature", strings.Replace(query, "signature=", "signature=0", 1), body, BadSignature},
		{"other body", query, otherApp, BadSignature},
		{"time twice", query + "&timestamp=" + testSeconds, body, BadSignature},
		{"time twice, escaped", query + "&%74imestamp=1", body, BadSignature},
		{"broken escape", query + "&echostr=%4", body, BadSignature},
		{"downgrade", plainQuery(), []byte(message), BadMode},
		{"downgrade, raw", plainQuery() + "&encrypt_type=raw", []byte(message), BadMode},
		{"mode in capitals", strings.Replace(query, "=aes", "=AES", 1), body, BadMode},
		{"no envelope", query, []byte("hello"), BadEnvelope},
		{"no Encrypt", query, []byte("<xml></xml>"), BadEnvelope},
		{"two Encrypts", query, bytes.Replace(body, []byte("<Encrypt>"), []byte("<Encrypt>x</Encrypt><Encrypt>"), 1), BadEnvelope},
		{"too large", query, bytes.Repeat([]byte(" "), MaxBody+1), BadEnvelope},
		{"not base64", resign(notBase64), notBase64, BadCipher},
		{"cut", resign(cut), cut, BadCipher},
		{"other key", resign(otherApp), otherApp, BadCipher},
		{"foreign app", resign(foreign), foreign, BadAppID},
		{"envelope for another", query, bytes.Replace(body, []byte(testOriginal), []byte("gh_other"), 1), BadReceiver},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p, err := safeAccount(t).Open(ParseQuery(c.query), c.body)
			wantRefusal(t, err, c.want)
			if p != (Push{}) {
				t.Errorf("a refused push came with %+v", p)
			}
		})
	}
}

func TestOpen_messageForAnotherAccount_isRefused(t *testing.T) {
	_, err := openSealed(t, strings.Replace(sample(t, "text.xml"), testOriginal, "gh_other", 1))
	wantRefusal(t, err, BadReceiver)
	_, err = openSealed(t, "<xml><FromUserName>o</FromUserName><CreateTime>1</CreateTime></xml>")
	wantRefusal(t, err, BadReceiver)
}

func TestOpen_plaintextAccount_refusesAES(t *testing.T) {
	query, body := sealed(t, sample(t, "text.xml"), testApp, testKey)
	_, err := plainAccount(t).Open(ParseQuery(query), body)
	wantRefusal(t, err, BadMode)
	_, err = plainAccount(t).Open(ParseQuery("timestamp=1&nonce=2"), []byte(sample(t, "text.xml")))
	wantRefusal(t, err, BadSignature)
}

func TestOpen_timeThatIsNone_isRefused(t *testing.T) {
	for _, ts := range []string{"", "x", "-1", "1.5", "0", "99999999999999999999", "12345678901234"} {
		q := ParseQuery("signature=" + util.Signature(testToken, ts, "1") + "&timestamp=" + ts + "&nonce=1")
		_, err := plainAccount(t).Open(q, []byte(sample(t, "text.xml")))
		wantRefusal(t, err, BadTimestamp)
	}
}

func TestOpen_timestampInAnotherForm_isRefused(t *testing.T) {
	for _, ts := range []string{"140809061", "01408090610", "0140809061", "14080906100"} {
		q := ParseQuery("signature=" + util.Signature(testToken, ts, "1") + "&timestamp=" + ts + "&nonce=1")
		_, err := plainAccount(t).Open(q, []byte(sample(t, "text.xml")))
		wantRefusal(t, err, BadTimestamp)
	}
}

// The time of a sealed message cannot be taken for another: it is read wherever it
// can be.
func TestOpen_sealedTime_isRequiredOfAWholeMessageAndReadOfABrokenOne(t *testing.T) {
	whole := inner("<Content>x</Content>")
	for name, message := range map[string]string{
		"none":      strings.Replace(whole, "<CreateTime>1408090606</CreateTime>", "", 1),
		"empty":     strings.Replace(whole, "1408090606", "", 1),
		"a word":    strings.Replace(whole, "1408090606", "now", 1),
		"zero":      strings.Replace(whole, "1408090606", "0", 1),
		"negative":  strings.Replace(whole, "1408090606", "-1408090606", 1),
		"too long":  strings.Replace(whole, "1408090606", "14080906060000", 1),
		"JSON none": `{"ToUserName":"` + testOriginal + `","FromUserName":"o","MsgType":"text"}`,
		"no fields": "<xml></xml>",
	} {
		p, err := openSealed(t, message)
		wantRefusal(t, err, BadTimestamp)
		if p != (Push{}) {
			t.Errorf("%s: a refused push came with %+v", name, p)
		}
	}
	for name, message := range map[string]string{"junk after it": whole + "x", "too deep": inner(nested(17, "")), "cut off": whole[:len(whole)-9]} {
		p, err := openSealed(t, message)
		if err == nil || p.Dated.Sealed != 1408090606 || p.Dated.Timestamp != 1408090610 {
			t.Errorf("%s: %+v, %v", name, p.Dated, err)
		}
	}
	p, err := plainAccount(t).Open(ParseQuery(plainQuery()), []byte(whole))
	if err != nil || p.Dated.Sealed != 0 {
		t.Errorf("plaintext: %+v, %v", p.Dated, err)
	}
}

func nested(depth int, leaf string) string { // depth counts the root
	return strings.Repeat("<a>", depth-1) + leaf + strings.Repeat("</a>", depth-1)
}

func TestOpen_brokenInside_isUnusableAndKeepsItsTime(t *testing.T) {
	bomb := `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">` + strings.Repeat(`<!ENTITY b "&a;&a;">`, 2000) + "]>"
	base := `{"ToUserName":"` + testOriginal + `","FromUserName":"o","CreateTime":1408090606,"MsgType":"text"`
	deepJSON := func(n int) string {
		return base + `,"x":` + strings.Repeat(`[`, n-1) + strings.Repeat(`]`, n-1) + `}`
	}
	cases := []struct {
		name, message string
		want          Reason
	}{
		{"empty", "", Broken},
		{"no XML", "hello", Broken},
		{"cut", inner("")[:120], Broken},
		{"junk after it", inner("") + "x", Broken},
		{"junk between", inner("junk"), Broken},
		{"crossed tags", inner("<Foo><b></Foo></b>"), Broken},
		{"child of a field", inner("<Content><b/></Content>"), Broken},
		{"unknown entity", inner("<Content>&foo;</Content>"), Broken},
		{"open entity", inner("<Content>&amp</Content>"), Broken},
		{"attribute", inner(`<Content a="b">x</Content>`), Broken},
		{"other root", "<rss></rss>", Broken},
		{"entity bomb", bomb + inner("<Content>&b;</Content>"), Broken},
		{"DTD inside", inner("<Foo><!DOCTYPE a></Foo>"), Broken},
		{"65 fields", inner(manyFields(65)), Broken},
		{"depth 17", inner(nested(17, "")), TooDeep},
		{"depth 1000", inner(nested(1000, "")), TooDeep},
		{"two contents", inner("<Content>a</Content><Content>b</Content>"), Duplicate},
		{"two ids", inner("<MsgId>1</MsgId>"), Duplicate},
		{"two unknown", inner("<Foo/><Foo/>"), Duplicate},
		{"injected end", inner("<Content><![CDATA[a]]></Content><MsgId>1</MsgId><Content><![CDATA[b]]></Content>"), Duplicate},
		{"no sender", strings.Replace(inner(""), testOpenID, "", 1), Incomplete},
		{"JSON cut", base, Broken},
		{"JSON trailing comma", base + ",}", Broken},
		{"JSON junk after it", base + "} x", Broken},
		{"JSON bad number", base + `,"MsgId":01}`, Broken},
		{"JSON bad escape", base + `,"Content":"\x"}`, Broken},
		{"JSON object for a text", base + `,"Content":{}}`, Broken},
		{"JSON duplicate", base + `,"MsgType":"event"}`, Duplicate},
		{"JSON duplicate, escaped", base + `,"\u004dsgType":"event"}`, Duplicate},
		{"JSON depth 17", deepJSON(17), TooDeep},
		{"JSON depth 1000", deepJSON(1000), TooDeep},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p, err := openSealed(t, c.message)
			wantUnusable(t, err, c.want)
			if p.Dated.Timestamp != 1408090610 {
				t.Errorf("timestamp %d", p.Dated.Timestamp)
			}
		})
	}
	for _, ok := range []string{inner(nested(16, "")), deepJSON(16) /* as deep as allowed */} {
		if _, err := openSealed(t, ok); err != nil {
			t.Errorf("depth 16: %v", err)
		}
	}
}

func manyFields(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("<f" + strings.Repeat("x", i) + "/>")
	}
	return b.String()
}

func TestOpen_largestBody_isCheap(t *testing.T) {
	a := plainAccount(t)
	for _, filler := range []string{"<![CDATA[x]]>", "&amp;", "<!---->", "\r\n", "\x00", "x<?y?>"} {
		body := inner("<Content>" + strings.Repeat(filler, (MaxBody-600)/len(filler)) + "</Content>")
		allocs := testing.AllocsPerRun(1, func() {
			if _, err := a.Open(ParseQuery(plainQuery()), []byte(body)); err != nil {
				t.Errorf("%q: %v", filler, err)
			}
		})
		if allocs > 60 {
			t.Errorf("%q costs %v allocations", filler, allocs)
		}
	}
}

func TestOpen_result_outlivesTheBuffers(t *testing.T) {
	a := safeAccount(t)
	query, body := sealed(t, sample(t, "link.xml"), testApp, testKey)
	kept, err := a.Open(ParseQuery(query), body)
	if err != nil {
		t.Fatal(err)
	}
	clear(body)
	reply := Reply(kept, 1, "第一")
	out, err := a.Seal(kept, reply, strings.NewReader(strings.Repeat("r", 16)), time.Unix(1, 0))
	if err != nil {
		t.Fatal(err)
	}
	first := string(out)
	for _, name := range []string{"text.xml", "event_scan.xml", "image.xml"} {
		q, b := sealed(t, sample(t, name), testApp, testKey)
		p, err := a.Open(ParseQuery(q), b)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := a.Seal(p, Reply(p, 2, strings.Repeat("二", 300)), strings.NewReader(strings.Repeat("q", 16)), time.Unix(2, 0)); err != nil {
			t.Fatal(err)
		}
	}
	if kept.Input.Text != "公众平台官网链接\nhttps://mp.weixin.qq.com/?a=1&b=2" || string(out) != first {
		t.Error("what was returned changed afterwards")
	}
}

func TestNew_unusableOptions_areNamedAndNotShown(t *testing.T) {
	good := Options{AppID: testApp, Token: testToken, AESKey: testKey}
	cases := map[string]func(*Options){
		"AppID":          func(o *Options) { o.AppID = "" },
		"Token":          func(o *Options) { o.Token = "" },
		"AESKey":         func(o *Options) { o.AESKey = "" },
		"AESKey:":        func(o *Options) { o.AESKey = otherKey[:42] },
		"PreviousAESKey": func(o *Options) { o.PreviousAESKey = otherKey[:42] + "!" },
		"PreviousAESKey:": func(o *Options) {
			o.AESKey, o.PreviousAESKey, o.AllowPlaintext = "", otherKey, true
		},
	}
	for name, spoil := range cases {
		o := good
		spoil(&o)
		_, err := New(o)
		if err == nil || !strings.Contains(err.Error(), name) || strings.Contains(err.Error(), otherKey[:20]) {
			t.Errorf("%s: error %v", name, err)
		}
	}
	_, err := New(Options{})
	if err == nil || strings.Count(err.Error(), "\n") != 2 {
		t.Errorf("not every fault is named: %v", err)
	}
	if _, err = New(Options{Token: testToken, AllowPlaintext: true}); err != nil {
		t.Errorf("plaintext pushes carry no app id: %v", err)
	}
}

func TestNew_keyAndAllowPlaintext_plaintextIsRefused(t *testing.T) {
	a := mustNew(t, Options{AppID: testApp, Token: testToken, AESKey: testKey, AllowPlaintext: true})
	_, err := a.Open(ParseQuery(plainQuery()), []byte(sample(t, "text.xml")))
	wantRefusal(t, err, BadMode)
}
