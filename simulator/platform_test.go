package simulator

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/silenceper/wechat/v2/util"

	"pingyi/models"
)

func fakeLevel(n int) models.Level { return models.Level(n) }

func newPlatform(t *testing.T, f *fakeServer) *Platform {
	t.Helper()
	p, err := NewPlatform(PlatformOptions{Account: f.account, Target: f.target()})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func push(t *testing.T, p *Platform, c *Citizen, act Act) Exchange {
	t.Helper()
	x, err := p.Push(t.Context(), c, act)
	if err != nil {
		t.Fatalf("push %s: %v", act.Kind, err)
	}
	return x
}

func TestPush_scan_isAnsweredWithTapLinks(t *testing.T) {
	f := newFakeServer(t)
	p := newPlatform(t, f)
	c := &Citizen{OpenID: "osim_0000000000000000000001"}
	x := push(t, p, c, Scan("u:A03"))
	if len(x.Faults) > 0 || x.Status != 200 || x.Tries != 1 {
		t.Fatalf("faults %v, status %d, tries %d", x.Faults, x.Status, x.Tries)
	}
	if !c.Following {
		t.Error("a scan follows")
	}
	if got := f.pushes[0]; got.Event != "subscribe" || got.EventKey != "qrscene_u:A03" || got.Ticket == "" {
		t.Errorf("first scan arrived as %+v", got)
	}
	want := Link{Label: "非常满意", Content: "市教育局 第1题 非常满意", MenuID: "7"}
	if len(x.Links) != 6 || x.Links[0] != want {
		t.Errorf("links %+v", x.Links)
	}
	if !strings.HasPrefix(x.Plain, "<xml>") || strings.Contains(x.Raw, "市教育局") || strings.Contains(x.Envelope, "A03") {
		t.Error("plain and raw are mixed up")
	}
	if !strings.HasPrefix(x.URL, "/wechat?") || strings.Contains(x.URL, "127.0.0.1") {
		t.Errorf("url %q", x.URL)
	}
	push(t, p, c, Scan("u:A03"))
	if got := f.pushes[1]; got.Event != "SCAN" || got.EventKey != "u:A03" {
		t.Errorf("second scan arrived as %+v", got)
	}
}

func TestPush_everyAct_arrivesAsThePlatformSendsIt(t *testing.T) {
	f := newFakeServer(t)
	p := newPlatform(t, f)
	c := &Citizen{OpenID: "osim_0000000000000000000001"}
	for _, act := range []Act{Follow(), Say("a ]]> b & <c>"), Tap(Link{Content: "确认", MenuID: "7"}), Tap(Link{Content: "确认"}),
		Picture("http://127.0.0.1/p.jpg"), Voice("你好"), Place("31.67", "118.51", "大厅"), Click("评议"), Unfollow()} {
		push(t, p, c, act)
	}
	type seen struct{ Type, Event, Key, Content, Mark, Other string }
	var got []seen
	ids := map[string]bool{}
	for _, x := range f.pushes {
		got = append(got, seen{x.MsgType, x.Event, x.EventKey, x.Content, x.Mark, x.PicURL + x.Recognition + x.LocationX + x.Label})
		if x.MsgType != "event" {
			if ids[x.MsgID] || len(x.MsgID) < 17 {
				t.Errorf("message id %q", x.MsgID)
			}
			ids[x.MsgID] = true
		}
		if x.ToUserName != f.account.OriginalID || time.Since(time.Unix(x.CreateTime, 0)) > time.Minute {
			t.Errorf("push %+v", x)
		}
	}
	want := []seen{
		{"event", "subscribe", "", "", "", ""}, {"text", "", "", "a ]]> b & <c>", "", ""}, {"text", "", "", "确认", "7", ""}, {"text", "", "", "确认", "", ""},
		{"image", "", "", "", "", "http://127.0.0.1/p.jpg"}, {"voice", "", "", "", "", "你好"}, {"location", "", "", "", "", "31.67大厅"},
		{"event", "CLICK", "评议", "", "", ""}, {"event", "unsubscribe", "", "", "", ""},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if c.Following {
		t.Error("still following after unfollow")
	}
	if _, err := p.Push(t.Context(), c, Say("你好")); !errors.Is(err, ErrNotFollowing) {
		t.Errorf("text without following: %v", err)
	}
}

func TestPush_plaintextAccount_sendsAndReadsPlainXML(t *testing.T) {
	f := newFakeServer(t)
	f.account.AESKey = ""
	x := push(t, newPlatform(t, f), &Citizen{OpenID: "o1"}, Scan("u:A01"))
	if len(x.Faults) > 0 || x.Push != x.Envelope || x.Raw != x.Plain || strings.Contains(x.URL, "encrypt_type") || len(x.Links) != 6 {
		t.Errorf("exchange %+v", x)
	}
}

func TestRedeliver_sendsTheVerySameBytes(t *testing.T) {
	f := newFakeServer(t)
	p := newPlatform(t, f)
	first := push(t, p, &Citizen{OpenID: "o1"}, Scan("u:A01"))
	again, err := p.Redeliver(t.Context(), first)
	if err != nil || len(again.Faults) > 0 {
		t.Fatal(err, again.Faults)
	}
	if f.bodies[0] != f.bodies[1] || again.Plain != first.Plain {
		t.Error("the second delivery differs from the first")
	}
}

func TestMake_push_isSentOnlyByRedeliver(t *testing.T) {
	f := newFakeServer(t)
	p := newPlatform(t, f)
	made, err := p.Make(&Citizen{OpenID: "o1"}, Scan("u:A01"))
	if err != nil || len(f.pushes) > 0 || made.Status != 0 {
		t.Fatalf("made %+v, %v", made, err)
	}
	sent, err := p.Redeliver(t.Context(), made)
	if err != nil || len(sent.Faults) > 0 || len(sent.Links) != 6 || len(f.pushes) != 1 {
		t.Errorf("sent %+v, %v", sent, err)
	}
}

func TestPush_success_saysNothingAndIsNoFault(t *testing.T) {
	f := newFakeServer(t)
	x := push(t, newPlatform(t, f), &Citizen{OpenID: "o1", Following: true}, Unfollow())
	if x.Raw != "success" || x.Text != "" || len(x.Faults) > 0 {
		t.Errorf("exchange %+v", x)
	}
}

func TestPush_wrongAnswers_areFaults(t *testing.T) {
	replace := func(old, with string) func(string) string {
		return func(plain string) string { return strings.Replace(plain, old, with, 1) }
	}
	raw := func(status int, body string) func(http.ResponseWriter, string) bool {
		return func(w http.ResponseWriter, _ string) bool {
			w.WriteHeader(status)
			fmt.Fprint(w, body)
			return true
		}
	}
	other := &fakeServer{account: testAccount}
	other.account.AppID = "wxanother"
	tests := map[string]struct {
		mangle  func(string) string
		respond func(http.ResponseWriter, string) bool
		want    []Fault
	}{
		"status":       {respond: raw(403, ""), want: []Fault{FaultStatus}},
		"empty":        {respond: raw(200, ""), want: []Fault{FaultEmpty}},
		"too big":      {respond: raw(200, strings.Repeat("x", maxAnswer+1)), want: []Fault{FaultTooBig}},
		"unencrypted":  {respond: raw(200, "<xml><Content>x</Content></xml>"), want: []Fault{FaultEnvelope}},
		"other app id": {respond: func(w http.ResponseWriter, p string) bool { fmt.Fprint(w, other.wrap(p)); return true }, want: []Fault{FaultCipher}},
		"signature": {respond: func(w http.ResponseWriter, _ string) bool {
			fmt.Fprint(w, "<xml><Encrypt>x</Encrypt><MsgSignature>y</MsgSignature><TimeStamp>1</TimeStamp><Nonce>n</Nonce></xml>")
			return true
		}, want: []Fault{FaultSignature}},
		"garbage":             {mangle: replace("<xml>", "<yml>"), want: []Fault{FaultXML}},
		"space before xml":    {mangle: replace("<xml>", "\n<xml>"), want: []Fault{FaultXML}},
		"receiver":            {mangle: replace("<![CDATA[o1]]>", "o2"), want: []Fault{FaultReceiver}},
		"sender":              {mangle: replace("<FromUserName><![CDATA[gh_", "<FromUserName><![CDATA[hg_"), want: []Fault{FaultSender}},
		"time":                {mangle: replace("<CreateTime>", "<CreateTime>x"), want: []Fault{FaultTime}},
		"type":                {mangle: replace("[text]", "[news]"), want: []Fault{FaultType}},
		"2049 bytes":          {mangle: func(p string) string { return content(p, strings.Repeat("x", 2049)) }, want: []Fault{FaultTooLong}},
		"2048 bytes are ok":   {mangle: func(p string) string { return content(p, strings.Repeat("x", 2048)) }},
		"no content":          {mangle: func(p string) string { return content(p, "") }, want: []Fault{FaultEmpty}},
		"receiver and type":   {mangle: func(p string) string { return replace("[text]", "[x]")(replace("<![CDATA[o1]]>", "o2")(p)) }, want: []Fault{FaultReceiver, FaultType}},
		"wrapped as it ought": {},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			f := newFakeServer(t)
			f.mangle, f.respond = tt.mangle, tt.respond
			x := push(t, newPlatform(t, f), &Citizen{OpenID: "o1"}, Scan("u:A01"))
			if diff := cmp.Diff(tt.want, x.Faults); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// content replaces the content of an answer.
func content(plain, with string) string {
	const begin, end = "<Content><![CDATA[", "]]></Content>"
	before, rest, _ := strings.Cut(plain, begin)
	_, after, _ := strings.Cut(rest, end)
	return before + begin + with + end + after
}

func TestPush_silentServer_isTriedThreeTimesWithTheSameBytes(t *testing.T) {
	f := newFakeServer(t)
	f.respond = func(http.ResponseWriter, string) bool { panic(http.ErrAbortHandler) }
	x := push(t, newPlatform(t, f), &Citizen{OpenID: "o1"}, Scan("u:A01"))
	f.mu.Lock() // a handler that gave up may still be leaving
	defer f.mu.Unlock()
	if len(f.bodies) != 3 || x.Tries != 3 || !slices.Equal(x.Faults, []Fault{FaultSilent}) {
		t.Fatalf("%d tries seen, %d told, faults %v", len(f.bodies), x.Tries, x.Faults)
	}
	if f.bodies[0] != f.bodies[1] || f.bodies[1] != f.bodies[2] {
		t.Error("the tries differ")
	}
}

func TestPush_slowServer_isCutOffAndAskedAgain(t *testing.T) {
	f := newFakeServer(t)
	cut := make(chan struct{})
	slow := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-cut:
			f.webhook(w, r)
		default:
			close(cut)
			_, _ = io.Copy(io.Discard, r.Body) // only then does the server notice that the client is gone
			<-r.Context().Done()
		}
	})
	f.Config.Handler = slow
	p, err := NewPlatform(PlatformOptions{Account: f.account, Target: f.target(), TryTime: 300 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	x := push(t, p, &Citizen{OpenID: "o1"}, Scan("u:A01"))
	if x.Tries != 2 || len(x.Faults) > 0 {
		t.Errorf("tries %d, faults %v", x.Tries, x.Faults)
	}
}

func TestPush_doneContext_isAnErrorWithoutTheQuery(t *testing.T) {
	f := newFakeServer(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := newPlatform(t, f).Push(ctx, &Citizen{OpenID: "o1"}, Scan("u:A01"))
	if !errors.Is(err, context.Canceled) || strings.Contains(err.Error(), "nonce") {
		t.Errorf("error %v", err)
	}
}

func TestPush_tooLongScene_isRefused(t *testing.T) {
	f := newFakeServer(t)
	_, err := newPlatform(t, f).Push(t.Context(), &Citizen{OpenID: "o1"}, Scan(strings.Repeat("x", 65)))
	if models.KindOf(err) != models.Invalid {
		t.Errorf("error %v", err)
	}
}

func TestNewPlatform_wrongOptions_areInvalid(t *testing.T) {
	good := PlatformOptions{Account: testAccount, Target: "http://127.0.0.1:8080/wechat"}
	for name, spoil := range map[string]func(*PlatformOptions){
		"no token":    func(o *PlatformOptions) { o.Account.Token = "" },
		"short key":   func(o *PlatformOptions) { o.Account.AESKey = "AAAA" },
		"key no base": func(o *PlatformOptions) { o.Account.AESKey = strings.Repeat("*", 43) },
		"no target":   func(o *PlatformOptions) { o.Target = "" },
		"credentials": func(o *PlatformOptions) { o.Target = "http://a:b@127.0.0.1/wechat" },
	} {
		t.Run(name, func(t *testing.T) {
			o := good
			spoil(&o)
			if _, err := NewPlatform(o); models.KindOf(err) != models.Invalid {
				t.Errorf("error %v", err)
			}
		})
	}
	p, err := NewPlatform(good)
	if err != nil || p.account.AESKey != canonicalTestKey {
		t.Errorf("a key with spare bits: %v", err)
	}
}

// TestJudge_documentedAnswer checks against the platform's own published sample.
func TestJudge_documentedAnswer_isDecrypted(t *testing.T) {
	p, err := NewPlatform(PlatformOptions{Target: "http://127.0.0.1/", Account: Account{
		AppID: "wxba5fad812f8e6fb9", Token: "AAAAA", AESKey: strings.Repeat("A", 43), OriginalID: "gh_97417a04a28d"}})
	if err != nil {
		t.Fatal(err)
	}
	x := Exchange{Status: 200, Raw: "<xml><Encrypt>ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ==</Encrypt>" +
		"<MsgSignature>1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1</MsgSignature><TimeStamp>1713424427</TimeStamp><Nonce>415670741</Nonce></xml>"}
	p.judge(&x)
	// The sample is JSON, which is faulty here only for being no XML.
	if x.Plain != `{"demo_resp":"good luck"}` || !slices.Equal(x.Faults, []Fault{FaultXML}) {
		t.Errorf("plain %q, faults %v", x.Plain, x.Faults)
	}
}

func TestSeal_queryIsSignedOverWhatIsSent(t *testing.T) {
	f := newFakeServer(t)
	p := newPlatform(t, f)
	body, query, err := p.seal("<xml></xml>", "o1", time.Unix(1714112445, 0))
	if err != nil {
		t.Fatal(err)
	}
	q, err := url.ParseQuery(query)
	if err != nil {
		t.Fatal(err)
	}
	cipher := strings.Split(strings.SplitAfter(body, "<Encrypt><![CDATA[")[1], "]]>")[0]
	if q.Get("msg_signature") != util.Signature(f.account.Token, "1714112445", q.Get("nonce"), cipher) || q.Get("timestamp") != "1714112445" {
		t.Errorf("query %s", query)
	}
}

func FuzzJudge_anyAnswer_isJudged(f *testing.F) {
	f.Add(200, "success")
	f.Add(200, "<xml><ToUserName>o1</ToUserName><FromUserName>gh_0123456789ab</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType><Content>x</Content></xml>")
	f.Add(403, "")
	account := testAccount
	account.AESKey = ""
	var platforms []*Platform
	for _, a := range []Account{testAccount, account} {
		p, err := NewPlatform(PlatformOptions{Account: a, Target: "http://127.0.0.1/"})
		if err != nil {
			f.Fatal(err)
		}
		platforms = append(platforms, p)
	}
	f.Fuzz(func(t *testing.T, status int, raw string) {
		for _, p := range platforms {
			x := Exchange{OpenID: "o1", Status: status, Raw: raw}
			p.judge(&x)
			if len(x.Faults) == 0 && raw != "success" && (x.Text == "" || len(x.Text) > maxContent) {
				t.Errorf("passed with the text %q", x.Text)
			}
		}
	})
}
