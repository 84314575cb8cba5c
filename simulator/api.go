package simulator

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"time"
	"unicode/utf8"

	"pingyi/models"
)

// Limits of the page's calls. A message may be as long as a complaint and a
// little longer, so that the server's own limit can be tried.
const (
	maxBody    = 16 << 10
	maxText    = 2500 // characters
	maxScene   = 64
	maxMark    = 20
	maxRunning = 16 // pushes at once, over all pages
)

// call is the body of every POST; an endpoint uses what it needs.
type call struct {
	App     string `json:"app"` // citizens; WeChat where ""
	Citizen string `json:"citizen"`
	Text    string `json:"text"`  // send, tap, click
	Mark    string `json:"mark"`  // tap
	Scene   string `json:"scene"` // scan
	Entry   int    `json:"entry"` // redeliver
}

// acts are the endpoints that make a push.
var acts = map[string]func(*page, call) (Act, error){
	"send":     func(_ *page, c call) (Act, error) { return Say(c.Text), needText(c) },
	"tap":      func(_ *page, c call) (Act, error) { return Tap(Link{Content: c.Text, MenuID: c.Mark}), needText(c) },
	"click":    func(_ *page, c call) (Act, error) { return Click(c.Text), needText(c) },
	"scan":     func(_ *page, c call) (Act, error) { return Scan(c.Scene), needScene(c) },
	"follow":   func(*page, call) (Act, error) { return Follow(), nil },
	"unfollow": func(*page, call) (Act, error) { return Unfollow(), nil },
	"picture":  func(p *page, _ call) (Act, error) { return Picture(p.picture), nil },
	"voice": func(*page, call) (Act, error) {
		return Voice("周三下午窗口没有人，等了两个小时。"), nil
	},
	"place": func(*page, call) (Act, error) {
		return Place("31.670452", "118.506759", "马鞍山市政务服务中心"), nil
	},
}

func needText(c call) error {
	if c.Text == "" || utf8.RuneCountInString(c.Text) > maxText || len(c.Mark) > maxMark {
		return models.Errorf(models.Invalid, "text_length", "内容应为1到%d个字", maxText)
	}
	return nil
}

func needScene(c call) error {
	if c.Scene == "" || len(c.Scene) > maxScene {
		return models.Errorf(models.Invalid, "scene_length", "场景值应为1到%d个字符", maxScene)
	}
	return nil
}

// wirePiece is a piece of an answer as the page draws it.
type wirePiece struct {
	Text string `json:"text"`
	Send string `json:"send,omitempty"` // a tap link's content
	Mark string `json:"mark,omitempty"`
	Href string `json:"href,omitempty"` // of an ordinary link, shown and not opened
}

// wireEntry is an exchange as the page gets it.
type wireEntry struct {
	ID         int         `json:"id"`
	At         time.Time   `json:"at"`
	RepeatOf   int         `json:"repeat_of,omitempty"`
	Same       bool        `json:"same,omitempty"`
	Kind       ActKind     `json:"kind"`
	Text       string      `json:"text,omitempty"`
	Scene      string      `json:"scene,omitempty"`
	Label      string      `json:"label,omitempty"`
	Pieces     []wirePiece `json:"pieces"`
	Faults     []Fault     `json:"faults"`
	Status     int         `json:"status"`
	Tries      int         `json:"tries"`
	Encrypted  bool        `json:"encrypted"`
	Millis     float64     `json:"ms"`
	URL        string      `json:"url"`
	Push       string      `json:"push"`
	PushSent   string      `json:"push_sent"`
	Answer     string      `json:"answer"`
	AnswerSent string      `json:"answer_sent"`
}

func wire(e entry) wireEntry {
	x := e.Exchange
	out := wireEntry{ID: e.ID, At: e.At, RepeatOf: e.RepeatOf, Same: e.Same, Kind: x.Act.Kind, Text: x.Act.Text,
		Scene: x.Act.Scene, Label: x.Act.Label, Pieces: []wirePiece{}, Faults: append([]Fault{}, x.Faults...),
		Status: x.Status, Tries: x.Tries, Encrypted: x.Push != x.Envelope, Millis: float64(x.Duration.Microseconds()) / 1000,
		URL: x.URL, Push: x.Push, PushSent: x.Envelope, Answer: x.Plain, AnswerSent: x.Raw}
	for _, p := range Pieces(x.Text) {
		piece := wirePiece{Text: p.Text, Href: p.Href}
		if p.Link != nil {
			piece.Send, piece.Mark = p.Link.Content, p.Link.MenuID
		}
		out.Pieces = append(out.Pieces, piece)
	}
	return out
}

// state is what most calls answer: the citizen, and the entries asked for.
type state struct {
	Citizen   string      `json:"citizen"`
	App       string      `json:"app"`
	OpenID    string      `json:"openid"`
	Following bool        `json:"following"`
	Entries   []wireEntry `json:"entries"`
}

// show needs the person's turn.
func show(p *person, entries ...entry) state {
	s := state{Citizen: p.handle, App: p.app, OpenID: p.citizen.OpenID, Following: p.citizen.Following, Entries: []wireEntry{}}
	for _, e := range entries {
		s.Entries = append(s.Entries, wire(e))
	}
	return s
}

func (p *page) addCitizen(w http.ResponseWriter, r *http.Request) {
	c, err := readCall(w, r)
	if err != nil {
		fail(w, err)
		return
	}
	if c.App == "" {
		c.App = appWeChat
	}
	phone, known := p.phones[c.App]
	if !known {
		fail(w, models.Errorf(models.NotFound, "unknown_app", "没有这个平台"))
		return
	}
	who, err := p.room.enter(c.App, phone.newID)
	if err != nil {
		fail(w, err)
		return
	}
	reply(w, http.StatusCreated, show(who))
}

func (p *page) history(w http.ResponseWriter, r *http.Request) {
	who, err := p.room.get(r.URL.Query().Get("citizen"))
	if err == nil {
		err = who.lock(r.Context())
	}
	if err != nil {
		fail(w, err)
		return
	}
	defer who.unlock()
	reply(w, http.StatusOK, show(who, who.entries...))
}

// apps lists the platforms that the phone has, the first one first.
func (p *page) apps(w http.ResponseWriter, _ *http.Request) {
	apps := []string{appWeChat}
	if _, ok := p.phones[appWeibo]; ok {
		apps = append(apps, appWeibo)
	}
	reply(w, http.StatusOK, map[string]any{"apps": apps})
}

func (p *page) listWall(w http.ResponseWriter, r *http.Request) {
	items := []WallItem{}
	if p.wall != nil {
		listed, err := p.wall(r.Context())
		if err != nil {
			fail(w, err)
			return
		}
		items = append(items, listed...)
	}
	reply(w, http.StatusOK, map[string]any{"items": items})
}

// act makes the endpoint of a push.
func (p *page) act(prepare func(*page, call) (Act, error)) http.HandlerFunc {
	return p.turn(func(r *http.Request, c call, who *person) (entry, error) {
		act, err := prepare(p, c)
		if err != nil {
			return entry{}, err
		}
		x, err := p.phones[who.app].face.Push(r.Context(), &who.citizen, act)
		return entry{Exchange: x}, err
	})
}

func (p *page) redeliver(w http.ResponseWriter, r *http.Request) {
	p.turn(func(r *http.Request, c call, who *person) (entry, error) {
		first, ok := who.find(c.Entry)
		if !ok {
			return entry{}, models.Errorf(models.NotFound, "unknown_entry", "这条消息已经不在记录里")
		}
		x, err := p.phones[who.app].face.Redeliver(r.Context(), first.Exchange)
		return entry{Exchange: x, RepeatOf: first.ID, Same: x.Plain == first.Exchange.Plain && len(x.Faults) == 0}, err
	})(w, r)
}

// turn reads a call, waits for the citizen's turn, delivers and answers with
// the new entry.
func (p *page) turn(do func(*http.Request, call, *person) (entry, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c, err := readCall(w, r)
		if err != nil {
			fail(w, err)
			return
		}
		select {
		case p.running <- struct{}{}:
			defer func() { <-p.running }()
		default:
			fail(w, models.Errorf(models.TooMany, "busy", "同时进行的推送太多，请稍候再试"))
			return
		}
		// The server's own limit may be shorter than three tries of the platform.
		err = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(maxTries*tryTime + tryTime))
		if err != nil && !errors.Is(err, http.ErrNotSupported) {
			fail(w, err)
			return
		}
		who, err := p.room.get(c.Citizen)
		if err == nil {
			err = p.phones[who.app].fault
		}
		if err == nil {
			err = who.lock(r.Context())
		}
		if err != nil {
			fail(w, err)
			return
		}
		defer who.unlock()
		at := p.now()
		e, err := do(r, c, who)
		if err != nil {
			fail(w, err)
			return
		}
		e.At = at
		reply(w, http.StatusOK, show(who, who.add(e)))
	}
}

// readCall reads the body of a POST: JSON, bounded, nothing unknown in it.
func readCall(w http.ResponseWriter, r *http.Request) (call, error) {
	var c call
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		return c, models.Errorf(models.Invalid, "content_type", "请求应为 application/json")
	}
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	d.DisallowUnknownFields()
	err = d.Decode(&c)
	if err == nil {
		if _, more := d.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("more than one value")
		}
	}
	var big *http.MaxBytesError
	if errors.As(err, &big) {
		return c, big
	}
	if err != nil {
		return c, models.Errorf(models.Invalid, "body", "请求内容读不懂")
	}
	return c, nil
}

// fail answers with a problem document; what is no domain error is not shown.
func fail(w http.ResponseWriter, err error) {
	var big *http.MaxBytesError
	if errors.As(err, &big) {
		problem(w, http.StatusRequestEntityTooLarge, "too_large", "内容太长")
		return
	}
	var known *models.Error
	if !errors.As(err, &known) {
		problem(w, http.StatusInternalServerError, "internal", "模拟器出错了")
		return
	}
	text := known.Text
	if errors.Is(err, ErrNotFollowing) {
		text = "还没有关注公众号"
	}
	problem(w, statusOf(known.Kind), known.Code, text)
}

func statusOf(kind models.Kind) int {
	switch kind {
	case models.Invalid:
		return http.StatusBadRequest
	case models.NotFound:
		return http.StatusNotFound
	case models.Conflict:
		return http.StatusConflict
	case models.TooMany:
		return http.StatusTooManyRequests
	}
	return http.StatusInternalServerError
}

func problem(w http.ResponseWriter, status int, code, title string) {
	w.Header().Set("Content-Type", "application/problem+json")
	body, err := json.Marshal(map[string]any{"type": "about:blank", "title": title, "status": status, "code": code})
	if err != nil {
		body = []byte("{}")
	}
	w.WriteHeader(status)
	write(w, body)
}

func reply(w http.ResponseWriter, status int, value any) {
	body, err := json.Marshal(value)
	if err != nil {
		fail(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	write(w, body)
}

// write sends a body; where the browser is gone the error is of no use.
func write(w http.ResponseWriter, body []byte) {
	_, _ = w.Write(body)
}
