package faults

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"pingyi/simulator"
)

// record is every answer that was sent, and what citizens meant.
type record struct {
	t      testing.TB
	pushes atomic.Int64
	counts sync.Map     // of answers, by kind
	again  atomic.Int64 // ratings that were begun again though nothing was down

	mu         sync.Mutex
	intentions []*intention
	receipts   map[string]*intention // told
	tickets    map[string]*intention
	others     map[string]bool // receipts and tickets that were shown besides
	faults     []string
	lossy      bool // Redis is lost at times: only pushes with an effect keep their answer
}

func newRecord(t testing.TB) *record {
	return &record{t: t, receipts: map[string]*intention{}, tickets: map[string]*intention{}, others: map[string]bool{}}
}

func (r *record) wrong(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.faults) < 20 {
		r.faults = append(r.faults, fmt.Sprintf(format, args...))
	}
}

func (r *record) count(kind string) {
	n, _ := r.counts.LoadOrStore(kind, new(atomic.Int64))
	if count, ok := n.(*atomic.Int64); ok {
		count.Add(1)
	}
}

func (r *record) counted() string {
	var parts []string
	r.counts.Range(func(k, v any) bool {
		if count, ok := v.(*atomic.Int64); ok {
			parts = append(parts, fmt.Sprintf("%s %d", k, count.Load()))
		}
		return true
	})
	return strings.Join(parts, ", ")
}

// busy is what a turn that was not finished says, and again what it says besides where
// it is to be sent again.
const (
	busy  = "系统正忙"
	again = "请再发一次"
)

// fresh reports whether an answer is that of a push that had an effect: it thanks,
// or says what was taken back.
func fresh(text string) bool {
	return strings.Contains(text, "谢谢您") || strings.Contains(text, "已经撤回您对")
}

// push judges all answers of a push and returns the first proper one.
func (r *record) push(answers []simulator.Exchange) (first simulator.Exchange) {
	r.pushes.Add(1)
	var proper []simulator.Exchange
	effect := false
	for _, e := range answers {
		switch {
		case e.Status == 0:
			r.count("none")
		case len(e.Faults) > 0:
			r.count("faulty")
			r.wrong("an answer with faults %v, status %d: %q", e.Faults, e.Status, e.Raw)
		case e.Text == "":
			r.count("success")
		case strings.Contains(e.Text, busy):
			r.count("busy")
		default:
			r.count("proper")
			proper = append(proper, e)
			effect = effect || fresh(e.Text)
			r.shown(e)
		}
	}
	if len(proper) == 0 {
		return answers[0]
	}
	for _, e := range proper[1:] {
		if e.Plain != proper[0].Plain && (effect || !r.lossy) {
			r.wrong("one push, two answers: %q and %q", proper[0].Plain, e.Plain)
		}
	}
	return proper[0]
}

// shown notes every receipt and ticket of an answer.
func (r *record) shown(e simulator.Exchange) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, word := range []string{"回执：", "登记编号："} {
		if proof := line(e.Shown(), word); proof != "" {
			r.others[word+proof] = true
		}
	}
}

func (r *record) intend(in *intention) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.intentions = append(r.intentions, in)
}

// known reports whether a receipt was told for something before.
func (r *record) known(proof string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.receipts[proof] != nil || r.tickets[proof] != nil
}

func (r *record) told(in *intention) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if in.kind == "rating" {
		r.receipts[in.proof] = in
	} else {
		r.tickets[in.proof] = in
	}
}

// check compares what was said with the database.
func (r *record) check(w *town) {
	w.t.Helper()
	for _, f := range r.faults {
		w.t.Error(f)
	}
	stored, tickets := r.proofs(w)
	for receipt, in := range r.receipts {
		if stored[receipt] != in.answers {
			w.t.Errorf("a receipt for %s is of a rating %s", in.answers, stored[receipt])
		}
	}
	meant := map[string]int{}
	for _, in := range r.intentions {
		meant[in.kind]++
	}
	// A journey that was begun anew because nobody told its end may be in the
	// record twice; each try may be there once.
	tries, told := 0, len(r.receipts)
	for _, in := range r.intentions {
		if in.kind == "rating" {
			tries += (in.tries + 1) / 2
		}
	}
	if len(stored) < told || len(stored) > max(tries, meant["rating"]) {
		w.t.Errorf("%d ratings in the database, %d receipts told, %d confirmed", len(stored), told, tries)
	}
	if len(tickets) < len(r.tickets) || len(tickets) > meant["complaint"] {
		w.t.Errorf("%d complaints in the database, %d tickets told, %d confirmed", len(tickets), len(r.tickets), meant["complaint"])
	}
	// Whoever is cut off tries again, so that few never hear what became of it.
	if len(r.tickets)+2 < len(tickets)*9/10 || told+2 < len(stored)*9/10 {
		w.t.Errorf("%d of %d tickets and %d of %d receipts were told", len(r.tickets), len(tickets), told, len(stored))
	}
	channels := map[string]string{}
	rows(w, "SELECT channel, COUNT(*) FROM ratings GROUP BY channel", channels)
	w.t.Logf("%d pushes; answers: %s; %d ratings %v (%d receipts told), %d complaints (%d tickets told), %d withdrawals confirmed; %d ratings begun again though nothing was down",
		r.pushes.Load(), r.counted(), len(stored), channels, told, len(tickets), len(r.tickets), meant["withdrawal"], r.again.Load())
	r.checkOnce(w)
	w.recount()
}

// proofs checks that every receipt and ticket that was shown is in the database,
// and returns those that are: ratings' answers and complaints' kinds by them.
func (r *record) proofs(w *town) (stored, tickets map[string]string) {
	w.t.Helper()
	stored = map[string]string{}
	rows(w, "SELECT receipt, answers FROM ratings", stored)
	tickets = map[string]string{}
	rows(w, "SELECT no, kind FROM complaints", tickets)
	for said := range r.others {
		proof, ticket := strings.CutPrefix(said, "登记编号：")
		proof = strings.TrimPrefix(proof, "回执：")
		if _, ok := stored[proof]; !ok && !ticket {
			w.t.Errorf("a receipt was sent and is not in the database")
		}
		if _, ok := tickets[proof]; !ok && ticket {
			w.t.Errorf("a ticket was sent and is not in the database")
		}
	}
	return stored, tickets
}

// checkOnce: nothing is in the database twice.
func (r *record) checkOnce(w *town) {
	for what, query := range map[string]string{
		"live ratings of one person and unit": "SELECT COUNT(*) FROM (SELECT 1 FROM live_ratings GROUP BY tenant, campaign, channel, unit, person HAVING COUNT(*) > 1) d",
		"effects of one draft":                "SELECT COUNT(*) FROM (SELECT 1 FROM effects WHERE draft IS NOT NULL GROUP BY tenant, draft HAVING COUNT(*) > 1) d",
		"effects of one rating":               "SELECT COUNT(*) FROM (SELECT 1 FROM effects WHERE kind = 'rating' GROUP BY tenant, ref HAVING COUNT(*) > 1) d",
		"ratings without an effect":           "SELECT COUNT(*) FROM ratings r WHERE NOT EXISTS (SELECT 1 FROM effects e WHERE e.tenant = r.tenant AND e.ref = r.id AND e.kind = 'rating')",
		"effects without a rating":            "SELECT COUNT(*) FROM effects e WHERE e.kind = 'rating' AND NOT EXISTS (SELECT 1 FROM ratings r WHERE r.tenant = e.tenant AND r.id = e.ref)",
	} {
		var n int
		if err := w.db.QueryRowContext(w.t.Context(), query).Scan(&n); err != nil {
			w.t.Fatal(err)
		}
		if n != 0 {
			w.t.Errorf("%d %s", n, what)
		}
	}
}

func rows(w *town, query string, into map[string]string) {
	w.t.Helper()
	found, err := w.db.QueryContext(w.t.Context(), query)
	if err != nil {
		w.t.Fatal(err)
	}
	defer func() { _ = found.Close() }()
	for found.Next() {
		var k, v string
		if err := found.Scan(&k, &v); err != nil {
			w.t.Fatal(err)
		}
		into[k] = v
	}
	if err := found.Err(); err != nil {
		w.t.Fatal(err)
	}
}
