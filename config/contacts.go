package config

import (
	"regexp"
	"unicode/utf8"
)

// Contacts are the office that answers for a campaign and the numbers that citizens
// are told to ring. Where a number is empty the national one is told (12345, 12388,
// 110, 119, 120, 12356); an office without a telephone number is not named.
type Contacts struct {
	Office     string `json:"office,omitempty"     yaml:"office"`
	Phone      string `json:"phone,omitempty"      yaml:"phone"`
	Hours      string `json:"hours,omitempty"      yaml:"hours"`
	Hotline    string `json:"hotline,omitempty"    yaml:"hotline"`
	Discipline string `json:"discipline,omitempty" yaml:"discipline"`
	Police     string `json:"police,omitempty"     yaml:"police"`
	Fire       string `json:"fire,omitempty"       yaml:"fire"`
	Medical    string `json:"medical,omitempty"    yaml:"medical"`
	Worries    string `json:"worries,omitempty"    yaml:"worries"`
}

// maxContact bounds a name or an hour, in characters: three of them stand in a line
// of a message of 299.
const maxContact = 24

var phoneForm = regexp.MustCompile(`^[0-9+][0-9 -]{2,19}$`)

func (f *Faults) checkContacts(c *Contacts) {
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
