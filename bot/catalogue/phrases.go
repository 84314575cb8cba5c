package catalogue

// Verb is what a citizen's words ask for, whether typed or sent by a link. It is the
// key of its words in the catalogue.
type Verb string

// Phrases are the texts, names and words of the catalogue that a flow uses. A flow
// declares them as package variables; Bind looks each of them up.
type Phrases struct {
	texts  []*Phrase
	names  []*Names
	lists  []*WordList
	around []*Around
}

// Phrase is a text of the catalogue: its key, such as "question.head", and the names
// of its placeholders in the order of the arguments. A placeholder that ends in ? need
// not be used.
type Phrase struct {
	key   string
	holes []string
}

// Names are the names of a few things that can be chosen, such as the kinds of
// complaints. A thing is known by its place.
type Names struct {
	Verb Verb // of a whole message that is one of the names; "": such a message means nothing by itself
	key  string
	keys []string
}

// WordList is a list of words that are looked for in a sentence.
type WordList struct{ key string }

// Around is what stands before and after a number or a code in what links send.
type Around struct{ key string }

// Text declares a text.
func (p *Phrases) Text(key string, holes ...string) *Phrase {
	t := &Phrase{key: key, holes: holes}
	p.texts = append(p.texts, t)
	return t
}

// Names declares the names of things under a key of the catalogue.
func (p *Phrases) Names(key string, v Verb, keys ...string) *Names {
	n := &Names{Verb: v, key: key, keys: keys}
	p.names = append(p.names, n)
	return n
}

// Words declares a list of words.
func (p *Phrases) Words(key string) *WordList {
	l := &WordList{key: key}
	p.lists = append(p.lists, l)
	return l
}

// Around declares what stands around a number.
func (p *Phrases) Around(key string) *Around {
	a := &Around{key: key}
	p.around = append(p.around, a)
	return a
}

// All are the declared names.
func (p *Phrases) All() []*Names { return p.names }
