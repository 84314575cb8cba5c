package drafts

import (
	"pingyi/bot"
	"pingyi/bot/flow/word"
)

// IsLast reports whether a confirmation is that of the last draft that had its
// effect.
func IsLast(t *bot.Turn, c bot.Command) bool {
	l := &t.S.Last
	if l.Flow == "" {
		return false
	}
	if c.N != 0 {
		return c.N == l.Digits && (c.Unit == "" || c.Unit == l.Unit || c.Unit == bot.Unsure)
	}
	if t.Flow() != nil || c.Names() && c.Unit != l.Unit {
		return false
	}
	return !c.Names() || c.Of == t.FlowNamed(l.Flow).Word
}

// Repeat says again what the last effect was.
func Repeat(t *bot.Turn) {
	onward := t.FlowNamed(t.S.Last.Flow).Repeat(t)
	if t.Flow() != nil {
		t.Say(textStillOpen, t.Title())
		onward = []bot.Choice{NavResume(t)}
	}
	t.Nav(onward...)
}

// TooOld reports, and says, that a confirmation was sent before the present draft
// began: it can only have been meant for another.
func TooOld(t *bot.Turn) bool {
	if !t.S.Draft.BegunAfter(t.In.At) {
		return false
	}
	t.Say(textConfirmTooOld)
	return true
}

// Outdated ends the draft of a confirmation that is older than what stands: what
// it shows is not what its citizen wanted last.
func Outdated(t *bot.Turn, unit string) {
	t.Forget()
	t.Say(textConfirmOutdated, t.NameOf(unit))
	t.Nav(t.Choice(word.Query), t.Choice(word.Again))
}

// ChangeLater says how to change a rating, while that can be done.
func ChangeLater(t *bot.Turn, campaign, unit string) {
	if c := t.Campaign(campaign); c != nil && c.Open(t.In.At) {
		t.Say(textChangeLater, t.CallOf(unit))
	}
}

// Unresolved is said where the host has no answer: never that it failed.
func Unresolved(t *bot.Turn) {
	t.Say(textBusy)
	t.Nav(t.Choice(word.Query))
}

// Yes is a typed 好 at a summary: it confirms what the summary shows. One that came
// within the same or the next second was sent before that could be read, so the
// summary is shown again.
func Yes(confirm func(*bot.Turn, bot.Command) bot.StepID) func(*bot.Turn, bot.Command) bot.StepID {
	const readingTime = 2 // seconds; both are the platform's, which are whole
	return func(t *bot.Turn, _ bot.Command) bot.StepID {
		if t.S.Made != 0 && t.In.At.Unix()-t.S.Made < readingTime {
			t.Say(textReadFirst)
			return t.S.Step
		}
		return confirm(t, bot.Command{Verb: bot.Confirm})
	}
}
