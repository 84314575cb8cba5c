package browse

import (
	"pingyi/bot/catalogue"
)

var (
	texts catalogue.Phrases

	textHello         = texts.Text("greet.plain")
	textHelloCampaign = texts.Text("greet.campaign", "title")
	textWelcome       = texts.Text("greet.welcome")
	textWelcomeHow    = texts.Text("greet.how", "unit")
	textHome          = texts.Text("greet.home")
	textThanks        = texts.Text("greet.thanks")

	textTooEarly   = texts.Text("window.too_early", "date")
	textTooLate    = texts.Text("window.too_late", "date")
	textWhyStopped = texts.Text("window.why_stopped", "reason")
	textNoCampaign = texts.Text("window.no_campaign")

	textChooseClass = texts.Text("choose.class")
	textChooseHow   = texts.Text("choose.how")
	textChooseUnit  = texts.Text("choose.unit", "class")
	textCandidates  = texts.Text("choose.candidates")
	textOfUnit      = texts.Text("choose.of_unit", "unit")

	textNotKept      = texts.Text("choose.not_kept")
	textBoth         = texts.Text("choose.both", "unit")
	textBothRate     = texts.Text("choose.both_rate")
	textBothComplain = texts.Text("choose.both_complain")

	textHelpHome   = texts.Text("help.home")
	textHelpChoose = texts.Text("help.choose")

	textNothingOpen     = texts.Text("hold.nothing_open")
	textUnknownHome     = texts.Text("unknown.home")
	textNoSuchNumber    = texts.Text("unknown.number", "n")
	textNoPage          = texts.Text("unknown.page")
	textMediaOutside    = texts.Text("unknown.media")
	textMediaOutsideOff = texts.Text("unknown.media_off")
	textProseOutside    = texts.Text("unknown.prose")
	textProseOutsideOff = texts.Text("unknown.prose_off")
)
