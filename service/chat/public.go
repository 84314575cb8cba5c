package chat

import (
	"pingyi/bot/flow/public"
	"pingyi/social"
)

// PublicText is an answer as the dialogue's engine words it.
func PublicText(a social.Answer) public.Text {
	t := public.Text{Unit: a.Unit.Name, Example: a.Example.Name}
	switch a.Tell {
	case social.TellCounted:
		t.Fate = public.Counted
	case social.TellStands:
		t.Fate = public.Stands
	case social.TellUnlinked:
		t.Fate = public.Unlinked
	case social.TellNotRated:
		t.Fate = public.NotRated
	case social.TellHow:
		t.Fate = public.How
	case social.TellHowPrivate:
		t.Fate = public.HowPrivate
	case social.TellNothing:
	}
	return t
}
