package bot

// textID numbers the texts of a catalogue.
type textID uint8

// The texts; what each says is in the catalogue, under the key in textSpecs.
const (
	_ textID = iota // no text
	textHello
	textHelloCampaign
	textWelcome
	textWelcomeHow
	textUnknownScene
	textUnknownSceneHow
	textHome
	textThanks
	textIntroScan
	textIntroWindow
	textIntroName
	textIntroTaps
	textIntroDigits
	textIntroUnseen
	textPrivacyWord
	textLeftRating
	textLeftOpen
	textLeftComplaint
	textLeftComplaintHow
	textLostVersion
	textLostChanged
	textLostClosed
	textNotRated
	textTooEarly
	textTooLate
	textNotReceived
	textNoCampaign
	textQuestion
	textPlain
	textNow
	textDigitsHint
	textChanged
	textDigitWrong
	textDigitsShort
	textDigitsLong
	textDigitsWrong
	textDigitsNone
	textOrBelow
	textNoLevel
	textSummary
	textSummaryLine
	textSummaryPlain
	textSummaryFoot
	textPickQuestion
	textPickLevel
	textNotYet
	textOldSummary
	textRated
	textRatedAgain
	textRatedBefore
	textReceipt
	textReceiptWhat
	textChangeLater
	textWhy
	textWantHandled
	textReasonTaken
	textReasonLate
	textChooseClass
	textChooseHow
	textChooseUnit
	textCandidates
	textOfUnit
	textHold
	textHoldHow
	textDraftRating
	textDraftComplaint
	textDraftComplaintOf
	textDraftWithdrawal
	textWantRate
	textWantChoose
	textWantComplain
	textWantWithdraw
	textCancelled
	textKept
	textStillOpen
	textNothingOpen
	textOldLink
	textEnded
	textRateAnew
	textComplainAnew
	textConfirmFound
	textConfirmFoundElse
	textConfirmFiled
	textConfirmFiledElse
	textConfirmGone
	textConfirmNothing
	textComplaintHello
	textComplaintHelloWord
	textDanger
	textWho
	textWhoList
	textKind
	textKindUnsure
	textKindNow
	textTell
	textTellMore
	textTaken
	textTakenHow
	textTooMany
	textTooLong
	textEmpty
	textIdentity
	textAnonymous
	textNamed
	textContactAnonymous
	textContactNamed
	textContactLong
	textReview
	textReviewUnit
	textReviewKind
	textReviewText
	textReviewMedia
	textReviewHow
	textReviewContact
	textReviewNoContact
	textReviewFoot
	textPictures
	textVoices
	textVideos
	textPlaces
	textLinks
	textAmend
	textFiled
	textFiledBefore
	textFiledThen
	textTicketNo
	textTicketCode
	textOverLimit
	textOverLimitKept
	textRecords
	textNoRecords
	textRecordRating
	textRecordTicket
	textTicketThen
	textTicketTries
	textTicketUnknown
	textCodeMissing
	textReceiptCounted
	textReceiptNot
	textReceiptUnknown
	textQueryHow
	textChooseWithdrawal
	textWithdrawalAt
	textNothingToWithdraw
	textNoneToWithdraw
	textSure
	textWithdrawn
	textWithdrawnBefore
	textWithdrawLate
	textHelpHome
	textHelpWords
	textHelpDraft
	textHelpChoose
	textHelpQuestion
	textHelpSummary
	textHelpPick
	textHelpWho
	textHelpKind
	textHelpTell
	textHelpIdentity
	textHelpContact
	textHelpWhich
	textHelpWithdraw
	textUnknownHome
	textUnknownLevel
	textUnknownSummary
	textUnknownPick
	textUnknownWho
	textUnknownKind
	textUnknownIdentity
	textUnknownSure
	textNoSuchNumber
	textNoPage
	textMediaOutside
	textProseOutside
	textProseEarly
	textPublicCounted
	textPublicStands
	textPublicChange
	textPublicUnread
	textPublicHow
	textPublicPrivate
	textPublicHowPrivate
	textPublicComplain
	textBusy
	textUnfinished
	textTooFast
	textMore
	textPrivacy
	textWords
	textOr
	textDate
	textMoment
	numTexts
)

// textSpec is a text's key in the catalogue and the names of its placeholders
// in the order of the arguments; one that ends in ? need not be used.
type textSpec struct {
	key   string
	holes []string
}

var textSpecs = [numTexts]textSpec{
	textHello:              {"greet.plain", nil},
	textHelloCampaign:      {"greet.campaign", []string{"title"}},
	textWelcome:            {"greet.welcome", nil},
	textWelcomeHow:         {"greet.how", []string{"unit"}},
	textUnknownScene:       {"greet.unknown_scene", nil},
	textUnknownSceneHow:    {"greet.unknown_scene_how", nil},
	textHome:               {"greet.home", nil},
	textThanks:             {"greet.thanks", nil},
	textIntroScan:          {"intro.scan", []string{"unit"}},
	textIntroWindow:        {"intro.window", []string{"window", "unit"}},
	textIntroName:          {"intro.name", []string{"unit"}},
	textIntroTaps:          {"intro.taps", []string{"count"}},
	textIntroDigits:        {"intro.digits", []string{"count"}},
	textIntroUnseen:        {"intro.unseen", []string{"unit"}},
	textPrivacyWord:        {"intro.privacy_word", []string{"word"}},
	textLeftRating:         {"lost.left_rating", []string{"unit"}},
	textLeftOpen:           {"lost.left_open", nil},
	textLeftComplaint:      {"lost.left_complaint", nil},
	textLeftComplaintHow:   {"lost.left_complaint_how", nil},
	textLostVersion:        {"lost.version", nil},
	textLostChanged:        {"lost.changed", nil},
	textLostClosed:         {"lost.closed", nil},
	textNotRated:           {"window.not_rated", []string{"unit"}},
	textTooEarly:           {"window.too_early", []string{"date"}},
	textTooLate:            {"window.too_late", []string{"date"}},
	textNotReceived:        {"window.not_received", []string{"date"}},
	textNoCampaign:         {"window.no_campaign", nil},
	textQuestion:           {"question.head", []string{"n", "count", "title"}},
	textPlain:              {"question.plain", []string{"question"}},
	textNow:                {"question.now", []string{"level"}},
	textDigitsHint:         {"question.hint", []string{"count", "example"}},
	textChanged:            {"question.changed", []string{"n", "level"}},
	textDigitWrong:         {"question.digit_wrong", []string{"digit"}},
	textDigitsShort:        {"question.digits_short", []string{"count", "given", "missing", "example"}},
	textDigitsLong:         {"question.digits_long", []string{"count", "given", "extra", "example"}},
	textDigitsWrong:        {"question.digits_wrong", []string{"place", "digit", "example?"}},
	textDigitsNone:         {"question.digits_none", []string{"count"}},
	textOrBelow:            {"question.or_below", nil},
	textNoLevel:            {"question.no_level", nil},
	textSummary:            {"summary.head", []string{"unit"}},
	textSummaryLine:        {"summary.line", []string{"n", "title", "level"}},
	textSummaryPlain:       {"summary.plain", []string{"title", "level"}},
	textSummaryFoot:        {"summary.foot", nil},
	textPickQuestion:       {"summary.pick", nil},
	textPickLevel:          {"summary.pick_level", []string{"level"}},
	textNotYet:             {"summary.not_yet", nil},
	textOldSummary:         {"summary.old", nil},
	textRated:              {"rated.done", nil},
	textRatedAgain:         {"rated.again", nil},
	textRatedBefore:        {"rated.before", []string{"unit"}},
	textReceipt:            {"rated.receipt", []string{"receipt"}},
	textReceiptWhat:        {"rated.what", nil},
	textChangeLater:        {"rated.change", []string{"unit"}},
	textWhy:                {"rated.why", nil},
	textWantHandled:        {"rated.want_handled", nil},
	textReasonTaken:        {"rated.reason_taken", nil},
	textReasonLate:         {"rated.reason_late", nil},
	textChooseClass:        {"choose.class", nil},
	textChooseHow:          {"choose.how", nil},
	textChooseUnit:         {"choose.unit", []string{"class"}},
	textCandidates:         {"choose.candidates", nil},
	textOfUnit:             {"choose.of_unit", []string{"unit"}},
	textHold:               {"hold.draft", []string{"draft"}},
	textHoldHow:            {"hold.how", []string{"want"}},
	textDraftRating:        {"hold.rating", []string{"unit"}},
	textDraftComplaint:     {"hold.complaint", nil},
	textDraftComplaintOf:   {"hold.complaint_of", []string{"unit"}},
	textDraftWithdrawal:    {"hold.withdrawal", []string{"unit"}},
	textWantRate:           {"hold.want_rate", []string{"unit"}},
	textWantChoose:         {"hold.want_choose", nil},
	textWantComplain:       {"hold.want_complain", nil},
	textWantWithdraw:       {"hold.want_withdraw", nil},
	textCancelled:          {"hold.cancelled", []string{"draft"}},
	textKept:               {"hold.kept", []string{"unit"}},
	textStillOpen:          {"hold.still_open", []string{"draft"}},
	textNothingOpen:        {"hold.nothing_open", nil},
	textOldLink:            {"old.link", []string{"draft"}},
	textEnded:              {"old.ended", nil},
	textRateAnew:           {"old.rate_anew", []string{"unit"}},
	textComplainAnew:       {"old.complain_anew", nil},
	textConfirmFound:       {"old.confirm_found", []string{"unit", "time"}},
	textConfirmFoundElse:   {"old.confirm_found_else", nil},
	textConfirmFiled:       {"old.confirm_filed", nil},
	textConfirmFiledElse:   {"old.confirm_filed_else", nil},
	textConfirmGone:        {"old.confirm_gone", []string{"unit"}},
	textConfirmNothing:     {"old.confirm_nothing", nil},
	textComplaintHello:     {"complaint.hello", nil},
	textComplaintHelloWord: {"complaint.hello_word", []string{"word"}},
	textDanger:             {"complaint.danger", nil},
	textWho:                {"complaint.who", nil},
	textWhoList:            {"complaint.who_list", nil},
	textKind:               {"complaint.kind", []string{"unit"}},
	textKindUnsure:         {"complaint.kind_unsure", nil},
	textKindNow:            {"complaint.kind_now", []string{"kind"}},
	textTell:               {"complaint.tell", nil},
	textTellMore:           {"complaint.tell_more", []string{"count"}},
	textTaken:              {"complaint.taken", nil},
	textTakenHow:           {"complaint.taken_how", nil},
	textTooMany:            {"complaint.too_many", []string{"limit"}},
	textTooLong:            {"complaint.too_long", []string{"given", "limit", "room"}},
	textEmpty:              {"complaint.empty", nil},
	textIdentity:           {"complaint.identity", nil},
	textAnonymous:          {"complaint.anonymous", nil},
	textNamed:              {"complaint.named", nil},
	textContactAnonymous:   {"complaint.contact_anonymous", nil},
	textContactNamed:       {"complaint.contact_named", nil},
	textContactLong:        {"complaint.contact_long", []string{"limit"}},
	textReview:             {"complaint.review", nil},
	textReviewUnit:         {"complaint.review_unit", []string{"unit"}},
	textReviewKind:         {"complaint.review_kind", []string{"kind"}},
	textReviewText:         {"complaint.review_text", []string{"text", "count"}},
	textReviewMedia:        {"complaint.review_media", []string{"media"}},
	textReviewHow:          {"complaint.review_how", []string{"how"}},
	textReviewContact:      {"complaint.review_contact", []string{"contact"}},
	textReviewNoContact:    {"complaint.review_no_contact", nil},
	textReviewFoot:         {"complaint.review_foot", nil},
	textPictures:           {"complaint.pictures", []string{"n"}},
	textVoices:             {"complaint.voices", []string{"n"}},
	textVideos:             {"complaint.videos", []string{"n"}},
	textPlaces:             {"complaint.places", []string{"n"}},
	textLinks:              {"complaint.links", []string{"n"}},
	textAmend:              {"complaint.amend", nil},
	textFiled:              {"complaint.filed", nil},
	textFiledBefore:        {"complaint.filed_before", nil},
	textFiledThen:          {"complaint.filed_then", nil},
	textTicketNo:           {"complaint.ticket_no", []string{"no"}},
	textTicketCode:         {"complaint.ticket_code", []string{"code"}},
	textOverLimit:          {"complaint.over_limit", nil},
	textOverLimitKept:      {"complaint.over_limit_kept", nil},
	textRecords:            {"query.records", nil},
	textNoRecords:          {"query.none", nil},
	textRecordRating:       {"query.rating", []string{"unit", "time", "state"}},
	textRecordTicket:       {"query.ticket", []string{"unit", "kind", "state", "time"}},
	textTicketThen:         {"query.ticket_then", nil},
	textTicketTries:        {"query.ticket_tries", nil},
	textTicketUnknown:      {"query.ticket_unknown", nil},
	textCodeMissing:        {"query.code_missing", []string{"no"}},
	textReceiptCounted:     {"query.receipt_counted", nil},
	textReceiptNot:         {"query.receipt_not", nil},
	textReceiptUnknown:     {"query.receipt_unknown", nil},
	textQueryHow:           {"query.how", nil},
	textChooseWithdrawal:   {"withdraw.choose", nil},
	textWithdrawalAt:       {"withdraw.at", []string{"time"}},
	textNothingToWithdraw:  {"withdraw.nothing", nil},
	textNoneToWithdraw:     {"withdraw.none", []string{"unit"}},
	textSure:               {"withdraw.sure", []string{"unit"}},
	textWithdrawn:          {"withdraw.done", []string{"unit"}},
	textWithdrawnBefore:    {"withdraw.before", []string{"unit"}},
	textWithdrawLate:       {"withdraw.late", []string{"unit"}},
	textHelpHome:           {"help.home", nil},
	textHelpWords:          {"help.words", nil},
	textHelpDraft:          {"help.draft", nil},
	textHelpChoose:         {"help.choose", nil},
	textHelpQuestion:       {"help.question", []string{"count", "example"}},
	textHelpSummary:        {"help.summary", nil},
	textHelpPick:           {"help.pick", nil},
	textHelpWho:            {"help.who", nil},
	textHelpKind:           {"help.kind", nil},
	textHelpTell:           {"help.tell", nil},
	textHelpIdentity:       {"help.identity", nil},
	textHelpContact:        {"help.contact", nil},
	textHelpWhich:          {"help.which", nil},
	textHelpWithdraw:       {"help.withdraw", nil},
	textUnknownHome:        {"unknown.home", nil},
	textUnknownLevel:       {"unknown.level", nil},
	textUnknownSummary:     {"unknown.summary", nil},
	textUnknownPick:        {"unknown.pick", nil},
	textUnknownWho:         {"unknown.who", nil},
	textUnknownKind:        {"unknown.kind", nil},
	textUnknownIdentity:    {"unknown.identity", nil},
	textUnknownSure:        {"unknown.sure", nil},
	textNoSuchNumber:       {"unknown.number", []string{"n"}},
	textNoPage:             {"unknown.page", nil},
	textMediaOutside:       {"unknown.media", nil},
	textProseOutside:       {"unknown.prose", nil},
	textProseEarly:         {"unknown.prose_early", nil},
	textPublicCounted:      {"public.counted", []string{"unit"}},
	textPublicStands:       {"public.stands", []string{"unit"}},
	textPublicChange:       {"public.change", []string{"unit"}},
	textPublicUnread:       {"public.unread", nil},
	textPublicHow:          {"public.how", []string{"example"}},
	textPublicPrivate:      {"public.private", nil},
	textPublicHowPrivate:   {"public.how_private", []string{"example"}},
	textPublicComplain:     {"public.complain", nil},
	textBusy:               {"host.busy", nil},
	textUnfinished:         {"host.unfinished", nil},
	textTooFast:            {"host.too_fast", nil},
	textMore:               {"host.more", nil},
	textPrivacy:            {"host.privacy", nil},
	textWords:              {"parts.words", []string{"words"}},
	textOr:                 {"parts.or", nil},
	textDate:               {"parts.date", []string{"year", "month", "day"}},
	textMoment:             {"parts.moment", []string{"month", "day", "time"}},
}
