package help

import (
	"pingyi/bot/catalogue"
)

var (
	texts catalogue.Phrases

	textHelpWords = texts.Text("help.words")
	textHelpDraft = texts.Text("help.draft")

	textPrivacy           = texts.Text("host.privacy")
	textPrivacyKeyDay     = texts.Text("host.privacy_key_day", "date")
	textPrivacyKey        = texts.Text("host.privacy_key")
	textPrivacyComplaints = texts.Text("host.privacy_complaints")
	textPrivacyLeave      = texts.Text("host.privacy_leave")
	textPrivacyAsk        = texts.Text("host.privacy_ask", "name", "phone")
	textPrivacyAskHotline = texts.Text("host.privacy_ask_hotline", "hotline")
)
