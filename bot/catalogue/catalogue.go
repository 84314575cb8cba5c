// Package catalogue holds every text that a citizen reads and every word that is
// understood, and brings typed words to the form in which they are compared. A flow
// declares what it uses of it; Bind finds what is missing, and what no flow uses.
//
// It may import folding.
package catalogue

import (
	"embed"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
)

//go:embed texts/*.yaml
var catalogues embed.FS

// Texts is a catalogue: everything that is said in one language, and the words that
// are understood in it. It is never changed after it was read.
type Texts struct {
	Language string `yaml:"language"`
	// Spoken are the words of each verb; the first is the one that links send.
	Spoken map[Verb][]string `yaml:"words"`
	// Lists are words that are looked for inside of a sentence.
	Lists map[string][]string `yaml:"lists"`
	// Numbered is what stands around a number, {n}.
	Numbered map[string]string `yaml:"numbered"`
	// Named are the names of what can be chosen.
	Named map[string]map[string]Name `yaml:"names"`
	// Said are the texts, by group and key.
	Said map[string]map[string]string `yaml:"texts"`
}

// Name is a thing's short label and the words that mean it; the first word is the one
// that links send.
type Name struct {
	Label string   `yaml:"label"`
	Words []string `yaml:"words"`
}

// Load reads the built-in catalogue of a language, such as zh-Hans.
func Load(language string) (*Texts, error) {
	data, err := catalogues.ReadFile("texts/" + language + ".yaml")
	if err != nil {
		return nil, fmt.Errorf("texts of %s: %w", language, err)
	}
	return Parse(data)
}

// Parse reads a catalogue. Bind checks that it has what the flows use.
func Parse(data []byte) (*Texts, error) {
	t := &Texts{}
	if err := yaml.UnmarshalWithOptions(data, t, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("texts: %w", err)
	}
	return t, nil
}

// Line is one line of a text: pieces of text and holes to be filled.
type Line []Segment

// Segment is a literal, or the hole with an index into the text's arguments.
type Segment struct {
	Literal string
	Hole    int // -1 for a literal
}

// Set is the names of a few things in the order of their places.
type Set struct {
	List   []Name
	Places map[string]uint8 // by folded label and word
}

// Catalogue is what the flows use of the texts, ready to be said.
type Catalogue struct {
	Lines  map[*Phrase][]Line
	Words  map[Verb][]string
	Names  map[*Names]*Set
	Lists  map[*WordList][]string
	Around map[*Around][2]string
}

// binder looks up what the flows declare, and gathers what is missing or unknown.
type binder struct {
	from   *Texts
	to     *Catalogue
	used   map[string]bool
	faults []string
}

// Bind makes the catalogue of the declared phrases and words. Every text must be there
// with exactly the placeholders that the code fills; nothing unknown may be.
func Bind(from *Texts, phrases []*Phrases, verbs []Verb) (*Catalogue, error) {
	b := &binder{from: from, used: map[string]bool{}, to: &Catalogue{
		Lines: map[*Phrase][]Line{}, Words: map[Verb][]string{}, Names: map[*Names]*Set{}, Lists: map[*WordList][]string{}, Around: map[*Around][2]string{},
	}}
	for _, p := range phrases {
		for _, t := range p.texts {
			b.text(t)
		}
		for _, n := range p.names {
			b.name(n)
		}
		for _, l := range p.lists {
			b.list(l)
		}
		for _, a := range p.around {
			b.numbered(a)
		}
	}
	for _, v := range verbs {
		b.word(v)
	}
	b.unknown()
	if len(b.faults) > 0 {
		return nil, fmt.Errorf("texts of %s: %s", from.Language, strings.Join(b.faults, "; "))
	}
	return b.to, nil
}

func (b *binder) fault(format string, args ...any) {
	b.faults = append(b.faults, fmt.Sprintf(format, args...))
}

func (b *binder) text(t *Phrase) {
	group, key, _ := strings.Cut(t.key, ".")
	b.used["texts."+t.key] = true
	raw, ok := b.from.Said[group][key]
	if !ok || strings.TrimSpace(raw) == "" {
		b.fault("no text %s", t.key)
		return
	}
	lines, err := parseLines(strings.TrimRight(raw, "\n"), t.holes)
	if err != nil {
		b.fault("text %s: %v", t.key, err)
	}
	b.to.Lines[t] = lines
}

func (b *binder) name(n *Names) {
	out := &Set{Places: map[string]uint8{}}
	for place, key := range n.keys {
		b.used["names."+n.key+"."+key] = true
		one := b.from.Named[n.key][key]
		if one.Label == "" || len(one.Words) == 0 {
			b.fault("%s.%s needs a label and words", n.key, key)
		}
		for _, w := range append([]string{one.Label}, one.Words...) {
			out.Places[Lower(Fold(w))] = uint8(place)
		}
		out.List = append(out.List, one)
	}
	b.to.Names[n] = out
}

// list takes words as they are written, for texts that are too long to fold, and folded.
func (b *binder) list(l *WordList) {
	b.used["lists."+l.key] = true
	for _, w := range b.from.Lists[l.key] {
		b.to.Lists[l] = append(b.to.Lists[l], Lower(w))
		if folded := Lower(Fold(w)); folded != Lower(w) {
			b.to.Lists[l] = append(b.to.Lists[l], folded)
		}
	}
	if len(b.to.Lists[l]) == 0 {
		b.fault("no words in lists.%s", l.key)
	}
}

func (b *binder) numbered(a *Around) {
	b.used["numbered."+a.key] = true
	before, after, ok := strings.Cut(b.from.Numbered[a.key], "{n}")
	if !ok || before == "" {
		b.fault("numbered.%s must have {n} after some text", a.key)
	}
	b.to.Around[a] = [2]string{before, after}
}

func (b *binder) word(v Verb) {
	b.used["words."+string(v)] = true
	if len(b.from.Spoken[v]) == 0 {
		b.fault("no words for %s", v)
		return
	}
	b.to.Words[v] = b.from.Spoken[v]
}

// unknown finds what the catalogue has and no flow uses.
func (b *binder) unknown() {
	check := func(key string) {
		if !b.used[key] {
			b.fault("%s is used by no flow", key)
		}
	}
	for v := range b.from.Spoken {
		check("words." + string(v))
	}
	for key := range b.from.Lists {
		check("lists." + key)
	}
	for key := range b.from.Numbered {
		check("numbered." + key)
	}
	for group, all := range b.from.Named {
		for key := range all {
			check("names." + group + "." + key)
		}
	}
	for group, all := range b.from.Said {
		for key := range all {
			check("texts." + group + "." + key)
		}
	}
}

// parseLines cuts a text at its line ends and placeholders. Each hole must be
// there; one whose name ends in ? may be missing.
func parseLines(raw string, holes []string) ([]Line, error) {
	used := make([]bool, len(holes))
	var out []Line
	for text := range strings.SplitSeq(raw, "\n") {
		var l Line
		for text != "" {
			open := strings.IndexByte(text, '{')
			if open < 0 {
				l = append(l, Segment{Literal: text, Hole: -1})
				break
			}
			end := strings.IndexByte(text[open:], '}')
			if end < 0 {
				return nil, fmt.Errorf("a { is not closed")
			}
			if open > 0 {
				l = append(l, Segment{Literal: text[:open], Hole: -1})
			}
			i := holeIndex(holes, text[open+1:open+end])
			if i < 0 {
				return nil, fmt.Errorf("unknown placeholder %s", text[open:open+end+1])
			}
			used[i] = true
			l = append(l, Segment{Hole: i})
			text = text[open+end+1:]
		}
		out = append(out, l)
	}
	for i, name := range holes {
		if !used[i] && !strings.HasSuffix(name, "?") {
			return nil, fmt.Errorf("placeholder {%s} is missing", name)
		}
	}
	return out, nil
}

func holeIndex(holes []string, name string) int {
	for i, h := range holes {
		if strings.TrimSuffix(h, "?") == name {
			return i
		}
	}
	return -1
}
