package bot

import (
	"pingyi/bot/catalogue"
)

// The texts of the engine itself.
var (
	own catalogue.Phrases

	textBusy       = own.Text("host.busy")
	textUnfinished = own.Text("host.unfinished")
	textTooFast    = own.Text("host.too_fast")
	textUnread     = own.Text("host.unread")
	textMore       = own.Text("host.more")

	textLeftOpen    = own.Text("lost.left_open")
	textLostVersion = own.Text("lost.version")
	textWhyStopped  = own.Text("window.why_stopped", "reason")
	textProseEarly  = own.Text("unknown.prose_early")
	textPrivacyWord = own.Text("intro.privacy_word", "word")
	textOfUnit      = own.Text("choose.of_unit", "unit")

	textWords = own.Text("parts.words", "words")
	textOr    = own.Text("parts.or")

	aroundPage  = own.Around("page")
	aroundCoded = own.Around("coded")
)
