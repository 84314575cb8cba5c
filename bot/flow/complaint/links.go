package complaint

import (
	"strings"

	"pingyi/bot"
	"pingyi/bot/flow/browse"
	"pingyi/bot/flow/word"
)

// readComplaint understands what follows 投诉: a unit, a class or words, and perhaps an
// answer to a question of the complaint.
func readComplaint(t *bot.Turn, rest string) bot.Command {
	c := bot.Command{Verb: word.Complain}
	rest, c.N = t.CutPage(rest)
	head, last := "", rest
	if i := strings.LastIndexByte(rest, ' '); i > 0 {
		head, last = rest[:i], rest[i+1:]
	}
	if place, ok := t.Place(kinds, last); ok && head != "" {
		c.Verb, c.Arg = word.Kind, place
		return t.Named(c, head)
	}
	switch v := t.Whole(last); {
	case head == "" && v == bot.NotSure:
		c.Unit = bot.Unsure
		return c
	case head == "":
	case v == word.Finish || v == word.Anonymous || v == word.Named || v == bot.Back || v == word.Skip:
		c.Verb = v
		return t.Named(c, head)
	}
	if browse.IsClass(t, rest) {
		c.Ref = rest
		return c
	}
	return t.Named(c, rest)
}

// part reads which part of the complaint is to be changed.
func part(t *bot.Turn, rest string) (bot.Command, bool) {
	if i := strings.LastIndexByte(rest, ' '); i > 0 {
		if place, ok := t.Place(amendments, rest[i+1:]); ok {
			return t.Named(bot.Command{Verb: word.Amend, Arg: place}, rest[:i]), true
		}
	}
	return bot.Command{}, false
}

// sendOwn is what a link sends that answers a question of the complaint by a word.
func sendOwn(t *bot.Turn, c bot.Command) string {
	return t.Join(t.Word(word.Complain), t.RefName(c), t.Word(c.Verb))
}

func sendKind(t *bot.Turn, c bot.Command) string {
	return t.Join(t.Word(word.Complain), t.RefName(c), t.Names(kinds)[c.Arg].Words[0])
}

func sendAmend(t *bot.Turn, c bot.Command) string {
	return t.Join(t.Word(word.Edit), t.Word(word.Complain), t.RefName(c), t.Names(amendments)[c.Arg].Words[0])
}
