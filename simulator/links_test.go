package simulator

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPieces_links_areReadHoweverTheyAreWritten(t *testing.T) {
	tap := func(label, content, id string) Piece {
		return Piece{Text: label, Link: &Link{Label: label, Content: content, MenuID: id}}
	}
	for name, tt := range map[string]struct {
		in   string
		want []Piece
	}{
		"as documented":    {`<a href="weixin://bizmsgmenu?msgmenucontent=满意&msgmenuid=4">满意</a>`, []Piece{tap("满意", "满意", "4")}},
		"escaped":          {`<a href='weixin://bizmsgmenu?msgmenucontent=%E6%BB%A1%E6%84%8F%20a+b&amp;msgmenuid=4'>满意</a>`, []Piece{tap("满意", "满意 a+b", "4")}},
		"other order":      {`<A target=x HREF=weixin://bizmsgmenu?msgmenuid=4&msgmenucontent=满意 >满意</A >`, []Piece{tap("满意", "满意", "4")}},
		"no id":            {`<a href="weixin://bizmsgmenu?msgmenucontent=满意">满意</a>`, []Piece{tap("满意", "满意", "")}},
		"percent as it is": {`<a href="weixin://bizmsgmenu?msgmenucontent=100%&msgmenuid=4">x</a>`, []Piece{tap("x", "100%", "4")}},
		"around":           {`4 <a href="weixin://bizmsgmenu?msgmenucontent=满意&msgmenuid=4">满意</a>` + "\n完", []Piece{{Text: "4 "}, tap("满意", "满意", "4"), {Text: "\n完"}}},
		"no content":       {`<a href="weixin://bizmsgmenu?msgmenuid=4">满意</a>`, []Piece{{Text: "满意", Href: "weixin://bizmsgmenu?msgmenuid=4"}}},
		"web page":         {`<a href="https://example.org/?a=1&amp;b=2">隐私说明</a>`, []Piece{{Text: "隐私说明", Href: "https://example.org/?a=1&b=2"}}},
		"script":           {`<a href="javascript:alert(1)">x</a>`, []Piece{{Text: "x", Href: "javascript:alert(1)"}}},
		"no href":          {`<a name="x">y</a>`, []Piece{{Text: `<a name="x">y</a>`}}},
		"broken":           {`<a href="weixin://bizmsgmenu?msgmenucontent=x`, []Piece{{Text: `<a href="weixin://bizmsgmenu?msgmenucontent=x`}}},
		"other tags":       {`<b>x</b>`, []Piece{{Text: `<b>x</b>`}}},
		"nothing":          {"", nil},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, Pieces(tt.in)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func FuzzPieces_textWithoutAnchors_isShownWhole(f *testing.F) {
	f.Add(`x<a href="weixin://bizmsgmenu?msgmenucontent=满意&msgmenuid=4">满意</a>y`)
	f.Add(`<a href=''><a href="a">b</a></a>`)
	f.Fuzz(func(t *testing.T, in string) {
		shown := 0
		for _, p := range Pieces(in) {
			if p.Link != nil && p.Link.Content == "" {
				t.Errorf("a tap link that sends nothing in %q", in)
			}
			shown += len(p.Text)
		}
		if !strings.Contains(strings.ToLower(in), "<a") && shown != len(in) {
			t.Errorf("%d of %d bytes are shown of %q", shown, len(in), in)
		}
	})
}
