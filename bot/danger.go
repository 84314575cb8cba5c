package bot

import "strings"

// Contacts are the telephone numbers that the dialogue names, and the office that
// answers for the campaign. An empty number of Office is not named; the others
// are the national ones where they are empty.
type Contacts struct {
	Office, Phone, Hours string // of the supervision office
	Hotline, Discipline  string // 12345, 12388
	Police, Fire         string // 110, 119
	Medical, Worries     string // 120, 12356
}

// National are the numbers that hold everywhere in the country.
var National = Contacts{Hotline: "12345", Discipline: "12388", Police: "110", Fire: "119", Medical: "120", Worries: "12356"}

// or is c with the numbers of other where c has none.
func (c Contacts) or(other Contacts) Contacts {
	for _, p := range []struct {
		to   *string
		from string
	}{
		{&c.Hotline, other.Hotline}, {&c.Discipline, other.Discipline}, {&c.Police, other.Police},
		{&c.Fire, other.Fire}, {&c.Medical, other.Medical}, {&c.Worries, other.Worries},
	} {
		if *p.to == "" {
			*p.to = p.from
		}
	}
	return c
}

func (t *turn) contacts() Contacts { return t.w.Contacts.or(National) }

// warn begins the answer to words of danger with whom to ring. The words then go on
// their way: they are a part of a story, and a question stays.
func (t *turn) warn(text string) {
	if !t.e.dangerous(text) || len(t.w.Directory.Exact(fold(text))) > 0 {
		return
	}
	t.sayDanger()
}

func (t *turn) sayDanger() {
	n := t.contacts()
	t.say(textDangerCall, n.Police, n.Fire, n.Medical, n.Worries)
	t.say(textDangerNobody)
	t.c.blank()
	t.warned = len(t.c.lines)
}

// dangerous reports whether a text speaks of danger to somebody's life. Too often is
// better than once too seldom: the answer costs its reader two lines.
func (e *Engine) dangerous(text string) bool {
	for _, form := range [...]string{lower(text), lower(fold(text))} {
		for _, word := range e.texts.danger {
			if strings.Contains(form, word) {
				return true
			}
		}
	}
	return false
}
