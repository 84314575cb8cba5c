package config

import (
	"regexp"
	"unicode/utf8"

	"pingyi/scoring"
)

// maxContact bounds a name or an hour, in characters: three of them stand in a line
// of a message of 299.
const maxContact = 24

var phoneForm = regexp.MustCompile(`^[0-9+][0-9 -]{2,19}$`)

func (f *Faults) checkContacts(c *scoring.Contacts) {
	for _, t := range []struct{ name, text string }{{"office", c.Office}, {"hours", c.Hours}} {
		if t.text == "" {
			continue
		}
		f.checkText("contacts."+t.name, t.text, maxContact)
	}
	for _, n := range []struct{ name, number string }{
		{"phone", c.Phone}, {"hotline", c.Hotline}, {"discipline", c.Discipline},
		{"police", c.Police}, {"fire", c.Fire}, {"medical", c.Medical}, {"worries", c.Worries},
	} {
		if n.number != "" && !phoneForm.MatchString(n.number) {
			f.add("contacts."+n.name, "is %q; expected a telephone number of 3 to 20 digits, blanks and hyphens", cutFault(n.number))
		}
	}
	if c.Phone != "" && c.Office == "" {
		f.add("contacts.office", "is missing beside contacts.phone; citizens must know whom they ring")
	}
}

// cutFault keeps a value short enough for a line.
func cutFault(s string) string {
	if utf8.RuneCountInString(s) <= maxContact {
		return s
	}
	return string([]rune(s)[:maxContact]) + "…"
}
