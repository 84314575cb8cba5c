package rating

import (
	"pingyi/bot/catalogue"
	"pingyi/bot/flow/word"
	"pingyi/models"
)

var (
	texts catalogue.Phrases

	// levels are in the order of models.Level, the skipped one last.
	levels  = texts.Names("levels", word.Level, levelKeys()...)
	reasons = texts.Names("reasons", word.Reason, Reasons...)

	textUnknownScene    = texts.Text("greet.unknown_scene")
	textUnknownSceneHow = texts.Text("greet.unknown_scene_how")
	textPosterOf        = texts.Text("greet.poster", "title")
	textPosterInstead   = texts.Text("greet.poster_instead", "title")

	textIntroScan   = texts.Text("intro.scan", "unit")
	textIntroWindow = texts.Text("intro.window", "window", "unit")
	textIntroName   = texts.Text("intro.name", "unit")
	textIntroTaps   = texts.Text("intro.taps", "count")
	textIntroDigits = texts.Text("intro.digits", "count")
	textIntroUnseen = texts.Text("intro.unseen", "unit")

	textLeftRating  = texts.Text("lost.left_rating", "unit")
	textLostVersion = texts.Text("lost.version")
	textLostChanged = texts.Text("lost.changed")
	textLostClosed  = texts.Text("lost.closed")
	textDraftRating = texts.Text("hold.rating", "unit")
	textHoldGoOn    = texts.Text("hold.go_on", "unit")

	textNotRated    = texts.Text("window.not_rated", "unit")
	textTooEarly    = texts.Text("window.too_early", "date")
	textNotReceived = texts.Text("window.not_received", "date")

	textQuestion       = texts.Text("question.head", "n", "count", "title")
	textPlain          = texts.Text("question.plain", "question")
	textNow            = texts.Text("question.now", "level")
	textDigitsHint     = texts.Text("question.hint", "count", "example")
	textChanged        = texts.Text("question.changed", "n", "level")
	textDigitWrong     = texts.Text("question.digit_wrong", "digit")
	textDigitsShort    = texts.Text("question.digits_short", "count", "given", "missing", "example")
	textDigitsLong     = texts.Text("question.digits_long", "count", "given", "extra", "example")
	textDigitsWrong    = texts.Text("question.digits_wrong", "place", "digit", "example?")
	textDigitsNone     = texts.Text("question.digits_none", "count")
	textOrBelow        = texts.Text("question.or_below")
	textLevelElsewhere = texts.Text("question.level_elsewhere")
	textNoLevel        = texts.Text("question.no_level")

	textSummary      = texts.Text("summary.head", "unit")
	textSummaryLine  = texts.Text("summary.line", "n", "title", "level")
	textSummaryPlain = texts.Text("summary.plain", "title", "level")
	textSummaryFoot  = texts.Text("summary.foot")
	textPickQuestion = texts.Text("summary.pick")
	textPickLevel    = texts.Text("summary.pick_level", "level")
	textPickLine     = texts.Text("summary.pick_line", "n", "title")
	textNotYet       = texts.Text("summary.not_yet")
	textOldSummary   = texts.Text("summary.old")

	textRated         = texts.Text("rated.done")
	textRatedAgain    = texts.Text("rated.again")
	textRatedBefore   = texts.Text("rated.before", "unit")
	textReceipt       = texts.Text("rated.receipt", "receipt")
	textReceiptWhat   = texts.Text("rated.what")
	textWhy           = texts.Text("rated.why")
	textWhyWords      = texts.Text("rated.why_words", "reasons")
	textWantHandled   = texts.Text("rated.want_handled")
	textReasonTaken   = texts.Text("rated.reason_taken")
	textReasonLate    = texts.Text("rated.reason_late")
	textRatedUnlinked = texts.Text("rated.unlinked")
	textUnlinked      = texts.Text("rated.cannot_tell")

	textHelpQuestion   = texts.Text("help.question", "count", "example")
	textHelpSummary    = texts.Text("help.summary")
	textHelpPick       = texts.Text("help.pick")
	textUnknownHome    = texts.Text("unknown.home")
	textUnknownLevel   = texts.Text("unknown.level")
	textUnknownSummary = texts.Text("unknown.summary")
	textUnknownPick    = texts.Text("unknown.pick")
	textNoSuchNumber   = texts.Text("unknown.number", "n")
	textOr             = texts.Text("parts.or")
)

func levelKeys() []string {
	var keys []string
	for l := range models.Skipped + 1 {
		keys = append(keys, models.Answers{l}.String())
	}
	return keys
}
