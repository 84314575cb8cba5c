package register

import (
	"fmt"
	"slices"
	"strings"

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

// Warnings finds names that two units share, aliases that are another unit's
// name, and aliases that two units share, in the order of units. All are
// allowed.
func Warnings(units []models.Unit) []Warning {
	names := make(map[string][]int)
	aliases := make(map[string][]int)
	for i, u := range units {
		names[fold(u.Name)] = append(names[fold(u.Name)], i)
		for _, a := range u.Aliases {
			aliases[fold(a)] = append(aliases[fold(a)], i)
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
		if same := names[fold(u.Name)]; same[0] < i {
			warn(i, same[:1], "the name %s is also that of %s", u.Name)
		}
		for _, a := range u.Aliases {
			warn(i, names[fold(a)], "the alias %s is the name of %s", a)
			if same := aliases[fold(a)]; same[0] < i {
				warn(i, same[:1], "the alias %s is also one of %s", a)
			}
		}
	}
	return warnings
}
