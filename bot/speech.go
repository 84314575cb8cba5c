package bot

import (
	"pingyi/bot/catalogue"
)

// speech is the words and names of the catalogue, as a turn looks them up.
type speech struct {
	texts   *catalogue.Catalogue
	lexicon *lexicon
}

// Whole is the verb of a text that is one word of the dialogue as a whole; Free where it
// is none.
func (s speech) Whole(text string) Verb { return s.lexicon.whole[catalogue.Lower(text)].Verb }

// Word is the word that links send for a verb.
func (s speech) Word(v Verb) string {
	if words := s.texts.Words[v]; len(words) > 0 {
		return words[0]
	}
	return ""
}

// AllWords are the words of a verb.
func (s speech) AllWords(v Verb) []string { return s.texts.Words[v] }

// Names are the names of a few things in the order of their places.
func (s speech) Names(n *catalogue.Names) []catalogue.Name { return s.texts.Names[n].List }

// Place is the place of the thing that a text names.
func (s speech) Place(n *catalogue.Names, text string) (uint8, bool) {
	place, ok := s.texts.Names[n].Places[catalogue.Lower(text)]
	return place, ok
}

// Words are the words of a list.
func (s speech) Words(l *catalogue.WordList) []string { return s.texts.Lists[l] }

// Around is what stands before and after a number.
func (s speech) Around(a *catalogue.Around) [2]string { return s.texts.Around[a] }
