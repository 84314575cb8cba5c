package intake

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"pingyi/bot"
	"pingyi/bot/flow"
	"pingyi/models"
	"pingyi/seal"
)

// lineFace shows three lines at a time.
type lineFace struct{}

func (lineFace) Platform() bot.Platform { return bot.Platform{} }

func (lineFace) Pages(m bot.Message) []string {
	var pages []string
	for i, l := range m.Lines {
		var b strings.Builder
		for _, s := range l {
			b.WriteString(s.Label)
		}
		if i%3 == 0 {
			pages = append(pages, b.String())
		} else {
			pages[len(pages)-1] += "\n" + b.String()
		}
	}
	return pages
}

func (f lineFace) Render(m bot.Message) string { return f.Pages(m)[0] }

// oneCitizen is a session store for one citizen and pushes in a row; it also is
// everything else that a desk asks for.
type oneCitizen struct {
	session  []byte
	answers  map[models.ID][]byte
	followed int
	world    *bot.World
}

func (o *oneCitizen) state(push models.ID, s SessionStatus) (SessionState, error) {
	if a := o.answers[push]; a != nil {
		return SessionState{Status: Answered, Answer: a}, nil
	}
	return SessionState{Status: s, Session: o.session}, nil
}

func (o *oneCitizen) Load(_ context.Context, _, push models.ID) (SessionState, error) {
	return o.state(push, Saved)
}

func (o *oneCitizen) Swap(_ context.Context, _, push models.ID, _, expect, next, answer []byte) (SessionState, error) {
	if o.answers[push] != nil || !bytes.HasPrefix(o.session, expect) || expect == nil && o.session != nil {
		return o.state(push, Stale)
	}
	o.session, o.answers[push] = next, answer
	return SessionState{Status: Saved}, nil
}

func (o *oneCitizen) Claim(_ context.Context, _, push models.ID, _ []byte) (SessionState, error) {
	return o.state(push, Taken)
}

func (o *oneCitizen) Answer(_ context.Context, _, push models.ID, answer []byte) (SessionState, error) {
	if o.answers[push] == nil {
		o.answers[push] = answer
		return SessionState{Status: Saved}, nil
	}
	return o.state(push, Saved)
}

func (o *oneCitizen) Forget(_ context.Context, _ models.ID, count []byte) error {
	o.session = count
	return nil
}

func (o *oneCitizen) Drop(context.Context, models.ID) error { return nil } // of another name

func (o *oneCitizen) Do(context.Context, *Turn, bot.Action, func(bot.Result) ([]byte, error)) (bot.Result, []byte, error) {
	return bot.Result{Status: bot.NotFound}, nil, nil
}
func (o *oneCitizen) Read(context.Context, *Turn, bot.Action) (bot.Result, error) {
	return bot.Result{}, nil
}
func (o *oneCitizen) Finished(context.Context, *Turn) ([]byte, error) { return nil, nil }
func (o *oneCitizen) World(*Account) *bot.World                       { return o.world }
func (o *oneCitizen) Followed(context.Context, *Turn) error           { o.followed++; return nil }
func (o *oneCitizen) Turn(string, string, time.Duration)              {}
func (o *oneCitizen) Commit(string, time.Duration)                    {}
func (o *oneCitizen) Shed(bot.Class)                                  {}

// units is a directory of one unit.
type units struct{ u models.Unit }

func (d units) ByCode(code string) (models.Unit, bool) { return d.u, code == d.u.Code }
func (d units) Exact(text string) []models.Unit {
	if text == d.u.Name {
		return []models.Unit{d.u}
	}
	return nil
}
func (d units) Search(text string, _ int) []models.Unit { return d.Exact(text) }
func (d units) Namesakes(string) []models.Unit          { return nil }

func newOneCitizen(t *testing.T) (*Desk, *oneCitizen) {
	t.Helper()
	engine, err := flow.New("zh-Hans")
	if err != nil {
		t.Fatal(err)
	}
	wrapper, err := seal.NewWrapper(strings.Repeat("s", 40), "")
	if err != nil {
		t.Fatal(err)
	}
	u := models.Unit{Code: "A03", Name: "市教育局", Class: "政府部门", Type: models.Government}
	now := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	o := &oneCitizen{answers: map[models.ID][]byte{}, world: &bot.World{
		Directory: units{u}, Scenes: map[string]string{"n:7": "u:A03"},
		Campaigns: []*bot.Campaign{{
			ID: "2017", Title: "2017年度政风行风评议", From: now.Add(-time.Hour), To: now.Add(time.Hour), Classes: []string{u.Class},
			Units:      []models.Unit{u},
			Dimensions: map[models.UnitType][]models.Dimension{models.Government: {{Title: "依法行政", Question: "讲不讲规矩？"}}},
		}},
	}}
	return NewDesk(Options{
		Engine: engine, Sessions: o, Actions: o, Worlds: o, Followers: o, Observer: o, Keys: seal.NewRing(wrapper, keptKeys{}),
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Now: func() time.Time { return now }, InFlight: 8, Hints: 64,
	}), o
}

func TestPages_wordForTheNextPage_showsTheRestOfTheAnswer(t *testing.T) {
	d, o := newOneCitizen(t)
	account := &Account{ID: "1", Tenant: "default", Channel: models.Social, Face: lineFace{}}
	key := 0
	push := func(in bot.Input, follows bool) string {
		t.Helper()
		key++
		in.At, in.Now = d.Now(), d.Now()
		in.Random[0] = byte(key)
		p := Push{Account: account, Citizen: "7", Key: string(rune('a' + key)), Input: in, Follows: follows}
		a := d.Handle(t.Context(), p)
		if again := d.Handle(t.Context(), p); again != a {
			t.Fatalf("a repeat got %q, the first delivery %q", again.Text, a.Text)
		}
		return a.Text
	}
	say := func(text string) string { t.Helper(); return push(bot.Input{Kind: bot.Text, Text: text}, false) }

	whole := push(bot.Input{Kind: bot.Follow, Scene: "n:7"}, true)
	if !strings.Contains(whole, "市教育局") || o.followed == 0 {
		t.Fatalf("the code with a number led to %q; %d followed", whole, o.followed)
	}
	for range 8 {
		page := say("下一页")
		if whole += "\n" + page; strings.Contains(page, "0 未接触/不了解") {
			break
		}
	}
	for _, want := range []string{"第1题", "5 非常满意", "0 未接触/不了解"} {
		if strings.Count(whole, want) != 1 {
			t.Errorf("%q is there %d times in\n%s", want, strings.Count(whole, want), whole)
		}
	}
	if got := say("5"); !strings.Contains(got, "请核对") {
		t.Errorf("after the pages the question is open no more: %q", got)
	}
	if got := say("取消"); strings.Contains(got, "第1题") {
		t.Errorf("pages of an older answer: %q", got)
	}
}

// keptKeys takes every key as the first of its name.
type keptKeys struct{}

func (keptKeys) Key(context.Context, string, string) ([]byte, error) {
	return nil, models.Errorf(models.NotFound, "unknown_key", "no key")
}

func (keptKeys) AddKey(_ context.Context, _, _ string, wrapped []byte) ([]byte, error) {
	return wrapped, nil
}

func (keptKeys) PersonKey(context.Context, models.PersonKey) ([]byte, error) {
	return nil, models.Errorf(models.NotFound, "unknown_key", "no key")
}

func (keptKeys) SealingKeys(context.Context, string) ([]models.SealingKey, error) { return nil, nil }

func (keptKeys) AddPersonKey(_ context.Context, _ models.PersonKey, wrapped []byte) ([]byte, error) {
	return wrapped, nil
}

// A look at the world that a turn is advanced in writes nothing, also of a push that says
// that its citizen began to follow. That is recorded by itself.
func TestWorld_ofAPushThatFollows_writesNothing(t *testing.T) {
	d, o := newOneCitizen(t)
	push := &turn{Turn: Turn{Push: Push{Account: &Account{}, Follows: true, Input: bot.Input{Scene: "n:7"}}}}
	if w := d.world(push); w != o.world || push.Input.Scene != "u:A03" || o.followed != 0 {
		t.Errorf("scene %s, %d followers", push.Input.Scene, o.followed)
	}
	d.recordFollower(t.Context(), push)
	if o.followed != 1 {
		t.Errorf("%d followers were recorded", o.followed)
	}
}
