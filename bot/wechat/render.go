package wechat

import (
	"bytes"
	"strings"
	"sync"
	"unicode/utf8"

	"pingyi/bot"
)

// MaxText is what a text answer may hold, in bytes of UTF-8, tags included. The
// platform's limit is said to be about 2048 and is not documented.
const MaxText = 1800

// Render is the text of an answer: its lines, choices as links that send a
// message when they are tapped. Of an answer that is longer than MaxText it is
// the first page. Nothing to say is "".
func Render(m bot.Message) string {
	pages := RenderPages(m)
	if len(pages) == 0 {
		return ""
	}
	return pages[0]
}

// RenderPages is the text of an answer in pages of at most MaxText bytes. It
// cuts between lines; a line that is longer than a page between its spans; and
// a span of plain text that is longer than a page at a line end or a rune. A
// link is never cut: one longer than a page is shown as its label.
func RenderPages(m bot.Message) []string {
	p, ok := pagers.Get().(*pager)
	if !ok {
		p = &pager{page: make([]byte, 0, MaxText)}
	}
	defer p.release()
	line := p.line
	for _, l := range m.Lines {
		line = line[:0]
		for _, s := range l {
			line = appendSpan(line, s)
		}
		if p.started {
			line = append(line, 0) // room for the line end
			copy(line[1:], line)
			line[0] = '\n'
		}
		p.started = true
		switch {
		case len(p.page)+len(line) <= MaxText:
			p.page = append(p.page, line...)
		case len(line) <= MaxText:
			p.turn()
			p.page = append(p.page, line...)
		default:
			p.turn()
			p.long(l)
		}
	}
	p.turn()
	p.line = line
	return p.pages
}

// pager fills pages.
type pager struct {
	pages   []string
	page    []byte
	line    []byte // the present one
	started bool   // a line was written
}

// pagers keep their buffers; the pages that they filled are not theirs any more.
var pagers sync.Pool

func (p *pager) release() {
	*p = pager{page: p.page[:0], line: p.line[:0]}
	pagers.Put(p)
}

// turn ends a page. Empty lines at its ends are not worth their bytes.
func (p *pager) turn() {
	if text := bytes.Trim(p.page, "\n"); len(text) > 0 {
		p.pages = append(p.pages, string(text))
	}
	p.page = p.page[:0]
}

// long writes a line that is longer than a page.
func (p *pager) long(l bot.Line) {
	for _, s := range l {
		span := appendSpan(nil, s)
		if len(p.page)+len(span) <= MaxText {
			p.page = append(p.page, span...)
			continue
		}
		if s.Send != "" && len(span) <= MaxText {
			p.turn()
			p.page = append(p.page, span...)
			continue
		}
		p.text(string(appendText(nil, labelOf(s), s.Send != "")))
	}
}

// text writes plain text and turns pages as it needs to.
func (p *pager) text(s string) {
	for {
		room := MaxText - len(p.page)
		if len(s) <= room {
			p.page = append(p.page, s...)
			return
		}
		at := cutAt(s, room)
		p.page = append(p.page, s[:at]...)
		s = s[at:]
		p.turn()
	}
}

// cutAt is where to cut s so that at most room bytes stay before it: after the
// last line end, else at a rune; perhaps 0.
func cutAt(s string, room int) int {
	if end := strings.LastIndexByte(s[:room], '\n'); end > 0 {
		return end + 1
	}
	for room > 0 && !utf8.RuneStart(s[room]) {
		room--
	}
	return room
}

// labelOf is what is seen of a span.
func labelOf(s bot.Span) string {
	if s.Label == "" {
		return s.Send
	}
	return s.Label
}

// appendSpan writes a span: a link for a choice, else its label.
func appendSpan(b []byte, s bot.Span) []byte {
	send := cleanString(s.Send)
	if send == "" {
		return appendText(b, labelOf(s), false)
	}
	b = append(b, `<a href="weixin://bizmsgmenu?msgmenucontent=`...)
	b = appendContent(b, send)
	// No link was ever seen without a msgmenuid, so whether it would work without
	// one is not known; 0 says nothing.
	b = append(b, "&msgmenuid="...)
	if isMark(s.Mark) {
		b = append(b, s.Mark...)
	} else {
		b = append(b, '0')
	}
	b = append(b, `">`...)
	b = appendText(b, labelOf(s), true)
	return append(b, "</a>"...)
}

// isMark reports whether a mark can travel: the platform's is a number, and
// what is not one could end the link's address early.
func isMark(s string) bool {
	const longest = 10
	digits, rest := cutDigits(s)
	return digits != "" && rest == "" && len(digits) <= longest
}

// appendText writes text that is seen. WeChat knows no escapes, so what could
// begin or end a tag becomes its full-width form. Inside of a link a line end
// becomes a space.
func appendText(b []byte, s string, inLink bool) []byte {
	s = cleanString(s)
	special := "<>"
	if inLink {
		special = "<>\n\r"
	}
	return appendWide(b, s, special)
}

// appendContent writes what a tap sends. It is raw UTF-8 in an address that
// the platform takes apart; what it would take for its own becomes its
// full-width form, which folds back when the tap is read.
func appendContent(b []byte, s string) []byte { return appendWide(b, s, "&\"<>+%#\n\r") }

// appendWide writes s with its special characters in their full-width form, and
// line ends as spaces.
func appendWide(b []byte, s, special string) []byte {
	for {
		at := strings.IndexAny(s, special)
		if at < 0 {
			return append(b, s...)
		}
		b = append(b, s[:at]...)
		if c := s[at]; c == '\n' || c == '\r' {
			b = append(b, ' ')
		} else {
			b = utf8.AppendRune(b, rune(c)+fullWidth)
		}
		s = s[at+1:]
	}
}

// fullWidth is how far the full-width form of an ASCII character stands from it.
const fullWidth = 0xFEE0
