package bot

import (
	"embed"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"

	"pingyi/models"
)

//go:embed texts/*.yaml
var catalogues embed.FS

// Texts is a catalogue of everything that is said in one language and of the
// words that are understood in it, parsed for fast rendering. It is never
// changed after it was made.
type Texts struct {
	Language string

	lines   [numTexts][]line
	words   [numVerbs][]string
	levels  [models.Skipped + 1]named // by level, Skipped included
	kinds   []named                   // by the place of ComplaintKinds
	reasons []named                   // by the place of Reasons
	amends  []named                   // by amendment
	states  map[string]string         // of a ticket
	rated   [Excluded + 1]string      // of a rating

	danger   []string      // words that speak of danger to life, wherever they stand
	sentence sentenceWords // verbs that decide what a sentence wants

	question, page, coded [2]string // what stands before and after the number, or the name and code
}

// sentenceWords are verbs by which a sentence is understood that is no word of the
// dialogue as a whole.
type sentenceWords struct{ complain, withdraw, query []string }

// named is a thing's short label and the words that mean it; the first word is
// the one that links send.
type named struct {
	Label string
	Words []string
}

// line is one line of a text: pieces of text and holes to be filled.
type line []segment

// segment is a literal, or the hole with an index into the text's arguments.
type segment struct {
	literal string
	hole    int // -1 for a literal
}

// catalogueFile is the form of a file of texts.
type catalogueFile struct {
	Language string                       `yaml:"language"`
	Words    map[string][]string          `yaml:"words"`
	Numbered map[string]string            `yaml:"numbered"`
	Levels   map[string]named             `yaml:"levels"`
	Kinds    map[string]named             `yaml:"kinds"`
	Reasons  map[string]named             `yaml:"reasons"`
	Amends   map[string]named             `yaml:"amendments"`
	Tickets  map[string]string            `yaml:"tickets"`
	Ratings  map[string]string            `yaml:"ratings"`
	Danger   []string                     `yaml:"danger"`
	Sentence map[string][]string          `yaml:"sentences"`
	Texts    map[string]map[string]string `yaml:"texts"`
}

// LoadTexts reads the built-in catalogue of a language, such as zh-Hans.
func LoadTexts(language string) (*Texts, error) {
	data, err := catalogues.ReadFile("texts/" + language + ".yaml")
	if err != nil {
		return nil, fmt.Errorf("texts of %s: %w", language, err)
	}
	return ParseTexts(data)
}

// ParseTexts reads a catalogue. Every text must be there with exactly the
// placeholders that the code fills; nothing unknown may be.
func ParseTexts(data []byte) (*Texts, error) {
	var f catalogueFile
	if err := yaml.UnmarshalWithOptions(data, &f, yaml.Strict()); err != nil {
		return nil, fmt.Errorf("texts: %w", err)
	}
	t := &Texts{Language: f.Language, states: f.Tickets}
	var faults []string
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	t.readTexts(&f, fault)
	t.readWords(&f, fault)
	t.readNames(&f, fault)
	t.readSentences(&f, fault)
	if len(faults) > 0 {
		return nil, fmt.Errorf("texts of %s: %s", f.Language, strings.Join(faults, "; "))
	}
	return t, nil
}

func (t *Texts) readTexts(f *catalogueFile, fault func(string, ...any)) {
	known := map[string]bool{}
	for id := textID(1); id < numTexts; id++ {
		spec := textSpecs[id]
		known[spec.key] = true
		group, key, _ := strings.Cut(spec.key, ".")
		raw, ok := f.Texts[group][key]
		if !ok || strings.TrimSpace(raw) == "" {
			fault("no text %s", spec.key)
			continue
		}
		lines, err := parseLines(strings.TrimRight(raw, "\n"), spec.holes)
		if err != nil {
			fault("text %s: %v", spec.key, err)
		}
		t.lines[id] = lines
	}
	for group, texts := range f.Texts {
		for key := range texts {
			if !known[group+"."+key] {
				fault("unknown text %s.%s", group, key)
			}
		}
	}
}

// parseLines cuts a text at its line ends and placeholders. Each hole must be
// there; one whose name ends in ? may be missing.
func parseLines(raw string, holes []string) ([]line, error) {
	used := make([]bool, len(holes))
	var out []line
	for _, text := range strings.Split(raw, "\n") {
		var l line
		for text != "" {
			open := strings.IndexByte(text, '{')
			if open < 0 {
				l = append(l, segment{literal: text, hole: -1})
				break
			}
			end := strings.IndexByte(text[open:], '}')
			if end < 0 {
				return nil, fmt.Errorf("a { is not closed")
			}
			if open > 0 {
				l = append(l, segment{literal: text[:open], hole: -1})
			}
			i := holeIndex(holes, text[open+1:open+end])
			if i < 0 {
				return nil, fmt.Errorf("unknown placeholder %s", text[open:open+end+1])
			}
			used[i] = true
			l = append(l, segment{hole: i})
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

func (t *Texts) readWords(f *catalogueFile, fault func(string, ...any)) {
	for v, key := range verbKeys {
		if key == "" {
			continue
		}
		if len(f.Words[key]) == 0 {
			fault("no words for %s", key)
			continue
		}
		t.words[v] = f.Words[key]
		delete(f.Words, key)
	}
	for key := range f.Words {
		fault("words for an unknown %s", key)
	}
	for key, into := range map[string]*[2]string{"question": &t.question, "page": &t.page, "coded": &t.coded} {
		before, after, ok := strings.Cut(f.Numbered[key], "{n}")
		if !ok || before == "" {
			fault("numbered.%s must have {n} after some text", key)
		}
		*into = [2]string{before, after}
	}
}

func (t *Texts) readNames(f *catalogueFile, fault func(string, ...any)) {
	name := func(group, key string, from map[string]named) named {
		n := from[key]
		if n.Label == "" || len(n.Words) == 0 {
			fault("%s.%s needs a label and words", group, key)
		}
		return n
	}
	for l := range t.levels {
		t.levels[l] = name("levels", models.Answers{models.Level(l)}.String(), f.Levels)
	}
	for _, k := range ComplaintKinds {
		t.kinds = append(t.kinds, name("kinds", k, f.Kinds))
	}
	for _, r := range Reasons {
		t.reasons = append(t.reasons, name("reasons", r, f.Reasons))
	}
	for _, a := range amendments {
		t.amends = append(t.amends, name("amendments", a, f.Amends))
	}
	for s, key := range []string{"live", "superseded", "withdrawn", "excluded"} {
		if t.rated[s] = f.Ratings[key]; t.rated[s] == "" {
			fault("no text ratings.%s", key)
		}
	}
	for _, key := range []string{"received", "other"} {
		if t.states[key] == "" {
			fault("no text tickets.%s", key)
		}
	}
}

func (t *Texts) readSentences(f *catalogueFile, fault func(string, ...any)) {
	for _, w := range f.Danger { // as written, for texts that are too long to fold, and folded
		t.danger = append(t.danger, lower(w))
		if folded := lower(fold(w)); folded != lower(w) {
			t.danger = append(t.danger, folded)
		}
	}
	if len(t.danger) == 0 {
		fault("no words of danger")
	}
	for key, into := range map[string]*[]string{"complain": &t.sentence.complain, "withdraw": &t.sentence.withdraw, "query": &t.sentence.query} {
		for _, w := range f.Sentence[key] {
			*into = append(*into, lower(fold(w)))
		}
		if len(*into) == 0 {
			fault("no sentences.%s", key)
		}
	}
}

// word is the word that links send for v.
func (t *Texts) word(v verb) string { return t.words[v][0] }

// ticketState is a ticket's state in plain words.
func (t *Texts) ticketState(state string) string {
	if s, ok := t.states[state]; ok {
		return s
	}
	return t.states["other"]
}
