package weibo

import (
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"pingyi/bot"
	"pingyi/internal/bounds"
)

const (
	testSecret = "xyz123xyz"
	testUID    = "1902538057"
	testSender = "2489518277"
	testTime   = "1397022061823"
	testNonce  = "57155157"
)

type vectors struct {
	Handshake struct {
		AppSecret string `json:"app_secret"`
		Timestamp string `json:"timestamp"`
		Nonce     string `json:"nonce"`
		Echo      string `json:"echostr"`
		Signature string `json:"signature"`
	} `json:"handshake"`
	Reply struct {
		JSON    string `json:"json"`
		Encoded string `json:"encoded"`
	} `json:"reply"`
	Pushes struct {
		Samples []json.RawMessage `json:"samples"`
	} `json:"pushes"`
}

func loadVectors(t testing.TB) vectors {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "vectors.json"))
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func account(t testing.TB) *Account {
	t.Helper()
	a, err := New(Options{AppSecret: testSecret, UID: testUID})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// signed is the query of a rightly signed push.
func signed(timestamp string) string {
	parts := []string{testSecret, timestamp, testNonce}
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, "")))
	return "signature=" + hex.EncodeToString(sum[:]) + "&timestamp=" + timestamp + "&nonce=" + testNonce
}

func open(t testing.TB, body string) (Push, error) {
	t.Helper()
	return account(t).Open(ParseQuery(signed(testTime)), []byte(body))
}

func mustOpen(t testing.TB, body string) Push {
	t.Helper()
	p, err := open(t, body)
	if err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	return p
}

// push is a push of the given type, text and data (JSON).
func push(kind, text, data string) string {
	return `{"type":"` + kind + `","receiver_id":` + testUID + `,"sender_id":` + testSender +
		`,"created_at":"Mon Jul 16 18:09:20 +0800 2012","text":"` + text + `","data":` + data + `}`
}

func event(subtype, key string) string {
	return push("event", "事件", `{"subtype":"`+subtype+`","key":"`+key+`"}`)
}

func wantRefusal(t testing.TB, err error, want Reason) {
	t.Helper()
	var refusal *Refusal
	if !errors.As(err, &refusal) || refusal.Reason != want {
		t.Errorf("error is %v, want a refusal for %s", err, want)
	}
}

func TestHandshake_publishedVector_echoes(t *testing.T) {
	v := loadVectors(t).Handshake
	a, err := New(Options{AppSecret: v.AppSecret, UID: testUID})
	if err != nil {
		t.Fatal(err)
	}
	query := "timestamp=" + v.Timestamp + "&nonce=" + v.Nonce + "&echostr=" + v.Echo
	if echo, err := a.Handshake(ParseQuery(query + "&signature=" + v.Signature)); err != nil || echo != v.Echo {
		t.Errorf("echo %q, %v", echo, err)
	}
	for _, bad := range []string{
		"", query, query + "&signature=", query + "&signature=0" + v.Signature[1:],
		query + "&signature=" + v.Signature + "&nonce=" + v.Nonce, query + "&x=%&signature=" + v.Signature,
	} {
		_, err := a.Handshake(ParseQuery(bad))
		wantRefusal(t, err, BadSignature)
	}
}

func TestOpen_publishedPushes_areReadAsPublished(t *testing.T) {
	at := time.Date(2012, 7, 16, 10, 9, 20, 0, time.UTC)
	want := []Push{
		{Kind: KindText, Input: bot.Input{Kind: bot.Text, Text: "私信或留言内容"}},
		{Kind: KindPosition, Input: bot.Input{Kind: bot.Place, Position: bot.Position{Latitude: "39.982525", Longitude: "116.308586", Label: "我在这里: http://t.cn/zQgLLYO"}}},
		{Kind: KindImage, Input: bot.Input{Kind: bot.Picture, Media: bot.Media{ID: "821804469"}}},
		{Kind: KindFollow, Input: bot.Input{Kind: bot.Follow}, Following: FollowingBegan},
		{Kind: KindScanFollow, Input: bot.Input{Kind: bot.Follow, Scene: "n:123"}, Following: FollowingBegan},
		{Kind: KindMention, Mention: Mention{Subtype: "status", ID: "3456789012345678", Text: "被@的微博或评论文本信息"}},
	}
	samples := loadVectors(t).Pushes.Samples
	if len(samples) != len(want) {
		t.Fatalf("%d samples", len(samples))
	}
	keys := map[string]bool{}
	for i, body := range samples {
		got := mustOpen(t, string(body))
		keys[got.Key] = true
		w := want[i]
		w.Citizen, w.Receiver, w.Timestamp, w.Nonce, w.Signature = testSender, testUID, 1397022061, testNonce, got.Signature
		w.Input.At, w.Key, w.Others = at, got.Key, got.Others
		if diff := cmp.Diff(w, got); diff != "" {
			t.Error(diff)
		}
	}
	if len(keys) != len(samples) {
		t.Errorf("%d keys of %d pushes", len(keys), len(samples))
	}
}

func TestOpen_events_areMapped(t *testing.T) {
	cases := []struct {
		body string
		want Push
	}{
		{event("unfollow", ""), Push{Kind: KindUnfollow, Input: bot.Input{Kind: bot.Unfollow}, Following: FollowingEnded}},
		{event("subscribe", ""), Push{Kind: KindSubscribe, Input: bot.Input{Kind: bot.Follow}}},
		{event("unsubscribe", ""), Push{Kind: KindUnsubscribe}},
		{event("scan", "a_b_00077"), Push{Kind: KindScan, Input: bot.Input{Kind: bot.Scan, Scene: "n:00077"}}},
		{event("scan", "77"), Push{Kind: KindScan, Input: bot.Input{Kind: bot.Scan, Scene: "n:77"}}},
		{event("scan", "a_"), Push{Kind: KindScan, Input: bot.Input{Kind: bot.Scan}}},
		{event("scan", "a_7x"), Push{Kind: KindScan, Input: bot.Input{Kind: bot.Scan}}},
		{event("click", "评议"), Push{Kind: KindClick, Input: bot.Input{Kind: bot.Click, Text: "评议"}}},
		{event("view", "http://x"), Push{Kind: KindView}},
		{event("dance", "x"), Push{Kind: KindOther}},
		{push("mention", "x", `{"subtype":"comment","key":9007199254740993}`), Push{Kind: KindMention, Mention: Mention{Subtype: "comment", ID: "9007199254740993", Text: "x"}}},
		{push("mention", "x", `{"subtype":"poll","key":"1"}`), Push{Kind: KindOther}},
		{push("voice", "x", `{"vfid":"1","tovfid":"2"}`), Push{Kind: KindVoice, Input: bot.Input{Kind: bot.Voice, Media: bot.Media{ID: "2"}}}},
		{push("voice", "x", `{"vfid":1234567890123457}`), Push{Kind: KindVoice, Input: bot.Input{Kind: bot.Voice, Media: bot.Media{ID: "1234567890123457"}}}},
		{push("hologram", "x", `null`), Push{Kind: KindOther}},
		{push("event", "x", `[]`), Push{Kind: KindOther}},
	}
	known := Kinds()
	for _, c := range cases {
		got := mustOpen(t, c.body)
		if !slices.Contains(known, got.Kind) {
			t.Errorf("kind %q is not listed", got.Kind)
		}
		want := c.want
		want.Citizen, want.Receiver, want.Timestamp, want.Nonce, want.Key = got.Citizen, got.Receiver, got.Timestamp, got.Nonce, got.Key
		want.Signature, want.Others = got.Signature, got.Others // see TestOthers
		want.Input.At = got.Input.At
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", c.body, diff)
		}
	}
}

func TestOpen_oddForms_areRead(t *testing.T) {
	plain := push("text", "满意", "{}")
	for name, body := range map[string]string{
		"ids as strings":     strings.NewReplacer(testUID, `"`+testUID+`"`, testSender, `"`+testSender+`"`).Replace(plain),
		"trailing commas":    strings.Replace(strings.Replace(plain, "{}}", "{} ,\n }", 1), "{} ", `{"a":[1,],} `, 1),
		"control characters": strings.Replace(plain, "满意", "满\x00\x08意", 1),
		"escaped control":    strings.Replace(plain, "满意", `满\u0000意`, 1),
		"bad UTF-8":          strings.Replace(plain, "满意", "满\xff意", 1),
		"byte order mark":    "\ufeff" + plain,
	} {
		p := mustOpen(t, body)
		if p.Citizen != testSender || p.Input.Text != "满意" {
			t.Errorf("%s: citizen %q, text %q", name, p.Citizen, p.Input.Text)
		}
	}
	p := mustOpen(t, strings.Replace(plain, "满意", `a,}\",]`+"\n"+`\\`, 1))
	if p.Input.Text != "a,}\",]\n\\" {
		t.Errorf("text %q", p.Input.Text)
	}
}

func TestOpen_longIDs_keepEveryDigit(t *testing.T) {
	p := mustOpen(t, strings.Replace(push("text", "x", "{}"), testSender, "9007199254740993", 1))
	if p.Citizen != "9007199254740993" {
		t.Errorf("citizen %s", p.Citizen)
	}
}

func TestOpen_repeat_hasTheSameKeyAndNothingElseHas(t *testing.T) {
	first := push("image", "图", `{"vfid":1,"tovfid":2}`)
	key := mustOpen(t, first).Key
	reordered := push("image", "图", `{ "tovfid":2,"vfid":1 }`)
	again, err := account(t).Open(ParseQuery(signed("1397022099")), []byte(reordered))
	if err != nil || again.Key != key || again.Timestamp != 1397022099 {
		t.Errorf("a repeat has the key %s of time %d, %v", again.Key, again.Timestamp, err)
	}
	for _, other := range []string{
		push("voice", "图", `{"vfid":1,"tovfid":2}`), push("image", "圖", `{"vfid":1,"tovfid":2}`),
		push("image", "图", `{"vfid":1,"tovfid":3}`), strings.Replace(first, "18:09:20", "18:09:21", 1),
		strings.Replace(first, testSender, "2489518278", 1),
	} {
		if mustOpen(t, other).Key == key {
			t.Errorf("%s has the same key", other)
		}
	}
}

func TestOpen_notAuthentic_isRefused(t *testing.T) {
	body := push("text", "x", "{}")
	good := signed(testTime)
	cases := []struct {
		name, query, body string
		want              Reason
	}{
		{"nothing", "", body, BadSignature},
		{"wrong signature", strings.Replace(good, "signature=", "signature=0", 1), body, BadSignature},
		{"capitals", strings.ToUpper(good[:50]) + good[50:], body, BadSignature},
		{"nonce twice", good + "&nonce=" + testNonce, body, BadSignature},
		{"no time", signed(""), body, BadTimestamp},
		{"time of 12 digits", signed("139702206182"), body, BadTimestamp},
		{"time no number", signed("-397022061"), body, BadTimestamp},
		{"time zero", signed("0000000000"), body, BadTimestamp},
		{"too large", good, strings.Repeat(" ", MaxBody+1), BadEnvelope},
		{"for another", good, strings.Replace(body, testUID, "1902538058", 1), BadReceiver},
		{"for nobody", good, "{}", BadReceiver},
		{"for us as a float", good, strings.Replace(body, testUID, testUID+".0", 1), BadReceiver},
	}
	for _, c := range cases {
		p, err := account(t).Open(ParseQuery(c.query), []byte(c.body))
		wantRefusal(t, err, c.want)
		if !reflect.DeepEqual(p, Push{}) {
			t.Errorf("%s: came with %+v", c.name, p)
		}
	}
}

func TestOpen_brokenMessage_isUnusableAndKeepsItsTime(t *testing.T) {
	good := push("text", "x", "{}")
	deep := func(n int) string { // n counts the root and data
		return push("text", "x", strings.Repeat("[", n-1)+strings.Repeat("]", n-1))
	}
	many := func(n int) string { return push("text", "x", "["+strings.Repeat("0,", n-1)+"0]") } // and 7 besides, the root and the list among them
	cases := map[string]struct {
		body string
		want Reason
	}{
		"empty":                {"", Broken},
		"list":                 {"[]", Broken},
		"cut":                  {good[:60], Broken},
		"junk after it":        {good + "x", Broken},
		"two objects":          {good + good, Broken},
		"bad number":           {push("text", "x", "01"), Broken},
		"crossed":              {push("text", "x", "[}"), Broken},
		"missing comma":        {strings.Replace(good, `,"text"`, `"text"`, 1), Broken},
		"duplicate":            {strings.Replace(good, `"text":`, `"type":"text","text":`, 1), Duplicate},
		"duplicate, escaped":   {strings.Replace(good, `"text":`, `"\u0074ype":"text","text":`, 1), Duplicate},
		"duplicate in data":    {push("event", "x", `{"subtype":"follow","subtype":"unfollow"}`), Duplicate},
		"depth 17":             {deep(17), TooDeep},
		"depth 10000":          {deep(10000), TooDeep},
		"1008 values":          {many(1000), TooMany},
		"32000 values":         {many(32000), TooMany},
		"no sender":            {strings.Replace(good, testSender, `""`, 1), Incomplete},
		"sender that is none":  {strings.Replace(good, testSender, `"x"`, 1), Incomplete},
		"sender with exponent": {strings.Replace(good, testSender, `2e9`, 1), Incomplete},
		"no time":              {strings.Replace(good, "Mon Jul", "Jul", 1), Incomplete},
	}
	for name, c := range cases {
		var p Push
		var err error
		bounds.Hold(t, bounds.Push, func() { p, err = open(t, c.body) })
		var unusable *Unusable
		if !errors.As(err, &unusable) || unusable.Reason != c.want || !errors.Is(err, ErrUnusable) {
			t.Errorf("%s: %v, want unusable for %s", name, err, c.want)
		}
		if p.Timestamp != 1397022061 {
			t.Errorf("%s: timestamp %d", name, p.Timestamp)
		}
	}
	mustOpen(t, deep(16))
	mustOpen(t, many(993))
}

func TestNew_unusableOptions_areNamed(t *testing.T) {
	for _, o := range []Options{{}, {AppSecret: "", UID: "u1"}} {
		_, err := New(o)
		if err == nil || !strings.Contains(err.Error(), "AppSecret") || !strings.Contains(err.Error(), "UID") {
			t.Errorf("%+v: %v", o, err)
		}
	}
}

func TestReasons_everyReason_isListedOnce(t *testing.T) {
	all := Reasons()
	slices.Sort(all)
	if len(slices.Compact(all)) != 10 {
		t.Errorf("reasons %v", all)
	}
}

func TestOpen_nonceThatReadsAsATime_isToldWithHowFarItReaches(t *testing.T) {
	for nonce, want := range map[string][2]int64{
		testNonce: {}, "1": {}, "": {}, "x397022061": {}, "123456789012": {}, "0397022061": {0, 0}, "0397022061823": {0, 0},
		"1397022061": {1397022061, 3600}, "1397022061823": {1397022061, 20 * 365 * 24 * 3600},
	} {
		if at, reach := swapped(nonce); at != want[0] || reach != want[1] {
			t.Errorf("nonce %q: %d, %d", nonce, at, reach)
		}
	}
}
