package register

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"pingyi/folding"
)

// Classes are the classes that a register may use.
type Classes struct {
	List []string // as a profile spells them; none: any class may be used
	Open bool     // a class that is like none of List may be used as well
}

// Add puts classes into List that are not in it yet.
func (c *Classes) Add(list []string) {
	for _, class := range list {
		name := folding.Name(class)
		if !slices.ContainsFunc(c.List, func(other string) bool { return folding.Name(other) == name }) {
			c.List = append(c.List, class)
		}
	}
}

// Find is the class that is meant by typed, as List spells it. A class that is
// none of List is an error that names the nearest; where Open, only if it is near.
func (c Classes) Find(typed string) (string, error) {
	own := folding.Class(typed)
	if len(c.List) == 0 {
		return own, nil
	}
	name := folding.Name(typed)
	nearest, least := "", utf8.RuneCountInString(name)
	for _, class := range c.List {
		other := folding.Name(class)
		if other == name {
			return class, nil
		}
		if d := distance(name, other); d < least {
			nearest, least = class, d
		}
	}
	list := strings.Join(c.List, ", ")
	switch {
	case c.Open && least > max(1, utf8.RuneCountInString(name)/4):
		return own, nil
	case nearest == "":
		return own, fmt.Errorf("%q is none of the classes %s", clip(typed), list)
	default:
		return own, fmt.Errorf("%q is none of the classes %s; %s is the nearest", clip(typed), list, nearest)
	}
}

// distance is how many characters must be changed, added or left out to make b of
// a (Levenshtein).
func distance(a, b string) int {
	from, to := []rune(a), []rune(b)
	row := make([]int, len(to)+1)
	for k := range row {
		row[k] = k
	}
	for i, r := range from {
		last := slices.Clone(row)
		row[0] = i + 1
		for k, s := range to {
			change := 1
			if r == s {
				change = 0
			}
			row[k+1] = min(last[k]+change, last[k+1]+1, row[k]+1)
		}
	}
	return row[len(to)]
}
