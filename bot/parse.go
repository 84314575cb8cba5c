package bot

import (
	"sort"
	"strconv"
	"strings"

	"pingyi/bot/catalogue"
)

// lexicon is every word that can be a whole message, by its folded form, and
// the words that can begin one.
type lexicon struct {
	whole  map[string]Command
	heads  map[string]Verb
	ranked []rankedWord    // words that tell the class of a message, the highest class first
	acting []string        // words of which a message may have an effect
	named  map[string]bool // names that may stand for such a word
}

type rankedWord struct {
	word  string
	class Class
}

func newLexicon(e *Engine) *lexicon {
	x := &lexicon{whole: map[string]Command{}, heads: map[string]Verb{}, named: map[string]bool{}}
	for _, p := range e.phrases {
		for _, n := range p.All() {
			x.addNames(e, n)
		}
	}
	for _, w := range e.order {
		for _, word := range e.c.Words[w.Verb] {
			x.whole[catalogue.Lower(catalogue.Fold(word))] = Command{Verb: w.Verb}
			x.heads[catalogue.Lower(catalogue.Fold(word))] = w.Verb
			if w.Global || w.Class > ClassStep {
				x.ranked = append(x.ranked, rankedWord{word, w.Class})
			}
			if w.Acts {
				x.acting = append(x.acting, word)
			}
		}
	}
	sort.SliceStable(x.ranked, func(i, j int) bool { return x.ranked[i].class > x.ranked[j].class })
	return x
}

func (x *lexicon) addNames(e *Engine, n *catalogue.Names) {
	w := e.words[n.Verb]
	for word, place := range e.c.Names[n].Places {
		if w == nil {
			continue
		}
		if w.Acts {
			x.named[word] = true
		} else {
			x.whole[word] = Command{Verb: n.Verb, Arg: place}
		}
	}
}

// Parse understands a folded text. What it does not understand is Free.
func (t *Turn) Parse(norm string) Command {
	if norm == "" {
		return Command{}
	}
	x := t.e.lexicon
	if c, ok := x.whole[catalogue.Lower(norm)]; ok {
		return c
	}
	if d, ok := catalogue.Digits(norm); ok {
		return Command{Verb: AllDigits, Ref: d}
	}
	if head, rest, ok := strings.Cut(norm, " "); ok {
		if v, known := x.heads[catalogue.Lower(head)]; known && t.e.words[v].Args != nil {
			if c := t.e.words[v].Args(t, rest); c.Verb != Free {
				return c
			}
		}
	}
	if c := t.glued(norm); c.Verb != Free {
		return c
	}
	for i := range t.e.d.Flows {
		if f := &t.e.d.Flows[i]; f.Read != nil {
			if c := f.Read(t, norm); c.Verb != Free {
				return c
			}
		}
	}
	return Command{}
}

// glued takes a word that starts something and a unit's name apart that were written
// without a blank, as in 投诉教育局. Only a name as a whole counts; a longer sentence
// is read by Meant.
func (t *Turn) glued(norm string) Command {
	for _, verb := range t.e.order {
		if verb.Glued == "" {
			continue
		}
		for _, w := range t.e.c.Words[verb.Verb] {
			rest, ok := strings.CutPrefix(norm, w)
			if !ok || rest == "" || rest[0] == ' ' {
				continue
			}
			rest = strings.TrimLeft(rest, " :,")
			if code, found := t.UnitRef(rest); found && code != Unsure && len(t.W.Directory.Exact(norm)) == 0 {
				return Command{Verb: verb.Glued, Unit: code, Loose: true} // amid a story it is text
			}
		}
	}
	return Command{}
}

// Named fills in the unit that ref names; a name that is not a unit's stays
// words and makes the command loose.
func (t *Turn) Named(c Command, ref string) Command {
	if ref == "" {
		return c
	}
	if code, ok := t.UnitRef(ref); ok {
		c.Unit = code
		return c
	}
	c.Ref, c.Loose = ref, c.N == 0
	return c
}

// CutFlow cuts the word of a flow off the front, which says what kind of draft is
// meant.
func (t *Turn) CutFlow(s string) (string, Verb) {
	head, rest, _ := strings.Cut(s, " ")
	v := t.Whole(head)
	for i := range t.e.d.Flows {
		if v != "" && t.e.d.Flows[i].Word == v {
			return rest, v
		}
	}
	return s, ""
}

// CutPage cuts 第2页 off the end.
func (t *Turn) CutPage(s string) (string, uint32) {
	around := t.Around(aroundPage)
	before, after := around[0], around[1]
	i := strings.LastIndex(s, before)
	if i < 0 || !strings.HasSuffix(s, after) || i > 0 && s[i-1] != ' ' || i+len(before) > len(s)-len(after) {
		return s, 0
	}
	n, err := strconv.ParseUint(s[i+len(before):len(s)-len(after)], 10, 16)
	if err != nil || n == 0 {
		return s, 0
	}
	return strings.TrimSuffix(s[:i], " "), uint32(n)
}
