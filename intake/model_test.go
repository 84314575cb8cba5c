package intake_test

import (
	"fmt"
	"regexp"
	"strings"

	"pingyi/bot"
	"pingyi/bot/flow/complaint"
	"pingyi/bot/flow/rating"
	"pingyi/bot/flow/withdrawal"
	"pingyi/intake"
	"pingyi/models"
)

// model decides right and wrong from what citizens were shown and what the
// record holds; of how a push is handled it knows nothing.
type model struct {
	sim       *sim
	faults    []string
	summaries map[string]summary // by citizen and the words that confirm it
	ambiguous int
	seen      int // entries of the journal that were judged
	effects   map[models.ID]*effect
	drafts    map[models.ID]*effect
	confirmed map[string]*effect // by the link that confirmed
	epochOf   map[models.ID]int  // losses of Redis before the effect
	short     map[string]bool    // answers of turns that were not finished
	again     string             // the one of them that says to send it again
	recording string             // the one that says that it is being recorded
	counted   map[string]int     // what was exercised
}

// summary is what a summary showed.
type summary struct{ head, body string }

func newModel(s *sim) *model {
	return &model{
		sim: s, summaries: map[string]summary{}, effects: map[models.ID]*effect{}, drafts: map[models.ID]*effect{},
		confirmed: map[string]*effect{}, epochOf: map[models.ID]int{}, counted: map[string]int{},
		again: plainFace{}.Render(s.engine.Unfinished()), recording: plainFace{}.Render(s.engine.Busy()),
		short: map[string]bool{
			plainFace{}.Render(s.engine.Busy()): true, plainFace{}.Render(s.engine.Unfinished()): true, plainFace{}.Render(s.engine.TooFast()): true,
		},
	}
}

func (m *model) wrong(format string, args ...any) {
	m.faults = append(m.faults, fmt.Sprintf("%v: ", m.sim.elapsed())+fmt.Sprintf(format, args...))
}

var (
	receiptLine = regexp.MustCompile(`回执：(\S+)`)
	ticketLine  = regexp.MustCompile(`登记编号：(\S+)`)
	levelLine   = regexp.MustCompile(`(?m)^[1-5] \S+：(\S+)$`)
	levelOf     = map[string]byte{"非常满意": '5', "满意": '4', "基本满意": '3', "不满意": '2', "非常不满意": '1', "未接触/不了解": '0', "跳过": '-'}
	kindOf      = map[string]string{"attitude": "服务态度", "delay": "办事拖拉", "charges": "乱收费", "unlawful": "不依法办事", "integrity": "廉洁问题", "other": "其他"}
)

// answered judges an answer.
func (m *model) answered(d *delivery) {
	m.judgeJournal()
	if took := d.ended.Sub(d.begun); took > intake.Budget {
		m.wrong("push %d: answered after %v", d.p.id, took)
	}
	p, a := d.p, answer{d.answer, m.sim.redis.epoch}
	p.answers = append(p.answers, a)
	switch {
	case a.Text == "":
		m.counted["silent"]++
		return
	case m.short[a.Text]:
		m.counted["busy"]++
		m.busyWords(d)
		return
	}
	m.counted["answered"]++
	m.readSummary(p.c.id, a.Text)
	m.proofs(p, a.Text)
	m.equal(d, a)
}

// busyWords: the short answer of a turn that was not finished is true as far as the
// delivery could know. Where the claim was lost meanwhile, another delivery's short
// answer may have become the first.
func (m *model) busyWords(d *delivery) {
	known := d.tried || d.elsewhere
	alone := len(d.p.answers) == 1 && d.p.open == 0 // no other delivery's answer can be the first
	switch {
	case d.answer.Text == m.again && d.epoch == m.sim.redis.epoch && d.lapses == m.sim.redis.lapses && known && m.effects[m.pushID(d.p)] != nil:
		m.wrong("push %d had its effect and is told to send it again", d.p.id)
	case d.answer.Text == m.recording && !known && alone:
		m.wrong("push %d is told that it is being recorded, and nothing of it was tried", d.p.id)
	}
}

// equal: every proper answer of a push is the same, time included. Of a push
// without an effect the first answer is lost with Redis. Where Redis fell back in
// the middle of a delivery, after that had looked for an effect of the other
// delivery and before it saved, nothing is left that could tell it.
func (m *model) equal(d *delivery, a answer) {
	p := d.p
	e := m.effects[m.pushID(p)]
	if e != nil && a.epoch != d.epoch && !e.done.Before(d.begun) {
		e.late = true
	}
	for _, b := range p.answers[:len(p.answers)-1] {
		if b.Text == "" || m.short[b.Text] || b.Answer == a.Answer {
			continue
		}
		lost := a.epoch != b.epoch
		if e != nil && !e.late {
			// Before the effect Redis may have lost what the push was told.
			lost = b.epoch < m.epochOf[e.push]
		} else if e != nil {
			lost = a.epoch > 0
		}
		if !lost {
			m.wrong("push %d: answered %d %q, and before %d %q", p.id, a.At, a.Text, b.At, b.Text)
		}
	}
	if e == nil || e.late {
		return
	}
	plain, err := simTenant().Answers().Open(e.answer, e.push[:])
	if err != nil || !strings.HasSuffix(string(plain), a.Text) {
		m.wrong("push %d had its effect and is answered %q", p.id, a.Text)
	}
}

func (m *model) pushID(p *push) models.ID {
	return simTenant().Push(account.ID, fmt.Sprint("m", p.id))
}

// proofs: a receipt or ticket that is said is in the record, and the citizen's.
func (m *model) proofs(p *push, text string) {
	for _, re := range []*regexp.Regexp{receiptLine, ticketLine} {
		for _, got := range re.FindAllStringSubmatch(text, -1) {
			m.counted["proof"]++
			found := false
			for _, e := range m.sim.store.journal {
				found = found || e.citizen == p.c.id && e.receipt == got[1]
			}
			if !found {
				m.wrong("push %d: %s is not in the record", p.id, got[0])
			}
		}
	}
}

// readSummary remembers what a link that confirms was shown under.
func (m *model) readSummary(citizen, text string) {
	var head string
	_, rest, ok := strings.Cut(text, "请核对您对【")
	if ok {
		head, _, _ = strings.Cut(rest, "】")
	} else if _, rest, ok = strings.Cut(text, "请核对您要反映的问题"); ok {
		head = "投诉"
	} else {
		return
	}
	body := rest
	if head != "投诉" {
		body = ""
		for _, l := range levelLine.FindAllStringSubmatch(rest, -1) {
			body += string(levelOf[l[1]])
		}
	}
	for _, l := range link.FindAllStringSubmatch(text, -1) {
		if !strings.HasPrefix(l[2], "确认 ") {
			continue
		}
		key := citizen + "|" + l[2]
		if had, ok := m.summaries[key]; ok && had != (summary{head, body}) {
			m.ambiguous++
			delete(m.summaries, key)
			continue
		}
		m.summaries[key] = summary{head, body}
	}
}

// judgeJournal judges what was committed since the last look.
func (m *model) judgeJournal() {
	pushes := map[models.ID]*push{}
	for ; m.seen < len(m.sim.store.journal); m.seen++ {
		e := m.sim.store.journal[m.seen]
		if len(pushes) == 0 {
			for _, p := range m.sim.all() {
				pushes[m.pushID(p)] = p
			}
		}
		m.once(e)
		if p := pushes[e.push]; p == nil {
			m.wrong("an effect %T of no push", e.action)
		} else {
			m.meant(p, e)
		}
	}
}

// once: one effect a push, a draft, a link that confirms.
func (m *model) once(e *effect) {
	m.counted[fmt.Sprintf("%T", e.action)]++
	if e.late {
		m.counted["late"]++
	}
	if m.effects[e.push] != nil {
		m.wrong("a push had two effects")
	}
	if m.drafts[e.draft] != nil && !e.draft.IsZero() {
		m.wrong("a draft had two effects")
	}
	m.effects[e.push], m.drafts[e.draft] = e, e
	m.epochOf[e.push] = m.sim.redis.epoch
	to := m.sim.world.Campaigns[0].To
	if _, ok := e.action.(rating.Rate); ok && (!e.platformAt.Before(to) || e.at.After(to.Add(60e9))) {
		m.wrong("a rating of %v, received %v, counted after the close", e.platformAt, e.at)
	}
}

// meant: what is committed is what the summary under the tapped link showed.
func (m *model) meant(p *push, e *effect) {
	switch a := e.action.(type) {
	case rating.Rate:
		s, ok := m.link(p, e)
		u, _ := m.sim.world.Directory.ByCode(a.Unit)
		if ok && s != (summary{u.Name, a.Answers.String()}) {
			m.wrong("push %d %q: committed %s %s, shown %v", p.id, p.input.Text, u.Name, a.Answers, s)
		}
	case complaint.File:
		s, ok := m.link(p, e)
		if !ok {
			return
		}
		u, _ := m.sim.world.Directory.ByCode(a.Unit)
		texts := 0
		for _, part := range a.Parts {
			texts += len([]rune(part.Text))
		}
		wants := []string{"类别：" + kindOf[a.Kind], u.Name}
		if texts > 0 {
			wants = append(wants, fmt.Sprintf("（共%d字）", texts))
		}
		for _, want := range wants {
			if !strings.Contains(s.body, want) {
				m.wrong("push %d: filed %q, shown %q", p.id, want, s.body)
			}
		}
	}
}

// link is the summary under the link that a push tapped; a link confirms once.
func (m *model) link(p *push, e *effect) (summary, bool) {
	key := p.c.id + "|" + p.input.Text
	s, ok := m.summaries[key]
	if !ok {
		m.counted["confirmed by words"]++
		return s, false
	}
	m.counted["confirmed by link"]++
	if m.confirmed[key] != nil {
		m.wrong("push %d: %q confirmed twice", p.id, p.input.Text)
	}
	m.confirmed[key] = e
	return s, true
}

// balance: the tallies that the commits kept are those that a recount gives.
func (m *model) balance() {
	m.judgeJournal()
	want := map[string]counts{}
	live := map[unitOf]bool{}
	for _, e := range m.sim.store.journal {
		switch a := e.action.(type) {
		case rating.Rate:
			c := want[a.Unit]
			c.received++
			if live[unitOf{e.citizen, a.Unit}] {
				c.superseded++
			} else {
				c.live++
			}
			live[unitOf{e.citizen, a.Unit}] = true
			want[a.Unit] = c
		case withdrawal.Withdraw:
			c := want[a.Unit]
			c.live--
			c.withdrawn++
			delete(live, unitOf{e.citizen, a.Unit})
			want[a.Unit] = c
		}
	}
	for unit, got := range m.sim.store.tallies {
		c := want[unit]
		if *got != c || c.received != c.live+c.superseded+c.withdrawn {
			m.wrong("unit %s: tally %+v, recount %+v", unit, *got, c)
		}
	}
}

// proper reports whether an answer is more than that it was not finished.
func (m *model) proper(text string) bool { return text != "" && !m.short[text] }

// unstuck: after faults nobody waits longer than one repeat; then everything
// can be done again.
func (m *model) unstuck() {
	for _, c := range m.sim.people {
		if c.last != nil && !m.proper(c.last.text()) {
			m.sim.deliver(c.last, 0)
			m.sim.drain()
		}
		if t := m.sim.ask(c, text("评议")); !m.proper(t) {
			m.wrong("%s: 评议 is answered %q", c.id, t)
		}
		if m.sim.plan.closes == 0 {
			m.rates(c)
		}
	}
	m.balance()
}

func (m *model) rates(c *citizen) {
	m.sim.ask(c, text("取消"))
	m.sim.ask(c, bot.Input{Kind: bot.Scan, Scene: "u:C01"})
	t := m.sim.ask(c, text("55445"))
	for _, l := range c.shown {
		if strings.HasPrefix(l, "确认") {
			t = m.sim.ask(c, text(l))
			break
		}
	}
	if !receiptLine.MatchString(t) {
		m.wrong("%s cannot rate any more: %q", c.id, t)
	}
}
