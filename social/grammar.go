package social

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"pingyi/models"
)

// Reason says why a text is no rating, or why a rating in it does not count. The
// list is closed: it is stored, shown to the office and counted by.
type Reason string

// Reasons. Those of the grammar come first.
const (
	None          Reason = ""
	Empty         Reason = "empty"             // nothing of the author's own
	TooLong       Reason = "too_long"          // a rating is short
	OddCharacters Reason = "odd_characters"    // characters that change how text looks
	OtherMention  Reason = "other_mention"     // names somebody else
	SeveralTopics Reason = "several_topics"    // more than one #topic#
	OneWord       Reason = "one_word"          // no unit and level, parted by a space
	ExtraWords    Reason = "extra_words"       // more than a unit and a level
	NoLevel       Reason = "no_level"          // the last word is none of the levels
	NotMet        Reason = "not_met"           // 未接触: no level
	UnknownUnit   Reason = "unknown_unit"      // the first word is no unit's name, alias or code
	AmbiguousUnit Reason = "ambiguous_unit"    // several units are called so
	OwnAccount    Reason = "own_account"       // written by the account itself
	NoCampaign    Reason = "no_campaign"       // no rating window was open when it was written
	SeveralOpen   Reason = "several_campaigns" // more than one was
	NotRated      Reason = "not_rated"         // the campaign does not rate the unit
	NotByMethod   Reason = "not_by_method"     // the method does not count public texts
	TooLate       Reason = "too_late"          // fetched after the settlement
	FullStands    Reason = "full_rating"       // a rating given by form or message stands
	LaterStands   Reason = "later_text"        // a later text, or a withdrawal, stands
	Unlinked      Reason = "key_lost"          // the key that tells whose ratings are one person's is gone
)

// Reasons lists every reason, in the order in which they are shown.
func Reasons() []Reason {
	return []Reason{
		Empty, TooLong, OddCharacters, OtherMention, SeveralTopics, OneWord, ExtraWords, NoLevel, NotMet, UnknownUnit,
		AmbiguousUnit, OwnAccount, NoCampaign, SeveralOpen, NotRated, NotByMethod, TooLate, FullStands, LaterStands, Unlinked,
	}
}

// misread reports whether a text is not exactly a rating, so that its author may
// want to know how to write one.
func (r Reason) misread() bool {
	switch r {
	case Empty, TooLong, OddCharacters, OtherMention, SeveralTopics, OneWord, ExtraWords, NoLevel, NotMet, UnknownUnit, AmbiguousUnit:
		return true
	}
	return false
}

// Directory finds units by what they are called, wholly.
type Directory interface {
	// Exact lists the units whose name, alias or code is the whole of text.
	Exact(text string) []models.Unit
}

// Opinion is a text that is exactly a rating: one unit, one level.
type Opinion struct {
	Unit  models.Unit
	Level models.Level
}

// maxOwn bounds an author's own words, in characters: the longest unit's name,
// a topic and a mention fit well.
const maxOwn = 200

// Parse reads a public text. It accepts
//
//	[mention] [#topic#] [mention] <unit> <level> [mention]
//
// and nothing else: at most one topic, at most one mention, which is of our own
// account under one of names (a push about a mention necessarily holds one; the
// platform's prefix 回复@name: counts as such), a unit by its exact name, alias
// or code, and a level word or a digit from 1 to 5, also full-width. Unit and
// level are single words parted by white space. What comes after the first //@
// is other people's and is cut off. There is no guessing: 5分, 很满意, 满意！,
// 满意吗 and 9/10 are no levels.
//
// Where the text is no rating the Reason says why, and the Opinion is zero.
func Parse(text string, names []string, units Directory) (Opinion, Reason) {
	words, reason := own(text)
	if reason != None {
		return Opinion{}, reason
	}
	words, reason = trimFrame(words, names)
	if reason != None {
		return Opinion{}, reason
	}
	switch fields := strings.Fields(words); len(fields) {
	case 0:
		return Opinion{}, Empty
	case 1:
		return Opinion{}, OneWord
	case 2:
		return opinion(fields[0], fields[1], units)
	default:
		return Opinion{}, ExtraWords
	}
}

// own is what the author wrote: without what they passed on, without characters
// of no width. A rating needs no character that turns or hides text.
func own(text string) (string, Reason) {
	text, _, _ = strings.Cut(text, "//@")
	if !utf8.ValidString(text) {
		return "", OddCharacters
	}
	odd := false
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\u200b', r == '\u200c', r == '\u200d', r == '\u2060', r == '\ufeff':
			return -1 // keyboards and pages leave them behind
		case unicode.IsSpace(r):
			return ' '
		case unicode.In(r, unicode.Cf, unicode.Cc, unicode.Co, unicode.M):
			odd = true
		}
		return r
	}, text)
	text = strings.TrimSpace(text)
	switch {
	case odd:
		return "", OddCharacters
	case text == "":
		return "", Empty
	case utf8.RuneCountInString(text) > maxOwn:
		return "", TooLong
	}
	return text, None
}

// trimFrame takes off the topic and the mention of ours.
func trimFrame(words string, names []string) (string, Reason) {
	words, found := trimMention(words, names)
	if rest, ok := strings.CutPrefix(words, "#"); ok {
		topic, after, closed := strings.Cut(rest, "#")
		if closed && strings.TrimSpace(topic) != "" {
			words = strings.TrimSpace(after)
		}
	}
	if !found {
		words, found = trimMention(words, names)
	}
	if !found {
		words = trimTail(words, names)
	}
	switch {
	case strings.ContainsAny(words, "@＠"):
		return "", OtherMention
	case strings.ContainsAny(words, "#＃"):
		return "", SeveralTopics
	}
	return words, None
}

// trimMention takes a leading mention of ours off.
func trimMention(words string, names []string) (string, bool) {
	reply, isReply := strings.CutPrefix(words, "回复")
	for _, name := range names {
		if name == "" {
			continue
		}
		if isReply {
			for _, colon := range []string{":", "："} {
				if rest, ok := strings.CutPrefix(reply, "@"+name+colon); ok {
					return strings.TrimSpace(rest), true
				}
			}
		}
		if rest, ok := strings.CutPrefix(words, "@"+name); ok && (rest == "" || rest[0] == ' ' || rest[0] == '#') {
			return strings.TrimSpace(rest), true
		}
	}
	return words, false
}

// trimTail takes a mention of ours off the end, where it stands by itself.
func trimTail(words string, names []string) string {
	for _, name := range names {
		if rest, ok := strings.CutSuffix(words, " @"+name); name != "" && ok {
			return strings.TrimSpace(rest)
		}
	}
	return words
}

func opinion(unit, level string, units Directory) (Opinion, Reason) {
	l, reason := parseLevel(level)
	if reason != None {
		return Opinion{}, reason
	}
	switch found := units.Exact(unit); len(found) {
	case 0:
		return Opinion{}, UnknownUnit
	case 1:
		return Opinion{Unit: found[0], Level: l}, None
	default:
		return Opinion{}, AmbiguousUnit
	}
}

// parseLevel reads a level word or one digit. No folding: ⑤, ½ or Ⅴ are none.
func parseLevel(word string) (models.Level, Reason) {
	switch word {
	case "非常满意", "5", "５":
		return 5, None
	case "满意", "4", "４":
		return 4, None
	case "基本满意", "3", "３":
		return 3, None
	case "不满意", "2", "２":
		return 2, None
	case "非常不满意", "1", "１":
		return 1, None
	case "未接触", "不了解", "未接触/不了解", "0", "０":
		return 0, NotMet
	}
	return 0, NoLevel
}
