package bot

// maxRest bounds the pages that wait in a session.
const maxRest = 16

// More says how to see the pages of an answer that its platform shows one at a
// time. It is one line.
func (e *Engine) More() string {
	t := &turn{e: e}
	return t.label(textMore)
}

// AsksMore reports whether the whole of a text is the word for the next page. The
// host gives the next page of its last answer then, where there is one.
func (e *Engine) AsksMore(text string) bool {
	return e.lexicon.whole[lower(fold(text))] == command{verb: vNext}
}
