package withdrawal

import (
	"pingyi/bot/catalogue"
)

var (
	texts catalogue.Phrases

	textUnknownHome  = texts.Text("unknown.home")
	textHelpWhich    = texts.Text("help.which")
	textHelpWithdraw = texts.Text("help.withdraw")
	textUnknownSure  = texts.Text("unknown.sure")
	textDraft        = texts.Text("hold.withdrawal", "unit")
	textKept         = texts.Text("hold.kept", "unit")
	textOldLink      = texts.Text("old.link", "draft")
	textUnlinked     = texts.Text("rated.cannot_tell")

	textChooseWithdrawal  = texts.Text("withdraw.choose")
	textWithdrawalAt      = texts.Text("withdraw.at", "time")
	textNothingToWithdraw = texts.Text("withdraw.nothing")
	textNoneToWithdraw    = texts.Text("withdraw.none", "unit")
	textSure              = texts.Text("withdraw.sure", "unit")
	textWithdrawn         = texts.Text("withdraw.done", "unit", "call")
	textWithdrawnBefore   = texts.Text("withdraw.before", "unit")
	textWithdrawLate      = texts.Text("withdraw.late", "unit")
)
