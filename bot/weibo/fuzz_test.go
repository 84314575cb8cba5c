package weibo

import (
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"pingyi/bot"
	"pingyi/internal/bounds"
)

func FuzzOpen(f *testing.F) {
	for _, body := range loadVectors(f).Pushes.Samples {
		f.Add([]byte(body))
	}
	f.Add([]byte(push("text", `a\ud83d,}`, `{"a":[1,],}`)))
	a, q := account(f), ParseQuery(signed(testTime))
	f.Fuzz(func(t *testing.T, body []byte) {
		if len(body) > MaxBody {
			return // is not read to its end
		}
		var p Push
		var err error
		bounds.Hold(t, bounds.Push, func() { p, err = a.Open(q, body) })
		var refusal *Refusal
		switch {
		case errors.Is(err, ErrUnusable):
			if p.Timestamp == 0 {
				t.Fatal("an unusable push without its time")
			}
			return
		case err != nil:
			if !errors.As(err, &refusal) || !reflect.DeepEqual(p, Push{}) {
				t.Fatalf("refused with %v and %+v", err, p)
			}
			return
		}
		if !isID(p.Citizen) || p.Receiver != testUID || p.Key == "" || p.Input.At.IsZero() || !slices.Contains(Kinds(), p.Kind) {
			t.Fatalf("an incomplete push: %+v", p)
		}
		for _, s := range []string{p.Input.Text, p.Input.Scene, p.Input.Media.ID, p.Mention.ID, p.Mention.Text} {
			if !utf8.ValidString(s) || clean(s) != s {
				t.Fatalf("unclean %q", s)
			}
		}
		again, err := a.Open(q, body)
		if err != nil || !reflect.DeepEqual(again, p) {
			t.Fatalf("opened again: %+v, %v", again, err)
		}
	})
}

// FuzzParse holds that what encoding/json takes is read the same, unless it is
// too deep, has a name twice or was unclean.
func FuzzParse(f *testing.F) {
	for _, body := range loadVectors(f).Pushes.Samples {
		f.Add(string(body))
	}
	f.Add(`{"a":"\"\\,}","b":[1,-2.5e3,null,{"c":[]}]}`)
	f.Fuzz(func(t *testing.T, s string) {
		if clean(s) != s || len(s) > MaxBody {
			return
		}
		d := json.NewDecoder(strings.NewReader(s))
		d.UseNumber()
		var want map[string]any
		valid := json.Valid([]byte(s)) && d.Decode(&want) == nil && want != nil
		var got map[string]any
		var reason Reason
		bounds.Hold(t, bounds.Push, func() { got, reason = parse([]byte(s)) })
		if valid && reason == Broken {
			t.Fatalf("refused as broken")
		}
		if valid && reason == "" {
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatal(diff)
			}
		}
	})
}

func FuzzRender(f *testing.F) {
	f.Add("第1题\n", "满意", "", 100)
	f.Add("\x00\xff", "👍", "x", 400)
	f.Fuzz(func(t *testing.T, plain, shown, send string, n int) {
		if n < 0 || n > 300 || len(plain)+len(shown)+len(send) > 1<<12 {
			return
		}
		var m bot.Message
		for range n {
			m.Lines = append(m.Lines, bot.Line{{Label: plain}, {Label: shown, Send: send}})
		}
		for _, page := range Render(m, "") {
			if page == "" || length(page) > MaxText || !utf8.ValidString(page) || clean(page) != page {
				t.Fatalf("a page of %d characters: %q", length(page), page)
			}
		}
	})
}
