package word

import (
	"strings"

	"pingyi/bot"
)

// The longest and shortest name that is looked for inside a sentence, in runes, and
// the longest sentence that is searched for one.
const (
	longestWithin  = 12
	shortestWithin = 2
	mostSentence   = 40
)

// UnitWithin is the code of the one unit that a sentence names, by its longest names;
// "" where it names none or several. It is looked for once a message.
func UnitWithin(t *bot.Turn) string {
	if t.Within == nil {
		code := findWithin(t)
		t.Within = &code
	}
	return *t.Within
}

func findWithin(t *bot.Turn) string {
	runes := []rune(t.Norm)
	if len(runes) > mostSentence {
		return ""
	}
	found := ""
	for from := 0; from < len(runes); {
		code, n := longestName(t, runes[from:])
		switch {
		case n == 0:
			from++
			continue
		case code == "" || found != "" && found != code:
			return ""
		}
		found = code
		from += n
	}
	return found
}

// longestName finds the longest name of a unit at the beginning of runes, and how
// many it takes. The code is "" where several units have the name.
func longestName(t *bot.Turn, runes []rune) (code string, n int) {
	for n = min(len(runes), longestWithin); n >= shortestWithin; n-- {
		text := string(runes[:n])
		units := t.W.Directory.Exact(text)
		if len(units) == 0 || strings.EqualFold(units[0].Code, text) { // a code inside of a sentence is chance
			continue
		}
		if len(units) > 1 {
			return "", n
		}
		return units[0].Code, n
	}
	return "", 0
}
