package register

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"pingyi/folding"
	"pingyi/models"
)

// Fault is one thing that is wrong with a register file.
type Fault struct {
	Line   int    // from 1, the head's included; where a row spans lines, its first
	Column string // of the head, or "" where the whole row or file is meant
	Text   string
}

// String is "line 3, type: ...".
func (f Fault) String() string {
	if f.Column == "" {
		return fmt.Sprintf("line %d: %s", f.Line, f.Text)
	}
	return fmt.Sprintf("line %d, %s: %s", f.Line, f.Column, f.Text)
}

// Faults is every fault of a register file, by line; nothing of such a file is
// taken.
type Faults []Fault

// Error is a fault a line.
func (f Faults) Error() string {
	lines := make([]string, len(f))
	for i, fault := range f {
		lines[i] = fault.String()
	}
	return strings.Join(lines, "\n")
}

// Warning is something in a good register that will make citizens choose
// between units.
type Warning struct {
	Code string // the unit with the alias or the later of two equal names
	Text string
}

// String is "A05: ...".
func (w Warning) String() string { return w.Code + ": " + w.Text }

// shorn is a number with an area code that lacks its 0. Mobile numbers have a 1
// and eleven digits; 400 and 800 numbers have ten.
var shorn = regexp.MustCompile(`^([2-35-79][0-9]|1[0-9]|4[1-9]|8[1-9])[0-9]{7,8}$|^[2-9][0-9]{10}$`)

// Warnings finds names that two units share, aliases that are another unit's
// name or a word of the chat, aliases that two units share, and telephone numbers
// that a spreadsheet may have shortened, in the order of units. All are allowed.
func (rules Rules) Warnings(units []models.Unit) []Warning {
	names := make(map[string][]int)
	aliases := make(map[string][]int)
	for i, u := range units {
		names[folding.Name(u.Name)] = append(names[folding.Name(u.Name)], i)
		for _, a := range u.Aliases {
			aliases[folding.Name(a)] = append(aliases[folding.Name(a)], i)
		}
	}
	var warnings []Warning
	warn := func(i int, others []int, format, text string) {
		k := slices.IndexFunc(others, func(o int) bool { return o != i })
		if k >= 0 {
			warnings = append(warnings, Warning{Code: units[i].Code, Text: fmt.Sprintf(format, text, units[others[k]].Code)})
		}
	}
	for i, u := range units {
		if same := names[folding.Name(u.Name)]; same[0] < i {
			warn(i, same[:1], "the name %s is also that of %s", u.Name)
		}
		if shorn.MatchString(u.Phone) {
			warnings = append(warnings, Warning{u.Code, fmt.Sprintf("the telephone number %s begins with no 0; a spreadsheet may have eaten it", u.Phone)})
		}
		for _, a := range u.Aliases {
			if onlyDigits(folding.Name(a)) || rules.Word != nil && rules.Word(a) {
				warnings = append(warnings, Warning{u.Code, fmt.Sprintf("the alias %s is a word or an answer of the chat, so it seldom leads to the unit", a)})
			}
			warn(i, names[folding.Name(a)], "the alias %s is the name of %s", a)
			if same := aliases[folding.Name(a)]; same[0] < i {
				warn(i, same[:1], "the alias %s is also one of %s", a)
			}
		}
	}
	return warnings
}
