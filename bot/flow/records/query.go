package records

import (
	"strings"

	"pingyi/bot"
	"pingyi/bot/catalogue"
	"pingyi/bot/flow/word"
)

// queryArguments understands a receipt, or a ticket's number and code.
func queryArguments(t *bot.Turn, rest string) bot.Command {
	c := bot.Command{Verb: word.Query}
	rest, c.N = t.CutPage(rest)
	if rest == "" {
		return c
	}
	c.Ref = strings.ToUpper(strings.Map(oneDash, unlabelled(t, rest)))
	_, receipt := asReceipt(c.Ref)
	no, _, _ := strings.Cut(c.Ref, " ")
	c.Loose = !receipt && !isTicketNo(no)
	return c
}

// unlabelled takes off what stands before numbers and codes where they are told,
// so that they can be copied as they are; 查询 too, which people write without a
// space behind it.
func unlabelled(t *bot.Turn, text string) string {
	for _, id := range [...]*catalogue.Phrase{textReceipt, textTicketNo, textTicketNoBefore, textTicketCode} {
		text = strings.ReplaceAll(text, catalogue.Fold(t.Label(id)), " ")
	}
	for _, w := range t.AllWords(word.Query) {
		text = strings.TrimPrefix(text, w)
	}
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ':' || r == ',' }), " ")
}

func oneDash(r rune) rune {
	switch r {
	case '‐', '‑', '‒', '–', '—', '−', '－', '_':
		return '-'
	}
	return r
}

// overhear takes a receipt, or a ticket's number and code, without 查询.
func overhear(t *bot.Turn) bool {
	c := queryArguments(t, t.Norm)
	if c.Loose || c.Ref == "" {
		return false
	}
	queryMine(t, c)
	return true
}

// asReceipt writes a receipt as it was given out: blanks and hyphens between its groups
// do not matter.
func asReceipt(s string) (string, bool) {
	var b strings.Builder
	n := 0
	for i := range len(s) {
		c := s[i]
		if c == '-' || c == ' ' {
			continue
		}
		if (c < '0' || c > '9') && (c < 'A' || c > 'Z') || n == 16 {
			return "", false
		}
		if n > 0 && n%4 == 0 {
			b.WriteByte('-')
		}
		b.WriteByte(c)
		n++
	}
	return b.String(), n == 16
}

// isTicketNo reports whether s looks like 20261122-0007.
func isTicketNo(s string) bool {
	day, n, ok := strings.Cut(s, "-")
	if !ok || len(day) != 8 || len(n) < 4 || len(n) > 8 {
		return false
	}
	return strings.Trim(day+n, "0123456789") == ""
}

// queryMine asks for the citizen's own records, or for one that anybody may ask
// for who has its number.
func queryMine(t *bot.Turn, c bot.Command) {
	if c.Ref == "" {
		t.S.Wish = bot.Command{Verb: word.Query, N: c.N}
		t.Do(ListMine{})
		return
	}
	no, code, _ := strings.Cut(c.Ref, " ")
	if isTicketNo(no) {
		code = strings.ReplaceAll(code, " ", "")
		if code == "" {
			t.Say(textCodeMissing, no)
			t.Nav(t.Choice(word.Query))
			return
		}
		t.Do(LookUpTicket{No: no, Code: catalogue.Cut(code, 16)})
		return
	}
	if r, ok := asReceipt(c.Ref); ok {
		t.Do(LookUpReceipt{Receipt: r})
		return
	}
	t.Say(textQueryHow)
	t.Nav(t.Choice(word.Query), t.Choice(bot.Help))
}
