package bot_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pingyi/bot"
	"pingyi/bot/catalogue"
	"pingyi/bot/codec"
	"pingyi/bot/flow/complaint"
	"pingyi/bot/flow/rating"
	"pingyi/bot/flow/records"
	"pingyi/bot/flow/withdrawal"
	"pingyi/bot/flow/word"
	"pingyi/folding"
	"pingyi/internal/bounds"
	"pingyi/models"
)

// fakeDirectory is a register of a handful of units.
type fakeDirectory []models.Unit

func testUnits() fakeDirectory {
	g, s, a, w := models.Government, models.Service, models.Association, models.Window
	return fakeDirectory{
		{Code: "A01", Name: "市公安局", Class: "政府部门", Type: g, Aliases: []string{"公安局"}},
		{Code: "A02", Name: "市人力资源和社会保障局", Class: "政府部门", Type: g, Aliases: []string{"人社局"}},
		{Code: "A03", Name: "市教育局", Class: "政府部门", Type: g, Aliases: []string{"教育局"}},
		{Code: "A04", Name: "市国家税务局", Class: "政府部门", Type: g, Aliases: []string{"国税局", "税务局"}},
		{Code: "A05", Name: "市地方税务局", Class: "政府部门", Type: g, Aliases: []string{"地税局", "税务局"}},
		{Code: "A06", Name: "市民政局", Class: "政府部门", Type: g},
		{Code: "A07", Name: "市司法局", Class: "政府部门", Type: g},
		{Code: "A08", Name: "市财政局", Class: "政府部门", Type: g},
		{Code: "A09", Name: "市水利局", Class: "政府部门", Type: g},
		{Code: "A10", Name: "市食品药品监督管理与市场秩序综合执法局", Class: "政府部门", Type: g},
		{Code: "B01", Name: "市总工会", Class: "社会团体", Type: a},
		{Code: "C01", Name: "市自来水公司", Class: "公共服务单位", Type: s, Aliases: []string{"自来水"}},
		{Code: "C02", Name: "R&D <园区>服务+中心", Class: "公共服务单位", Type: s},
		{Code: "W01", Name: "学生资助窗口", Type: w, Parent: "A03"},
		{Code: "W02", Name: "综合窗口", Type: w, Parent: "A02"},
		{Code: "W03", Name: "综合窗口", Type: w, Parent: "C01"},
		{Code: "X01", Name: "市档案馆", Class: "其他", Type: g},
	}
}

func (d fakeDirectory) ByCode(code string) (models.Unit, bool) {
	for _, u := range d {
		if strings.EqualFold(u.Code, code) {
			return u, true
		}
	}
	return models.Unit{}, false
}

func (d fakeDirectory) Exact(text string) []models.Unit {
	is := func(name string) bool {
		if !folding.Plain(name) { // the few that look otherwise when they are folded
			name = catalogue.Fold(name)
		}
		return strings.EqualFold(name, text)
	}
	var out []models.Unit
	for _, u := range d {
		if is(u.Name) || is(u.Code) || slices.ContainsFunc(u.Aliases, is) {
			out = append(out, u)
		}
	}
	return out
}

func (d fakeDirectory) Namesakes(code string) []models.Unit {
	var out []models.Unit
	for _, u := range d {
		if u.Code != code {
			continue
		}
		for _, other := range d {
			if other.Code != code && other.Name == u.Name {
				out = append(out, other)
			}
		}
	}
	return out
}

func (d fakeDirectory) Search(text string, limit int) []models.Unit {
	initials := map[string]string{"jyj": "A03", "gaj": "A01"}
	var out []models.Unit
	for _, u := range d {
		names := strings.Join(append([]string{u.Name}, u.Aliases...), "|")
		if len(out) < limit && (strings.Contains(catalogue.Fold(names), text) || initials[catalogue.Lower(text)] == u.Code) {
			out = append(out, u)
		}
	}
	return out
}

func testDimensions() map[models.UnitType][]models.Dimension {
	government := []models.Dimension{
		{Title: "依法行政、守法诚信", Question: "他们办事讲不讲规矩，说话算不算数？"},
		{Title: "政风建设、行风建设", Question: "态度好不好，推不推诿，拖不拖拉？"},
		{Title: "廉洁从政、廉洁从业", Question: "有没有吃拿卡要？"},
		{Title: "政务公开、办事公开", Question: "该公开的公开没有，问得清楚吗？"},
		{Title: "系统建设、行业管理", Question: "队伍管得好不好，行业管得严不严？"},
	}
	service := append([]models.Dimension(nil), government...)
	service[1].Question = "服务态度和质量怎么样，拖不拖拉？"
	service[2].Question = "有没有乱收费、要好处？"
	return map[models.UnitType][]models.Dimension{models.Government: government, models.Association: government, models.Service: service}
}

func testCampaign(id, title string, from, to time.Time, units fakeDirectory, codes ...string) *bot.Campaign {
	c := &bot.Campaign{ID: id, Title: title, From: from, To: to, Dimensions: testDimensions()}
	seen := map[string]bool{}
	for _, u := range units {
		wanted := len(codes) == 0 && u.Type != models.Window && u.Code != "X01"
		for _, code := range codes {
			wanted = wanted || code == u.Code
		}
		if !wanted {
			continue
		}
		c.Units = append(c.Units, u)
		if !seen[u.Class] {
			seen[u.Class] = true
			c.Classes = append(c.Classes, u.Class)
		}
	}
	return c
}

func day(y, m, d int) time.Time { return time.Date(y, time.Month(m), d, 0, 0, 0, 0, word.Beijing) }

var testNow = time.Date(2017, 5, 10, 9, 30, 0, 0, word.Beijing)

func testWorld(taps bool) *bot.World {
	units := testUnits()
	return &bot.World{
		Platform:  bot.Platform{Taps: taps},
		Campaigns: []*bot.Campaign{testCampaign("2017", "2017年度政风行风评议", day(2017, 4, 1), day(2017, 12, 1), units)},
		Directory: units,
	}
}

// fakeHost carries actions out in memory, once a draft.
type fakeHost struct {
	w        *bot.World
	now      time.Time
	drafts   map[models.ID]bot.Result
	rates    []rating.Rate // committed, in order
	files    []complaint.File
	ratings  []records.MyRating // newest first
	tickets  []records.Ticket
	code     map[string]string
	filed    int
	limit    bool
	reasons  []string
	erased   bool
	serial   int
	withdraw []withdrawal.Withdraw
}

func newFakeHost(w *bot.World) *fakeHost {
	return &fakeHost{w: w, now: testNow, drafts: map[models.ID]bot.Result{}, code: map[string]string{}}
}

func (h *fakeHost) do(a bot.Action) bot.Result {
	switch a := a.(type) {
	case rating.Rate:
		return h.rate(a)
	case withdrawal.Withdraw:
		return h.take(a)
	case rating.GiveReason:
		h.reasons = append(h.reasons, a.Reason)
	case complaint.File:
		return h.file(a)
	case bot.Erase:
		h.erased = true
	case records.ListMine, withdrawal.ListOpen:
		return h.found(h.ratings, h.tickets)
	case records.LookUpTicket:
		for _, k := range h.tickets {
			if k.No == a.No && h.code[a.No] == a.Code {
				return h.found(nil, []records.Ticket{k})
			}
		}
		return bot.Result{Status: bot.WrongCode}
	case records.LookUpReceipt:
		for _, m := range h.ratings {
			if m.Receipt == a.Receipt {
				return h.found([]records.MyRating{m}, nil)
			}
		}
		return bot.Result{Status: bot.NotFound}
	case complaint.MayComplain:
		if h.limit {
			return bot.Result{Status: bot.OverLimit}
		}
	}
	return bot.Result{}
}

// found is a look-up that found copies of what is given.
func (h *fakeHost) found(ratings []records.MyRating, tickets []records.Ticket) bot.Result {
	return bot.Result{Found: records.Found{Ratings: append([]records.MyRating(nil), ratings...), Tickets: append([]records.Ticket(nil), tickets...)}}
}

func (h *fakeHost) rate(a rating.Rate) bot.Result {
	if r, ok := h.drafts[a.Draft]; ok {
		r.Status = bot.AlreadyDone
		return r
	}
	for _, c := range h.w.Campaigns {
		if c.ID == a.Campaign && !c.Open(h.now) {
			return bot.Result{Status: bot.TooLate, Unit: a.Unit}
		}
	}
	h.serial++
	r := bot.Result{At: h.now, Unit: a.Unit, Receipt: fmt.Sprintf("7K3M-Q9XA-2T4P-%04d", h.serial)}
	for i := range h.ratings {
		if h.ratings[i].Unit == a.Unit && h.ratings[i].Campaign == a.Campaign && h.ratings[i].State == records.Live {
			h.ratings[i].State, h.ratings[i].Open, r.Before = records.Superseded, false, true
		}
	}
	h.rates = append(h.rates, a)
	h.ratings = append([]records.MyRating{{Campaign: a.Campaign, Unit: a.Unit, At: h.now, Receipt: r.Receipt, Open: true}}, h.ratings...)
	h.drafts[a.Draft] = r
	return r
}

func (h *fakeHost) take(a withdrawal.Withdraw) bot.Result {
	if r, ok := h.drafts[a.Draft]; ok {
		r.Status = bot.AlreadyDone
		return r
	}
	for i := range h.ratings {
		if m := &h.ratings[i]; m.Unit == a.Unit && m.Campaign == a.Campaign && m.State == records.Live {
			m.State, m.Open = records.Withdrawn, false
			h.withdraw = append(h.withdraw, a)
			h.drafts[a.Draft] = bot.Result{Unit: a.Unit}
			return bot.Result{Unit: a.Unit}
		}
	}
	return bot.Result{Status: bot.NotFound}
}

func (h *fakeHost) file(a complaint.File) bot.Result {
	if r, ok := h.drafts[a.Draft]; ok {
		r.Status = bot.AlreadyDone
		return r
	}
	if h.limit {
		return bot.Result{Status: bot.OverLimit}
	}
	h.filed++
	r := bot.Result{At: h.now, No: fmt.Sprintf("%s-%04d", h.now.In(word.Beijing).Format("20060102"), h.filed), Code: "H4T9K2"}
	h.files = append(h.files, a)
	h.code[r.No] = r.Code
	h.tickets = append([]records.Ticket{{No: r.No, Unit: a.Unit, Kind: a.Kind, State: "received", At: h.now, Since: h.now}}, h.tickets...)
	h.drafts[a.Draft] = r
	return r
}

// dialogue is one citizen talking with the engine through the host.
type dialogue struct {
	e      *bot.Engine
	w      *bot.World
	h      *fakeHost
	s      bot.Session
	said   []bot.Message
	n      byte
	typed  string     // the text of the last message
	marks  bool       // the platform returns the marks of links
	cut    bool       // the next effect happens, but nothing is saved or shown
	within testing.TB // holds each turn to its bounds; nil: nobody does
}

func newDialogue(e *bot.Engine, taps bool) *dialogue {
	w := testWorld(taps)
	return &dialogue{e: e, w: w, h: newFakeHost(w)}
}

// send plays one input, sessions going through their encoding as they do in a
// host.
func (d *dialogue) send(in bot.Input) (bot.Message, error) {
	d.n++
	d.typed = in.Text
	in.At, in.Now = d.h.now, d.h.now
	in.Random = models.ID{0xd0, d.n, 1}
	data, err := codec.Marshal(d.s)
	if err != nil {
		return bot.Message{}, err
	}
	s, err := codec.Unmarshal(data, d.e)
	if err != nil {
		return bot.Message{}, fmt.Errorf("session after %d messages: %w", d.n-1, err)
	}
	var next bot.Session
	var out bot.Outcome
	advance := func() { next, out = d.e.Advance(d.w, s, in) }
	if d.within == nil {
		advance()
	} else {
		bounds.Hold(d.within, bounds.Push, advance)
	}
	if again, _ := codec.Marshal(s); string(again) != string(data) {
		return bot.Message{}, fmt.Errorf("Advance changed the session it was given")
	}
	m := out.Say
	if out.Action != nil {
		if d.e.Action(out.Action) == nil {
			return bot.Message{}, fmt.Errorf("the action %s is not registered", out.Action.ActionName())
		}
		r := d.h.do(out.Action)
		if d.cut {
			d.cut = false
			return bot.Message{}, nil
		}
		next, m = d.e.Finish(d.w, next, in, out.Action, r)
	}
	d.s = next
	d.said = append(d.said, m)
	return m, nil
}

func (d *dialogue) text(s string) (bot.Message, error) {
	return d.send(bot.Input{Kind: bot.Text, Text: s})
}

// tap sends what a span sends.
func (d *dialogue) tap(s bot.Span) (bot.Message, error) {
	in := bot.Input{Kind: bot.Text, Text: s.Send}
	if d.marks {
		in.Mark = s.Mark
	}
	return d.send(in)
}

// link finds the choice with a label.
func link(m bot.Message, label string) (bot.Span, bool) {
	for _, l := range m.Lines {
		for _, s := range l {
			if s.Send != "" && s.Label == label {
				return s, true
			}
		}
	}
	return bot.Span{}, false
}

// shown is a message as a citizen sees it; 「」 marks a link.
func shown(m bot.Message, taps bool) string {
	var b strings.Builder
	for i, l := range m.Lines {
		if i > 0 {
			b.WriteByte('\n')
		}
		for _, s := range l {
			if s.Send != "" && taps {
				b.WriteString("「" + s.Label + "」")
			} else {
				b.WriteString(s.Label)
			}
		}
	}
	return b.String()
}
