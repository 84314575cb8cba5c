// Package office says whom a citizen can ring: the office that answers for the campaign
// and the national numbers.
package office

import (
	"pingyi/bot"
	"pingyi/bot/catalogue"
)

var (
	texts catalogue.Phrases

	textPhone    = texts.Text("office.phone", "name", "phone")
	textHours    = texts.Text("office.hours", "hours")
	textHotlines = texts.Text("office.hotlines", "hotline", "discipline")
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

// SayHotlines adds the line with the national hotlines.
func SayHotlines(t *bot.Turn) {
	n := Contacts(t)
	t.Say(textHotlines, n.Hotline, n.Discipline)
}
