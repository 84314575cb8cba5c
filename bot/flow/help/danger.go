package help

import (
	"strings"

	"pingyi/bot"
	"pingyi/bot/catalogue"
	"pingyi/bot/flow/office"
)

var (
	textDangerCall   = texts.Text("danger.call", "police", "fire", "medical", "worries")
	textDangerNobody = texts.Text("danger.nobody")
	dangerous        = texts.Words("danger")
)

// Warn begins the answer to words of danger with whom to ring. The words then go on
// their way: they are a part of a story, and a question stays. Too often is better than
// once too seldom: the answer costs its reader two lines.
func Warn(t *bot.Turn, text string) {
	folded := catalogue.Fold(text)
	for _, form := range [...]string{catalogue.Lower(text), catalogue.Lower(folded)} {
		for _, w := range t.Words(dangerous) {
			if !strings.Contains(form, w) {
				continue
			}
			if len(t.W.Directory.Exact(folded)) == 0 {
				SayDanger(t)
			}
			return
		}
	}
}

// SayDanger says whom to ring.
func SayDanger(t *bot.Turn) {
	n := office.Contacts(t)
	t.Say(textDangerCall, n.Police, n.Fire, n.Medical, n.Worries)
	t.Say(textDangerNobody)
	t.Warn()
}
