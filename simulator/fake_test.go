package simulator

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/silenceper/wechat/v2/util"
)

// testAccount has a key whose last character has spare bits set, as some
// issued keys have.
var testAccount = Account{AppID: "wx0123456789abcdef", Token: "a-token", AESKey: strings.Repeat("A", 42) + "B", OriginalID: "gh_0123456789ab"}

// canonicalTestKey is testAccount's key without the spare bits.
var canonicalTestKey = strings.Repeat("A", 43)

var fakeUnits = []struct{ code, name string }{
	{"A01", "市发展和改革委员会"}, {"A02", "市经济和信息化委员会"}, {"A03", "市教育局"}, {"A04", "市科学技术局"},
	{"B01", "市残疾人联合会"}, {"C01", "马鞍山供电公司"}, {"C02", "市公交集团"},
}

const fakeQuestions = 5

// fakePush is a push as the fake server reads it.
type fakePush struct {
	ToUserName, FromUserName, MsgType, Content, Event, EventKey string
	CreateTime                                                  int64
	MsgID                                                       string `xml:"MsgId"`
	PicURL                                                      string `xml:"PicUrl"`
	LocationX                                                   string `xml:"Location_X"`
	Recognition, Label, Ticket                                  string
	Mark                                                        string `xml:"bizmsgmenuid"`
}

// fakeTalk is a citizen's dialogue with the fake server.
type fakeTalk struct {
	unit    int
	answers string
	done    string // the receipt of the finished draft
}

// fakeServer is a small server of the demo: it rates fakeUnits by chat and
// publishes the scores. The hooks make it err.
type fakeServer struct {
	*httptest.Server
	mu       sync.Mutex
	account  Account
	env      string
	talks    map[string]*fakeTalk
	live     map[string]string // openid and unit: answers
	answered map[string]string
	receipts int
	pushes   []fakePush
	bodies   []string

	count   func(answers string, n int) string             // what is counted of the nth rating
	mangle  func(plain string) string                      // on the answer before encryption
	respond func(w http.ResponseWriter, plain string) bool // takes over from the fake
	repeats bool                                           // forget that a push was answered
}

func newFakeServer(t *testing.T) *fakeServer {
	t.Helper()
	f := &fakeServer{account: testAccount, env: "demo", talks: map[string]*fakeTalk{}, live: map[string]string{}, answered: map[string]string{}}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /wechat", f.webhook)
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, `{"env":%q}`, f.env)
	})
	mux.HandleFunc("GET /api/v1/campaigns/2017/scores", f.scores)
	f.Server = httptest.NewServer(mux)
	t.Cleanup(f.Close)
	return f
}

func (f *fakeServer) target() string { return f.URL + "/wechat" }

// unwrap authenticates and decrypts a push; "" where it is not authentic.
func (f *fakeServer) unwrap(r *http.Request, body string) string {
	q := r.URL.Query()
	stamp, nonce := q.Get("timestamp"), q.Get("nonce")
	if q.Get("signature") != util.Signature(f.account.Token, stamp, nonce) {
		return ""
	}
	if f.account.AESKey == "" {
		return body
	}
	var env struct{ ToUserName, Encrypt string }
	if xml.Unmarshal([]byte(body), &env) != nil || env.ToUserName != f.account.OriginalID || q.Get("encrypt_type") != "aes" ||
		q.Get("msg_signature") != util.Signature(f.account.Token, stamp, nonce, env.Encrypt) {
		return ""
	}
	_, plain, err := util.DecryptMsg(f.account.AppID, env.Encrypt, f.account.AESKey)
	if err != nil {
		return ""
	}
	return string(plain)
}

func (f *fakeServer) webhook(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	var p fakePush
	inner := f.unwrap(r, string(body))
	if inner == "" || xml.Unmarshal([]byte(inner), &p) != nil || r.URL.Query().Get("openid") != p.FromUserName {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	f.pushes, f.bodies = append(f.pushes, p), append(f.bodies, r.URL.RawQuery+"\n"+string(body))
	key := strings.Join([]string{p.MsgID, p.FromUserName, strconv.FormatInt(p.CreateTime, 10), p.Event, p.EventKey}, "|")
	plain, ok := f.answered[key]
	if !ok || f.repeats {
		plain = "success"
		if text := f.answer(p); text != "" {
			plain = fmt.Sprintf("<xml><ToUserName><![CDATA[%s]]></ToUserName><FromUserName><![CDATA[%s]]></FromUserName><CreateTime>%d</CreateTime>"+
				"<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[%s]]></Content></xml>", p.FromUserName, p.ToUserName, time.Now().Unix(), text)
		}
		f.answered[key] = plain
	}
	if f.mangle != nil {
		plain = f.mangle(plain)
	}
	if f.respond != nil && f.respond(w, plain) {
		return
	}
	fmt.Fprint(w, f.wrap(plain))
}

// wrap encrypts an answer; success and the plaintext mode stay as they are.
func (f *fakeServer) wrap(plain string) string {
	if plain == "success" || f.account.AESKey == "" {
		return plain
	}
	cipher, err := util.EncryptMsg([]byte("0123456789abcdef"), []byte(plain), f.account.AppID, f.account.AESKey)
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("<xml><Encrypt><![CDATA[%s]]></Encrypt><MsgSignature><![CDATA[%s]]></MsgSignature><TimeStamp>1</TimeStamp><Nonce><![CDATA[n]]></Nonce></xml>",
		cipher, util.Signature(f.account.Token, "1", "n", string(cipher)))
}

func fakeLink(label, content string) string {
	return fmt.Sprintf(`<a href="weixin://bizmsgmenu?msgmenucontent=%s&msgmenuid=7">%s</a>`, content, label)
}

// answer is the dialogue: what is said to a push, or "".
func (f *fakeServer) answer(p fakePush) string {
	t := f.talks[p.FromUserName]
	if t == nil {
		t = &fakeTalk{unit: -1}
		f.talks[p.FromUserName] = t
	}
	if p.Event != "" {
		scene := strings.TrimPrefix(strings.TrimPrefix(p.EventKey, "qrscene_"), "u:")
		for i, u := range fakeUnits {
			if u.code == scene {
				*t = fakeTalk{unit: i}
				return "您扫的是【" + u.name + "】的评议码。" + `<a href="https://example.org/privacy">隐私说明</a>` + "\n" + f.question(t)
			}
		}
		if p.Event == "unsubscribe" {
			return ""
		}
		return "您好！请扫码，或回复单位名称。"
	}
	if p.MsgType != "text" {
		return "收到。"
	}
	for i, u := range fakeUnits {
		if p.Content == u.name {
			*t = fakeTalk{unit: i}
			return "【" + u.name + "】\n" + f.question(t)
		}
	}
	if t.unit < 0 {
		return "请扫码，或回复单位名称。"
	}
	return f.step(p, t)
}

func (f *fakeServer) step(p fakePush, t *fakeTalk) string {
	if strings.HasPrefix(p.Content, "确认") {
		if t.done == "" {
			f.receipts++
			t.done = fmt.Sprintf("AAAA-BBBB-CCCC-%04d", f.receipts)
			counted := t.answers
			if f.count != nil {
				counted = f.count(counted, f.receipts)
			}
			f.live[p.FromUserName+"/"+fakeUnits[t.unit].code] = counted
		}
		return "已经记下，谢谢您。\n回执：" + t.done + "\n" + fakeLink("再评一个单位", "评议")
	}
	typed := strings.NewReplacer("，", "", "０", "0", "１", "1", "２", "2", "３", "3", "４", "4", "５", "5").Replace(p.Content)
	for level, word := range words {
		if p.Content == fmt.Sprintf("%s 第%d题 %s", fakeUnits[t.unit].name, len(t.answers)+1, word) || p.Content == word {
			typed = strconv.Itoa(int(level))
			if word == "跳过" {
				typed = "-"
			}
		}
	}
	if len(t.answers)+len(typed) > fakeQuestions || (len(typed) != 1 && len(typed) != fakeQuestions) {
		return "请再看一眼。\n" + f.question(t)
	}
	t.answers += typed
	if len(t.answers) < fakeQuestions {
		return f.question(t)
	}
	return f.summary(t)
}

func (f *fakeServer) question(t *fakeTalk) string {
	n := len(t.answers) + 1
	lines := []string{fmt.Sprintf("第%d题（共%d题）依法行政、守法诚信", n, fakeQuestions), "他们办事讲不讲规矩，说话算不算数？"}
	for _, level := range []int{5, 4, 3, 2, 1, 0} {
		word := words[fakeLevel(level)]
		lines = append(lines, fmt.Sprintf("%d %s", level, fakeLink(word, fmt.Sprintf("%s 第%d题 %s", fakeUnits[t.unit].name, n, word))))
	}
	return strings.Join(lines, "\n")
}

func (f *fakeServer) summary(t *fakeTalk) string {
	lines := []string{"请核对您对【" + fakeUnits[t.unit].name + "】的评价："}
	for i, c := range t.answers {
		word := "跳过"
		if c != '-' {
			word = words[fakeLevel(int(c-'0'))]
		}
		lines = append(lines, fmt.Sprintf("%d 依法行政：%s", i+1, word))
	}
	name := fakeUnits[t.unit].name
	return strings.Join(append(lines, fakeLink("确认", "确认 "+name)+" "+fakeLink("修改", "修改 "+name)+" "+fakeLink("取消", "取消 "+name)), "\n")
}

// scores are counted from the live ratings.
func (f *fakeServer) scores(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if r.Header.Get("Authorization") != "Bearer a-key" || r.URL.Query().Get("channel") != "mobile" {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	var units []unitScore
	for _, u := range fakeUnits {
		s := unitScore{Code: u.code, Name: u.name, Levels: map[string]int64{"1": 0, "2": 0, "3": 0, "4": 0, "5": 0}}
		for who, answers := range f.live {
			if !strings.HasSuffix(who, "/"+u.code) || answers == "" {
				continue
			}
			s.Ratings++
			for _, c := range answers {
				if c >= '1' && c <= '5' {
					s.Levels[string(c)]++
				}
			}
		}
		units = append(units, s)
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"campaign": "2017", "units": units})
}

// seen lists the openids that pushed, each once.
func (f *fakeServer) seen() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var ids []string
	for _, p := range f.pushes {
		ids = append(ids, p.FromUserName)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}
