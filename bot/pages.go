package bot

import (
	"pingyi/bot/catalogue"
)

// More says how to see the pages of an answer that its platform shows one at a
// time. It is one line.
func (e *Engine) More() string {
	c := composer{texts: e.c}
	return c.Label(textMore)
}

// AsksMore reports whether the whole of a text is the word for the next page. The
// host gives the next page of its last answer then, where there is one.
func (e *Engine) AsksMore(text string) bool {
	return e.lexicon.whole[catalogue.Lower(catalogue.Fold(text))] == Command{Verb: Next}
}

// IsWord reports whether a whole message of this text is a word or an answer of
// the chat, so that it never means a unit.
func (e *Engine) IsWord(text string) bool {
	text = catalogue.Fold(text)
	_, word := e.lexicon.whole[catalogue.Lower(text)]
	_, digits := catalogue.Digits(text)
	return word || digits
}
