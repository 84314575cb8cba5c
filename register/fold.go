package register

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// maxQuery bounds what is looked up, in characters: names have at most 60, and
// whoever writes more is telling something.
const maxQuery = 80

// fold brings text to the form in which names are compared: NFKC (which makes
// full-width letters and digits narrow), lower case, without white space,
// format and control characters.
func fold(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.In(r, unicode.Cf, unicode.Cc) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKC.String(text))
}

// foldQuery folds what a citizen wrote; empty where it cannot be a name.
func foldQuery(text string) string {
	if len(text) > 4*maxQuery {
		return ""
	}
	q := fold(text)
	if utf8.RuneCountInString(q) > maxQuery {
		return ""
	}
	return q
}

// short is a folded name without its leading 市, or "" where there is none or
// too little would be left.
func short(name string) string {
	rest, found := strings.CutPrefix(name, "市")
	if !found || utf8.RuneCountInString(rest) < 2 {
		return ""
	}
	return rest
}
