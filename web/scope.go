package web

import (
	"slices"

	"pingyi/models"
	"pingyi/scoring"
	"pingyi/social"
)

// scoresIn is a document with the units that a scope reaches. Ranks and means stay
// those among all units.
func scoresIn(doc scoring.Scores, s models.Scope) scoring.Scores {
	if s.Bounded {
		doc.Units = within(doc.Units, s, func(u *scoring.UnitScore) string { return u.Code })
	}
	return doc
}

// figuresIn is likewise, with the events of those units.
func figuresIn(f social.Figures, s models.Scope) social.Figures {
	if s.Bounded {
		f.Units = within(f.Units, s, func(u *social.UnitFigures) string { return u.Code })
		f.Exclusions = within(f.Exclusions, s, func(x *social.ExclusionEvent) string { return x.Unit })
	}
	return f
}

// pollIn is likewise, with the rows of those units.
func pollIn(r social.PollResults, s models.Scope) social.PollResults {
	if s.Bounded {
		r.Results = within(r.Results, s, func(row *social.PollRow) string { return row.Unit })
	}
	return r
}

func within[T any](rows []T, s models.Scope, unit func(*T) string) []T {
	return slices.DeleteFunc(slices.Clone(rows), func(row T) bool { return !s.HasUnit(unit(&row)) })
}
