// Package drafts is what may come amid a draft of any flow and after it: to go on, to
// cancel, to begin again, another wish, an old link.
package drafts

import (
	"strconv"
	"strings"

	"pingyi/bot"
	"pingyi/bot/flow/word"
)

// Flow are the words of drafts.
func Flow() bot.Flow {
	return bot.Flow{
		Name: "drafts", Phrases: &texts,
		Words: []bot.Word{
			{Verb: word.Cancel, Global: true, Do: cancel, Args: readCancel, Send: sendOf, Class: bot.ClassStep, OfDraft: true},
			{Verb: word.Continue, Global: true, Do: resume, Args: readOf(word.Continue), Send: sendOf, Class: bot.ClassStep},
			{Verb: word.Restart, Global: true, Do: restart, Args: readRestart, Send: sendRestart, Class: bot.ClassStep},
			{Verb: bot.Confirm, Args: readConfirm, Send: sendConfirm, Class: bot.ClassConfirm, OfDraft: true, Acts: true},
			{Verb: word.Edit, Args: readEdit, Send: sendEdit, OfDraft: true},
			{Verb: bot.Yes},
		},
	}
}

// restart gives up the draft for what the command, or the wish kept, says; else
// it begins the same thing again.
func restart(t *bot.Turn, c bot.Command) {
	next := bot.Command{Verb: c.Of, Unit: c.Unit, Ref: c.Ref, N: c.N}
	if c.Of == "" {
		next = t.S.Wish
	}
	if !begins(next.Verb) {
		f := t.Flow()
		if f == nil || !f.Keeps {
			t.Forget()
			t.Ask()
			return
		}
		next = bot.Command{Verb: f.Word, Unit: t.S.Draft.Unit}
		if f.Again != "" {
			next.Verb = f.Again
		}
	}
	if t.Drafting() {
		Leave(t, false)
	}
	t.Obey(next)
}

// begins reports whether a verb starts something that a draft may be given up for.
func begins(v bot.Verb) bool {
	return v == word.Rate || v == word.Again || v == word.Complain || v == word.Withdraw
}

// resume goes on where a draft stands, or where a list was shown.
func resume(t *bot.Turn, c bot.Command) {
	switch {
	case t.Drafting() && c.Unit != "" && c.Unit != t.S.Draft.Unit:
		t.Say(textOldLink, t.Title())
	case Held(t):
		t.S.Step = resumed(t)
	case t.Lost.Why != nil:
		t.OfferLost()
		return
	case t.S.Step == bot.Home:
		t.Say(textNothingOpen)
	}
	t.Ask()
}

// cancel ends the draft.
func cancel(t *bot.Turn, c bot.Command) {
	f := t.Flow()
	switch {
	case t.Lost.Why != nil:
		t.Forget()
		t.Nav(t.Homes()...)
	case f == nil && c.Names():
		t.Stale(c)
	case f == nil:
		t.Say(textNothingOpen)
		t.Forget()
		t.Ask()
	case !t.Mine(c) || c.Names() && c.Of != f.Word:
		t.Stale(c)
	default:
		if f.Dropped != nil {
			f.Dropped(t)
		} else {
			Cancelled(t)
		}
		t.Forget()
		t.Ask()
	}
}

// Cancelled says that the draft is cancelled.
func Cancelled(t *bot.Turn) { t.Say(textCancelled, t.Title()) }

// StillOpen ends an answer amid a draft: it is there, and how to go on.
func StillOpen(t *bot.Turn) {
	t.Say(textStillOpen, t.Title())
	NavContinue(t)
}

// NavContinue offers to go on with the draft after an answer that does not ask its
// question: the numbers of its choices are not on the screen then. Within a rating on a
// platform without links it is a word, as digits are levels there.
func NavContinue(t *bot.Turn) {
	t.S.Made = 0
	if t.Flow().Numbers > 0 {
		t.Worded(true)
	}
	t.Nav(NavResume(t))
}

// Leave gives up a draft, perhaps for a code that was scanned, and says so.
func Leave(t *bot.Turn, scanned bool) {
	if f := t.Flow(); f != nil && f.Left != nil {
		f.Left(t, scanned)
	}
	if t.Lost.Why != nil {
		t.TellLost()
	}
	t.Forget()
}

// NavCancel offers to cancel the draft.
func NavCancel(t *bot.Turn) bot.Choice {
	return bot.Choice{Label: t.Word(word.Cancel), Do: bot.Command{Verb: word.Cancel, Unit: t.S.Draft.Unit, Of: t.Flow().Word}}
}

// NavResume offers to go on with the draft.
func NavResume(t *bot.Turn) bot.Choice {
	c := bot.Command{Verb: word.Continue, Unit: t.S.Draft.Unit}
	if f := t.Flow(); f != nil && f.Keeps {
		c.Of = f.Word
	}
	return bot.Choice{Label: t.Word(word.Continue), Do: c}
}

// sendOf is what a link sends that names its draft: the word, the flow's word, the unit.
func sendOf(t *bot.Turn, c bot.Command) string {
	return t.Join(t.Word(c.Verb), t.Word(c.Of), t.RefName(c))
}

// sendConfirm is what the link under a summary sends.
func sendConfirm(t *bot.Turn, c bot.Command) string {
	return t.Join(t.Word(c.Verb), t.Word(c.Of), t.RefName(c), strconv.FormatUint(uint64(c.N), 10))
}

// sendRestart is what a link sends that gives up a draft for a command.
func sendRestart(t *bot.Turn, c bot.Command) string {
	if c.Of == "" {
		return t.Word(word.Restart)
	}
	inner := c
	inner.Verb, inner.Of = c.Of, ""
	return t.Join(t.Word(word.Restart), t.Send(inner))
}

func readOf(v bot.Verb) func(*bot.Turn, string) bot.Command {
	return func(t *bot.Turn, rest string) bot.Command {
		c := bot.Command{Verb: v}
		rest, c.Of = t.CutFlow(rest)
		return t.Named(c, rest)
	}
}

func readCancel(t *bot.Turn, rest string) bot.Command {
	c := readOf(word.Cancel)(t, rest)
	if c.Loose {
		return bot.Command{}
	}
	return c
}

func readConfirm(t *bot.Turn, rest string) bot.Command {
	c := bot.Command{Verb: bot.Confirm}
	rest, c.Of = t.CutFlow(rest)
	i := strings.LastIndexByte(rest, ' ')
	if n, err := strconv.ParseUint(rest[i+1:], 10, 32); err == nil && len(rest)-i-1 == 6 {
		c.N = max(uint32(n), 1) // 0 would stand for none; 1 is no summary's either
		rest = rest[:max(i, 0)]
	}
	c = t.Named(c, rest)
	if c.Loose && c.N == 0 {
		return bot.Command{}
	}
	c.Loose = false
	return c
}

// readEdit understands which draft, and which part of it, is to be changed.
func readEdit(t *bot.Turn, rest string) bot.Command {
	c := bot.Command{Verb: word.Edit}
	rest, c.Of = t.CutFlow(rest)
	if part := t.FlowOf(c.Of).Part; part != nil {
		if p, ok := part(t, rest); ok {
			return p
		}
	}
	if c = t.Named(c, rest); c.Loose {
		return bot.Command{}
	}
	return c
}

func sendEdit(t *bot.Turn, c bot.Command) string {
	if c.N > 0 {
		return t.Join(t.Word(word.Edit), t.RefName(c), word.Number(t, int(c.N)))
	}
	return sendOf(t, c)
}

func readRestart(t *bot.Turn, rest string) bot.Command {
	inner := t.Parse(rest)
	if !begins(inner.Verb) {
		return bot.Command{}
	}
	inner.Of, inner.Verb = inner.Verb, word.Restart
	return inner
}
