package bot

import (
	"pingyi/bot/catalogue"
)

// Verb is what a citizen's words ask for.
type Verb = catalogue.Verb

// The verbs that the engine itself knows; the flows register the others.
const (
	Free      Verb = ""       // a name, a text, an unknown word
	AllDigits Verb = "digits" // digits alone
	Back      Verb = "back"
	Help      Verb = "help"
	Privacy   Verb = "privacy"
	Next      Verb = "next"
	Confirm   Verb = "confirm" // commits what a summary showed
	Yes       Verb = "yes"     // confirms the summary on the screen
	NotSure   Verb = "unsure"  // names no unit
)

// Unsure stands for a unit where the citizen is not sure. It is no code: codes have no
// question mark.
const Unsure = "?"

// Command is what was understood of a citizen's words. It is also what a number of the
// list last shown stands for, and is then kept in the session.
type Command struct {
	Verb Verb   `cbor:"1,keyasint,omitempty"`
	Unit string `cbor:"2,keyasint,omitempty"` // code of the unit that it names, Unsure, or ""
	Ref  string `cbor:"3,keyasint,omitempty"` // the words for a unit that is not known, a class, or what is looked for
	N    uint32 `cbor:"4,keyasint,omitempty"` // question or page from 1, or digits of a confirmation; 0 where it names none
	Arg  uint8  `cbor:"5,keyasint,omitempty"` // a place among Names, from 0
	Of   Verb   `cbor:"6,keyasint,omitempty"` // the word of the flow that it is about, or that is to be begun

	Loose bool `cbor:"-"` // has arguments that make no sense: at a free text it is text
}

// Names reports whether the command names a unit, known or not.
func (c Command) Names() bool { return c.Unit != "" || c.Ref != "" }

// Word is a verb of a flow: how it is read, what it does, what a link of it sends.
type Word struct {
	Verb Verb
	// Global words come before the flow, in every step.
	Global bool
	// Do obeys the command; nil where only the edges of steps do.
	Do func(*Turn, Command)
	// Args reads what follows the word; nil where nothing may. Free means that the
	// text is no command after all.
	Args func(*Turn, string) Command
	// Send is what a link of the command sends; nil: the word, the unit or words, and
	// the page.
	Send func(*Turn, Command) string
	// Class ranks a turn of the word.
	Class Class
	// Places is how many places Arg may name; 0: none.
	Places int
	// OfDraft commands answer a draft: their links carry its mark, and where no step
	// takes them they are stale. Stale ones are that without the mark.
	OfDraft, Stale bool
	// Acts says that a message that begins with the word may have an effect.
	Acts bool
	// Unspoken verbs have no words of their own.
	Unspoken bool
	// Home words are what one can begin with, in the order of registration.
	Home bool
	// Glued is what the word means with a unit's name written behind it without a
	// blank; "": nothing.
	Glued Verb
}
