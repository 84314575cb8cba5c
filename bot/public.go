package bot

// PublicFate is what became of a text that somebody wrote in public, as its
// author is told.
type PublicFate uint8

// Fates. The zero one is told nobody.
const (
	PublicCounted    PublicFate = iota + 1 // it counts as a rating
	PublicStands                           // a rating by message or form stands
	PublicNotRated                         // the unit is not rated now
	PublicHow                              // it is not exactly a rating
	PublicHowPrivate                       // as PublicHow, and only messages count
	PublicUnlinked                         // it was not recorded; see Unlinked
)

// PublicText is a public text as an answer needs it: names of the unit that it
// rates, where it rates one, and of one that serves as an example; either may be
// empty.
type PublicText struct {
	Fate    PublicFate
	Unit    string
	Example string
}

// AnswerPublic tells the author of a public text what became of it. It needs no
// session: what it asks for is said in words, never by numbers.
func (e *Engine) AnswerPublic(p PublicText) Message {
	t := &turn{e: e}
	t.c.start(false)
	unit, example := t.publicName(p.Unit), t.publicName(p.Example)
	switch p.Fate {
	case PublicCounted:
		t.say(textPublicCounted, unit)
		t.say(textPublicChange, unit)
	case PublicStands:
		t.say(textPublicStands, unit)
		t.say(textPublicChange, unit)
	case PublicNotRated:
		t.say(textNotRated, unit)
		t.say(textPublicComplain)
	case PublicUnlinked:
		t.say(textPublicUnlinked, unit)
		t.say(textPublicComplain)
	case PublicHow:
		t.say(textPublicUnread)
		t.say(textPublicHow, example)
		t.say(textPublicPrivate)
	case PublicHowPrivate:
		t.say(textPublicUnread)
		t.say(textPublicHowPrivate, example)
		t.say(textPublicComplain)
	}
	return t.c.message()
}

// publicName is a unit's name, which the citizen may have to write as it is.
func (t *turn) publicName(name string) string { return t.fitted(t.clean(name), 40, 40) }
