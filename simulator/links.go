package simulator

import (
	"html"
	"net/url"
	"regexp"
	"strings"
)

// Piece is a piece of an answer as a phone shows it: plain text, a tap link
// (Link set) or an ordinary link (Href set). Text is what is shown of it.
type Piece struct {
	Text string
	Link *Link
	Href string
}

// anchor is an <a> element: its attributes and its label. A label may not hold
// another anchor; what does not fit is shown as it came, as phones do.
var anchor = regexp.MustCompile(`(?is)<a\s+([^<>]*)>(.*?)</a\s*>`)

// hrefAttr is the href among the attributes, in either kind of quotes or none.
var hrefAttr = regexp.MustCompile(`(?is)(?:^|\s)href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))`)

const menuScheme = "weixin://bizmsgmenu?"

// Pieces splits the content of an answer into what a phone shows. The labels
// and texts joined are the whole shown text.
func Pieces(content string) []Piece {
	var pieces []Piece
	plain := func(s string) {
		if s != "" {
			pieces = append(pieces, Piece{Text: s})
		}
	}
	at := 0
	for _, m := range anchor.FindAllStringSubmatchIndex(content, -1) {
		attributes, label := content[m[2]:m[3]], content[m[4]:m[5]]
		href, ok := hrefOf(attributes)
		if !ok || strings.Contains(strings.ToLower(label), "<a ") {
			continue
		}
		plain(content[at:m[0]])
		at = m[1]
		label = html.UnescapeString(label)
		if link, isTap := parseMenuLink(href); isTap {
			link.Label = label
			pieces = append(pieces, Piece{Text: label, Link: &link})
		} else {
			pieces = append(pieces, Piece{Text: label, Href: href})
		}
	}
	plain(content[at:])
	return pieces
}

// linksOf lists the tap links of an answer's content.
func linksOf(content string) []Link {
	var links []Link
	for _, p := range Pieces(content) {
		if p.Link != nil {
			links = append(links, *p.Link)
		}
	}
	return links
}

func hrefOf(attributes string) (string, bool) {
	m := hrefAttr.FindStringSubmatch(attributes)
	if m == nil {
		return "", false
	}
	return html.UnescapeString(m[1] + m[2] + m[3]), true
}

// parseMenuLink reads weixin://bizmsgmenu?msgmenucontent=..&msgmenuid=... The
// content may be percent-encoded or readable as it is; a plus is a plus.
func parseMenuLink(href string) (Link, bool) {
	href = strings.TrimSpace(href)
	if len(href) < len(menuScheme) || !strings.EqualFold(href[:len(menuScheme)], menuScheme) {
		return Link{}, false
	}
	var l Link
	for field := range strings.SplitSeq(href[len(menuScheme):], "&") {
		name, value, _ := strings.Cut(field, "=")
		if decoded, err := url.PathUnescape(value); err == nil {
			value = decoded
		}
		switch strings.ToLower(name) {
		case "msgmenucontent":
			l.Content = value
		case "msgmenuid":
			l.MenuID = value
		}
	}
	return l, l.Content != ""
}
