package weibo

import (
	"fmt"
	"strings"
	"unicode/utf16"

	"pingyi/bot"
)

// MaxText is what a text answer may hold, in characters. They are counted as
// UTF-16 units, the most that any way of counting finds.
const MaxText = 299

// Render is the text of an answer in pages of at most MaxText characters, each
// numbered in a last line `(1/2)` if there are several; more, which says how to
// see the next page, stands behind the number of each but the last. Choices are
// shown as their labels. It cuts between lines where it can. Nothing to say is
// nil.
func Render(m bot.Message, more string) []string {
	var lines []string
	for _, l := range m.Lines {
		var b strings.Builder
		for _, s := range l {
			b.WriteString(label(s))
		}
		lines = append(lines, strings.Split(b.String(), "\n")...)
	}
	pages := paginate(lines, MaxText)
	if len(pages) <= 1 {
		return pages
	}
	if more = clean(more); more != "" {
		more = " " + more
	}
	// The numbers take room, which may take more pages and longer numbers.
	for digits := 1; ; digits++ {
		pages = paginate(lines, MaxText-len("\n(/)")-2*digits-length(more))
		if len(fmt.Sprint(len(pages))) <= digits {
			break
		}
	}
	for i, page := range pages {
		if i == len(pages)-1 {
			more = ""
		}
		pages[i] = fmt.Sprintf("%s\n(%d/%d)%s", page, i+1, len(pages), more)
	}
	return pages
}

func label(s bot.Span) string {
	if s.Label == "" {
		return clean(s.Send)
	}
	return clean(s.Label)
}

// paginate fills pages of at most room characters. Empty lines at the ends of a
// page are left out.
func paginate(lines []string, room int) []string {
	var pages []string
	var page strings.Builder
	used := 0
	turn := func() {
		if text := strings.Trim(page.String(), "\n"); text != "" {
			pages = append(pages, text)
		}
		page.Reset()
		used = 0
	}
	for i, line := range lines {
		size := length(line)
		switch {
		case i == 0:
		case used+1+size > room:
			turn()
		default:
			page.WriteByte('\n')
			used++
		}
		for size > room { // a line longer than a page, at the start of one
			head := cut(line, room)
			page.WriteString(head)
			turn()
			line = line[len(head):]
			size = length(line)
		}
		page.WriteString(line)
		used += size
	}
	turn()
	return pages
}

// length counts characters as UTF-16 does.
func length(s string) int {
	n := 0
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}

// cut is the longest beginning of s that has at most room characters.
func cut(s string, room int) string {
	for i, r := range s {
		if room -= utf16.RuneLen(r); room < 0 {
			return s[:i]
		}
	}
	return s
}
