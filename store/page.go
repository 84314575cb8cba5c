package store

import "pingyi/models"

// InScope narrows a WHERE clause, whose columns campaign and unit stand behind prefix,
// to what a scope reaches.
func InScope(where string, args []any, prefix string, s models.Scope) (narrowed string, all []any) {
	if s.Campaign != "" {
		where, args = where+" AND "+prefix+"campaign = ?", append(args, s.Campaign)
	}
	switch {
	case s.Nothing():
		where += " AND 1 = 0"
	case s.Bounded:
		where, args = where+" AND "+prefix+"unit IN ?", append(args, s.Units)
	}
	return where, args
}
