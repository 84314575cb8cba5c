package complaint

import (
	"pingyi/bot/catalogue"
	"pingyi/bot/flow/word"
)

// parts are what can be changed of a complaint, in the order offered.
var parts = []string{"unit", "kind", "more", "rewrite", "identity", "contact"}

var (
	texts catalogue.Phrases

	kinds      = texts.Names("kinds", word.Kind, Kinds...)
	amendments = texts.Names("amendments", "", parts...)

	textLostOff     = texts.Text("lost.off")
	textLostVersion = texts.Text("lost.version")
	textLeft        = texts.Text("lost.left_complaint")
	textLeftHow     = texts.Text("lost.left_complaint_how")
	textDraft       = texts.Text("hold.complaint")
	textDraftOf     = texts.Text("hold.complaint_of", "unit")
	textHoldGoOn    = texts.Text("hold.go_on_complaint")
	textCancelled   = texts.Text("hold.cancelled", "draft")

	textComplaintHello     = texts.Text("complaint.hello")
	textComplaintHelloWord = texts.Text("complaint.hello_word", "word")
	textDanger             = texts.Text("complaint.danger", "police", "fire")
	textWho                = texts.Text("complaint.who")
	textWhoList            = texts.Text("complaint.who_list")
	textChooseUnit         = texts.Text("choose.unit", "class")
	textCandidates         = texts.Text("choose.candidates")
	textKind               = texts.Text("complaint.kind", "unit")
	textKindUnsure         = texts.Text("complaint.kind_unsure")
	textKindNow            = texts.Text("complaint.kind_now", "kind")

	textTell      = texts.Text("complaint.tell")
	textTellMore  = texts.Text("complaint.tell_more", "count")
	textTaken     = texts.Text("complaint.taken")
	textTakenHow  = texts.Text("complaint.taken_how")
	textTooMany   = texts.Text("complaint.too_many", "limit")
	textTooLong   = texts.Text("complaint.too_long", "given", "limit", "room")
	textEmpty     = texts.Text("complaint.empty")
	textToldKept  = texts.Text("complaint.told_kept")
	textIdentity  = texts.Text("complaint.identity")
	textAnonymous = texts.Text("complaint.anonymous")
	textNamed     = texts.Text("complaint.named")

	textContactAnonymous = texts.Text("complaint.contact_anonymous")
	textContactNamed     = texts.Text("complaint.contact_named")
	textContactShort     = texts.Text("complaint.contact_short")
	textContactLong      = texts.Text("complaint.contact_long", "limit")

	textReview          = texts.Text("complaint.review")
	textReviewUnit      = texts.Text("complaint.review_unit", "unit")
	textReviewKind      = texts.Text("complaint.review_kind", "kind")
	textReviewText      = texts.Text("complaint.review_text", "text", "count")
	textReviewMedia     = texts.Text("complaint.review_media", "media")
	textReviewHow       = texts.Text("complaint.review_how", "how")
	textReviewContact   = texts.Text("complaint.review_contact", "contact")
	textReviewNoContact = texts.Text("complaint.review_no_contact")
	textReviewFoot      = texts.Text("complaint.review_foot")
	textPictures        = texts.Text("complaint.pictures", "n")
	textVoices          = texts.Text("complaint.voices", "n")
	textVideos          = texts.Text("complaint.videos", "n")
	textPlaces          = texts.Text("complaint.places", "n")
	textLinks           = texts.Text("complaint.links", "n")
	textAmend           = texts.Text("complaint.amend")
	textNotYet          = texts.Text("summary.not_yet")
	textOldSummary      = texts.Text("summary.old")
	textOr              = texts.Text("parts.or")

	textFiled         = texts.Text("complaint.filed")
	textFiledBefore   = texts.Text("complaint.filed_before")
	textFiledThen     = texts.Text("complaint.filed_then")
	textTicketNo      = texts.Text("complaint.ticket_no", "no")
	textTicketCode    = texts.Text("complaint.ticket_code", "code")
	textOverLimit     = texts.Text("complaint.over_limit")
	textOverLimitKept = texts.Text("complaint.over_limit_kept")

	textComplaintsOff  = texts.Text("complaint.off")
	textComplaintStays = texts.Text("complaint.stays")

	textHelpWho         = texts.Text("help.who")
	textHelpKind        = texts.Text("help.kind")
	textHelpTell        = texts.Text("help.tell")
	textHelpIdentity    = texts.Text("help.identity")
	textHelpContact     = texts.Text("help.contact")
	textHelpSummary     = texts.Text("help.summary")
	textHelpPick        = texts.Text("help.pick")
	textUnknownWho      = texts.Text("unknown.who")
	textUnknownKind     = texts.Text("unknown.kind")
	textUnknownIdentity = texts.Text("unknown.identity")
	textUnknownSummary  = texts.Text("unknown.summary")
	textUnknownPick     = texts.Text("unknown.pick")
)
