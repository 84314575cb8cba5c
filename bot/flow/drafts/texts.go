package drafts

import (
	"pingyi/bot/catalogue"
)

var (
	texts catalogue.Phrases

	textHold              = texts.Text("hold.draft", "draft")
	textHoldHow           = texts.Text("hold.how")
	textHoldWithdraw      = texts.Text("hold.other_withdraw")
	textHoldComplainOf    = texts.Text("hold.other_complain", "unit")
	textHoldComplainOther = texts.Text("hold.other_complain_else")
	textHoldRateOf        = texts.Text("hold.other_rate", "unit")
	textHoldRateOther     = texts.Text("hold.other_rate_else")
	textHelpHold          = texts.Text("help.hold")
	textUnknownHold       = texts.Text("unknown.hold")

	textCancelled   = texts.Text("hold.cancelled", "draft")
	textStillOpen   = texts.Text("hold.still_open", "draft")
	textNothingOpen = texts.Text("hold.nothing_open")
	textOldLink     = texts.Text("old.link", "draft")

	textConfirmTooOld   = texts.Text("old.confirm_too_old")
	textConfirmOutdated = texts.Text("old.confirm_outdated", "unit")
	textChangeLater     = texts.Text("rated.change", "call")
	textReadFirst       = texts.Text("summary.read_first")
	textBusy            = texts.Text("host.busy")
)
