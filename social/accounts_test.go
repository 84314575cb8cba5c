package social

import (
	"testing"
	"time"

	"pingyi/scoring"
)

func TestLeftOut_byTheRulesOfTheMethodAlone(t *testing.T) {
	from := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	old, young := from.AddDate(-1, 0, 0), from.Add(time.Second)
	office, person, yes, no := 1, 0, true, false
	all := scoring.LeaveOut{Government: true, Younger: true, Unverified: true}
	for name, tt := range map[string]struct {
		p     Profile
		rules scoring.LeaveOut
		want  string
	}{
		"an office":                 {Profile{VerifiedType: &office, Follows: &yes}, all, LeftGovernment},
		"an office, no rule":        {Profile{VerifiedType: &office}, scoring.LeaveOut{}, ""},
		"opened for it":             {Profile{VerifiedType: &person, CreatedAt: &young, Follows: &yes}, all, LeftYounger},
		"no follower":               {Profile{CreatedAt: &old, Follows: &no}, all, LeftUnverified},
		"nobody knows":              {Profile{}, all, LeftUnverified},
		"nobody knows, may be both": {Profile{}, scoring.LeaveOut{Government: true, Younger: true}, ""},
		"a follower":                {Profile{VerifiedType: &person, CreatedAt: &old, Follows: &yes}, all, ""},
	} {
		if got := LeftOut(&tt.p, tt.rules, from); got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}
