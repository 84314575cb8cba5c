// Package office says whom a citizen can ring: the office that answers for the campaign
// and the national numbers.
package office

import (
	"unicode/utf8"

	"pingyi/bot"
	"pingyi/bot/catalogue"
)

var (
	texts catalogue.Phrases

	textPhone    = texts.Text("office.phone", "name", "phone")
	textHours    = texts.Text("office.hours", "hours")
	textHotlines = texts.Text("office.hotlines", "hotline", "discipline")
	textHotline  = texts.Text("office.hotline", "hotline")
	textAllDay   = texts.Text("office.hotline_all_day", "hotline")
)

// Flow are the texts of the package.
func Flow() bot.Flow { return bot.Flow{Name: "office", Phrases: &texts} }

// national are the numbers that hold everywhere in the country.
var national = bot.Contacts{Hotline: "12345", Discipline: "12388", Police: "110", Fire: "119", Medical: "120", Worries: "12356"}

// Contacts are whom citizens are told to ring: the national numbers where no other is
// known.
func Contacts(t *bot.Turn) bot.Contacts {
	c := t.W.Contacts
	for _, p := range []struct {
		to   *string
		from string
	}{
		{&c.Hotline, national.Hotline}, {&c.Discipline, national.Discipline}, {&c.Police, national.Police},
		{&c.Fire, national.Fire}, {&c.Medical, national.Medical}, {&c.Worries, national.Worries},
	} {
		if *p.to == "" {
			*p.to = p.from
		}
	}
	return c
}

// Say adds the line with the office's telephone number, where there is one.
func Say(t *bot.Turn) {
	n := Contacts(t)
	if n.Phone == "" {
		return
	}
	t.Say(textPhone, n.Office, n.Phone)
	if n.Hours != "" {
		t.Append(textHours, n.Hours)
	}
}

// SayBefore is Say before a question: what is too long for one answer with it may be left
// out, the hours first.
func SayBefore(t *bot.Turn) {
	n := Contacts(t)
	if utf8.RuneCountInString(n.Office)+utf8.RuneCountInString(n.Hours) <= shortLine || n.Hours == "" || n.Phone == "" {
		Say(t)
		return
	}
	t.Say(textPhone, t.Fitted(n.Office, shortName, shortName), n.Phone)
	t.Say(textHours, n.Hours)
	t.Optional()
}

// Before a question, in characters: how long name and hours may be to stand in one line, and
// how much is shown of a name where they are longer.
const (
	shortLine = 28
	shortName = 15
)

// SayHotlines adds the line with the national hotlines.
func SayHotlines(t *bot.Turn) {
	n := Contacts(t)
	t.Say(textHotlines, n.Hotline, n.Discipline)
}

// HasPhone reports whether the office has a telephone number to tell.
func HasPhone(t *bot.Turn) bool { return t.W.Contacts.Phone != "" }

// UnitPhone is the telephone number that the register has of a unit; "": none.
func UnitPhone(t *bot.Turn, code string) string {
	if u, ok := t.W.Directory.ByCode(code); ok && u.RetiredAt.IsZero() {
		return u.Phone
	}
	return ""
}

// SayUnit adds the line with a unit's telephone number, where the register has one. It may
// be left out.
func SayUnit(t *bot.Turn, code string) {
	if phone := UnitPhone(t, code); phone != "" {
		t.Say(textPhone, t.NameOf(code), t.Fitted(t.Clean(phone), 24, 20))
		t.Optional()
	}
}

// SayHotline adds the line with the hotline for everything else. The national one is
// there day and night; what a city names of its own may not be.
func SayHotline(t *bot.Turn) {
	text, n := textHotline, Contacts(t)
	if n.Hotline == national.Hotline {
		text = textAllDay
	}
	t.Say(text, n.Hotline)
	t.Optional()
}
