package weibo

import "pingyi/bot"

// Face shows messages as Weibo can: numbered choices, a page at a time.
type Face struct {
	More string // says how to see the next page
}

// Platform says what the engine may know of Weibo.
func (Face) Platform() bot.Platform { return bot.Platform{Taps: false} }

// Pages is a message in parts that Weibo shows.
func (f Face) Pages(m bot.Message) []string { return Render(m, f.More) }

// Render is the first of them.
func (f Face) Render(m bot.Message) string {
	if pages := f.Pages(m); len(pages) > 0 {
		return pages[0]
	}
	return ""
}
